"""The command line: what is typed, what is shown, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mercer.core.operation import from_function
from mercer.core.phrase import Phrase
from mercer.core.record import LocalPath, Record, about
from mercer.interfaces.cli.main import run


class Echo(Record):
    """What the operation below was given."""

    told: dict[str, object]


def echo(
    shop: object,
    words: Annotated[list[str], about("words to say", "要说的话")],
    paths: Annotated[list[Annotated[str, LocalPath()]], about("files", "文件")] = [],  # noqa: B006
    loud: Annotated[bool | None, about("whether to shout", "是否大声")] = None,
    times: Annotated[int, about("how often", "次数", ge=1)] = 1,
    facts: Annotated[dict[str, int] | None, about("numbers by name", "按名称的数字")] = None,
) -> Echo:
    """Say it again."""
    return Echo(told={"words": words, "paths": paths, "loud": loud, "times": times, "facts": facts})


ECHO = {
    "echo": from_function(echo, summary=Phrase("say it again", "再说一遍"), positional=("words",), opens_shop=False)
}


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    """What echo was given by a command line."""
    assert run(["echo", "here", *words, "--json"], ECHO) == 0
    given: dict[str, object] = json.loads(capsys.readouterr().out)["told"]
    return given


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["a", "b"], "words", ["a", "b"]),
        (["a,b", "c"], "words", ["a", "b", "c"]),
        (['["a,b", "c"]'], "words", ["a,b", "c"]),
        (["a", "--paths", "x,y", "--paths", "z"], "paths", ["x,y", "z"]),
        (["a"], "loud", None),
        (["a", "--loud"], "loud", True),
        (["a", "--no-loud"], "loud", False),
        (["a", "--times", "3"], "times", 3),
        (["a", "--facts", '{"x": 1}'], "facts", {"x": 1}),
    ],
)
def test_what_is_typed_is_read(capsys: pytest.CaptureFixture[str], words: list[str], field: str, value: object) -> None:
    """Lists are repeated or separated by commas (paths are not), switches have two sides, JSON is JSON."""
    assert told(capsys, *words)[field] == value


def test_json_comes_from_a_file_or_standard_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """@FILE and - stand for JSON that is too long to type."""
    (tmp_path / "facts.json").write_text('{"x": 2}')
    assert told(capsys, "a", "--facts", f"@{tmp_path / 'facts.json'}")["facts"] == {"x": 2}
    monkeypatch.setattr("sys.stdin", open(tmp_path / "facts.json"))  # noqa: SIM115
    assert told(capsys, "a", "--facts", "-")["facts"] == {"x": 2}


@pytest.mark.parametrize(
    ("words", "code", "message", "hint"),
    [
        (["recomend", "s"], 2, "no command 'mercer recomend'", "recommend"),
        (["recommend", "s", "--custmer", "1"], 2, "no option --custmer", "--customer"),
        (["recommend"], 2, "needs SHOP", "mercer recommend --help"),
        (["recommend", "nowhere"], 4, "no shop in", "make one: mercer new"),
        (["recommend", "s", "--n", "0"], 2, "field 'n'", "greater than or equal to 1"),
        (["recommend", "s", "--n", "many"], 2, "field 'n'", "valid integer"),
        (["record-events", "s"], 2, "--events", "--help"),
        (["record-events", "s", "--events", "{"], 2, "--events is not JSON", "@FILE"),
        (["record-events", "s", "--events", "@nowhere.json"], 2, "nowhere.json", "UTF-8"),
        (["keys", "made", "s"], 2, "no command 'mercer keys made'", "keys --help"),
        (["recommend", "s", "--customer", "caf\udce9"], 2, "word 4", "UTF-8"),
        (["caf\udce9"], 2, "caf\\udce9", "UTF-8"),
    ],
)
def test_mistakes_are_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int, message: str, hint: str
) -> None:
    """A mistake ends in a message and a hint on standard error, and the exit code of its kind."""
    assert run([*words, "--language", "en"]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert message in shown.err
    assert hint in shown.err


def test_mistakes_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json an error is a problem, as REST tells it."""
    assert run(["recommend", "nowhere", "--json"]) == 4
    problem = json.loads(capsys.readouterr().err)
    assert problem["type"] == "urn:mercer:error:not_found"
    assert "mercer new" in problem["hint"]


@pytest.mark.parametrize(
    ("environment", "words", "chinese"),
    [
        ({}, ["--language", "zh-CN"], True),
        ({}, ["--language=zh"], True),
        ({"MERCER_LANGUAGE": "zh-CN", "LANG": "en_GB.UTF-8"}, [], True),
        ({"LANG": "zh_CN.UTF-8"}, [], True),
        ({"LANG": "zh_CN.UTF-8"}, ["--language", "en"], False),
        ({"LANG": "C.UTF-8"}, [], False),
    ],
)
def test_help_speaks_the_users_language(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    words: list[str],
    chinese: bool,
) -> None:
    """--language goes before MERCER_LANGUAGE, which goes before the system's."""
    for name in ("MERCER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(["recommend", "--help", *words]) == 0
    shown = capsys.readouterr().out
    assert ("选项" in shown) == chinese
    assert ("Options" in shown) != chinese


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command has a help page, in both languages, that says what it does and what each option means."""
    from mercer.interfaces.own import own_operations
    from mercer.shop.operations import all_operations

    for operation in {**all_operations(), **own_operations()}.values():
        for language in ("en", "zh-CN"):
            assert run([*operation.command.split(), "--help", "--language", language]) == 0
            assert operation.summary.say(language)[:8] in capsys.readouterr().out.replace("\n", " ")


def test_answers_are_shown_as_tables(capsys: pytest.CaptureFixture[str], trained: Path) -> None:
    """A list of records is a table, with reasons in words, in the language that was asked for."""
    assert run(["recommend", str(trained), "--customer", "c1", "--n", "2", "--language", "zh-CN"]) == 0
    shown = capsys.readouterr().out
    assert "Tea p" in shown
    assert any("\u4e00" <= letter <= "\u9fff" for letter in shown)


def test_language_reaches_the_question(capsys: pytest.CaptureFixture[str], trained: Path) -> None:
    """A question without a language of its own is asked in the user's."""
    assert run(["recommend", str(trained), "--n", "1", "--json", "--language", "zh-CN"]) == 0
    reason = json.loads(capsys.readouterr().out)["items"][0]["reasons"][0]["text"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in reason)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # Not `new` and `serve`: what is drawn at random would make folders anywhere, and servers that do not end.
    command=st.sampled_from(["recommend", "status", "keys create", "record-events", "decisions find", "x", ""]),
    words=st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["--customer", "--n", "--events", "--json", "--language", "zh", "--limit", "-", "--", "--role",
                             "--help", "--since", "@", "@/", "[", "{}", "\x00", "\udcff", "--in-stock-only", "--port"]),
        ),
        max_size=6,
    ),
)  # fmt: skip
def test_no_command_line_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    command: str,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is typed, the program ends with an exit code of the tree; 1 would be a mistake of ours."""
    monkeypatch.chdir(tmp_path_factory.getbasetemp())
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115
    # As ASCII: what is typed at random must not break the report that tells of it.
    assert run([*command.split(), *words]) in (0, 2, 3, 4, 5, 6, 7), ascii(capsys.readouterr().err)


def test_help_is_quick() -> None:
    """mercer --help answers well under a second; the time allows for a machine that is busy with other tests."""
    code = "from mercer.interfaces.cli.main import run; run(['--help'])"
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "words", [["--help"], ["recommend", "--help"], ["train", "--help"], ["nonsense"], ["recommend", "x"]]
)
def test_help_and_mistakes_load_nothing_heavy(words: list[str]) -> None:
    """Neither help nor a mistake loads arrays, frames, databases or the web server."""
    code = (
        "import sys; from mercer.interfaces.cli.main import run\n"
        f"run({words!r})\n"
        "heavy = {'numpy', 'polars', 'scipy', 'sqlalchemy', 'fastapi', 'starlette', 'uvicorn', 'mcp', 'torch', 'sklearn'}\n"
        "print('loaded', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("loaded []\n"), done.stdout


def test_ctrl_c_ends_quietly(trained: Path) -> None:
    """Ctrl-C ends a running command with 130 and no traceback."""
    code = "import sys; from mercer.interfaces.cli.main import run; print('there', flush=True); sys.exit(run(sys.argv[1:]))"
    words = ["record-events", str(trained), "--events", "-", "--language", "en"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"  # Python itself is up, however busy the machine
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip() == "stopped"


def test_a_reader_who_leaves(trained: Path) -> None:
    """`mercer … | head` ends without a complaint when head has seen enough."""
    code = "import sys; from mercer.interfaces.cli.main import run; sys.exit(run(['recommend', sys.argv[1], '--n', '20', '--json']))"
    piped = f"{sys.executable} -c {json.dumps(code)} {trained} | true"
    done = subprocess.run(["bash", "-c", piped], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
