"""gunicorn's settings; options on the command line and `GUNICORN_CMD_ARGS` override them."""

# One JSON event a line, as every other process logs.
logger_class = "webapp.server_logs.EventLogger"
