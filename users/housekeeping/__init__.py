"""Maintenance that runs by itself or by command: retention, and re-encryption of secrets."""
