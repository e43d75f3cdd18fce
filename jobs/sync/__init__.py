"""Sync: due slots, one run from lease to finish, and the rules and SQL that apply its codes."""
