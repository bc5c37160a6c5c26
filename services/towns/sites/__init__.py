"""The sites of the Cnam: announced, prepared, open, moved, closed; where, and since when."""
