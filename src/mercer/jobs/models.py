"""The trained models: which there are, what each one's card says, and which one answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from mercer.core.errors import Invalid, NotReady
from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import Id, Language, Record, about

if TYPE_CHECKING:
    from mercer.core.capability import Capability
    from mercer.shop import Shop

CapabilityName = Annotated[
    Id | None,
    about(
        "capability, by its name or command; may be left out where there is one", "能力（名称或命令）；只有一种时可省略"
    ),
]
VersionName = Annotated[Id, about("version, as mercer models lists it", "版本，见 mercer models")]


class ModelVersion(Record):
    """One trained model in the registry."""

    capability: Annotated[str, about("capability", "能力")]
    version: Annotated[str, about("version", "版本")]
    model: Annotated[str, about("model", "模型")]
    chosen: Annotated[str, about("✓ where it is the one that answers", "作答中（✓ 表示正由它作答）")]
    created_at: Annotated[datetime, about("when it was trained", "训练时间")]
    score: Annotated[float | None, about("its score in the backtest, where it was examined", "回测成绩（如已检验）")]
    snapshot: Annotated[str | None, about("the data it learned from", "所用快照")]


class ModelList(Record):
    """The trained models, newest first."""

    versions: Annotated[tuple[ModelVersion, ...], about("versions", "版本")]
    next: Annotated[str | None, about("what to do where there is none", "没有模型时该做什么")] = None


class ModelCard(Record):
    """What a model is for, what it learned from, how well it does, where it ends."""

    capability: Annotated[str, about("capability", "能力")]
    version: Annotated[str, about("version", "版本")]
    card: Annotated[str, about("the card, in Markdown", "模型卡（Markdown）")]


class ChosenModel(Record):
    """Which version answers from now on."""

    capability: Annotated[str, about("capability", "能力")]
    chosen: Annotated[str, about("the version that answers from now on", "今后作答的版本")]
    before: Annotated[str | None, about("the version that answered until now", "此前作答的版本")]


def models(
    shop: Shop,
    capability: Annotated[Id | None, about("one capability; all by default", "只看一种能力；默认全部")] = None,
) -> ModelList:
    """The versions in the registry, newest first."""
    from mercer.jobs.train import wanted

    found = [
        ModelVersion(
            capability=each.name,
            version=held.version,
            model=held.model,
            chosen="✓" if held.chosen else "",
            created_at=held.created_at,
            score=held.score,
            snapshot=held.snapshot,
        )
        for each in wanted(shop, capability)
        for held in reversed(shop.registry.versions(each.name))
    ]
    return ModelList(versions=tuple(found), next=None if found else "mercer train SHOP")


def card(
    shop: Shop,
    version: Annotated[
        Id | None, about("version; the one that answers by default", "版本；默认为正在作答的版本")
    ] = None,
    capability: CapabilityName = None,
    language: Annotated[Language, about("language of the card, BCP-47", "模型卡的语言（BCP-47）")] = "en",
) -> ModelCard:
    """The card of a version, in Markdown."""
    from mercer.training.card import card as drawn

    name = the_capability(shop, capability).name
    wanted_version = version or shop.registry.chosen(name)
    if wanted_version is None:
        raise NotReady(
            Phrase("no model for '{name}' yet", "“{name}”还没有模型").format(name=name),
            Phrase("mercer train SHOP", "请先运行 mercer train 店铺"),
        )
    report = shop.registry.report(name, wanted_version)
    # A model that was published without an examination has no report, only the card that came with it.
    text = drawn(report, language) if report else shop.registry.card(name, wanted_version)
    return ModelCard(capability=name, version=wanted_version, card=text)


def choose(shop: Shop, version: VersionName, capability: CapabilityName = None) -> ChosenModel:
    """Let this version answer from now on; NotFound where there is none of that name."""
    name = the_capability(shop, capability).name
    before = shop.registry.chosen(name)
    shop.registry.choose(name, version)
    return ChosenModel(capability=name, chosen=version, before=before)


def the_capability(shop: Shop, name: str | None) -> Capability:
    """The capability of that name or command, or the only one there is; Invalid where it has to be said which."""
    from mercer.jobs.train import wanted

    found = wanted(shop, name)
    if len(found) == 1:
        return found[0]
    raise Invalid(
        Phrase("say which capability", "请指明是哪种能力"),
        Phrase("--capability, one of: {names}", "--capability，可选：{names}").format(
            names=", ".join(each.name for each in found)
        ),
    )


operations = (
    from_function(models, summary=Phrase("List the trained models", "列出训练好的模型"), audience="staff"),
    from_function(
        card, summary=Phrase("Show a trained model's card", "查看模型卡"), audience="staff", positional=("version",)
    ),
    from_function(
        choose,
        summary=Phrase("Let another trained model answer", "改由另一个训练好的模型作答"),
        changes=True,
        positional=("version",),
    ),
)
