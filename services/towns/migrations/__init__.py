"""The changes of the schema `towns`."""
