"""Saves the settings of a preview, by the verbs of the pages on which they are set (R24)."""
