"""HTTP requests to other hosts: the SSRF guard and the client that obeys it."""
