"""The JSON editor, in documents that no database would give back."""
