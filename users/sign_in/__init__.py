"""Signing in: the transaction, lockouts, the look-up of accounts, and browser sessions."""
