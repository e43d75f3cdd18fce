"""The settings of the program, read from environment variables once at start."""
