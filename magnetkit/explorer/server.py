"""Serving the explorer to this machine alone."""

import io
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._core.errors import InputError
from ._results import Results

if TYPE_CHECKING:
    from dash import Dash
    from flask import Response
    from werkzeug.serving import BaseWSGIServer


_log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 8050
MOST_BYTES = 1 << 20
"""Largest size of a request; those of the page have some kilobytes."""
_BLOCK = 1 << 16
_CLIENT_TIMEOUT_S = 10.0
"""How long a client may be silent within its request."""
AT_ONCE = 1
"""Threads that answer: each keeps memory, and they share one interpreter."""


def serve(
    path: Path, port: int = PORT, announce: Callable[[str], object] = print
) -> None:
    """Serve the explorer of a results folder until interrupted.

    Parameters
    ----------
    path : Path
        Results folder of a finished screening.
    port : int
        Port on 127.0.0.1, 8050 by default; 0 takes a free one.
    announce : callable
        Called with the address, such as ``"http://127.0.0.1:8050/"``, once it
        can be opened.

    Raises
    ------
    InputError
        If dash is not installed or the port is taken.
    OverflowError
        If the port is not 0 to 65535.
    StoreError
        If the folder cannot be read, is of no finished screening, or ranks no
        candidate.
    """
    try:
        from .page import application
    except ImportError:
        raise InputError(
            "the explorer needs dash; install it with pip install 'magnetkit[explore]'"
        ) from None
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        """Log nothing, as every movement of a control would be a line; wait for no one long."""

        timeout = _CLIENT_TIMEOUT_S

        def log(self, *_: object) -> None:
            pass

    results = Results(Path(path))
    app = application(results)
    _guard(app)
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise InputError(
            f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from None
    with listener:
        own_port = listener.getsockname()[1]
        server = make_server(
            HOST,
            own_port,
            app.server,
            True,
            request_handler=Quiet,
            fd=listener.fileno(),
        )
        # A client that leaves or falls silent is no fault; --verbose shows it.
        server.handle_error = _log_unfinished_request  # type: ignore[assignment, method-assign]
        _run(server, results, lambda: announce(f"http://{HOST}:{own_port}/"))


def _log_unfinished_request(*_: object) -> None:
    _log.debug("a request was not finished", exc_info=True)


def _guard(app: "Dash") -> None:
    """Protect the application `app` of dash, in place.

    It is changed, nothing is returned. Its pages run their own scripts alone.
    Requests must name this machine (127.0.0.1 or localhost) and be small (at
    most 1 MiB), one is answered at once, and one at which an error is raised
    gets status 400; errors of HTTP keep their status.
    """
    from werkzeug.exceptions import HTTPException

    # A page of another site may point its own name at this machine; only these names are ours.
    app.server.config["TRUSTED_HOSTS"] = [HOST, "localhost"]
    app.server.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    # The scripts that dash writes into the page go by their hash.
    scripts = " ".join(["'self'", *app.csp_hashes()])
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )

    app.server.wsgi_app = _limit_threads(app.server.wsgi_app)

    @app.server.after_request
    def protect(answer: "Response") -> "Response":
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    @app.server.errorhandler(Exception)
    def refuse(error: Exception) -> Any:
        """Answer a request that failed: errors of HTTP stand, any other `error` becomes status 400.

        The answer to another error is a pair of a fixed text and 400; what the
        error says is only logged.
        """
        if isinstance(error, HTTPException):
            return error
        # Shown with --verbose; dash itself fails on a request that is none of its page.
        _log.debug("a request to the explorer failed", exc_info=error)
        return "This request cannot be answered.", 400


def _limit_threads(answer: Any) -> Any:
    """Build a WSGI application that answers by at most `AT_ONCE` threads; other requests wait.

    `answer` is the WSGI application to call, as ``answer(environ, start)``; the
    result is called likewise. Each request is read as a whole before it waits;
    one of more than `MOST_BYTES` is refused with status 413.
    """
    from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
    from werkzeug.wsgi import get_input_stream

    threads = ThreadPoolExecutor(AT_ONCE, "explorer")

    def answer_request(environ: dict[str, Any], start: Any) -> Any:
        """Read the whole request, then let a thread of the pool answer it.

        `environ` and `start` are WSGI's record of the request and its function
        that begins the answer; the parts of the answer are returned. A request
        that is too large is refused with status 413. ConnectionError if the
        client has gone.
        """
        # Read here: none waits for the body of another.
        try:
            body = get_input_stream(
                environ, max_content_length=MOST_BYTES
            ).read()
        except RequestEntityTooLarge as error:
            return _refuse_request(error(environ, start), environ)
        except (ClientDisconnected, OSError):
            # The server ends such a connection without a word.
            raise ConnectionError from None
        whole = {
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
        }
        return threads.submit(answer, environ | whole, start).result()

    return answer_request


def _refuse_request(
    said: Iterable[bytes], environ: dict[str, Any]
) -> Iterator[bytes]:
    """Yield the parts of an answer, then read and discard the rest of the request.

    Parameters
    ----------
    said : iterable of bytes
        The answer, which refuses the request.
    environ : dict
        WSGI's record of the request; its ``wsgi.input`` is read to the end by
        ``CONTENT_LENGTH``, or until the client fails.
    """
    from werkzeug.wsgi import get_content_length

    yield from said
    # The server itself would do so in blocks of ten megabytes.
    length = get_content_length(environ) or 0
    with suppress(OSError):
        while length > 0 and (
            part := environ["wsgi.input"].read(min(length, _BLOCK))
        ):
            length -= len(part)


def _run(
    server: "BaseWSGIServer", results: Results, ready: Callable[[], object]
) -> None:
    """Serve until Ctrl-C, and meanwhile evaluate the other temperatures in a thread.

    Parameters
    ----------
    server : werkzeug BaseWSGIServer
        The server, which listens already; it is closed at the end.
    results : Results
        Its columns are filled in by the thread.
    ready : callable
        Called without arguments just before requests are answered.
    """
    stop = threading.Event()
    worker = threading.Thread(
        target=results.evaluate, args=(stop.is_set,), daemon=True
    )
    worker.start()
    ready()
    try:
        # Takes Ctrl-C as its end.
        server.serve_forever()
    finally:
        stop.set()
        server.server_close()
        worker.join(0.5)
