"""One file for each platform whose exports Mercer reads; a module here with ``layouts`` is found by itself."""
