"""Migrations: databases of earlier versions, simultaneous upgrades, and landed files."""
