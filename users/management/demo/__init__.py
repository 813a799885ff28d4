"""The demo of `make run`: generated users, accounts, credentials file and messages."""
