"""What happens to callers when parts of the product die, hang or come back."""
