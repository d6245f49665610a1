"""What an operation is: the only thing an interface knows."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import Field, create_model

from mercer.core.phrase import Phrase
from mercer.core.record import LocalPath, Record, marked

if TYPE_CHECKING:
    from mercer.shop import Shop

Audience = Literal["public", "staff", "owner"]
"""Who may call: a shopper's page (public), those who run the shop (staff), its owner; each includes the one before."""

RANK: dict[str, int] = {"public": 0, "staff": 1, "owner": 2}


class Progress(Protocol):
    """Where slow operations say how far they are."""

    def __call__(self, step: Phrase, done: float, total: float | None = None) -> None: ...


def silent(step: Phrase, done: float, total: float | None = None) -> None:
    """A progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a shop can be asked or told, described once for every interface.

    ``run`` takes the shop, a validated input record and a progress. ``local`` operations hold a path of the machine
    that answers and are never offered remotely. ``command`` is the name on the command line; ``positional`` lists the
    input fields that stand there without a flag.
    """

    name: str
    command: str
    summary: Phrase
    input: type[Record]
    output: type[Record]
    run: Callable[[Shop, Any, Progress], Any]
    audience: Audience = "owner"
    slow: bool = False
    streams: bool = False
    changes: bool = False
    positional: tuple[str, ...] = ()
    opens_shop: bool = True
    """False where there is no shop yet: ``run`` is then handed the folder's Path in place of a Shop."""
    folder: str = ""
    """The folder that is meant where the command line names none; empty where one must be named."""
    run_many: Callable[[Shop, Sequence[Any], str], Sequence[Any]] | None = None
    """Where many calls at once cost little more than one: takes the shop, the inputs and the channel they came through,
    and gives each one's output or MercerError, in order. Servers gather concurrent calls into it."""

    @property
    def local(self) -> bool:
        """Whether it speaks of folders of the answering machine, so that only the command line and Python may call it."""
        return not self.opens_shop or bool(marked(self.input, LocalPath))


class Then(Record):
    """What a command line goes on with when it has shown a result: another operation of the same or a new shop."""

    operation: str
    folder: str
    given: Mapping[str, Any] = Field(default_factory=dict)


def from_function(
    function: Callable[..., Any],
    *,
    summary: Phrase,
    name: str | None = None,
    command: str | None = None,
    audience: Audience = "owner",
    slow: bool = False,
    changes: bool = False,
    positional: tuple[str, ...] = (),
    opens_shop: bool = True,
    folder: str = "",
    run_many: Callable[[Shop, Sequence[Any], str], Sequence[Any]] | None = None,
) -> Operation:
    """Draw an operation from a typed function ``f(shop, …, progress=silent) -> Record``.

    Each parameter but ``shop`` and ``progress`` becomes an input field: ``Annotated[type, about(...)]`` carries its
    description and bounds, its default is the field's default.
    """
    # Jobs name Shop for type checkers only: importing it at run time would turn the layers upside down.
    hints = typing.get_type_hints(function, localns={"Shop": object}, include_extras=True)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name not in ("shop", "progress")]
    fields: dict[str, Any] = {
        p.name: (hints[p.name], ... if p.default is inspect.Parameter.empty else p.default) for p in parameters
    }
    title = "".join(word.title() for word in function.__name__.split("_")) + "Input"
    record = create_model(title, __base__=Record, __module__=function.__module__, **fields)
    takes_progress = "progress" in inspect.signature(function).parameters

    def run(shop: Shop, given: Record, progress: Progress) -> Any:
        values = {key: getattr(given, key) for key in type(given).model_fields}
        if takes_progress:
            values["progress"] = progress
        return function(shop, **values)

    return Operation(
        name or function.__name__,
        command or (name or function.__name__).replace("_", "-"),
        summary,
        record,
        hints["return"],
        run,
        audience,
        slow,
        changes=changes,
        positional=positional,
        opens_shop=opens_shop,
        folder=folder,
        run_many=run_many,
    )
