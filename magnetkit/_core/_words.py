"""Words of sentences that depend on a number, and masses in words."""


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


def write_kilograms(mass: float, digits: int = 3) -> str:
    """Write a mass, kg, of 0 or more, with its unit; below 0.1 g in g, and never with an exponent.

    `digits` are significant; of a mass of 1000 kg and more all before the point are written.

    >>> write_kilograms(3.541), write_kilograms(12345.6), write_kilograms(5e-5)
    ('3.54 kg', '12,346 kg', '0.05 g')
    """
    if 0.0 < mass < 1e-4:
        return f"{1e3 * mass:.{digits}g} g"
    text = f"{mass:.{digits}g}"
    if "e" in text or mass >= 1000.0:
        text = f"{mass:,.0f}"
    return f"{text} kg"
