"""The recommenders, one file each; a file that is put here is found, compared, tested and served."""
