"""Train models on the shop's past, examine them on its future, and let the best one that is simple enough answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from mercer.core.errors import NotFound, NotReady
from mercer.core.operation import Progress, from_function, silent
from mercer.core.phrase import Phrase
from mercer.core.record import Id, about
from mercer.training.records import Examination, TrainReport, examination

if TYPE_CHECKING:
    from mercer.core.capability import Capability
    from mercer.shop import Shop
    from mercer.training.budget import Budget
    from mercer.training.course import Course

_HANDING = Phrase("handing the data to the models", "把数据交给各模型")
_PUBLISHING = Phrase("publishing {model}", "发布 {model}")


def train(
    shop: Shop,
    only: Annotated[
        Id | None,
        about("one capability, by its name or command; all by default", "只训练一种能力（名称或命令）；默认全部"),
    ] = None,
    models: Annotated[
        tuple[Id, ...] | None,
        about("only these models, and the baseline; all by default", "只训练这些模型和基准；默认全部", max_length=100),
    ] = None,
    minutes: Annotated[
        float | None, about("time for all of it; 30 by default", "总时间（分钟）；默认 30", gt=0, le=7 * 24 * 60)
    ] = None,
    memory_mb: Annotated[
        int | None,
        about(
            "memory for all training processes together, in MB; by default most of what the machine has free",
            "全部训练进程合计的内存上限（MB）；默认为本机空闲内存的大部分",
            ge=64,
            le=2**24,
        ),
    ] = None,
    cases: Annotated[
        int, about("most cases to examine the models on", "检验模型的案例数上限", ge=100, le=10**7)
    ] = 10_000,
    seed: Annotated[int, about("seed of everything that is drawn by lot", "一切随机步骤的种子", ge=0, lt=2**31)] = 0,
    publish: Annotated[
        bool,
        about(
            "let the chosen models answer from now on; otherwise they are only examined",
            "让所选模型从此作答；否则只做检验",
        ),
    ] = True,
    progress: Progress = silent,
) -> TrainReport:
    """Freeze the shop, examine every model on its recent past, choose, fit the chosen on everything, publish.

    The models that answer now go on doing so until the new ones are published whole. Conflict while another training of
    this shop is running; NotReady where there is nothing to learn from, or nothing was done within the budget.
    """
    from mercer.training.alone import alone
    from mercer.training.budget import Budget
    from mercer.training.course import Course
    from mercer.training.engine import engine
    from mercer.training.handover import hand_over

    began = time.monotonic()
    budget = Budget.of(minutes, memory_mb)
    capabilities = wanted(shop, only)
    runs_on = engine(shop.settings.engine)
    with alone(shop.folder / ".training") as work:
        snapshot = shop.snapshots.freeze(progress=progress)
        progress(_HANDING, 0, 1)
        rows = hand_over(snapshot, work / "data")
        progress(_HANDING, 1, 1)

        def course(capability: Capability, part: Budget) -> Course:
            return Course(
                capability, snapshot, work / "data", work, runs_on, part, models, seed, cases, publish
            )  # fmt: skip

        found = _each(shop, capabilities, course, budget, rows, progress)
    seconds = round(time.monotonic() - began, 2)
    return TrainReport(snapshot=snapshot.id, seconds=seconds, published=publish, capabilities=found)


def wanted(shop: Shop, only: str | None) -> list[Capability]:
    """The capability called ``only``, by name or command, or all; NotFound lists what there is."""
    everything = list(shop.capabilities().values())
    found = [each for each in everything if only is None or only in (each.name, each.command)]
    if found:
        return found
    raise NotFound(
        Phrase("there is no capability '{name}'", "没有名为“{name}”的能力").format(name=only),
        Phrase("capabilities: {names}", "可用的能力：{names}").format(
            names=", ".join(each.name for each in everything)
        ),
    )


def _each(
    shop: Shop,
    capabilities: list[Capability],
    course: Callable[[Capability, Budget], Course],
    budget: Budget,
    rows: Mapping[str, int],
    progress: Progress,
) -> dict[str, Examination]:
    """Train one capability after the other; each may take an equal share of the time that is left."""
    found: dict[str, Examination] = {}
    refusals: list[NotReady] = []
    for turn, capability in enumerate(capabilities):
        part = budget.part(1 / (len(capabilities) - turn))
        try:
            found[capability.name] = _one(shop, course(capability, part), rows, progress)
        except NotReady as error:  # a shop without reviews still gets its recommendations
            refusals.append(error)
    if refusals and not found:
        raise refusals[0]
    return found


def _one(shop: Shop, course: Course, rows: Mapping[str, int], progress: Progress) -> Examination:
    from mercer.training.course import run
    from mercer.training.report import report

    trained = run(course, progress)
    told = report(course, trained, rows)
    if trained.refit is None:
        return examination(told, None)
    step = _PUBLISHING.format(model=trained.choice.model)
    progress(step, 0, 1)
    version = _publish(shop, course, trained.refit, told)
    progress(step, 1, 1)
    return examination(told, version)


def _publish(shop: Shop, course: Course, refit: Any, told: dict[str, Any]) -> str:
    """Put the fitted model into the registry, whole, and let it answer."""
    from mercer.training.card import card
    from mercer.training.task import VERSION

    folder = refit.folder / VERSION
    (folder / "card.zh-CN.md").write_text(card(told, "zh-CN"), encoding="utf-8")
    return shop.registry.publish(course.capability.name, folder, told, card(told))


operation = from_function(
    train,
    summary=Phrase(
        "Train and examine models on the shop's own past, and let the best answer",
        "用店铺自己的历史训练并检验模型，由最好的来作答",
    ),
    slow=True,
    changes=True,
)
