"""Calls for bids: waves of the programme, with their frozen rules."""
