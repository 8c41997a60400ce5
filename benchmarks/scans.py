"""Scans of recipes and temperatures for jumps: ``python -m benchmarks.scans [out.csv]``.

``python -m benchmarks.scans --drawn`` counts how many of 200 real magnets get no answer: drawn by a
fixed seed from the project's tables of papers, the magnets of NEMAD that have a remanence (which is
fetched), and the grades of makers' sheets, each asked as a user would type it.

Each amount of each recipe is varied over what is accepted, at several temperatures, through
`magnetkit.predict`. Steep steps are looked at in finer ones: what is continuous changes by a little
in each, a jump in one. A change of status is no jump: a gate or a phase names it.
"""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

import magnetkit as mk
from magnetkit._core import datasets
from magnetkit._core._fetch import fetch
from magnetkit._core.elements import RARE_EARTHS
from magnetkit.magnetism.process import routes

RECIPES = {
    "sintered Nd-Fe-B": ("Nd30.5Dy1.0Co1.0Cu0.15Al0.2Ga0.2B0.97", "Fe", None),
    "Ce magnet": ("Nd20Ce11Co1.0Cu0.15Ga0.3B0.97", "Fe", None),
    "2:17": ("Sm25.5Fe15Cu6.0Zr2.7", "Co", None),
    "2:17 with Gd": ("Sm20Gd6Fe15Cu6.0Zr2.7", "Co", None),
    "1:5": ("Sm36Pr0.5Fe0.1", "Co", None),
    "hot-deformed": ("Nd30Co3Ga0.5B0.95", "Fe", "hot-deformed"),
    "bonded": ("Nd28Co3B0.95", "Fe", "bonded-isotropic"),
    "fine-grained": ("Nd30.5Co1.0Cu0.15Ga0.2B0.97", "Fe", "sintered-fine-grained"),
}
"""wt.%, the element that takes the rest, and the route."""

ADDED = {"O": 0.6, "Al": 1.5, "Ga": 1.0, "Cu": 8.0, "Zr": 6.0, "Fe": 35.0, "Dy": 10.0, "Tb": 8.0}
ADDED |= {"Ce": 30.0, "La": 12.0, "Nb": 1.0, "Ti": 1.0, "Pr": 20.0, "Gd": 12.0, "C": 0.3}
"""Most of each element, wt.%."""

WANTED = ("remanence_T", "coercivity_kA_m", "max_working_temperature_K")
KELVIN = (80.0, 293.15, 423.15, 573.15)
STEPS, FINE = 40, 33
LEAST, JUMP = 0.03, 0.4
"""Change in a step, of the largest value, that is looked at; share of it in one of `FINE` parts of
that step which makes it a jump."""


def amounts(recipe: str) -> dict[str, float]:
    """Return the amounts of a recipe, wt.%."""
    import re

    return {e: float(x) for e, x in re.findall(r"([A-Z][a-z]?)([\d.]+)", recipe)}


def varied(base: dict[str, float], rest: str) -> Iterator[tuple[str, float, float]]:
    """Yield each element that can be varied, with its least and its most."""
    for element, most in ADDED.items():
        if element != rest:
            yield element, 0.0, most
    for element, amount in base.items():
        if element not in ADDED:
            yield element, 0.7 * amount, 1.3 * amount


def scanned(
    base: dict[str, float], rest: str, element: str, values: Any, kelvin: float, route: str | None
) -> pd.DataFrame:
    """Return the predictions along one amount."""
    texts = []
    for value in values:
        parts = {**base, element: value}
        words = "".join(f"{e}{x:.6f}" for e, x in parts.items() if x > 0.0)
        texts.append(f"{words}{rest} bal.")
    return mk.predict(texts, f"{kelvin}K", basis="weight", process=route)


def steep(frame: pd.DataFrame, least: float) -> Iterator[tuple[str, int, float]]:
    """Yield column, place and size of changes within one status and host."""
    state = frame["status"].astype(str).to_numpy() + frame["host"].astype(str).to_numpy()
    same = state[1:] == state[:-1]
    for column in WANTED:
        change = np.abs(np.diff(frame[column] / frame[column].max()))
        change = np.where(same & np.isfinite(change), change, 0.0)
        yield from ((column, int(k), float(change[k])) for k in np.flatnonzero(change > least))


SEED, DRAWN = 35, {"papers": 80, "NEMAD": 80, "sheets": 40}


def real() -> dict[str, pd.DataFrame]:
    """Return all that is drawn from by kind: recipe or grade, basis, and how it was made."""
    papers = [pd.read_csv(datasets.path(f"recipes/{n}.csv")) for n in ("recipes", "families")]
    nemad = pd.read_csv(fetch("curie-by-paper"), low_memory=False)
    names = nemad.loc[nemad["Remanence"].notna() & nemad["Coercivity"].notna(), "Material_Name"]
    names = names[names.str.fullmatch(r"([A-Z][a-z]?[0-9.]*)+")].drop_duplicates()
    table = mk.composition.CompositionTable.from_strings(list(names), basis="atomic")
    rare = table.fraction(*RARE_EARTHS)
    magnet = (rare > 0.05) & (rare < 0.25) & (table.fraction("Fe", "Co") > 0.4)
    sheets = pd.read_csv(datasets.path("grades/grades.csv"))["grade"].drop_duplicates()
    return {
        "papers": pd.concat(papers)[["recipe", "basis"]].drop_duplicates(),
        "NEMAD": pd.DataFrame({"recipe": names.to_numpy()[table.row_index][magnet]}),
        "sheets": pd.DataFrame({"recipe": sheets}),
    }


def asked(kind: str, recipe: str, basis: str) -> tuple[str, float, float]:
    """Return status, B_r and H_cJ of a magnet as sintered, else by the first route that has one."""
    if kind == "sheets":
        sold = mk.curve(recipe, "20C").figures().iloc[0]
        return "ok", sold["remanence_T"], sold["coercivity_kA_m"]
    best = ("", np.nan, np.nan)
    for route in (None, *routes()):
        one = mk.predict(recipe, "20C", basis=basis, process=route).iloc[0]
        said = f"; {one['route']}" if one["host"] == "unknown" and pd.notna(one["route"]) else ""
        here = f"{one['status']}{said}", one["remanence_T"], one[WANTED[1]]
        if np.isfinite(here[2]):
            return here
        best = best if best[0] else here
    return best


def unanswered() -> None:
    """Print how many real magnets get no answer, and which."""
    rng = np.random.default_rng(SEED)
    for kind, of in real().items():
        rows = of.iloc[rng.choice(len(of), min(DRAWN[kind], len(of)), replace=False)]
        found = []
        for row in rows.itertuples():
            basis = getattr(row, "basis", "atomic")
            try:
                found.append((row.recipe, *asked(kind, row.recipe, basis)))
            except mk.errors.MagnetkitError as error:
                found.append((row.recipe, str(error)[:60], np.nan, np.nan))
        table = pd.DataFrame(found, columns=["recipe", "status", "remanence", "coercivity"])
        silent, none = table["coercivity"].isna(), table["remanence"].isna()
        word = (none & (table["status"] == "unknown host")).sum()
        print(
            f"{kind}: {len(table)} of {len(of)}; without H_cJ {silent.sum()}, without B_r "
            f"{none.sum()}, and without a word {word}"
        )
        print(table[silent].to_string(index=False))


def main(out: str = "") -> None:
    """Print the jumps, and write them to a table."""
    if out == "--drawn":
        unanswered()
        return
    found, count = [], 0
    for name, (recipe, rest, route) in RECIPES.items():
        base = amounts(recipe)
        for element, least, most in varied(base, rest):
            values = np.linspace(least, most, STEPS + 1)
            for kelvin in KELVIN:
                where = base, rest, element
                frame = scanned(*where, values, kelvin, route)
                count += len(frame)
                for column, place, change in steep(frame, LEAST):
                    inner = np.linspace(values[place], values[place + 1], FINE + 1)
                    close = scanned(*where, inner, kelvin, route)
                    count += len(close)
                    top = frame[column].max() / close[column].max()
                    for other, at, fine in steep(close, JUMP * change * top):
                        if other == column:
                            row = (name, element, inner[at], kelvin, column, fine / top, change)
                            found.append((*row, close["status"].iloc[at]))
    names = ["recipe", "element", "wt_pct", "kelvin", "column", "change", "step", "status"]
    table = pd.DataFrame(found, columns=names)
    if out:
        table.to_csv(out, index=False)
    print(f"{count} predictions, {len(table)} jumps")
    print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
