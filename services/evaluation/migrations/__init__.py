"""The changes of the schema `evaluation`."""
