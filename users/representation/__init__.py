"""Users and configuration objects as Auth0's JSON: schemas of input, serializers of output."""
