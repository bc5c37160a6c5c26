"""Long stories through the gateway, in both modes."""
