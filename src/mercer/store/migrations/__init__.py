"""The steps that bring a database's tables up to date, one file each, run by mercer.store.migrate."""
