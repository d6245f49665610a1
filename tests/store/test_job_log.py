import subprocess
from collections.abc import Callable
from datetime import timedelta

import pytest

from mercer.store import job_log
from mercer.store.store import Store

STARTS_A_JOB = """
import sys
from mercer.store.store import Store
print(Store.open(sys.argv[1]).job_log.start("train"), flush=True)
sys.stdin.read() if len(sys.argv) > 2 else None
"""


def test_a_job_says_how_far_it_is_and_how_it_ended(store: Store) -> None:
    """Running, then done; after that nothing moves it."""
    log = store.job_log
    job_id = log.start("train")
    log.progress(job_id, "fitting ease", 3, 10)
    state = log.get(job_id)
    assert state is not None
    assert (state.operation, state.state, state.step, state.done, state.total) == (
        "train",
        "running",
        "fitting ease",
        3,
        10,
    )
    log.finish(job_id, '{"chosen": "ease"}')
    log.fail(job_id, "{}")
    ended = log.get(job_id)
    assert ended is not None
    assert (ended.state, ended.result, ended.error) == ("done", '{"chosen": "ease"}', None)
    assert ended.updated_at >= ended.created_at
    assert log.get("none") is None


def test_jobs_are_listed_latest_first(store: Store) -> None:
    """At most as many as asked for."""
    names = [store.job_log.start(name) for name in ("one", "two", "three")]
    assert [each.job_id for each in store.job_log.latest(2)] == [names[2], names[1]]


def test_a_job_whose_process_died_reads_as_interrupted(
    store: Store, store_address: str, child: Callable[..., subprocess.Popen[str]]
) -> None:
    """The log is asked by another process, as after a restart."""
    process = child(STARTS_A_JOB, store_address)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    state = store.job_log.get(out.strip())
    assert state is not None
    assert state.state == "interrupted"


def test_a_silent_job_of_another_machine_is_held_for_dead_after_an_hour(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether its process lives cannot be seen from here."""
    job_id = store.job_log.start("train")
    monkeypatch.setattr(job_log.socket, "gethostname", lambda: "elsewhere")
    running = store.job_log.get(job_id)
    assert running is not None
    assert running.state == "running"
    monkeypatch.setattr(job_log, "SILENT", timedelta(0))
    dead = store.job_log.get(job_id)
    assert dead is not None
    assert dead.state == "interrupted"
