"""The rules of the two documents. Pure Python: no Django, no settings, limits come as arguments."""
