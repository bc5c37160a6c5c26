"""Access tokens: how a client proves itself, and what it gets for it."""
