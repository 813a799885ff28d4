"""Signing in and out on pages (allauth with our accounts), and tokens for programs."""
