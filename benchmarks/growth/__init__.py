"""How time and space grow: with the parts of a dealer, with the dealers of a database, and with the years."""
