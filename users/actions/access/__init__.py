"""Verbs on what decides about access: clients, grants, APIs, roles, connections."""
