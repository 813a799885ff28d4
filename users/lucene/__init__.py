"""Auth0's search language (Lucene syntax): parse text to a tree, and print it. Pure Python, without fields
or databases."""
