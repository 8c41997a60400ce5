"""Routes: how magnets of a kind are made, each a file of ``datasets/routes``."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .. import datasets
from ..errors import InputError

FOLDER = "routes"


@dataclass(frozen=True)
class Route:
    """A way of making magnets.

    Attributes
    ----------
    name, title : str
        Short name, that `process=` takes, and heading.
    host : str
        Host of its magnets; of others the route says nothing.
    process : dict of str to float
        Its defaults, fields of `magnetkit.magnetism.Process`.
    bounds : dict of str to (float, float)
        What the route can do, by field.
    measured : str
        Magnets that it was measured on, or that there are none.
    source : str
        Where the numbers come from.
    """

    name: str
    title: str
    host: str
    process: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    measured: str
    source: str

    def check(self, given: dict[str, Any]) -> None:
        """Refuse a number outside what the route can do."""
        import numpy as np

        for name, (low, high) in self.bounds.items():
            if given.get(name) is None:
                continue
            values = np.asarray(given[name], float)
            values = values[~np.isnan(values)]
            if values.size and (values.min() < low or values.max() > high):
                raise InputError(
                    f"route {self.name} has {name} from {low:g} to {high:g}, got {given[name]!r}; "
                    "leave the route out to go beyond"
                )


@lru_cache(maxsize=1)
def routes() -> dict[str, Route]:
    """Return the routes by name.

    Examples
    --------
    >>> routes()["hot-deformed"].host
    '2:14:1'
    """
    found = {}
    for path in sorted((datasets.root() / FOLDER).glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        bounds = {name: (float(low), float(high)) for name, (low, high) in data["bounds"].items()}
        found[data["name"]] = Route(**{**data, "bounds": bounds})
    return found
