"""Calls made with a token: their use, their refusals, what was done with a leaked credential."""
