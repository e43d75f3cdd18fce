"""The sync: what is due, one run from claim to finish, and the rules and SQL in between."""
