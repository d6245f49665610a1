"""One file per platform whose exports are read."""
