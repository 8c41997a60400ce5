"""The command line: a thin layer over the functions that notebooks call."""

import io
import sys
from typing import NoReturn

from . import _start

_NO_ROOM = (
    "this process may not take more memory or threads; raise the limit (ulimit -v, ulimit -u, that "
    "of a container), or take fewer threads: NUMBA_NUM_THREADS=1"
)
_NOT_WHOLE = (
    "the installation is not whole, as after an interrupted upgrade; "
    "pip install --force-reinstall magnetkit"
)


def _describe_defect(error: Exception) -> str:
    """Write the message on an exception that magnetkit did not foresee.

    The text is "defect: ", the class and message of `error`, not where it was
    raised, and asks for a report. It is "error: " and what to do where threads
    ran out ("can't start new thread" in the message), or a module of magnetkit
    itself cannot be imported (an ImportError whose ``name`` begins with
    "magnetkit"). It is one line if the exception's message is.
    """
    if "can't start new thread" in str(error):
        return f"error: {_NO_ROOM}"
    if isinstance(error, ImportError) and (error.name or "").startswith(
        "magnetkit"
    ):
        return f"error: {error}: {_NOT_WHOLE}"
    return (
        f"defect: {type(error).__name__}: {error}; please report it with "
        "what `magnetkit --verbose ...` prints"
    )


def main() -> NoReturn:
    """Run the command line by ``sys.argv`` and exit: 0 done, 1 failed, 2 usage, 130 interrupted.

    An error becomes one line on stderr; of a defect the traceback is raised
    with ``--verbose``.

    It never returns. A pipe whose reader has ended counts as done.
    """
    from .._core.errors import MagnetkitError

    _allow_any_encoding()
    _start.show_messages()
    try:
        _start.watch()
        _start.check_room()
        from .app import app

        app(prog_name="magnetkit")
    except MagnetkitError as error:
        _fail(f"error: {error}")
    except BrokenPipeError:
        # The reader of the output, such as head, has ended; nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except (KeyboardInterrupt, SystemExit, SystemError) as error:
        if not _start.is_interruption(error):
            raise
        _start.end()
    except MemoryError:
        _fail(f"error: {_NO_ROOM}")
    except OSError as error:
        _fail(
            f"error: {error.strerror or error}: {error.filename or 'no file named'}"
        )
    except Exception as error:
        if _start.is_interruption(error):
            _start.end()
        if _start.verbose():
            raise
        _fail(_describe_defect(error))
    sys.exit(0)


def _fail(text: str) -> NoReturn:
    """Print `text` as one line on stderr and exit with status 1.

    `text` begins with "error:" or "defect:"; the line begins with
    "magnetkit:". White space becomes single blanks; a control character
    becomes "?".
    """
    # One line without control characters: it may quote a file or a server.
    line = "".join(
        c if c.isprintable() else "?" for c in " ".join(text.split())
    )
    print(f"magnetkit: {line}", file=sys.stderr)
    sys.exit(1)


def _allow_any_encoding() -> None:
    """Make stdout and stderr write a question mark for a sign that their encoding lacks, from now on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
