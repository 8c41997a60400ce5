"""Result columns that are records of ``datasets``: criteria of supply, and measured properties.

``datasets/supply/SOURCE.md`` and ``datasets/properties/SOURCE.md`` explain the keys.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import datasets
from .errors import DataError

CRITERIA = "supply/criteria.toml"
PROPERTIES = "properties"
OVER = ("mass", "largest")


@dataclass(frozen=True)
class Criterion:
    """A figure of supply that follows from one figure of each element.

    Attributes
    ----------
    name : str
        Result column.
    unit, label, meaning : str
        As of `magnetkit.columns.Column`.
    of : str
        Column of `magnetkit.supply.element_table`: numbers, or yes and no, which count 1 and 0.
    over : {"mass", "largest"}
        The mean over the alloy's mass, or the largest of an element that is more than a trace.
    one_unit : float or None
        What counts as one unit of regret in a ranking; a quarter of the reference's value if None.
    """

    name: str
    unit: str
    label: str
    meaning: str
    of: str
    over: str
    one_unit: float | None = None

    def __post_init__(self) -> None:
        if self.over not in OVER:
            raise ValueError(f"over must be one of {', '.join(OVER)}, got {self.over!r}")


@dataclass(frozen=True)
class Property:
    """A measured property that is learnt from a table of compositions alone.

    Attributes
    ----------
    name : str
        Result column.
    unit, label, meaning : str
        As of `magnetkit.columns.Column`.
    data : str
        CSV file beside the record: ``composition``, the property, ``group`` and ``source``.
    """

    name: str
    unit: str
    label: str
    meaning: str
    data: str

    @property
    def file(self) -> Path:
        """Where its measurements are."""
        return datasets.path(f"{PROPERTIES}/{self.data}")


def _record(kind: type, file: str, name: str, entry: dict[str, Any]) -> Any:
    try:
        return kind(name=name, **entry)
    except (TypeError, ValueError) as error:
        raise DataError(f"datasets/{file}: record {name!r} cannot be used: {error}") from None


@lru_cache(maxsize=1)
def criteria() -> tuple[Criterion, ...]:
    """Return the criteria of supply in the order of the file.

    Examples
    --------
    >>> [criterion.name for criterion in criteria()][:2]
    ['import_reliance', 'supply_risk']
    """
    records = datasets.toml(CRITERIA)
    return tuple(_record(Criterion, CRITERIA, *item) for item in records.items())


@lru_cache(maxsize=1)
def properties() -> tuple[Property, ...]:
    """Return the measured properties in the order of their names."""
    found = []
    for file in sorted((datasets.root() / PROPERTIES).glob("*.toml")):
        name = f"{PROPERTIES}/{file.name}"
        found.append(_record(Property, name, file.stem, datasets.toml(name)))
    return tuple(found)
