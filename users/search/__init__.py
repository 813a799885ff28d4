"""Finding accounts: lists in order, and people by what they are called."""
