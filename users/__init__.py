"""Profiledesk's one Django app. Its rooms, from the ground up, are listed in docs/architecture.md."""
