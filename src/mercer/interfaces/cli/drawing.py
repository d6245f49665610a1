"""From an operation to a Typer command."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import typer
from rich.markup import escape
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from mercer.core.operation import Operation
from mercer.core.phrase import Phrase
from mercer.interfaces.fields import Shape, shapes

Call = Callable[[Operation, dict[str, Any]], None]

WORDS = {
    "SHOP": Phrase("folder of the shop", "店铺文件夹"),
    "JSON": Phrase("print the result as JSON", "以 JSON 输出结果"),
    "LANGUAGE": Phrase(
        "language of the output: en or zh-CN [dim](default: MERCER_LANGUAGE, then LANG)[/]",
        "输出语言：en 或 zh-CN [dim]（默认取 MERCER_LANGUAGE，再取 LANG）[/]",
    ),
    "HELP": Phrase("show this help and exit", "显示此帮助并退出"),
    "MANY": Phrase("repeat it, or separate by commas", "可重复，或用逗号分隔"),
    "FACTS": Phrase("JSON, or @FILE, or - for standard input", "JSON 文本，或 @文件，或 - 表示标准输入"),
    "ON": Phrase("(on by default)", "（默认开启）"),
    "GROUP": Phrase("commands: {names}", "命令：{names}"),
    "TITLE": Phrase("Mercer, the AI engine for online shops", "Mercer：网店的 AI 引擎"),
    "VERSION": Phrase("print the version and exit", "显示版本并退出"),
}


def draw(operations: Mapping[str, Operation], language: str, call: Call) -> TyperGroup:
    """The whole command tree; a command of two words becomes a group and its member."""
    _speak(language)
    root = _group(WORDS["TITLE"].say(language), language)
    root.callback(invoke_without_command=True)(_root(language))
    groups: dict[str, list[tuple[str, Operation]]] = {}
    for operation in operations.values():
        first, _, rest = operation.command.partition(" ")
        if rest:
            groups.setdefault(first, []).append((rest, operation))
        else:
            _add(root, first, operation, language, call)
    for name, members in groups.items():
        names = ", ".join(member for member, _ in members)
        group = _group(WORDS["GROUP"].format(names=names).say(language), language)
        group.callback()(lambda: None)
        for member, operation in members:
            _add(group, member, operation, language, call)
        root.add_typer(group, name=name, cls=_classes(language)[1])
    drawn = typer.main.get_command(root)
    assert isinstance(drawn, TyperGroup)
    return drawn


def _group(help: str, language: str) -> typer.Typer:
    return typer.Typer(
        name="mercer",
        cls=_classes(language)[1],
        help=help,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def _root(language: str) -> Callable[..., None]:
    """What may stand before the command. --language is read before anything is drawn, and only shown here."""

    def root(**given: Any) -> None:
        if given["version"]:
            from importlib.metadata import version as installed

            typer.echo(f"mercer {installed('mercer')}")
            raise typer.Exit

    root.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            _plain("language", "--language", str, WORDS["LANGUAGE"].say(language)),
            _plain("version", "--version", bool, WORDS["VERSION"].say(language)),
        ]
    )
    return root


def _add(app: typer.Typer, name: str, operation: Operation, language: str, call: Call) -> None:
    def command(**given: Any) -> None:
        call(operation, given)

    command.__signature__ = inspect.Signature(_parameters(operation, language))  # type: ignore[attr-defined]
    summary = escape(operation.summary.say(language))
    app.command(name, cls=_classes(language)[0], help=summary, short_help=summary)(command)


def _parameters(operation: Operation, language: str) -> list[inspect.Parameter]:
    parameters = [_argument("shop_folder", str, operation.folder or ..., "SHOP", WORDS["SHOP"].say(language))]
    fields = {shape.name: shape for shape in shapes(operation.input)}
    for name in operation.positional:
        shape = fields.pop(name)
        kind = list[str] if shape.kind == "many" else str
        default = ... if shape.required else None
        parameters.append(_argument(name, kind, default, name.upper(), _help(shape, language)))
    parameters += [_option(shape, language) for shape in fields.values()]
    if "language" not in fields:
        parameters.append(_plain("language", "--language", str, WORDS["LANGUAGE"].say(language)))
    parameters.append(_plain("as_json", "--json", bool, WORDS["JSON"].say(language)))
    return parameters


def _argument(name: str, kind: Any, default: Any, word: str, help: str) -> inspect.Parameter:
    info = typer.Argument(default, metavar=word, help=help, show_default=False)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=info, annotation=kind)


def _plain(name: str, flag: str, kind: Any, help: str) -> inspect.Parameter:
    metavar = "" if kind is bool else "TEXT"
    info = typer.Option(False if kind is bool else None, flag, help=help, show_default=False, metavar=metavar)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=info, annotation=kind)


def _option(shape: Shape, language: str) -> inspect.Parameter:
    """A field as an option. Its value stays text: the input record alone says what is right, in one voice."""
    flags = [f"{shape.flag}/--no-{shape.name.replace('_', '-')}"] if shape.kind == "flag" else [shape.flag]
    kinds: dict[str, Any] = {"flag": bool | None, "many": list[str] | None}
    info = typer.Option(
        ... if shape.required else None,
        *flags,
        help=_help(shape, language),
        show_default=False,
        metavar="" if shape.kind == "flag" else shape.word,
    )
    kind = kinds.get(shape.kind, str if shape.required else str | None)
    return inspect.Parameter(shape.name, inspect.Parameter.KEYWORD_ONLY, default=info, annotation=kind)


def _help(shape: Shape, language: str) -> str:
    parts = [escape(shape.about.say(language))]
    if shape.kind in ("many", "facts"):
        parts.append(f"[dim]({escape(WORDS[shape.kind.upper()].say(language))})[/]")
    if shape.kind == "flag":
        parts += [f"[dim]{WORDS['ON'].say(language)}[/]"] if shape.default else []
    elif shape.default not in (None, (), [], ""):
        shown = ", ".join(map(str, shape.default)) if isinstance(shape.default, (list, tuple)) else str(shape.default)
        parts.append(f"[dim]\\[{escape(shown)}][/]")
    return " ".join(parts)


def _classes(language: str) -> tuple[type[TyperCommand], type[TyperGroup]]:
    """Typer's command and group, whose --help speaks the user's language."""
    words = WORDS["HELP"].say(language)

    class Command(TyperCommand):
        def get_help_option(self, ctx: Any) -> Any:
            return _said(super().get_help_option(ctx), words)

    class Group(TyperGroup):
        def get_help_option(self, ctx: Any) -> Any:
            return _said(super().get_help_option(ctx), words)

    return Command, Group


def _said(option: Any, words: str) -> Any:
    if option is not None:
        option.help, option.metavar = words, ""
    return option


def _speak(language: str) -> None:
    """Typer's own headings in the user's language; it offers no other way to set them."""
    words = {
        "ARGUMENTS_PANEL_TITLE": Phrase("Arguments", "参数"),
        "OPTIONS_PANEL_TITLE": Phrase("Options", "选项"),
        "COMMANDS_PANEL_TITLE": Phrase("Commands", "命令"),
        "REQUIRED_LONG_STRING": Phrase("[required]", "[必填]"),
    }
    for name, phrase in words.items():
        setattr(rich_utils, name, phrase.say(language))
