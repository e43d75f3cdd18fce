"""Redis and PostgreSQL on one machine, for `bin/run` and the tests; they end with the program they serve."""
