"""The ``mercer`` program: read, run, show; every error ends in a message, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from mercer.core.errors import Invalid, MercerError
from mercer.core.operation import Operation, Then, silent
from mercer.core.phrase import Phrase
from mercer.interfaces.cli.drawing import draw
from mercer.interfaces.cli.reading import all_text, language_of, read_input
from mercer.interfaces.own import own_operations
from mercer.interfaces.problems import problem_json
from mercer.shop.operations import all_operations

INTERRUPTED = 130


def main() -> NoReturn:
    """Entry point of the ``mercer`` program."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], operations: Mapping[str, Operation] | None = None) -> int:
    """Carry out one command line and say how it ended: 0, or the exit code of the error tree."""
    language = language_of(arguments)
    told = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        all_text(arguments)
        tree = draw({**all_operations(), **own_operations()} if operations is None else operations, language, _call)
        return _run(tree, list(arguments))
    except MercerError as error:
        _tell(error, language, "--json" in arguments, told)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        told.print(Phrase("stopped", "已停止").say(language))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain once more while it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if os.environ.get("MERCER_DEBUG"):
            raise
        _tell(_unexpected(error), language, "--json" in arguments, told)
        return 1


def _run(tree: TyperGroup, arguments: list[str]) -> int:
    try:
        ended = tree.main(arguments, prog_name="mercer", standalone_mode=False)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
            return 0
        raise _usage(error, tree) from None
    if ended == INTERRUPTED:  # Typer turns Ctrl-C into this
        raise KeyboardInterrupt
    sys.stdout.flush()
    return ended if isinstance(ended, int) else 0


def _call(operation: Operation, given: dict[str, Any]) -> None:
    """Run one operation and show what came of it."""
    from mercer.interfaces.cli.progress import Bars
    from mercer.interfaces.cli.showing import show
    from mercer.shop import Shop

    language = language_of(sys.argv[1:] if given.get("language") is None else ["--language", str(given["language"])])
    record = read_input(operation, given, language)
    folder = Path(given["shop_folder"])
    with Bars(Console(stderr=True), language) as progress:
        if operation.opens_shop:
            with Shop.open(folder) as shop:
                result = shop.run(operation, record, progress=progress, channel="cli")
        else:
            result = operation.run(folder, record, progress)  # type: ignore[arg-type]
    if given["as_json"]:
        print("{}" if result is None else result.model_dump_json())
    else:
        show(result, language, Console())
    _go_on(getattr(result, "then", None))


def _go_on(then: Then | None) -> None:
    """Go on with what the result names, such as the server at the end of the demo."""
    if then is None:
        return
    from mercer.shop import Shop

    operation = {**all_operations(), **own_operations()}[then.operation]
    with Shop.open(then.folder) as shop:
        operation.run(shop, operation.input.model_validate(then.given), silent)


def _tell(error: MercerError, language: str, as_json: bool, console: Console) -> None:
    if as_json:
        console.print(_printable(problem_json(error, language)), markup=False)
        return
    console.print(Phrase("Error: ", "错误：").say(language), style="bold red", end="")
    console.print(_printable(error.message.say(language)), markup=False)
    # A lone fault that names no row is what message and hint say already.
    for fault in error.faults[:20] if len(error.faults) > 1 or any(f.row is not None for f in error.faults) else ():
        row = "" if fault.row is None else Phrase("row {row}, ", "第 {row} 行，").format(row=fault.row).say(language)
        line = f"  {row}{fault.field}: {fault.found} → {fault.remedy.say(language)}"
        console.print(_printable(line), markup=False)
    if error.hint.en:
        console.print(Phrase("Hint: ", "提示：").say(language), style="bold green", end="")
        console.print(_printable(error.hint.say(language)), markup=False)


def _printable(text: str) -> str:
    """Text with whatever no terminal can show, such as bytes of a file name that are no UTF-8, written out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _usage(error: Any, tree: TyperGroup) -> Invalid:
    """What Typer did not understand, as an error of our own tree."""
    path = error.ctx.command_path if getattr(error, "ctx", None) is not None else "mercer"
    help_hint = Phrase("see: {path} --help", "请看：{path} --help").format(path=path)
    kind = type(error).__name__
    if kind == "NoSuchOption":
        near = get_close_matches(error.option_name, _flags(error.ctx), n=1)
        return Invalid(
            Phrase("{path} has no option {option}", "{path} 没有选项 {option}").format(
                path=path, option=error.option_name
            ),
            Phrase("did you mean {near}?", "您是不是要用 {near}？").format(near=near[0]) if near else help_hint,
        )
    if kind == "MissingParameter" and error.param is not None:
        return Invalid(
            Phrase("{path} needs {what}", "{path} 缺少 {what}").format(
                path=path, what=error.param.get_error_hint().strip("'")
            ),
            help_hint,
        )
    if "No such command" in error.message:
        return _no_command(error, path, help_hint)
    return Invalid(Phrase("{path}: {text}", "{path}：{text}").format(path=path, text=error.format_message()), help_hint)


def _no_command(error: Any, path: str, help_hint: Phrase) -> Invalid:
    typed = error.message.split("'")[1] if "'" in error.message else error.message
    names = list(error.ctx.command.commands)
    near = get_close_matches(typed, names, n=3, cutoff=0.5)
    return Invalid(
        Phrase("there is no command '{path} {typed}'", "没有命令“{path} {typed}”").format(path=path, typed=typed),
        Phrase("did you mean: {near}?", "您是不是要用：{near}？").format(near=", ".join(near)) if near else help_hint,
    )


def _flags(context: Any) -> list[str]:
    return [flag for parameter in context.command.params for flag in (*parameter.opts, *parameter.secondary_opts)]


def _unexpected(error: Exception) -> MercerError:
    return MercerError(
        Phrase("something went wrong that should not: {kind}: {error}", "出现了意外错误：{kind}：{error}").format(
            kind=type(error).__name__, error=error
        ),
        Phrase(
            "run it again with MERCER_DEBUG=1 to see where, and report it",
            "请加上 MERCER_DEBUG=1 重新运行以查看位置，并反馈给我们",
        ),
    )
