"""The conventions of towns: prepared, signed, amended, and read as they stand on any day."""
