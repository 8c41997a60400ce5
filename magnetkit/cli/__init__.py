"""The command line: a thin layer over the functions that notebooks call."""

import sys
from typing import NoReturn

from . import interruption


def main() -> NoReturn:
    """Run the command line; exit 0 done, 1 failed, 2 usage, 130 interrupted."""
    from ..errors import MagnetkitError

    try:
        interruption.watch()
        from .app import app

        app(standalone_mode=True)
    except MagnetkitError as error:
        _say(f"error: {error}")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone; nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except (KeyboardInterrupt, SystemExit, SystemError) as error:
        if not interruption.caused(error):
            raise
        interruption.end()
    sys.exit(0)


def _say(text: str) -> None:
    print(f"magnetkit: {' '.join(text.split())}", file=sys.stderr)
