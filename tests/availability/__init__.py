"""Outages of databases. A package, so that a server can live as long as its tests."""
