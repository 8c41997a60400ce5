"""The errors that magnetkit raises on purpose.

Each message says what was expected, what came, and the way out. The command line prints it as one
line; any other exception is a defect.
"""


class MagnetkitError(Exception):
    """Base of every error that magnetkit raises on purpose."""


class InputError(MagnetkitError, ValueError):
    """A value, option or table that cannot be used as given."""


class CompositionError(InputError):
    """A composition text that cannot be read.

    Parameters
    ----------
    reason : str
        What is wrong and the way out.
    text : str
        The text as given.
    position : int
        Index of the first wrong character in `text`, or -1 where it is no single one.
    """

    def __init__(
        self, reason: str, text: str = "", position: int = -1
    ) -> None:
        """Store the three values; the message is at most 80 characters of `text`, and `reason`.

        `position` is no part of the message. Without a text it is the reason alone.
        """
        self.reason = reason
        self.text = text
        self.position = position
        excerpt = text if len(text) <= 80 else text[:77] + "..."
        super().__init__(f"{excerpt!r}: {reason}" if text else reason)


class DataError(MagnetkitError):
    """An embedded, cached or downloaded data file that is missing, damaged or of another shape."""


class NetworkError(MagnetkitError):
    """A service that could not be reached or did not answer as agreed."""


class StoreError(DataError):
    """A stored model or results folder that is damaged, foreign or of another version."""
