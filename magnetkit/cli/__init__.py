"""The command line: a thin layer over the functions that notebooks call."""

import io
import sys
from typing import NoReturn

from . import _start


def main() -> NoReturn:
    """Run the command line; exit 0 done, 1 failed, 2 usage, 130 interrupted."""
    from .._core.errors import MagnetkitError

    _bear_any_encoding()
    _start.tell()
    try:
        _start.watch()
        from .app import app

        app(prog_name="magnetkit")
    except MagnetkitError as error:
        _say(f"error: {error}")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except (KeyboardInterrupt, SystemExit, SystemError) as error:
        if not _start.caused(error):
            raise
        _start.end()
    except OSError as error:
        _say(f"error: {error.strerror or error}: {error.filename or 'no file named'}")
        sys.exit(1)
    except Exception as error:
        if _start.caused(error):
            _start.end()
        if _start.verbose():
            raise
        _say(
            f"defect: {type(error).__name__}: {error}; this is a fault of magnetkit, not of yours: "
            "`magnetkit --verbose ...` shows where it lies, please report it"
        )
        sys.exit(1)
    sys.exit(0)


def _say(text: str) -> None:
    # One line, and nothing in it that a terminal obeys: it may quote a file or a server.
    line = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    print(f"magnetkit: {line}", file=sys.stderr)


def _bear_any_encoding() -> None:
    """Let a terminal that knows no sign such as ± show a question mark instead of a failure."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
