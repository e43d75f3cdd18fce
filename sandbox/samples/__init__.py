"""Sample catalog and two sample dealerships: the same bytes for the same date, on every machine."""
