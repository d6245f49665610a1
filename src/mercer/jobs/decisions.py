"""What Mercer answered, to whom, when and why."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, JsonValue

from mercer.core.errors import NotFound
from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import CustomerId, Id, Record, about

if TYPE_CHECKING:
    from mercer.shop import Shop
    from mercer.store.decisions import Decision as Kept


class DecisionLine(Record):
    """One answer that was given, in short."""

    decision_id: Annotated[str, about("id of the decision", "决策编号")]
    decided_at: Annotated[datetime, about("when", "时间")]
    capability: Annotated[str, about("question", "问题")]
    model: Annotated[str, about("model and version", "模型及版本")]
    channel: Annotated[str, about("python, cli, rest or mcp", "来路：python、cli、rest 或 mcp")]
    customer: Annotated[str | None, about("customer", "客户")]
    seconds: Annotated[float, about("time the model took", "模型耗时（秒）")]


class DecisionPage(Record):
    """Decisions, the newest first."""

    decisions: Annotated[list[DecisionLine], about("decisions", "决策")]
    after: Annotated[
        str | None, about("give this as 'after' to read on", "续读位置（作为 after 传入可继续往下读）")
    ] = None


class DecisionWhole(DecisionLine):
    """One answer that was given, whole: what was asked and what was answered, with its reasons."""

    request_id: Annotated[str | None, about("the asker's own id", "请求方自己的编号")]
    request: Annotated[JsonValue, about("what was asked", "请求内容")]
    response: Annotated[JsonValue, about("what was answered, and why", "回答内容与理由")]


def find_decisions(
    shop: Shop,
    capability: Annotated[Id | None, about("only this question", "只看此类问题")] = None,
    customer: Annotated[CustomerId | None, about("only this customer", "只看此客户")] = None,
    since: Annotated[AwareDatetime | None, about("not before", "起始时间")] = None,
    until: Annotated[AwareDatetime | None, about("before", "截止时间（不含）")] = None,
    limit: Annotated[int, about("at most so many", "最多条数", ge=1, le=1000)] = 50,
    after: Annotated[Id | None, about("read on where another page ended", "从上一页结束处继续")] = None,
) -> DecisionPage:
    """Look through the decision log, the newest first."""
    found = shop.store.decisions.search(capability, customer, since, until, limit, after)
    return DecisionPage(
        decisions=[DecisionLine(**_line(each)) for each in found],
        after=found[-1].decision_id if len(found) == limit else None,
    )


def explain_decision(
    shop: Shop,
    decision_id: Annotated[Id, about("id of the decision, as its answer carried it", "决策编号，随回答一同返回")],
) -> DecisionWhole:
    """One decision, whole: the question, the answer, its reasons, the model and its version."""
    found = shop.store.decisions.get(decision_id)
    if found is None:
        raise NotFound(
            Phrase("there is no decision '{id}'", "没有编号为“{id}”的决策").format(id=decision_id),
            Phrase("mercer decisions find SHOP lists decisions", "mercer decisions find 店铺 可列出决策"),
        )
    return DecisionWhole(
        **_line(found), request_id=found.request_id, request=_held(found.request), response=_held(found.response)
    )


def _line(kept: Kept) -> dict[str, object]:
    return {
        "decision_id": kept.decision_id,
        "decided_at": kept.decided_at,
        "capability": kept.capability,
        "model": f"{kept.model}@{kept.model_version}",
        "channel": kept.channel,
        "customer": kept.customer_id,
        "seconds": kept.seconds,
    }


def _held(text: str | None) -> JsonValue:
    """What the log holds; nothing where a customer was forgotten."""
    held: JsonValue = json.loads(text) if text else None
    return held


operations = (
    from_function(
        find_decisions,
        summary=Phrase("Look through the answers that were given", "查阅已给出的回答"),
        audience="staff",
        command="decisions find",
    ),
    from_function(
        explain_decision,
        summary=Phrase(
            "Explain one answer: what was asked, answered, and why", "解释一次回答：问了什么、答了什么、为什么"
        ),
        audience="staff",
        command="decisions explain",
        positional=("decision_id",),
    ),
)
