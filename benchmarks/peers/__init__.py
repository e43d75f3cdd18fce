"""Other ways to bring the same parts into the same database, measured side by side with our sync."""
