"""Running the HTTP server: the socket, the first key, the processes, and stopping without dropping a request."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from mercer.core.errors import Conflict, Invalid, missing_extra
from mercer.core.phrase import Phrase

if TYPE_CHECKING:
    import uvicorn

    from mercer.interfaces.rest.gate import Gate
    from mercer.shop import Shop

SHOP = "MERCER_SERVED_SHOP"
BACKLOG = 2048
HANGS_SECONDS = 60
"""A worker that says nothing for so long is replaced; starting one takes seconds where the machine is busy."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; Conflict where the port is taken, Invalid where there is no such address."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
    except socket.gaierror as error:
        raise Invalid(
            Phrase("'{host}' is no address of this machine: {error}", "“{host}”不是本机地址：{error}").format(
                host=host, error=error
            ),
            Phrase(
                "use --host 127.0.0.1, or 0.0.0.0 for every address", "请用 --host 127.0.0.1，或用 0.0.0.0 表示全部地址"
            ),
        ) from None
    except OSError as error:
        raise Conflict(
            Phrase("cannot listen at {host}:{port}: {error}", "无法监听 {host}:{port}：{error}").format(
                host=host, port=port, error=error.strerror
            ),
            Phrase("stop what listens there, or choose another --port", "请停止占用该端口的程序，或换一个 --port"),
        ) from None
    made.listen(BACKLOG)
    made.set_inheritable(True)
    return made


def run(shop: Shop, listening: socket.socket, address: str, workers: int, access_log: bool) -> None:
    """Serve until SIGTERM or SIGINT; then take no new request and finish those under way."""
    try:
        import fastapi  # noqa: F401
        import uvicorn
    except ImportError:
        raise missing_extra("server", "mercer serve") from None
    _log(access_log)
    _greet(shop, address)
    _end_well()
    _settle()
    if workers == 1:
        from mercer.interfaces.rest.app import application

        uvicorn.Server(_config(application(shop), shop)).run(sockets=[listening])
        return
    os.environ[SHOP] = str(shop.folder)
    _run_processes(_config("mercer.interfaces.serving:from_environment", shop, workers), listening)


def _run_processes(config: uvicorn.Config, listening: socket.socket) -> None:
    from uvicorn.supervisors import Multiprocess

    class Processes(Multiprocess):
        """The workers, and the socket that they share."""

        def terminate_all(self) -> None:
            """Stop listening here too: else those who connect while the workers finish would wait for nobody."""
            listening.close()
            super().terminate_all()

    Processes(config, [listening]).run()


def _config(app: Gate | str, shop: Shop, workers: int = 1) -> uvicorn.Config:
    import uvicorn

    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        timeout_worker_healthcheck=HANGS_SECONDS,
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=int(shop.settings.server.drain_seconds) or None,
    )


def from_environment() -> Gate:
    """The application of one worker process."""
    from mercer.interfaces.rest.app import application
    from mercer.shop import Shop

    _log(False)
    _settle()
    return application(Shop.open(Path(os.environ[SHOP])))


def _settle() -> None:
    """Let Python's own housekeeping stay out of the way of requests.

    What is there now stays there, so the collector need not look at it again, and it looks for garbage cycles less often:
    together 15 % more requests per second. The thread that answers gives the event loop its turn after 1 ms, not 5.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(0.001)


def _end_well() -> None:
    """Let SIGTERM be an ordinary end: uvicorn, having finished, sends itself the signal again, which would kill us."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: None)


def _log(access_log: bool) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("mercer").setLevel(logging.INFO)
    logging.getLogger("mercer.http").setLevel(logging.INFO if access_log else logging.WARNING)


def _greet(shop: Shop, address: str) -> None:
    """Say where the server is; a shop without any key gets its first one, which is shown this once and kept hashed."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"{shop.settings.name}: {address}", markup=False)
    if not shop.store.keys.list():
        secret = shop.store.keys.create("first", "owner")
        console.print(
            f"owner key, shown this once / 所有者密钥，仅显示这一次: {secret}\n"
            f"keys for others / 为他人新建密钥: mercer keys create {shop.folder} --role public",
            markup=False,
        )
