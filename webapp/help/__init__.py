"""Help: both guides as pages, the section that a page links to, and the list of keys."""
