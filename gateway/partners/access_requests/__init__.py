"""Requests for access: asked by anyone, decided by two organisations, collected once."""
