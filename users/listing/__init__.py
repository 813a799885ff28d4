"""Lists of rows in pages: keyset pagination, cursors, fetching in order, and a time limit."""
