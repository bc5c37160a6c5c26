"""The changes of the schema `funding`."""
