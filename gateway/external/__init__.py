"""Tokens of other issuers: whose are taken, and what stands for them inside."""
