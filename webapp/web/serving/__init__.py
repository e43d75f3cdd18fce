"""How the web process talks to clients: no client, however slow, holds a thread (gunicorn.conf.py)."""
