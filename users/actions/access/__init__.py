"""Actions on access control: clients, grants, APIs, roles, connections, signing keys."""
