"""Whether the user asked to see warnings and where a defect lies."""

import logging
import sys
from contextlib import suppress

_verbose = False


class _Stderr(logging.Handler):
    """Writes a line to what is stderr as it comes, and nowhere once that is closed."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        with suppress(ValueError, OSError):
            print(self.format(record), file=sys.stderr)


def tell() -> None:
    """Show what magnetkit itself has to say, such as that kernels are compiled, on stderr."""
    logger = logging.getLogger("magnetkit")
    if any(isinstance(handler, _Stderr) for handler in logger.handlers):
        return
    handler = _Stderr()
    handler.setFormatter(logging.Formatter("magnetkit: %(message)s"))
    logger.addHandler(handler)


def be_verbose() -> None:
    """Show warnings of every library, and where a defect lies."""
    global _verbose
    _verbose = True
    logging.getLogger("magnetkit").handlers.clear()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")


def verbose() -> bool:
    """Return whether `be_verbose` was called."""
    return _verbose
