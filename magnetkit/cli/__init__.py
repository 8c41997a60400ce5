"""The command line: a thin layer over the functions that notebooks call."""

import sys
from typing import NoReturn

INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line; exit 0 done, 1 failed, 2 usage, 130 interrupted."""
    from ..errors import MagnetkitError
    from .app import app

    try:
        app(standalone_mode=True)
    except MagnetkitError as error:
        _say(f"error: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        _say("interrupted; finished chunks are kept, go on with --resume")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)


def _say(text: str) -> None:
    print(f"magnetkit: {' '.join(text.split())}", file=sys.stderr)
