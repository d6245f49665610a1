"""One room per department of a shop; each describes itself and brings its models."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from mercer.core.capability import Capability
from mercer.core.errors import NotFound
from mercer.core.phrase import Phrase


@cache
def all_capabilities() -> dict[str, Capability]:
    """Every ``capability`` found in a department, or in a question's folder within one, by its name."""
    found: dict[str, Capability] = {}
    for department in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{department.name}")
        places = [module]
        if department.ispkg:
            places += [
                importlib.import_module(f"{module.__name__}.{question.name}")
                for question in pkgutil.iter_modules(module.__path__)
                if question.ispkg and question.name != "models"
            ]
        for place in places:
            capability = getattr(place, "capability", None)
            if isinstance(capability, Capability):
                found[capability.name] = capability
    return found


def capability(name: str) -> Capability:
    """The capability called ``name``, or by its short command; NotFound lists what there is."""
    everything = all_capabilities()
    for each in everything.values():
        if name in (each.name, each.command):
            return each
    raise NotFound(
        Phrase("there is no capability '{name}'", "没有名为“{name}”的能力").format(name=name),
        Phrase("capabilities: {names}", "可用的能力：{names}").format(names=", ".join(everything)),
    )
