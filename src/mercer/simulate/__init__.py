"""A whole shop with known truth, for demos, rehearsals and tests."""
