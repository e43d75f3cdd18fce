"""Webstore content: a product's figures over its shelf stock, and their search index."""
