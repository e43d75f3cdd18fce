"""Delivery of alerts and account emails from the outbox, by email and webhook."""
