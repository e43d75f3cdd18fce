"""Screenshots in docs/images, taken from the running program: `bin/screenshots`."""
