"""The four services; each owns its schema, its contract and its rules."""
