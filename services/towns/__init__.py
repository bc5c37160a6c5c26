"""The towns service."""
