"""What a person sees: the first screen, the reference of the API, one page per refusal."""
