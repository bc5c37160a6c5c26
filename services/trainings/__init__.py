"""The trainings service."""
