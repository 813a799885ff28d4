"""An account as Auth0's JSON: fields, types and what is left out."""
