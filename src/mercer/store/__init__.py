"""Keeping and reading data: live tables, the decision log, snapshots, the registry."""
