"""A sample catalog and two sample dealerships: the same bytes for the same day, on every machine."""
