"""Tokens: scopes, signing keys, and how tokens are issued and verified."""
