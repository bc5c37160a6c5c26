"""Bids of towns and EPCIs in a call to host a site of the Cnam."""
