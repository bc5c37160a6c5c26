"""Which official place a code or a name from elsewhere means, and how surely."""
