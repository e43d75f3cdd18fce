"""Pages of the matching workbench."""
