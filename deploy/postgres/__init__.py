"""Roles, schemas and rights in PostgreSQL."""
