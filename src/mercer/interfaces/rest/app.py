"""The HTTP server's application: routes drawn from the operations, behind the gate."""

from __future__ import annotations
