"""Applies the complete pull of one code: compares it with the stored one, and changes what differs."""
