"""What a result shows of itself where it is not printed."""

MOST_CHARACTERS = 800
"""No result shows more in a session."""

_REST = "... print() shows all"


def shorten_lines(text: str, most: int = MOST_CHARACTERS) -> str:
    r"""Return the first lines of a text that fit into a number of characters.

    Parameters
    ----------
    text : str
        Lines.
    most : int
        Characters of what is returned. At least 23.

    Returns
    -------
    str
        The text where it fits; else its first lines, the first cut if need be,
        and the line "... print() shows all".

    Examples
    --------
    >>> shorten_lines("one\ntwo", most=80)
    'one\ntwo'
    """
    if len(text) <= most:
        return text
    room = most - len(_REST) - 1
    head = text[:room]
    end = head.rfind("\n")
    if end > 0:
        head = head[:end]
    return f"{head}\n{_REST}"
