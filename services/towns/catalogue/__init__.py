"""Programme towns and the official places they are made of."""
