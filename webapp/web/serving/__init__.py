"""Connection handling of the web process: slow clients never hold a thread (gunicorn.conf.py)."""
