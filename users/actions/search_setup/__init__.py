"""Verbs on what searching needs: saved segments and indexes of metadata keys."""
