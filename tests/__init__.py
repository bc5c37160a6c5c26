"""Every test of the product; each folder says what it proves."""
