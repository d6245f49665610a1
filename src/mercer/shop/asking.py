"""Asking a capability: pseudonyms in, the chosen model's answers out, every decision recorded."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from mercer.core.capability import Capability, Response
from mercer.core.errors import Conflict, MercerError
from mercer.core.phrase import Phrase
from mercer.core.record import CustomerMark, Record, marked

if TYPE_CHECKING:
    from mercer.shop.live import LiveModel, Serving
    from mercer.store.decisions import Decision
    from mercer.store.pseudonyms import PersonKind
    from mercer.store.store import Store

STRANGER = "stranger"
"""What models see in place of a customer of whom the shop knows nothing."""


class Question(NamedTuple):
    """A request on its way to the model, with what its decision will keep."""

    place: int
    request: Record
    request_id: str | None
    text: str


class Desk:
    """Answers one capability's questions, in batches."""

    def __init__(self, capability: Capability, store: Store, live: LiveModel) -> None:
        self.capability = capability
        self.live = live
        self._store = store

    def answer(self, requests: Sequence[Record], channel: str) -> list[Any]:
        """Each request's Response, or the MercerError that stands in its place, in order.

        A request with a ``request_id`` that was answered before gets its recorded answer again; Conflict when the same
        id came with another question.
        """
        answers: list[Any] = [None] * len(requests)
        fresh, seen, again = [], set(), []
        for place, request in enumerate(requests):
            question = _question(place, request)
            if question.request_id is None:
                fresh.append(question)
            elif question.request_id in seen:
                again.append(place)
            else:
                seen.add(question.request_id)
                answers[place] = self._before(question)
                if answers[place] is None:
                    fresh.append(question)
        if fresh:
            self._ask(fresh, answers, channel)
        if again:  # one request_id several times in a batch: the later ones find the first one's decision
            for place, answer in zip(again, self.answer([requests[place] for place in again], channel), strict=True):
                answers[place] = answer
        return answers

    def _ask(self, questions: Sequence[Question], answers: list[Any], channel: str) -> None:
        """Let the model answer, and record what it answered, in one transaction."""
        begun = time.perf_counter()
        try:
            serving = self.live.now()
            given = serving.model.answer(self._pseudonymous([question.request for question in questions]))
        except Exception as error:
            self._apart(questions, answers, channel, error)
            return
        seconds = time.perf_counter() - begun
        decisions = []
        for question, response in zip(questions, given, strict=True):
            decision_id = _new_id() if question.request_id is None else self._id_for(question.request_id)
            told = response.model_copy(update={"model": serving.label, "decision_id": decision_id})
            answers[question.place] = told
            decisions.append(self._decision(question, told, serving, seconds, channel))
        self._store.decisions.record_many(decisions)

    def _apart(self, questions: Sequence[Question], answers: list[Any], channel: str, error: Exception) -> None:
        """A batch that failed is asked one by one, so that one bad question spoils no other's answer."""
        if len(questions) == 1:
            answers[questions[0].place] = error
            return
        for question in questions:
            self._ask([question], answers, channel)

    def _id_for(self, request_id: str) -> str:
        """The id of the decision that answers this request_id: always the same, so that the log keeps the first only."""
        return hashlib.sha256(f"{self.capability.name}|{request_id}".encode()).hexdigest()[:32]

    def _decision(self, question: Question, told: Response, serving: Serving, seconds: float, channel: str) -> Decision:
        from mercer.store.decisions import Decision

        return Decision(
            decision_id=told.decision_id,
            request_id=question.request_id,
            capability=self.capability.name,
            model=serving.name,
            model_version=serving.version,
            channel=channel,
            customer_id=getattr(question.request, "customer", None),
            visitor_id=getattr(question.request, "visitor", None),
            request=question.text,
            response=told.json_text,
            seconds=seconds,
            decided_at=datetime.now(UTC),
        )

    def _pseudonymous(self, requests: Sequence[Record]) -> list[Record]:
        """The requests as models may see them; people of whom the shop knows nothing are all the same stranger."""
        seen: list[dict[str, Any]] = [{} for _ in requests]
        for name, kind in self._persons:
            held = [getattr(request, name) for request in requests]
            ids = [person for value in held for person in _persons_in(value)]
            if not ids:
                continue
            known = self._known(ids, kind)
            for changes, value in zip(seen, held, strict=True):
                if isinstance(value, str):
                    changes[name] = known.get(value, STRANGER)
                elif value:
                    changes[name] = type(value)(known.get(each, STRANGER) for each in value)
        return [
            request.model_copy(update=changes) if changes else request
            for request, changes in zip(requests, seen, strict=True)
        ]

    def _known(self, ids: list[str], kind: PersonKind) -> dict[str, str]:
        if len(ids) > 1:
            return self._store.pseudonyms.known_many(ids, kind)
        found = self._store.pseudonyms.known(ids[0], kind)
        return {} if found is None else {ids[0]: found}

    @cached_property
    def _persons(self) -> tuple[tuple[str, PersonKind], ...]:
        names = marked(self.capability.request, CustomerMark)
        return tuple((name, "visitor" if "visitor" in name else "customer") for name in names)

    def _before(self, question: Question) -> Response | MercerError | None:
        """The answer that this request_id got before."""
        assert question.request_id is not None
        found = self._store.decisions.get(self._id_for(question.request_id))
        if found is None:
            return None
        if found.request == question.text:
            return self.capability.response.model_validate_json(found.response)
        return Conflict(
            Phrase(
                "request_id '{request_id}' came before with another question",
                "编号为“{request_id}”的请求先前问的是另一个问题",
            ).format(request_id=question.request_id),
            Phrase("give every new question a new request_id", "请为每个新问题使用新的 request_id"),
        )


def _question(place: int, request: Record) -> Question:
    request_id = getattr(request, "request_id", None)
    return Question(place, request, request_id, request.model_dump_json(exclude={"request_id"}))


def _persons_in(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return (value,)
    return value or ()


def _new_id() -> str:
    """An id nobody else makes, whose order is the order in time: 48 bits of milliseconds and 80 bits at random."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"
