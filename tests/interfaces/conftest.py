"""A small trained shop, and the same behind HTTP."""

from __future__ import annotations

from served_shop import serve, served, start_server
from trained_shop import trained, trained_template

__all__ = ["serve", "served", "start_server", "trained", "trained_template"]
