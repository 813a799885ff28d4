"""Signing in: find the account, check the password, note it."""
