"""Partners, as they see themselves and as the programme sees them."""
