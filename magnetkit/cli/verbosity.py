"""Whether the user asked to see warnings and where a defect lies."""

_verbose = False


def be_verbose() -> None:
    """Show warnings of every library, and where a defect lies."""
    import logging

    global _verbose
    _verbose = True
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")


def verbose() -> bool:
    """Return whether `be_verbose` was called."""
    return _verbose
