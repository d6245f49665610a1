"""From nothing to answers: make up a shop, import it, check it, train on it, ask it, serve it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from mercer.core.errors import Conflict
from mercer.core.operation import Progress, Then, from_function, silent
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.jobs.naming import program, typed
from mercer.simulate.plan import Customers, Days, DirtShare, Plan, Products, Seed

if TYPE_CHECKING:
    from mercer.shop import Shop
    from mercer.training.records import Examination

CAPABILITY = "recommend_products"
PAGE = "data-check.html"


class Step(Record):
    """One step of the demo."""

    step: Annotated[str, about("step", "步骤（英文）")]
    step_zh: Annotated[str, about("step, in Chinese", "步骤")]
    seconds: Annotated[float, about("seconds it took", "用时（秒）")]
    outcome: Annotated[str, about("what came of it", "结果（英文）")]
    outcome_zh: Annotated[str, about("what came of it, in Chinese", "结果")]


class Candidate(Record):
    """One model on the leaderboard."""

    model: Annotated[str, about("model", "模型")]
    chosen: Annotated[str, about("whether it was chosen", "是否采用")]
    score: Annotated[float | None, about("the metric that decides", "决定性指标")]
    gain: Annotated[float | None, about("difference to the baseline", "与基准之差")]
    gain_low: Annotated[float | None, about("lower end of its 95 % interval", "95% 区间下限")]
    gain_high: Annotated[float | None, about("upper end of its 95 % interval", "95% 区间上限")]
    seconds: Annotated[float | None, about("seconds it learned", "学习用时（秒）")]


class Answer(Record):
    """One recommended product, and why."""

    product: Annotated[str, about("title", "商品")]
    why: Annotated[str, about("reasons", "理由")]


class DemoReport(Record):
    """What the demo did, how the models fared, and what they answer."""

    folder: Annotated[str, about("folder of the shop", "店铺文件夹")]
    seconds: Annotated[float, about("seconds all of it took", "总用时（秒）")]
    steps: Annotated[tuple[Step, ...], about("the steps", "步骤")]
    metric: Annotated[str, about("the metric that decides", "决定性指标")]
    leaderboard: Annotated[tuple[Candidate, ...], about("the models, best first", "模型，从好到差")]
    answers: Annotated[dict[str, tuple[Answer, ...]], about("questions, and what was answered", "提问与回答")]
    next: Annotated[tuple[str, ...], about("what to try now", "接下来可以试试")]
    then: Annotated[Then | None, Field(exclude=True)] = None


def demo(
    shop: Any,
    products: Products = 600,
    customers: Customers = 4000,
    days: Days = 240,
    seed: Seed = 7,
    dirt: DirtShare = 0.0,
    fresh: Annotated[
        bool, about("begin afresh, even where the folder holds this demo already", "即使文件夹里已有此演示也重新开始")
    ] = False,
    serve: Annotated[bool, about("answer over HTTP at the end", "最后启动 HTTP 服务")] = True,
    port: Annotated[int, about("port to answer at", "服务端口", ge=1, le=65535)] = 8000,
    progress: Progress = silent,
) -> DemoReport:
    """Go the whole way that a shop goes with Mercer, with a shop that is made up.

    A folder that holds the same demo already is used as it is. Conflict where it holds something else.
    """
    began, folder = time.monotonic(), Path(shop).absolute()
    plan = Plan(products=products, customers=customers, days=days, seed=seed, dirt=dirt)
    if serve:
        _port_is_free(port)
    from mercer.simulate.settling import settle_in

    kept = settle_in(folder, plan, fresh)
    diary = _Diary()
    if not kept:
        with diary.step(Phrase("simulate", "模拟")) as told:
            from mercer.simulate.generate import simulate

            made = simulate(folder, plan, progress)
            told(Phrase("{products} products, {events} events, {orders} orders", "{products} 个商品，{events} 个事件，{orders} 个订单").format(
                products=f"{made.products:,}", events=f"{made.events:,}", orders=f"{made.orders:,}"))  # fmt: skip
    from mercer import Shop

    with Shop.open(folder) if kept else Shop.create(folder, "Willow Lane") as opened:
        _import(opened, diary, progress)
        _check(opened, diary, progress)
        found = _train(opened, diary, progress)
        with diary.step(Phrase("ask", "提问")) as told:
            from mercer.simulate.questions import questions

            titles = dict(opened.store.frame("products", ["product_id", "title"]).iter_rows())
            answers, milliseconds = _ask(opened, questions(opened.store), titles)
            told(
                Phrase("{n} questions, {ms} ms each", "{n} 个问题，每个 {ms} 毫秒").format(
                    n=len(answers), ms=f"{milliseconds:.1f}"
                )
            )
        tries = _tries(opened, port, serve)
    return DemoReport(
        folder=str(shop),
        seconds=round(time.monotonic() - began, 1),
        steps=tuple(diary.steps),
        metric=found.metric,
        leaderboard=tuple(_candidates(found)),
        answers=answers,
        next=tries,
        then=Then(operation="serve", folder=str(folder), given={"port": port}) if serve else None,
    )


class _Diary:
    """Notes what was done, and how long it took."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @contextmanager
    def step(self, name: Phrase) -> Iterator[Callable[[Phrase], None]]:
        """Time one step; what it is handed is what came of it."""
        began = time.monotonic()
        outcome = [Phrase("", "")]
        yield lambda told: outcome.__setitem__(0, told)
        self.steps.append(
            Step(
                step=name.en,
                step_zh=name.zh,
                seconds=round(time.monotonic() - began, 2),
                outcome=outcome[0].en,
                outcome_zh=outcome[0].zh,
            )
        )


def _port_is_free(port: int) -> None:
    """Conflict at once, rather than at the end, where somebody listens there already."""
    import socket

    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(("127.0.0.1", port))
        except OSError:
            raise Conflict(
                Phrase("somebody listens at port {port} already", "端口 {port} 已被占用").format(port=port),
                Phrase("choose another --port, or --no-serve", "请换一个 --port，或使用 --no-serve"),
            ) from None


def _import(shop: Shop, diary: _Diary, progress: Progress) -> None:
    with diary.step(Phrase("import", "导入")) as told:
        files = sorted(str(path) for path in (shop.folder / "exports").iterdir())
        report = shop.run("import_data", {"files": files}, progress=progress)
        counts: dict[str, Any] = {table: f"{shop.store.rows(table):,}" for table in ("products", "events", "orders")}
        counts["refused"] = sum(each.refused for each in report.files)
        told(Phrase("{products} products, {events} events, {orders} orders in the store; {refused} rows refused",
                    "店铺中有 {products} 个商品、{events} 个事件、{orders} 个订单；拒绝 {refused} 行").format(**counts))  # fmt: skip


def _check(shop: Shop, diary: _Diary, progress: Progress) -> None:
    with diary.step(Phrase("check", "检查")) as told:
        report = shop.run("check_data", {"html": str(shop.folder / PAGE)}, progress=progress)
        counts = {name: getattr(report, name) for name in ("high", "medium", "low", "note")}
        told(Phrase("found {high} high, {medium} medium, {low} low, {note} to note; see {page}", "严重 {high}，中等 {medium}，轻微 {low}，提示 {note}；见 {page}").format(
            **counts, page=PAGE))  # fmt: skip


def _train(shop: Shop, diary: _Diary, progress: Progress) -> Examination:
    """Train, or take the report of the training that the folder holds."""
    from mercer.training.records import examination

    version = shop.registry.chosen(CAPABILITY)
    with diary.step(Phrase("train", "训练")) as told:
        if version is None:
            found: Examination = shop.run("train", {"only": CAPABILITY}, progress=progress).capabilities[CAPABILITY]
        else:
            found = examination(shop.registry.report(CAPABILITY, version), version)
        told(Phrase("{model} chosen", "采用 {model}").format(model=found.chosen))
    return found


def _candidates(found: Examination) -> Iterator[Candidate]:
    for row in found.leaderboard:
        yield Candidate(
            model=row.model, chosen=row.chosen, score=row.score, gain=row.gain, gain_low=row.gain_low, gain_high=row.gain_high,
            seconds=row.fit_seconds,
        )  # fmt: skip


def _ask(
    shop: Shop, asked: dict[str, dict[str, Any]], titles: dict[str, str]
) -> tuple[dict[str, tuple[Answer, ...]], float]:
    """Ask each question; the answers by question, and how many milliseconds one took."""
    shop.ask(CAPABILITY, n=1)  # the model is loaded once
    began = time.perf_counter()
    given = {question: shop.ask(CAPABILITY, **fields) for question, fields in asked.items()}
    milliseconds = (time.perf_counter() - began) / max(1, len(asked)) * 1000
    answers = {
        question: tuple(_answer(item, titles, asked[question]["language"]) for item in response.items)  # type: ignore[attr-defined]
        for question, response in given.items()
    }
    return answers, milliseconds


def _answer(item: Any, titles: dict[str, str], language: str) -> Answer:
    """One product and its reasons. The made-up titles are in two languages, of which the question's is shown."""
    from mercer.simulate.questions import half

    def said(reason: Any) -> str:
        title = titles.get(reason.product_id or "") or ""
        return str(reason.text.replace(title, half(title, language)) if title else reason.text)

    return Answer(product=half(item.title, language), why="; ".join(map(said, item.reasons)))


def _tries(shop: Shop, port: int, serve: bool) -> tuple[str, ...]:
    """Command lines to try, ready to be copied."""
    name, mercer = typed(shop.folder), program()
    product = shop.store.frame("products", ["product_id"], limit=1).item()
    local = (f"{mercer} recommend {name} --goes-with {product}", f"{mercer} models {name}", f"open {name}/{PAGE}")
    if not serve:
        return (*local, f"{mercer} serve {name}")
    for old in shop.store.keys.list():
        if old.name == "demo":
            shop.store.keys.revoke(old.key_id)
    key = shop.store.keys.create("demo", "public")
    return (
        *local,
        f"http://127.0.0.1:{port}/openapi.json",
        f"curl -s http://127.0.0.1:{port}/v1/{CAPABILITY} -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' "
        f'-d \'{{"goes_with": "{product}"}}\'',
    )


operation = from_function(
    demo,
    summary=Phrase("See it all in two minutes, with a shop that is made up", "用一个虚拟店铺，两分钟看遍全部流程"),
    slow=True,
    changes=True,
    opens_shop=False,
    folder="demo-shop",
)
