"""A shop's settings: the file mercer.toml in its folder."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import StringConstraints, ValidationError

from mercer.core.errors import Conflict, Invalid, NotFound, Unavailable
from mercer.core.phrase import Phrase
from mercer.core.record import Language, Record, ShortText, about, refuse
from mercer.store.disk import disk_told

FILE = "mercer.toml"

Address = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f]+$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class ServerSettings(Record):
    """How ``mercer serve`` answers; every value may be left out."""

    origins: Annotated[
        tuple[ShortText, ...],
        about(
            "web origins whose pages may call from a browser (CORS), such as https://shop.example; none by default",
            "允许从浏览器跨域调用的网页来源（CORS），如 https://shop.example；默认没有",
        ),
    ] = ()
    body_bytes: Annotated[int, about("largest request body in bytes", "请求正文的最大字节数", ge=1024, le=2**30)] = (
        2**20
    )
    key_rate: Annotated[
        float, about("requests per second one API key may make", "每个 API 密钥每秒可发的请求数", gt=0, le=10**6)
    ] = 2000
    address_rate: Annotated[
        float, about("requests per second one network address may make", "每个网络地址每秒可发的请求数", gt=0, le=10**6)
    ] = 2000
    metrics: Annotated[
        Literal["open", "staff", "owner"],
        about("who may read /metrics: anybody, or only with such a key", "谁可以读取 /metrics：任何人，或须持此类密钥"),
    ] = "staff"
    drain_seconds: Annotated[
        float,
        about(
            "how long requests under way may take to finish when the server is told to stop",
            "服务器收到停止信号后，留给进行中请求的秒数",
            ge=0,
            le=600,
        ),
    ] = 20


class Settings(Record):
    """What mercer.toml says: the shop's name, its currency and languages, and where its data lives."""

    name: Annotated[Name, about("name of the shop", "店铺名称")]
    currency: Annotated[
        Currency, about("ISO-4217 currency of amounts that name none", "未注明币种时采用的 ISO-4217 货币")
    ] = "EUR"
    languages: Annotated[
        tuple[Language, ...],
        about(
            "languages of the shop's customers, BCP-47; the first one is the default",
            "顾客使用的语言（BCP-47）；第一个为默认",
            min_length=1,
            max_length=50,
        ),
    ] = ("en", "zh-CN")
    store: Annotated[
        Address,
        about(
            "address of the database: sqlite:///file or postgresql://…", "数据库地址：sqlite:///文件 或 postgresql://…"
        ),
    ] = "sqlite:///shop.db"
    snapshots: Annotated[
        Address,
        about("where snapshots are kept: a folder or s3://bucket/prefix", "快照存放处：文件夹或 s3://bucket/prefix"),
    ] = "snapshots"
    models: Annotated[
        Address,
        about(
            "where trained models are kept: a folder or s3://bucket/prefix", "模型存放处：文件夹或 s3://bucket/prefix"
        ),
    ] = "models"
    engine: Annotated[
        Address, about("what trains models: local, or ray://host:port", "训练引擎：local 或 ray://主机:端口")
    ] = "local"
    server: Annotated[ServerSettings, about("the HTTP server", "HTTP 服务器")] = ServerSettings()


def read(folder: Path) -> Settings:
    """The settings in ``folder``; NotFound where there is no shop, Invalid where the file is wrong."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, ValueError):  # a name with a NUL in it names nothing
        raise NotFound(
            Phrase("there is no shop in '{folder}'", "“{folder}”里没有店铺").format(folder=folder),
            Phrase("make one: mercer new {folder}", "先新建一个：mercer new {folder}").format(folder=folder),
        ) from None
    except OSError as error:
        raise Unavailable(
            Phrase("cannot read {path}: {error}", "无法读取 {path}：{error}").format(path=path, error=error.strerror),
            Phrase("check the name and the rights of the file", "请检查文件名及其权限"),
        ) from None
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(
            Phrase("{path} is not TOML: {error}", "{path} 不是合法的 TOML：{error}").format(path=path, error=error),
            Phrase("mend the line it names", "请改正所指的那一行"),
        ) from None
    except ValidationError as error:
        raise refuse(error, str(path)) from None


def write_new(folder: Path, settings: Settings) -> None:
    """Write mercer.toml into ``folder``; Conflict where there is one already."""
    with disk_told():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with (folder / FILE).open("x", encoding="utf-8") as file:
                file.write(toml(settings.model_dump(exclude_defaults=False)))
        except FileExistsError:
            raise Conflict(
                Phrase("there is a shop in '{folder}' already", "“{folder}”里已经有店铺了").format(folder=folder),
                Phrase("choose another folder, or work with this shop", "请换一个文件夹，或直接使用这个店铺"),
            ) from None


def toml(values: Mapping[str, Any]) -> str:
    """TOML of plain values and one level of tables.

    >>> print(toml({"name": "Tea & co", "sizes": (1, 2), "server": {"quick": True}}), end="")
    name = "Tea & co"
    sizes = [1, 2]
    <BLANKLINE>
    [server]
    quick = true
    """
    lines = [f"{key} = {_literal(value)}" for key, value in values.items() if not isinstance(value, Mapping)]
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += ["", f"[{key}]", *(f"{inner} = {_literal(each)}" for inner, each in value.items())]
    return "\n".join(lines) + "\n"


def _literal(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_literal(each) for each in value) + "]"
    # A TOML string reads as a JSON string does, but knows no surrogate pairs.
    return json.dumps(value, ensure_ascii=False)


def resolve(address: str, folder: Path) -> str:
    """An address with ${VARIABLES} filled from the environment and a relative path made absolute within ``folder``.

    >>> resolve("sqlite:///shop.db", Path("/shops/tea"))
    'sqlite:////shops/tea/shop.db'
    >>> resolve("snapshots", Path("/shops/tea"))
    '/shops/tea/snapshots'
    """
    address = re.sub(r"\$\{(\w+)\}", _from_environment, address)
    if address.startswith("sqlite:///"):
        return f"sqlite:///{folder / address.removeprefix('sqlite:///')}"
    return address if "://" in address else str(folder / address)


def _from_environment(found: re.Match[str]) -> str:
    value = os.environ.get(found[1])
    if value is None:
        raise Invalid(
            Phrase(
                "mercer.toml names the environment variable {name}, which is not set",
                "mercer.toml 用到的环境变量 {name} 没有设置",
            ).format(name=found[1]),
            Phrase("export {name}=…", "请先 export {name}=…").format(name=found[1]),
        )
    return value
