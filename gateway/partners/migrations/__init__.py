"""The changes of the schema `gateway`."""
