"""The caller, as the registry knows it."""
