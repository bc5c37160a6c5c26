"""Where the official facts come from, for whoever shows them again."""
