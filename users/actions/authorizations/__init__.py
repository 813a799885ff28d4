"""Writing what users authorize applications to do: authorizations, codes, refresh tokens, consents."""
