"""Files in a bucket of an object store that speaks S3."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from mercer.core.errors import Conflict, Invalid, Unavailable, missing_extra
from mercer.core.phrase import Phrase
from mercer.store.blobs import Blobs, checked_name, no_file

if TYPE_CHECKING:
    from obstore.store import S3Store

TRIES = 20
"""How often a change is tried again when others change the same file at the same time."""

_OPTIONS = {"endpoint": "aws_endpoint_url", "region": "aws_region"}


def open_s3(address: str) -> Blobs:
    """The files at s3://bucket/prefix, with ?endpoint=…&region=… for a store that is not Amazon's."""
    try:
        from obstore.store import S3Store
    except ImportError:
        raise missing_extra("s3", "s3://") from None
    parts = urlsplit(address)
    given = dict(parse_qsl(parts.query))
    if not parts.netloc or set(given) - set(_OPTIONS):
        raise Invalid(
            Phrase("'{address}' is not an address of an object store", "“{address}”不是对象存储地址").format(
                address=address
            ),
            Phrase(
                "write s3://bucket/prefix?endpoint=https://…&region=…",
                "请写成 s3://bucket/prefix?endpoint=https://…&region=…",
            ),
        )
    options = {_OPTIONS[name]: value for name, value in given.items()}
    if given.get("endpoint", "").startswith("http://"):
        options["aws_allow_http"] = "true"
    client: Any = {"timeout": "60s", "connect_timeout": "10s"}
    if "aws_allow_http" in options:  # where the address does not say so, AWS_ALLOW_HTTP in the environment may
        client["allow_http"] = True
    config: Any = options
    prefix = parts.path.strip("/")
    store = S3Store(
        parts.netloc, prefix=prefix or None, config=config, client_options=client, retry_config={"max_retries": 4}
    )
    return S3Blobs(store, f"s3://{parts.netloc}/{prefix}".rstrip("/"), options)


class S3Blobs(Blobs):
    """Named files under a prefix of a bucket."""

    def __init__(self, store: S3Store, address: str, options: Mapping[str, str]) -> None:
        self._store = store
        self._address = address
        self._options = options

    def read(self, name: str) -> bytes:
        """Fetch the object."""
        with _told(name):
            return self._get(name)[0]

    def _get(self, name: str) -> tuple[bytes, Any]:
        import obstore

        found = obstore.get(self._store, checked_name(name))
        return bytes(found.bytes()), found.meta["e_tag"]

    def pieces(self, name: str) -> Iterator[bytes]:
        """Fetch the object as it comes."""
        import obstore

        with _told(name):
            for piece in obstore.get(self._store, checked_name(name)).stream(min_chunk_size=2**20):
                yield bytes(piece)

    def write(self, name: str, content: bytes) -> None:
        """Put the object, which is atomic."""
        import obstore

        with _told(name):
            obstore.put(self._store, checked_name(name), content)

    def change(self, name: str, change: Callable[[bytes | None], bytes]) -> bytes:
        """Put it on condition that it is still the one that was read; Conflict after many tries."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        for tried in range(TRIES):
            with _told(name):
                try:
                    before, mark = self._get(name)
                except FileNotFoundError:
                    before, mark = None, None
                content = change(before)
                try:
                    # Only if the file is still the one that was read; otherwise somebody else was faster.
                    obstore.put(self._store, name, content, mode="create" if mark is None else {"e_tag": mark})
                except (AlreadyExistsError, PreconditionError):
                    time.sleep(random.uniform(0, 0.01 * 2 ** min(tried, 6)))  # so that the losers do not meet again
                    continue
                return content
        raise Conflict(
            Phrase("too many changes of '{name}' at once", "同时修改“{name}”的请求过多").format(name=name),
            Phrase("try again in a moment", "请稍后再试"),
        )

    def exists(self, name: str) -> bool:
        """Ask for its head."""
        import obstore

        with _told(name):
            try:
                obstore.head(self._store, checked_name(name))
            except FileNotFoundError:
                return False
        return True

    def sizes(self, prefix: str = "") -> dict[str, int]:
        """Ask page by page for all under the prefix."""
        import obstore

        # The object store lists whole folders; the last part of the prefix is compared here.
        start = checked_name(prefix).rpartition("/")[0] if prefix else None
        with _told(prefix):
            found = {each["path"]: each["size"] for page in obstore.list(self._store, start or None) for each in page}
        return {name: found[name] for name in sorted(found) if name.startswith(prefix)}

    def delete(self, prefix: str) -> None:
        """Delete all that ``list`` finds under the name."""
        import obstore

        name = prefix.rstrip("/")
        names = [each for each in self.list(name) if each == name or each.startswith(name + "/")]
        with _told(prefix):
            if names:
                obstore.delete(self._store, names)

    def upload(self, folder: Path, prefix: str) -> None:
        """Put the files one by one, as they are read."""
        import obstore

        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            name = f"{prefix}/{path.relative_to(folder).as_posix()}"
            with _told(name):
                obstore.put(self._store, checked_name(name), path)

    def folder(self, prefix: str) -> None:
        """They have to be downloaded."""

    def scan_address(self, name: str) -> str:
        """The address without its options."""
        return f"{self._address}/{checked_name(name)}"

    @property
    def scan_options(self) -> Mapping[str, str]:
        """The options that the address had; keys come from the environment."""
        return self._options


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Troubles of the object store as errors that say what to do."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise Unavailable(
                Phrase("there is no such bucket", "没有这个存储桶"),
                Phrase(
                    "make the bucket, or correct the address in mercer.toml",
                    "请建立该存储桶，或更正 mercer.toml 中的地址",
                ),
            ) from error
        raise no_file(name) from None
    except (BaseError, OSError) as error:
        raise Unavailable(
            Phrase("the object store does not answer: {words}", "对象存储没有回应：{words}").format(
                words=" ".join(str(error).split("Debug source")[0].split())[:300]
            ),
            Phrase(
                "check the address, the network, and the keys in the environment (AWS_ACCESS_KEY_ID …)",
                "请检查地址、网络，以及环境变量中的密钥（AWS_ACCESS_KEY_ID 等）",
            ),
        ) from error
