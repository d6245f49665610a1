"""Errors as HTTP replies: problem+json in the asker's language, with nothing in it that only the owner should read."""

from __future__ import annotations

import logging

from mercer.core.errors import Invalid, MercerError, Unavailable
from mercer.core.phrase import Phrase
from mercer.interfaces.problems import problem_json
from mercer.interfaces.rest.call import PROBLEM, Headers, Heard, Reply

log = logging.getLogger("mercer.http")


class UnsupportedType(Invalid):
    """The body is no JSON."""

    code, status = "unsupported_type", 415


class WrongMethod(Invalid):
    """The path is there, but not for this method."""

    code, status = "wrong_method", 405


UNEXPECTED = MercerError(
    Phrase("something went wrong that should not", "出现了意外错误"),
    Phrase("the server's log says more under this request_id", "服务器日志中此 request_id 处有详情"),
)
SILENT = Unavailable(
    Phrase("the shop's database does not answer", "店铺的数据库没有回应"),
    Phrase("try again in a moment; the server's log says more", "请稍后再试；服务器日志中有详情"),
)
SILENT.retry_after = 1.0


def refusal(error: MercerError, heard: Heard, hide: str) -> Reply:
    """The problem. ``hide`` is the shop's folder, which no message may show; troubles of the database go to the log."""
    if error.status >= 500:
        log.warning("%s: %s; request %s", type(error).__name__, error.message.en, heard.request_id)
    told = SILENT if isinstance(error, Unavailable) else error
    text = problem_json(told, heard.language or "en", request_id=heard.request_id).replace(hide, "…")
    headers: Headers = (PROBLEM,)
    if told.retry_after is not None:
        headers += ((b"retry-after", str(int(told.retry_after + 0.999)).encode()),)
    if error.status == 401:
        headers += ((b"www-authenticate", b"Bearer"),)
    return Reply(error.status, text.encode(), headers)
