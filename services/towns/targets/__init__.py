"""How many Cnam sites were announced: targets are dated values, each with its source."""
