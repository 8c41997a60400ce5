"""Words of sentences that depend on a number."""


def write_count(number: int, noun: str) -> str:
    """Write how many there are of something, ``noun`` in the plural of "s" but after 1.

    >>> write_count(1, "row"), write_count(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"


def write_subject(number: int, noun: str, verb: str) -> str:
    """Write how many there are of what does something, with its verb, given as the plural has it.

    >>> write_subject(1, "part", "go"), write_subject(2, "part", "go")
    ('1 part goes', '2 parts go')
    """
    form = verb
    if number == 1:
        form += "es" if verb.endswith("o") else "s"
    return f"{write_count(number, noun)} {form}"
