"""APIs (resource servers), for administrators."""
