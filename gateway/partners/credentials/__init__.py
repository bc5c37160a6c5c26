"""Secrets and public keys of systems: one more, one less, one that leaked."""
