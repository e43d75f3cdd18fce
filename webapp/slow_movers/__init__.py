"""Parts in stock that are too old for updates: counted weekly, listed, and protected if wanted (R30)."""
