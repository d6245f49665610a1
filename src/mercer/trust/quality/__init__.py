"""What is wrong with a shop's data: one file per family of checks, found by looking into this folder.

A family is a module whose functions carry ``@check(...)``: what the check says, what the defect costs, how to repair it, and which
columns it reads. A function gets a View of the live tables and returns the rows in question, with the id to name them by in
the column ``id``.
"""
