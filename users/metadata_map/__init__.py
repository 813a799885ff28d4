"""The metadata map: which keys the documents have, drawn by jobs from a sample or from everybody."""
