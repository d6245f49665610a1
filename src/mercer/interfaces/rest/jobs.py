"""Slow operations behind HTTP: started with 202, watched at ``GET /v1/jobs/{job_id}``."""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, JsonValue

from mercer.core.errors import MercerError, NotFound
from mercer.core.operation import Operation
from mercer.core.phrase import Phrase
from mercer.core.record import Record, about
from mercer.interfaces.problems import problem
from mercer.interfaces.rest.measures import Measures

if TYPE_CHECKING:
    from mercer.shop import Shop
    from mercer.store.job_log import JobLog, JobState

TELL_SECONDS = 0.5
"""How often a job writes down how far it is."""

log = logging.getLogger("mercer")


class Job(Record):
    """A slow operation under way, or how it ended."""

    job_id: Annotated[str, about("id of the job", "任务编号")]
    operation: Annotated[str, about("what it does", "所做的操作")]
    state: Annotated[
        str,
        about(
            "running, done, failed or interrupted",
            "running（进行中）、done（完成）、failed（失败）或 interrupted（中断）",
        ),
    ]
    step: Annotated[str | None, about("what it is doing now", "当前步骤")] = None
    done: Annotated[float | None, about("how much of the step is done", "当前步骤已完成的量")] = None
    total: Annotated[float | None, about("how much the step is in all", "当前步骤的总量")] = None
    result: Annotated[JsonValue, about("the operation's output, when done", "完成后的结果")] = None
    error: Annotated[JsonValue, about("the problem, when failed", "失败时的问题说明")] = None
    created_at: Annotated[datetime, about("when it was started", "开始时间")]
    updated_at: Annotated[datetime, about("when it last said how far it was", "最近一次报告进度的时间")]


class Jobs:
    """Runs slow operations one after the other, and keeps in the store how far they are."""

    def __init__(self, shop: Shop, measures: Measures) -> None:
        self._shop = shop
        self._measures = measures
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="mercer-job")

    async def start(self, operation: Operation, record: Record, language: str) -> Job:
        """Note the job and let it run as soon as those before it have ended."""
        loop = asyncio.get_running_loop()
        job_id = await loop.run_in_executor(None, self._log.start, operation.name)
        self._threads.submit(self._run, job_id, operation, record, language)
        return await self.get(job_id)

    async def get(self, job_id: str) -> Job:
        """How far a job is; NotFound where there is none of this id."""
        state = await asyncio.get_running_loop().run_in_executor(None, self._log.get, job_id)
        if state is None:
            raise NotFound(
                Phrase("there is no job '{job_id}'", "没有编号为“{job_id}”的任务").format(job_id=job_id[:80]),
                Phrase("use the job_id that starting it gave", "请使用启动任务时返回的 job_id"),
            )
        return _job(state)

    @property
    def _log(self) -> JobLog:
        return self._shop.store.job_log

    def _run(self, job_id: str, operation: Operation, record: Record, language: str) -> None:
        told = Telling(self._log, job_id, language)
        try:
            result = self._shop.run(operation, record, progress=told, channel="rest")
            self._log.finish(job_id, result.model_dump_json() if isinstance(result, BaseModel) else "null")
            self._measures.job(operation.name, "done")
        except MercerError as error:
            self._log.fail(job_id, json.dumps(problem(error, language), ensure_ascii=False))
            self._measures.job(operation.name, "failed")
        except Exception:
            log.exception("job %s (%s) failed", job_id, operation.name)
            self._log.fail(job_id, json.dumps(problem(_unexpected(job_id), language), ensure_ascii=False))
            self._measures.job(operation.name, "failed")

    def close(self) -> None:
        """Start no further job; the one that runs is cut off with the process, and reads as interrupted."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Telling:
    """A progress that writes itself down, now and then."""

    def __init__(self, log: JobLog, job_id: str, language: str) -> None:
        self._log = log
        self._job_id = job_id
        self._language = language
        self._told = 0.0
        self._step = ""

    def __call__(self, step: Phrase, done: float, total: float | None = None) -> None:
        at = monotonic()
        if step.en != self._step or at - self._told >= TELL_SECONDS:
            self._told, self._step = at, step.en
            self._log.progress(self._job_id, step.say(self._language), done, total)


def _job(state: JobState) -> Job:
    return Job(
        job_id=state.job_id,
        operation=state.operation,
        state=state.state,
        step=state.step,
        done=state.done,
        total=state.total,
        result=_held(state.result),
        error=_held(state.error),
        created_at=state.created_at,
        updated_at=state.updated_at,
    )


def _held(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _unexpected(job_id: str) -> MercerError:
    return MercerError(
        Phrase("the job failed in a way that it should not", "任务因意外错误而失败"),
        Phrase("the server's log says more under job {job_id}", "服务器日志中任务 {job_id} 处有详情").format(
            job_id=job_id
        ),
    )
