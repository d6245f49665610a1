"""The page of the command line."""

from __future__ import annotations

from mercer.core.operation import Operation
from mercer.core.phrase import Phrase
from mercer.interfaces.fields import Shape, shapes
from mercer.interfaces.own import own_operations
from mercer.interfaces.reference.markdown import page as whole
from mercer.interfaces.reference.markdown import table
from mercer.shop.operations import all_operations

INTRODUCTION = Phrase(
    "Every command is `mercer <command> SHOP …`, where SHOP is the folder of the shop. Lists may be repeated or separated "
    "by commas; JSON may be written out, read from a file (`@FILE`) or from standard input (`-`). `--json` prints the "
    "result as JSON and an error as a problem; `--language` (else `MERCER_LANGUAGE`, else `LANG`) chooses English or "
    "Chinese.\n\nExit codes: 0 done · 2 the input was refused · 3 not allowed · 4 there is no such thing · 5 somebody else "
    "is at it, or too often · 6 something has to be trained or installed first · 7 the database does not answer · "
    "130 stopped.",
    "每个命令的形式为 `mercer <命令> 店铺 …`，其中“店铺”是店铺文件夹。列表可重复给出，或用逗号分隔；JSON 可直接写出、"
    "从文件读取（`@文件`）或从标准输入读取（`-`）。`--json` 以 JSON 输出结果与错误；`--language`（其次 `MERCER_LANGUAGE`，"
    "再次 `LANG`）选择中文或英文。\n\n退出码：0 完成 · 2 输入被拒绝 · 3 无权限 · 4 不存在 · 5 他人正在操作，或过于频繁 · "
    "6 须先训练或安装 · 7 数据库没有回应 · 130 已停止。",
)

ON = Phrase(" (on by default)", "（默认开启）")


def page(language: str) -> str:
    """Every command with its options."""
    operations = [*all_operations().values(), *own_operations().values()]
    return whole(
        language,
        Phrase("Command line", "命令行"),
        INTRODUCTION.say(language),
        *(_command(each, language) for each in sorted(operations, key=lambda each: each.command)),
    )


def _command(operation: Operation, language: str) -> str:
    fields = {shape.name: shape for shape in shapes(operation.input)}
    places = [fields.pop(name) for name in operation.positional]
    words = " ".join(f"{shape.name.upper()}{'…' if shape.kind == 'many' else ''}" for shape in places)
    folder = f"[{operation.folder}]" if operation.folder else "SHOP"
    usage = f"mercer {operation.command} {folder} {words}".strip()
    heads = [Phrase("option", "选项").say(language), "", Phrase("meaning", "含义").say(language)]
    rows = [(f"`{shape.name.upper()}`", "", shape.about.say(language)) for shape in places]
    rows += [(f"`{_flag(shape)}`", _word(shape), _about(shape, language)) for shape in fields.values()]
    return f"## {operation.command}\n\n{operation.summary.say(language)}\n\n```\n{usage}\n```\n\n{table(heads, rows)}".strip()


def _flag(shape: Shape) -> str:
    return f"{shape.flag} / --no-{shape.flag[2:]}" if shape.kind == "flag" else shape.flag


def _word(shape: Shape) -> str:
    return "" if shape.kind == "flag" else f"{shape.word} …" if shape.kind == "many" else shape.word


def _about(shape: Shape, language: str) -> str:
    if shape.required:
        return shape.about.say(language) + Phrase(" *(required)*", "*（必填）*").say(language)
    if shape.kind == "flag":
        return shape.about.say(language) + (ON.say(language) if shape.default else "")
    if shape.default in (None, (), [], ""):
        return shape.about.say(language)
    shown = ", ".join(map(str, shape.default)) if isinstance(shape.default, (list, tuple)) else str(shape.default)
    return f"{shape.about.say(language)} (`{shown}`)"
