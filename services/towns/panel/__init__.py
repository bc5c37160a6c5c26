"""What the bodies of a panel say of bids: conflicts of interest, scores, opinions."""
