"""What the owner and staff do: one typed function a file, from which every interface draws itself.

A module here says ``operation = from_function(...)`` and imports databases and frames inside its function, so that
listing the operations (``mercer --help``) loads neither.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from mercer.core.operation import Operation


@cache
def all_jobs() -> dict[str, Operation]:
    """Every ``operation`` (or tuple of ``operations``) found in this folder, by name."""
    found: dict[str, Operation] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{entry.name}")
        many = getattr(module, "operations", None) or (getattr(module, "operation", None),)
        for operation in many:
            if isinstance(operation, Operation):
                found[operation.name] = operation
    return found
