"""What became of a territory: mergers, splits and new codes, dated and weighted."""
