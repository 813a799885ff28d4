"""Conditions as SQL, one emitter a database."""
