"""Runs a shop's operations for servers: many at once, in batches where that pays, never on the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from mercer.core.errors import Unavailable
from mercer.core.operation import Operation
from mercer.core.phrase import Phrase
from mercer.core.record import Record

if TYPE_CHECKING:
    from mercer.shop import Shop

MOST = 256
"""Calls in one batch; it bounds how long the first of them waits."""
WAITING = 10_000
"""Calls that may wait; beyond them the server says that it is too busy: better than an answer after minutes."""


class Gathering:
    """Gathers concurrent calls of one operation: while a batch is being answered, the next one fills.

    With one caller at a time every batch holds one call, and nobody waits for company.
    """

    def __init__(self, answer: Callable[[list[Record]], Sequence[Any]], executor: Executor) -> None:
        self._answer = answer
        self._executor = executor
        self._waiting: deque[tuple[Record, asyncio.Future[Any]]] = deque()
        self._busy = False

    def call(self, record: Record) -> asyncio.Future[Any]:
        """The output to come; Unavailable where too many wait already."""
        if len(self._waiting) >= WAITING:
            raise Unavailable(
                Phrase("too many requests are waiting", "等待中的请求太多"),
                Phrase("try again in a moment", "请稍后再试"),
            )
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((record, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._next)  # whoever arrives in the same turn of the loop comes along
        return future

    def _next(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        self._executor.submit(self._run, batch, asyncio.get_running_loop())

    def _run(self, batch: Sequence[tuple[Record, asyncio.Future[Any]]], loop: asyncio.AbstractEventLoop) -> None:
        """In a thread: answer a batch and tell the loop, once for all of it."""
        outputs: Sequence[Any]
        try:
            outputs = self._answer([record for record, _ in batch])
        except BaseException as error:  # whatever it is, it belongs to those who wait
            outputs = [error] * len(batch)
        with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(self._done, batch, outputs)

    def _done(self, batch: Sequence[tuple[Record, asyncio.Future[Any]]], outputs: Sequence[Any]) -> None:
        for (_, future), output in zip(batch, outputs, strict=True):
            if future.cancelled():
                continue
            if isinstance(output, BaseException):
                future.set_exception(output)
            else:
                future.set_result(output)
        if self._waiting:
            self._next()
        else:
            self._busy = False


class Caller:
    """Calls operations of one shop from an event loop, for every interface of a server."""

    def __init__(self, shop: Shop, threads: int = 8) -> None:
        self.shop = shop
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="mercer-call")
        self._gatherings: dict[tuple[str, str], Gathering] = {}
        self._batches: list[ThreadPoolExecutor] = []

    def call(self, operation: Operation, record: Record, channel: str) -> asyncio.Future[Any]:
        """The operation's output to come, or its MercerError."""
        if operation.run_many is not None:
            return self._gathering(operation, channel).call(record)
        run = partial(self.shop.run, operation, record, channel=channel)
        return asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _gathering(self, operation: Operation, channel: str) -> Gathering:
        found = self._gatherings.get((operation.name, channel))
        if found is None:
            assert operation.run_many is not None
            # One thread each: batches of one operation follow each other, which is what lets them fill.
            executor = ThreadPoolExecutor(1, thread_name_prefix=f"mercer-{operation.name}")
            self._batches.append(executor)
            run_many = operation.run_many

            def answer(records: list[Record]) -> Sequence[Any]:
                return run_many(self.shop, records, channel)

            found = self._gatherings[operation.name, channel] = Gathering(answer, executor)
        return found

    def close(self) -> None:
        """Wait for what is under way and let go of the threads."""
        for executor in (self._threads, *self._batches):
            executor.shutdown()
