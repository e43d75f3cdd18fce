"""What the webstore shows: a product's figures over its shelf stock, and the search index of them."""
