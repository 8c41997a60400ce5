"""Whether the user asked to see warnings and where a defect lies."""

import logging

_verbose = False


def tell() -> None:
    """Show what magnetkit itself has to say, such as that kernels are compiled, on stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("magnetkit: %(message)s"))
    logging.getLogger("magnetkit").addHandler(handler)


def be_verbose() -> None:
    """Show warnings of every library, and where a defect lies."""
    global _verbose
    _verbose = True
    logging.getLogger("magnetkit").handlers.clear()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")


def verbose() -> bool:
    """Return whether `be_verbose` was called."""
    return _verbose
