"""The changes of the schema `trainings`."""
