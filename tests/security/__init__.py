"""What hostile callers try."""
