"""Pages of previews."""
