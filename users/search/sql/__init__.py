"""Conditions as SQL, with one emitter per database."""
