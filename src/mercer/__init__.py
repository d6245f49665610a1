"""Mercer: the AI engine for online shops."""
