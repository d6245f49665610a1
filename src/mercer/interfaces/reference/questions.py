"""The pages of what can be asked, and of the models that answer."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence

from mercer.core.capability import Capability
from mercer.core.model import Model
from mercer.core.phrase import Phrase
from mercer.interfaces.reference.markdown import fields_table, page, sentence, table
from mercer.shop.operations import all_capabilities

ASKING = Phrase(
    "Each question can be asked from Python, the command line, REST and MCP, with the same fields and the same answer. "
    "Every answer carries `reasons`, the `model` that gave it, and a `decision_id` by which it can be explained later.",
    "每个问题都可以从 Python、命令行、REST 和 MCP 提出，字段与回答完全相同。每个回答都带有 `reasons`（理由）、给出回答的 `model`，"
    "以及日后可据以解释的 `decision_id`。",
)
LADDER = Phrase(
    "`mercer train` fits each of these on the shop's past, examines it on the days after, and lets the lightest one answer "
    "that none is clearly better than. They are listed from light to heavy.",
    "`mercer train` 用店铺的过去训练下列模型，再用其后的日子考核，并选用没有被明显超越的最轻模型。以下由轻到重排列。",
)


NEEDS = Phrase("Needs: {names}.", "需要的表：{names}。")
USES = Phrase("Uses, where there: {names}.", "有则使用：{names}。")
BUILDS_ON = Phrase("Builds on: {names}.", "基于：{names}。")
EXTRAS = Phrase("Needs `pip install 'mercer[{extras}]'`.", "需要 `pip install 'mercer[{extras}]'`。")
PAPERS = Phrase("Sources: {links}.", "来源：{links}。")
_LINK = re.compile(r"https?://[^\s)>\]]*[^\s)>\].,;:]")


def capabilities_page(language: str) -> str:
    """Every question with its fields, its answer and its metrics."""
    return page(
        language,
        Phrase("Capabilities", "能力"),
        ASKING.say(language),
        *(_capability(each, language) for each in all_capabilities().values()),
    )


def _capability(capability: Capability, language: str) -> str:
    heads = [Phrase("metric", "指标").say(language), Phrase("meaning", "含义").say(language)]
    metrics = table(heads, [(f"`{each.name}`", each.about.say(language)) for each in capability.metrics])
    example = (
        f'```python\nfrom mercer import Shop\n\nshop = Shop.open("my-shop")\nanswer = shop.ask("{capability.name}")\n'
        f"print(answer.model, answer.reasons)\n```"
    )
    decides = Phrase(
        "The first metric decides; `{baseline}` is the honest baseline.",
        "第一个指标起决定作用；`{baseline}` 是如实的基线。",
    )
    return "\n\n".join([
        f"## {capability.title.say(language)}",
        f"`{capability.name}` · `mercer {capability.command}`",
        sentence(capability.summary, language),
        example,
        Phrase("**Question**", "**提问**").say(language),
        fields_table(capability.request, language),
        Phrase("**Answer**", "**回答**").say(language),
        fields_table(capability.response, language),
        Phrase("**How it is judged**", "**如何评判**").say(language),
        decides.format(baseline=capability.baseline).say(language),
        metrics,
    ])  # fmt: skip


def models_page(language: str) -> str:
    """Every model with its settings and its paper."""
    parts = [LADDER.say(language)]
    for capability in all_capabilities().values():
        parts.append(f"## {capability.title.say(language)}")
        parts += [model_section(each, language) for each in capability.models().values()]
    return page(language, Phrase("Models", "模型"), *parts)


def model_section(model: type[Model], language: str) -> str:
    """What the reference says of one model: its name, what it does, the tables and extras it needs, its papers and its
    settings. The class alone says it all, so that a model is documented by being there.

    >>> from mercer.shop.operations import all_capabilities
    >>> popular = all_capabilities()["recommend_products"].model("popular")
    >>> print(model_section(popular, "en").split("\\n\\n")[1])
    What sold most lately.
    """
    said = ((NEEDS, model.needs), (USES, model.uses), (BUILDS_ON, model.builds_on))
    lines = [phrase.format(names=_names(names)).say(language) for phrase, names in said if names]
    if model.extras:
        lines.append(EXTRAS.format(extras=",".join(model.extras)).say(language))
    papers = _LINK.findall(inspect.getdoc(model) or "")
    if papers:
        lines.append(PAPERS.format(links=", ".join(f"<{each}>" for each in papers)).say(language))
    parts = [
        f"### {model.name}",
        sentence(model.about, language),
        (" " if language == "en" else "").join(lines),
        fields_table(model.Settings, language),
    ]
    return "\n\n".join(part for part in parts if part)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)
