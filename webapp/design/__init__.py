"""Development page that shows every component in every state; not part of a deployment."""
