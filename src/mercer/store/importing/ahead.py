"""Working ahead: while one batch is written, the next one is read."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items, the next of which is made in another thread while this one works on the last.

    Close it to stop early: the other thread then ends before this returns.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    ready: Queue[tuple[T | None, BaseException | None]] = Queue(maxsize=1)
    stopped = Event()
    maker = Thread(target=_make, args=(items, ready, stopped), name="mercer-import", daemon=True)
    maker.start()
    try:
        while True:
            item, error = ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        while maker.is_alive():
            while not ready.empty():
                ready.get()
            maker.join(0.05)


def _make(items: Iterator[T], ready: Queue[tuple[T | None, BaseException | None]], stopped: Event) -> None:
    try:
        for item in items:
            if stopped.is_set():
                return
            ready.put((item, None))
        ready.put((None, StopIteration()))
    except BaseException as error:  # it is raised again where the items are used
        ready.put((None, error))
