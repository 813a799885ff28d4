"""Real browsers at a running server. A package, so that fixtures can live as long as its tests."""
