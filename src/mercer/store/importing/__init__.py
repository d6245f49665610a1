"""Bringing files of any shop platform into the store: finding, recognising, reading, translating, writing.

The platforms themselves are in ``mercer.store.importers``, one file each; nothing here knows any of them.
"""
