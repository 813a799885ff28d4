"""The demo that `make run` shows: its people, its accounts, its file and its words."""
