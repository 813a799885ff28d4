"""The verbs: the only code that writes an account.

Each checks rights, locks the row, checks the rules, writes only what changed, raises
versions and records the change, in one transaction.
"""
