"""The whole program on one machine: what `bin/run` starts."""
