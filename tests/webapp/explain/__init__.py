"""Why a part is on the webstore as it is, or is not there (R23)."""
