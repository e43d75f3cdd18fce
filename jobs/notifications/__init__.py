"""Tells people of alerts: takes what waits in the outbox and sends it, by e-mail and webhook."""
