"""Tests of the registry of partners."""
