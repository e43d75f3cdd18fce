"""Sources report a dealer's parts, one package each; `source.py` has the interface that the sync uses."""
