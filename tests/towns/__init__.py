"""Tests of the towns service."""
