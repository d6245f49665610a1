"""What a capability is: one question a shop can ask, and how an answer to it is judged."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from mercer.core.errors import NotFound
from mercer.core.metric import Metric
from mercer.core.model import Model
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about

if TYPE_CHECKING:
    import numpy as np

    from mercer.core.snapshot import Snapshot


class Reason(Record):
    """Why: a code for programs, words for people, and what it points at."""

    code: Annotated[str, about("the kind of reason, for programs", "理由的种类，供程序使用")]
    text: Annotated[str, about("the reason in words", "理由的文字说明")]
    product_id: Annotated[str | None, about("the product that the reason points at", "理由所指的商品")] = None


class Response(Record):
    """What every answer carries beside its value."""

    reasons: Annotated[tuple[Reason, ...], about("why this answer, as a whole", "理由（针对整个回答）")] = ()
    model: Annotated[str, about("the model that answered, and its version", "模型（给出回答的模型及其版本）")] = ""
    decision_id: Annotated[
        str, about("id by which the answer can be explained later", "决策编号（日后据以解释此回答）")
    ] = ""

    @cached_property
    def json_text(self) -> str:
        """The answer as JSON, written once: the decision log and the HTTP reply both carry it."""
        return self.model_dump_json()


class Cases(ABC):
    """Backtest cases: requests made from the shop's future, with the truth beside them, held as frames or arrays."""

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def newcomers(self) -> np.ndarray:
        """True for cases of which the past knows nothing; they are reported apart."""

    @property
    @abstractmethod
    def groups(self) -> np.ndarray:
        """An integer per case: cases of one customer share it, and are resampled together in intervals."""


class Capability(ABC):
    """One question a shop can ask.

    A subclass instance named ``capability`` in the package of a department, or of a question within it, is found,
    served, trained, documented and tested. ``metrics[0]`` decides between models; ``baseline`` names the honest one
    that stands in every table.
    """

    name: ClassVar[str]
    """The operation: a verb and its object, such as recommend_products."""
    command: ClassVar[str]
    """The short name on the command line, such as recommend."""
    title: ClassVar[Phrase]
    summary: ClassVar[Phrase]
    request: ClassVar[type[Record]]
    response: ClassVar[type[Response]]
    baseline: ClassVar[str]
    models_package: ClassVar[str]
    """Dotted name of the package that holds one file per model."""
    audience: ClassVar[str] = "public"

    @property
    @abstractmethod
    def metrics(self) -> Sequence[Metric]:
        """The metrics; the first decides."""

    @abstractmethod
    def span(self, snapshot: Snapshot) -> Sequence[Any]:
        """The times at which what the question asks about happened, sorted; the split falls between them."""

    @abstractmethod
    def cases(self, past: Snapshot, future: Snapshot, limit: int, seed: int) -> Cases:
        """At most ``limit`` cases from the future, none of which the past could see."""

    @abstractmethod
    def examine(self, model: Model, cases: Cases) -> Any:
        """Let a fitted model answer all cases; what comes back is what the metrics read."""

    def models(self) -> Mapping[str, type[Model]]:
        """Every model in ``models_package``, by name, lightest first. A file that fails to import fails loudly."""
        package = importlib.import_module(self.models_package)
        found: dict[str, type[Model]] = {}
        for entry in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{self.models_package}.{entry.name}")
            for _, thing in inspect.getmembers(module, inspect.isclass):
                here = thing.__module__ == module.__name__ and not inspect.isabstract(thing)
                if here and issubclass(thing, Model) and "name" in vars(thing):
                    found[thing.name] = thing
        return dict(sorted(found.items(), key=lambda item: (item[1].rung, item[0])))

    def model(self, name: str) -> type[Model]:
        """The model class called ``name``; NotFound lists the names there are."""
        models = self.models()
        if name not in models:
            raise NotFound(
                Phrase("{capability} has no model '{name}'", "{capability} 没有名为“{name}”的模型").format(
                    capability=self.name, name=name
                ),
                Phrase("models: {names}", "可用的模型：{names}").format(names=", ".join(models)),
            )
        return models[name]
