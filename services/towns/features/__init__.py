"""The towns as OGC API Features Part 1, for geographic software."""
