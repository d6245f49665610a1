"""The front desk of a shop; it holds no data and no maths."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from mercer.core.operation import Operation, Progress, silent
from mercer.core.record import Record, refuse
from mercer.jobs.new import new
from mercer.shop.operations import all_operations, find
from mercer.store import settings as settings_file
from mercer.store.settings import Settings, resolve

if TYPE_CHECKING:
    from mercer.store.registry import Registry
    from mercer.store.snapshots import Snapshots
    from mercer.store.store import Store


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

    def run(
        self, name: str, given: Mapping[str, Any] | Record | None = None, progress: Progress = silent, *,
        channel: str = "python", **fields: Any,
    ) -> Any:
        """Run an operation by its name or command, with its input as a record, a mapping or keywords.

        ``channel`` says through which interface the call came: python, cli, rest or mcp; decisions keep it.

        >>> Shop.open("tea").run("status").tables     # doctest: +SKIP
        """
        operation = find(name, self.operations())
        record = given if isinstance(given, operation.input) else self._read(operation, {**dict(given or {}), **fields})
        return operation.run(self if operation.opens_shop else self.folder, record, progress)  # type: ignore[arg-type]

    @staticmethod
    def _read(operation: Operation, given: Mapping[str, Any]) -> Record:
        try:
            return operation.input.model_validate(given)
        except ValidationError as error:
            raise refuse(error, operation.name) from None

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
