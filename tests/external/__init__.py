"""Tokens of other issuers, of real ones that run beside the tests."""
