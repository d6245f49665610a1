"""The OpenAPI document: what FastAPI draws from the routes, made true where it does not know our rules."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from mercer.core.phrase import Phrase
from mercer.core.record import Record, about

PROBLEM = "application/problem+json"

REFUSALS = {
    400: Phrase("the input was refused; faults name each row and field", "输入被拒绝；faults 指出每个行与字段"),
    401: Phrase("no API key, or an unknown one", "缺少 API 密钥，或密钥无法识别"),
    403: Phrase("the key's role may not do this", "密钥的角色无权执行此操作"),
    404: Phrase("there is no such thing", "不存在"),
    405: Phrase("this path has no such method", "此路径不接受该方法"),
    409: Phrase("somebody else is doing it, or it was done otherwise before", "他人正在操作，或先前的内容与此不同"),
    413: Phrase("the body is over its limit", "请求正文超过上限"),
    415: Phrase("the body is not JSON", "请求正文不是 JSON"),
    429: Phrase(
        "over the rate limit; Retry-After says for how many seconds", "请求过于频繁；Retry-After 给出应等待的秒数"
    ),
    500: Phrase("something went wrong that should not", "出现了意外错误"),
    501: Phrase("a library has to be installed first", "须先安装某个库"),
    503: Phrase("a model has to be trained first, or the database does not answer", "须先训练模型，或数据库没有回应"),
}


class FaultText(Record):
    """One refused value."""

    row: Annotated[int | None, about("row, counted from 0", "第几行，从 0 数起")] = None
    field: Annotated[str, about("field", "字段")]
    found: Annotated[str, about("what was found there", "其中的值")]
    remedy: Annotated[str, about("what would be right", "应当怎样")]


class Problem(Record):
    """What was found and what to do (RFC 9457)."""

    type: Annotated[str, about("names the kind of error", "错误类型")]
    title: Annotated[str, about("the kind of error in words", "错误类型的说法")]
    status: Annotated[int, about("HTTP status", "HTTP 状态码")]
    detail: Annotated[str, about("what was found", "发现了什么")]
    hint: Annotated[str, about("what to do", "该怎么办")]
    faults: Annotated[tuple[FaultText, ...], about("each refused value", "被拒绝的各个值")] = ()
    retry_after: Annotated[float | None, about("seconds to wait", "应等待的秒数")] = None
    request_id: Annotated[str, about("names this request in the server's log", "服务器日志中此请求的编号")]


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route may answer with."""
    chosen = statuses or tuple(REFUSALS)
    return {status: {"model": Problem, "description": REFUSALS[status].en} for status in chosen} | {
        "default": {"model": Problem, "description": "any other refusal"}
    }


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version=app.openapi_version,
        )
        for path in made["paths"].values():
            for operation in path.values():
                _refusals_as_problems(operation)
        made.setdefault("components", {})["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer KEY"},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        app.openapi_schema = made
    return app.openapi_schema


def _refusals_as_problems(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if (status == "default" or int(status) >= 400) and "application/json" in content:
            response["content"] = {PROBLEM: content["application/json"]}
