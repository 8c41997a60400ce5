"""Serving the explorer to this machine alone."""

import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from .results import Results

if TYPE_CHECKING:
    from dash import Dash
    from flask import Response
    from werkzeug.serving import BaseWSGIServer

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORT = 8050
MOST_BYTES = 1 << 20
"""Size of a request; those of the page take some kilobytes."""
AT_ONCE = 2
"""Requests answered at once: each holds a figure in memory, and they share one interpreter."""


def serve(path: Path, port: int = PORT, tell: Callable[[str], object] = print) -> None:
    """Serve the explorer of a results folder until interrupted.

    Parameters
    ----------
    path : Path
        Results folder of a finished screening.
    port : int
        Port on 127.0.0.1; 0 takes a free one.
    tell : callable
        Takes the address once it can be opened.

    Raises
    ------
    InputError
        If dash is not installed or the port is taken.
    StoreError
        If the folder cannot be read.
    """
    try:
        from .page import application
    except ImportError:
        raise InputError(
            "the explorer needs dash; install it with pip install 'magnetkit[explore]'"
        ) from None
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        """Log nothing: every movement of a control would be a line."""

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
        own = listener.getsockname()[1]
        server = make_server(
            HOST, own, app.server, True, request_handler=Quiet, fd=listener.fileno()
        )
        _run(server, results, lambda: tell(f"http://{HOST}:{own}/"))


def _guard(app: "Dash") -> None:
    """Let the page run its own scripts alone, and requests be small, few and of this machine."""
    import flask
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

    turns = threading.BoundedSemaphore(AT_ONCE)

    @app.server.before_request
    def wait() -> None:
        # None waits for the body of another.
        flask.request.get_data()
        turns.acquire()
        flask.g.in_turn = True

    @app.server.teardown_request
    def leave(_: BaseException | None) -> None:
        if flask.g.pop("in_turn", False):
            turns.release()

    @app.server.after_request
    def protect(answer: "Response") -> "Response":
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    @app.server.errorhandler(Exception)
    def refuse(error: Exception) -> Any:
        if isinstance(error, HTTPException):
            return error
        # Told in full with --verbose; dash itself fails on what is no question of its page.
        _log.debug("a request to the explorer failed", exc_info=error)
        return "This request cannot be answered.", 400


def _run(server: "BaseWSGIServer", results: Results, ready: Callable[[], object]) -> None:
    """Serve until Ctrl-C, and meanwhile evaluate the other temperatures."""
    stop = threading.Event()
    worker = threading.Thread(target=results.evaluate, args=(stop.is_set,), daemon=True)
    worker.start()
    ready()
    try:
        # Takes Ctrl-C as its end.
        server.serve_forever()
    finally:
        stop.set()
        server.server_close()
        worker.join(0.5)
