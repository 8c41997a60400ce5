"""Routes: how magnets of a kind are made, each a file of ``datasets/routes``."""

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .. import datasets
from ..errors import InputError
from ..hosts.records import root_of

FOLDER = "routes"


@dataclass(frozen=True)
class Printed:
    """What makers print of the magnets of a route.

    Attributes
    ----------
    source : str
        Who prints it.
    density_kg_m3 : float
        kg/m3.
    resistivity_uohm_m : float
        Micro-ohm metres; NaN where none was found in print, as density.
    """

    source: str
    density_kg_m3: float = math.nan
    resistivity_uohm_m: float = math.nan


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
    printed : Printed or None
        What makers print of its magnets beside their magnetism.
    """

    name: str
    title: str
    host: str
    process: dict[str, float]
    bounds: dict[str, tuple[float, float]]
    measured: str
    source: str
    printed: Printed | None = None

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
        printed = Printed(**data["printed"]) if "printed" in data else None
        found[data["name"]] = Route(**{**data, "bounds": bounds, "printed": printed})
    return found


def resistivity(host: str, route: Route | None = None) -> float:
    """Return the resistivity that makers print, micro-ohm metres; NaN where none was found.

    Parameters
    ----------
    host : str
        Host of the hard phase.
    route : Route, optional
        How the magnet is made; the usual route of the host otherwise.

    Examples
    --------
    >>> resistivity("2:17")
    0.86
    """
    if route is None:
        own = root_of(host)
        usual = [r for r in routes().values() if r.host == own and r.printed is not None]
        route = usual[0] if usual else None
    return math.nan if route is None or route.printed is None else route.printed.resistivity_uohm_m
