"""Records: frozen, typed, bounded pieces of data with a description in both languages on every field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from mercer.core.errors import Fault, Invalid
from mercer.core.phrase import Phrase


class Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), ser_json_inf_nan="null")


def about(en: str, zh: str, **bounds: Any) -> Any:
    """Describe a field in English and Chinese, with its bounds, for ``Annotated[type, about(...)]``."""
    return Field(description=en, json_schema_extra={"description_zh": zh}, **bounds)


def description(field: FieldInfo) -> Phrase:
    """What ``about`` said of a field."""
    extra = field.json_schema_extra
    chinese = extra.get("description_zh", "") if isinstance(extra, dict) else ""
    return Phrase(field.description or "", str(chinese) or field.description or "")


class LocalPath:
    """Marks a field as a path on the machine that answers, which makes the whole operation local-only."""


class CustomerMark:
    """Marks a field that holds a customer or visitor id, which models see only as a pseudonym."""


def carries(annotation: Any, mark: type, metadata: Iterable[Any] = ()) -> bool:
    """Whether a type, or anything within it, is annotated with such a mark."""
    if any(isinstance(each, mark) for each in metadata):
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return any(carries(field.annotation, mark, field.metadata) for field in annotation.model_fields.values())
    return any(carries(part, mark, getattr(part, "__metadata__", ())) for part in get_args(annotation))


def marked(record: type[Record], mark: type) -> tuple[str, ...]:
    """The fields of a record that carry such a mark."""
    return tuple(name for name, field in record.model_fields.items() if carries(field.annotation, mark, field.metadata))


# A string id as the platform gave it: any characters but control characters, 200 at most.
Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
CustomerId = Annotated[Id, CustomerMark()]
ShortText = Annotated[str, StringConstraints(max_length=500)]
Language = Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$")]


def faults_of(error: ValidationError) -> tuple[Fault, ...]:
    """Pydantic's complaints as faults: the row where the first index stands, the field, what was found."""
    faults = []
    for complaint in error.errors(include_url=False):
        place = complaint["loc"]
        rows = [part for part in place if isinstance(part, int)]
        field = ".".join(str(part) for part in place) or "(whole)"
        found = repr(complaint.get("input"))
        message = complaint["msg"]
        faults.append(
            Fault(
                field,
                found if len(found) <= 80 else found[:77] + "...",
                _remedy(complaint["type"], message, complaint.get("ctx", {})),
                rows[0] if rows else None,
            )
        )
    return tuple(faults)


_CHINESE = {
    "missing": "此字段必填",
    "extra_forbidden": "不认识此字段，请删去或改正拼写",
    "string_type": "应为字符串",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符：{pattern}",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_parsing": "应为 true 或 false",
    "datetime_parsing": "应为 RFC 3339 时间，如 2026-01-31T08:00:00Z",
    "datetime_from_date_parsing": "应为 RFC 3339 时间，如 2026-01-31T08:00:00Z",
    "timezone_aware": "时间须带时区，如 2026-01-31T08:00:00Z",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "greater_than": "必须大于 {gt}",
    "less_than": "必须小于 {lt}",
    "literal_error": "可选的值：{expected}",
    "enum": "可选的值：{expected}",
    "list_type": "应为列表",
    "tuple_type": "应为列表",
    "set_type": "应为列表",
    "bool_type": "应为 true 或 false",
    "datetime_type": "应为 RFC 3339 时间，如 2026-01-31T08:00:00Z",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "too_long": "最多 {max_length} 项，实际 {actual_length} 项",
    "too_short": "至少 {min_length} 项，实际 {actual_length} 项",
    "json_invalid": "不是合法的 JSON",
}


def _remedy(kind: str, message: str, facts: Mapping[str, Any]) -> Phrase:
    if kind == "string_pattern_mismatch" and "\\x00" in str(facts["pattern"]):
        return Phrase("String should hold no control characters", "不得含控制字符")
    chinese = _CHINESE.get(kind)
    return Phrase(message, chinese.format_map(facts).replace(" or ", ", ") if chinese else message)


def refuse(error: ValidationError, what: str) -> Invalid:
    """The refusal of a whole record, naming its first fault and carrying them all."""
    faults = faults_of(error)
    first = faults[0]
    return Invalid(
        Phrase("{what}: field '{field}' holds {found}", "{what}：字段“{field}”的值是 {found}").format(
            what=what, field=first.field, found=first.found
        ),
        first.remedy,
        faults,
    )
