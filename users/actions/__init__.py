"""Actions: the only code that writes a user.

Each action checks rights, locks the row, validates, writes only what changed, raises versions and records
the change, in one transaction.
"""
