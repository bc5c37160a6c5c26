"""What the two parties decide on bids: exchanges, decisions, support plans."""
