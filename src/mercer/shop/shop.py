"""The front desk of a shop; it holds no data and no maths."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from mercer.capabilities import all_capabilities, capability
from mercer.core.capability import Capability, Response
from mercer.core.errors import MercerError, NotReady
from mercer.core.operation import Operation, Progress, silent
from mercer.core.record import Record, refuse
from mercer.jobs.new import new
from mercer.shop.asking import Desk
from mercer.shop.live import LiveModel
from mercer.shop.operations import all_operations, find
from mercer.store import settings as settings_file
from mercer.store.settings import Settings, resolve

if TYPE_CHECKING:
    from mercer.store.registry import Registry
    from mercer.store.snapshots import Snapshots
    from mercer.store.store import Store

log = logging.getLogger("mercer")


class Shop:
    """A shop in a folder.

    Opening one reads ``mercer.toml`` only; the database, the snapshots and the models are opened when they are first
    needed. A shop may be used from several threads.

    >>> shop = Shop.create("tea", currency="EUR")                            # doctest: +SKIP
    >>> shop.run("import_data", files=["orders.csv"])                        # doctest: +SKIP
    >>> shop.ask("recommend_products", customer="17850").items[0].reasons    # doctest: +SKIP
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self._lock = RLock()
        self._store: Store | None = None
        self._desks: dict[str, Desk] = {}

    @classmethod
    def create(cls, folder: Path | str, name: str | None = None, **settings: Any) -> Self:
        """Make a new shop in ``folder`` and open it; ``settings`` are those of ``mercer new``."""
        new(Path(folder), name, **settings)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open the shop in ``folder``; NotFound says how to make one."""
        place = Path(folder).absolute()
        return cls(place, settings_file.read(place))

    @property
    def store(self) -> Store:
        """The live tables and the decision log."""
        with self._lock:
            if self._store is None:
                from mercer.store.store import Store

                self._store = Store.open(self.address("store"))
            return self._store

    @cached_property
    def snapshots(self) -> Snapshots:
        """The shop's frozen pasts."""
        from mercer.store.blobs import Blobs
        from mercer.store.snapshots import Snapshots

        return Snapshots(self.store, Blobs.open(self.address("snapshots")), self.settings.currency)

    @cached_property
    def registry(self) -> Registry:
        """The trained models."""
        from mercer.store.blobs import Blobs
        from mercer.store.registry import Registry

        return Registry(Blobs.open(self.address("models")))

    def address(self, what: str) -> str:
        """The full address of ``store``, ``snapshots`` or ``models``."""
        return resolve(getattr(self.settings, what), self.folder)

    def operations(self) -> Mapping[str, Operation]:
        """Everything that can be asked of or done to this shop, by name."""
        return all_operations()

    def capabilities(self) -> Mapping[str, Capability]:
        """Every question that can be asked, by name."""
        return all_capabilities()

    def run(
        self,
        what: str | Operation,
        given: Mapping[str, Any] | Record | None = None,
        /,
        *,
        progress: Progress = silent,
        channel: str = "python",
        **fields: Any,
    ) -> Any:
        """Run an operation, or the one of that name or command, with its input as a record, a mapping or keywords.

        ``channel`` says through which interface the call came: python, cli, rest or mcp; decisions keep it.

        >>> Shop.open("tea").run("status").tables     # doctest: +SKIP
        """
        operation = find(what, self.operations()) if isinstance(what, str) else what
        record = self._record(operation.input, operation.name, given, fields)
        if operation.run_many is not None:
            return _answer_or_raise(operation.run_many(self, [record], channel)[0])
        if not operation.opens_shop:
            return operation.run(self.folder, record, progress)  # type: ignore[arg-type]
        result = operation.run(self, record, progress)
        if operation.changes:
            self.refresh()
        return result

    def ask(
        self, name: str, request: Mapping[str, Any] | Record | None = None, /, *, channel: str = "python", **fields: Any
    ) -> Response:
        """Ask a capability by its name or command; the answer gives its reasons, its model and its decision's id.

        A ``request_id`` among the fields makes repeating safe: the same id gets the same answer.

        >>> Shop.open("tea").ask("recommend_products", customer="17850", n=3).items     # doctest: +SKIP
        """
        operation = find(name, self.operations())
        record = self._record(operation.input, operation.name, request, fields)
        answer: Response = _answer_or_raise(self.ask_many(operation.name, [record], channel=channel)[0])
        return answer

    def ask_many(
        self, name: str, requests: Sequence[Record], *, channel: str = "python"
    ) -> list[Response | MercerError]:
        """Ask many questions at once: one look into the model and one transaction for all decisions.

        What cannot be answered has its MercerError in place of a Response.
        """
        return self.desk(name).answer(requests, channel)

    def desk(self, name: str) -> Desk:
        """Where the capability called ``name`` is asked."""
        with self._lock:
            if name not in self._desks:
                asked = capability(name)
                self._desks[name] = Desk(asked, self.store, LiveModel(asked, self.registry))
            return self._desks[name]

    def answering(self) -> dict[str, str | None]:
        """The model in memory for each capability, by the capability's name."""
        loaded = {name: desk.live.loaded for name, desk in list(self._desks.items())}
        return {name: serving.label if serving is not None else None for name, serving in loaded.items()}

    def warm(self) -> tuple[dict[str, str | None], bool]:
        """Load every chosen model; says which answers each capability, and whether all that are chosen could be loaded."""
        whole = True
        for name in all_capabilities():
            live = self.desk(name).live
            try:
                live.now()
            except NotReady:
                continue
            except Exception as error:  # whatever a broken file makes a library raise
                log.warning("%s: cannot load the chosen model: %s", name, error)
                whole = False
        return self.answering(), whole

    def refresh(self) -> None:
        """Take over newly chosen models at once, in place of within a second."""
        for desk in list(self._desks.values()):
            desk.live.refresh()

    @staticmethod
    def _record(
        kind: type[Record], what: str, given: Mapping[str, Any] | Record | None, fields: Mapping[str, Any]
    ) -> Record:
        if isinstance(given, kind) and not fields:
            return given
        held = given.model_dump() if isinstance(given, Record) else dict(given or {})
        try:
            return kind.model_validate({**held, **fields})
        except ValidationError as error:
            raise refuse(error, what) from None

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answer_or_raise(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer
