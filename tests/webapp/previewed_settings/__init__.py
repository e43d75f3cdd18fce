"""Tests of saving the settings of previews."""
