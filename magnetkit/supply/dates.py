"""Facts that carry a day: what is past the day on which it had to be looked at again."""

from collections.abc import Collection
from datetime import date

from ..arguments import named
from ..elements import SYMBOLS
from .records import rows

# Prices of a year stand until the next yearly summary is out, in February of the year after next.
_NEXT_PRICES = (2, 2)


@named
def overdue(today: date | None = None, symbols: Collection[str] | None = None) -> list[str]:
    """Return what may no longer hold: controls and prices past the day to look at them again.

    Parameters
    ----------
    today : datetime.date, optional
        The day to judge by; this one otherwise.
    symbols : collection of str, optional
        Elements of interest, all otherwise.

    Returns
    -------
    list of str
        A sentence for each control, and one for the prices.

    Examples
    --------
    >>> from datetime import date
    >>> [late for late in overdue(date(2026, 11, 11)) if "Ho Er" in late]
    ['China, Ho Er Tm Yb: to be looked at again from 2026-11-10, known as of 2026-02']
    """
    day = date.today() if today is None else today
    wanted = set(SYMBOLS if symbols is None else symbols)
    found = [
        f"{row['country']}, {row['elements']}: to be looked at again from {row['look_again']}, "
        f"known as of {row['known_as_of']}"
        for row in rows("controls")
        if row["look_again"]
        and date.fromisoformat(row["look_again"]) <= day
        and wanted & set(row["elements"].split())
    ]
    years, month = _NEXT_PRICES
    old = [
        row["element"]
        for row in rows("elements")
        if row["element"] in wanted
        and row["price_year"]
        and date(int(row["price_year"]) + years, month, 1) <= day
    ]
    if old:
        found.append(f"prices of {', '.join(old)}: older than the last yearly summary")
    return found
