"""An error as every interface tells it: RFC 9457 problem details in the asker's language."""

from __future__ import annotations

import json
from typing import Any

from mercer.core.errors import Fault, MercerError

URN = "urn:mercer:error:"


def problem(error: MercerError, language: str = "en") -> dict[str, Any]:
    """What was found (``detail``), what to do (``hint``), and each refused value (``faults``)."""
    told: dict[str, Any] = {
        "type": URN + error.code,
        "title": error.code.replace("_", " "),
        "status": error.status,
        "detail": error.message.say(language),
        "hint": error.hint.say(language),
    }
    if error.faults:
        told["faults"] = [_fault(fault, language) for fault in error.faults[:100]]
    if error.retry_after is not None:
        told["retry_after"] = error.retry_after
    return told


def _fault(fault: Fault, language: str) -> dict[str, Any]:
    return {"row": fault.row, "field": fault.field, "found": fault.found, "remedy": fault.remedy.say(language)}


def problem_json(error: MercerError, language: str = "en", **more: Any) -> str:
    """The problem as one line of JSON, with further members beside it."""
    return json.dumps({**problem(error, language), **more}, ensure_ascii=False)
