"""Daily and weekly summaries of changes, for the recipients of alerts that chose them."""
