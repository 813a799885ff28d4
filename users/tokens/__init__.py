"""Access tokens: which scopes exist, which keys sign, how tokens are made and judged."""
