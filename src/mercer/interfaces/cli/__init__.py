"""The command line, drawn from the operations: ``mercer <command> SHOP …``."""

from __future__ import annotations

from mercer.interfaces.cli.main import main

__all__ = ["main"]
