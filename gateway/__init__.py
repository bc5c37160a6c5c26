"""The one door to the four services."""
