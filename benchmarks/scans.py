"""Scans of recipes and temperatures for jumps: ``python -m benchmarks.scans [out.csv]``.

``python -m benchmarks.scans --drawn`` counts how many of 200 real magnets get no answer: drawn by a
fixed seed from the project's tables of papers, the magnets of NEMAD that have a remanence (which is
fetched), and the grades of makers' sheets, each asked as a user would type it.

``python -m benchmarks.scans --adversary`` puts a little of each element to the best recipes of
every device, and lets differential evolution look for the highest place in four rankings, over
every amount, shell and route: what wins and could not be made is a fault. A quarter of an hour.

``python -m benchmarks.scans --edges`` prints what is said of magnets where the model ends, which
``datasets/recipes/EDGES.md`` keeps.

Each amount of each recipe is varied over what is accepted, at several temperatures, through
`magnetkit.predict`. Steep steps are looked at in finer ones: what is continuous changes by a little
in each, a jump in one. A change of status is no jump: a gate or a phase names it.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import differential_evolution

import magnetkit as mk
from magnetkit._core import datasets
from magnetkit._core._fetch import fetch
from magnetkit._core.elements import RARE_EARTHS
from magnetkit.magnetism.measured_magnets import measured_magnets
from magnetkit.magnetism.process import routes

from .accuracy import provenance_line

RECIPES = {
    "sintered Nd-Fe-B": ("Nd30.5Dy1.0Co1.0Cu0.15Al0.2Ga0.2B0.97", "Fe", None),
    "Ce magnet": ("Nd20Ce11Co1.0Cu0.15Ga0.3B0.97", "Fe", None),
    "2:17": ("Sm25.5Fe15Cu6.0Zr2.7", "Co", None),
    "2:17 with Gd": ("Sm20Gd6Fe15Cu6.0Zr2.7", "Co", None),
    "1:5": ("Sm36Pr0.5Fe0.1", "Co", None),
    "hot-deformed": ("Nd30Co3Ga0.5B0.95", "Fe", "hot-deformed"),
    "bonded": ("Nd28Co3B0.95", "Fe", "bonded-isotropic"),
    "fine-grained": (
        "Nd30.5Co1.0Cu0.15Ga0.2B0.97",
        "Fe",
        "sintered-fine-grained",
    ),
}
"""wt.%, the element that takes the rest, and the route."""

ADDED = {
    "O": 0.6,
    "Al": 1.5,
    "Ga": 1.0,
    "Cu": 8.0,
    "Zr": 6.0,
    "Fe": 35.0,
    "Dy": 10.0,
    "Tb": 8.0,
}
ADDED |= {
    "Ce": 30.0,
    "La": 12.0,
    "Nb": 1.0,
    "Ti": 1.0,
    "Pr": 20.0,
    "Gd": 12.0,
    "C": 0.3,
}
"""Most of each element, wt.%."""

WANTED = ("remanence_T", "coercivity_kA_m", "max_working_temperature_K")
KELVIN = (80.0, 293.15, 423.15, 573.15)
STEPS = 40
FINE = 33
LEAST = 0.03
JUMP = 0.4
"""Change in a step, of the largest value, that is looked at; share of it in one of `FINE` parts of
that step which makes it a jump."""


def amounts(recipe: str) -> dict[str, float]:
    """Return the amounts of a recipe, wt.%."""
    return {
        e: float(x) for e, x in re.findall(r"([A-Z][a-z]?)([\d.]+)", recipe)
    }


def varied_elements(
    base: dict[str, float], rest: str
) -> Iterator[tuple[str, float, float]]:
    """Yield each element that can be varied, with its least and its most."""
    for element, limit in ADDED.items():
        if element != rest:
            yield element, 0.0, limit
    for element, amount in base.items():
        if element not in ADDED:
            yield element, 0.7 * amount, 1.3 * amount


def scan_element(
    base: dict[str, float],
    rest: str,
    element: str,
    values: Any,
    kelvin: float,
    route: str | None,
) -> pd.DataFrame:
    """Return the predictions along one amount."""
    texts = []
    for value in values:
        parts = {**base, element: value}
        words = "".join(f"{e}{x:.6f}" for e, x in parts.items() if x > 0.0)
        texts.append(f"{words}{rest} bal.")
    return mk.predict(texts, f"{kelvin}K", basis="weight", process=route)


def steep(
    frame: pd.DataFrame, least: float
) -> Iterator[tuple[str, int, float]]:
    """Yield column, place and size of changes within one status and host."""
    state = (
        frame["status"].astype(str).to_numpy()
        + frame["host"].astype(str).to_numpy()
    )
    same = state[1:] == state[:-1]
    for column in WANTED:
        change = np.abs(np.diff(frame[column] / frame[column].max()))
        change = np.where(same & np.isfinite(change), change, 0.0)
        yield from (
            (column, int(k), float(change[k]))
            for k in np.flatnonzero(change > least)
        )


SEED = 35
DRAWN = {"papers": 80, "NEMAD": 80, "sheets": 40}


def real() -> dict[str, pd.DataFrame]:
    """Return all that is drawn from by kind: recipe or grade, basis, and how it was made."""
    papers = measured_magnets()
    papers = papers[papers["recipe"] != ""]
    nemad = pd.read_csv(fetch("curie-by-paper"), low_memory=False)
    names = nemad.loc[
        nemad["Remanence"].notna() & nemad["Coercivity"].notna(),
        "Material_Name",
    ]
    names = names[
        names.str.fullmatch(r"([A-Z][a-z]?[0-9.]*)+")
    ].drop_duplicates()
    table = mk.alloy.CompositionTable.from_strings(list(names), basis="atomic")
    rare = table.fraction(*RARE_EARTHS)
    magnet = (rare > 0.05) & (rare < 0.25) & (table.fraction("Fe", "Co") > 0.4)
    sheets = pd.read_csv(datasets.path("grades/grades.csv"))[
        "grade"
    ].drop_duplicates()
    return {
        "papers": papers[["recipe", "basis"]].drop_duplicates(),
        "NEMAD": pd.DataFrame(
            {"recipe": names.to_numpy()[table.row_index][magnet]}
        ),
        "sheets": pd.DataFrame({"recipe": sheets}),
    }


def ask_route(kind: str, recipe: str, basis: str) -> tuple[str, float, float]:
    """Return status, B_r and H_cJ of a magnet as sintered, else by the first route that has one."""
    if kind == "sheets":
        row = mk.curve(recipe, "20C").figures().iloc[0]
        return "ok", row["remanence_T"], row["coercivity_kA_m"]
    best = ("", np.nan, np.nan)
    for route in (None, *routes()):
        one = mk.predict(recipe, "20C", basis=basis, process=route).iloc[0]
        route_text = (
            f"; {one['route']}"
            if one["host"] == "unknown" and pd.notna(one["route"])
            else ""
        )
        answer = (
            f"{one['status']}{route_text}",
            one["remanence_T"],
            one[WANTED[1]],
        )
        if np.isfinite(answer[2]):
            return answer
        best = best if best[0] else answer
    return best


def print_missing_answers() -> None:
    """Print how many real magnets get no answer, and which."""
    rng = np.random.default_rng(SEED)
    for kind, of in real().items():
        rows = of.iloc[
            rng.choice(len(of), min(DRAWN[kind], len(of)), replace=False)
        ]
        rows_out = []
        for row in rows.itertuples():
            basis = getattr(row, "basis", "atomic")
            try:
                rows_out.append(
                    (row.recipe, *ask_route(kind, row.recipe, basis))
                )
            except mk.errors.MagnetkitError as error:
                rows_out.append((row.recipe, str(error)[:60], np.nan, np.nan))
        table = pd.DataFrame(
            rows_out, columns=["recipe", "status", "remanence", "coercivity"]
        )
        silent = table["coercivity"].isna()
        none = table["remanence"].isna()
        word = (none & (table["status"] == "unknown host")).sum()
        print(
            f"{kind}: {len(table)} of {len(of)}; without H_cJ {silent.sum()}, without B_r "
            f"{none.sum()}, and without a word {word}"
        )
        print(table[silent].to_string(index=False))


MOST = {
    "Nd": 38.0,
    "Pr": 38.0,
    "Sm": 40.0,
    "Dy": 20.0,
    "Tb": 15.0,
    "Ce": 35.0,
    "La": 20.0,
}
MOST |= {
    "Gd": 20.0,
    "Ho": 15.0,
    "Er": 15.0,
    "Y": 20.0,
    "B": 1.6,
    "Cu": 15.0,
    "Al": 4.0,
    "Ga": 3.0,
}
MOST |= {
    "Nb": 3.0,
    "Zr": 8.0,
    "Ti": 5.0,
    "V": 4.0,
    "Mo": 4.0,
    "Si": 3.0,
    "Mn": 4.0,
    "Ni": 8.0,
}
MOST |= {"O": 1.2, "C": 1.0, "N": 1.5}
"""Most of each element that the adversary may use, wt.%."""
METAL = 60.0
SHELL = 5.0
"""Most of Fe in the rest of Co or the reverse, and of a shell's Dy or Tb, wt.%."""
SEEDS = 5
GENERATIONS = 60
CROWD = 40
DEVICES = (
    "aerospace-reaction-wheel",
    "weapon-fin-actuator",
    "energy-traction-motor",
    "f22-engine",
)
WINNER = [
    "candidate",
    "shell",
    "host",
    "status",
    "probability_meets_requirements",
    "meets_requirements",
    "evidence_distance",
    "evidence_farthest",
    "remanence_T",
    "coercivity_kA_m",
]
BEST = {"alignment", "density"}
"""Settings of a route whose upper bound is the better one."""


def ways() -> list[Any]:
    """Return the usual route, and each route at its best bounds."""
    options: list[Any] = [None]
    for name, route in routes().items():
        bounds = {key: ends[key in BEST] for key, ends in route.bounds.items()}
        options += [{"route": name, **bounds}] * (
            route.host in ("2:14:1", "1:5", "2:17")
        )
    return options


def make_recipe(x: np.ndarray) -> tuple[str, str, int]:
    """Return recipe, shell and the number of the way of making that a point stands for."""
    cobalt = x[-4] > 0.5
    amounts = dict(zip(MOST, x * [*MOST.values(), 0, 0, 0, 0, 0], strict=False))
    amounts["Fe" if cobalt else "Co"] = x[len(MOST)] * METAL
    scale = min(1.0, 97.0 / sum(amounts.values()))
    words = [
        f"{e}{v * scale:.3f}" for e, v in amounts.items() if v * scale > 0.02
    ]
    shell = f"{'Dy' if x[-3] < 0.5 else 'Tb'} {x[-2] * SHELL:.2f} wt%"
    none = cobalt or x[-2] * SHELL < 0.1
    way = min(int(x[-1] * len(ways())), len(ways()) - 1)
    return (
        "".join(words) + ("Co" if cobalt else "Fe") + " bal.",
        "" if none else shell,
        way,
    )


def point(recipe: str, shell: str) -> np.ndarray:
    """Return the point of a recipe in wt.%, the usual route; the reverse of `recipe_of`."""
    rest = recipe[-7:-5]
    x = np.zeros(len(MOST) + 5)
    for element, amount in amounts(recipe[:-7]).items():
        if element in MOST:
            x[list(MOST).index(element)] = amount / MOST[element]
        else:
            x[len(MOST)] = amount / METAL
    x[-4] = 0.75 if rest == "Co" else 0.25
    if shell:
        x[-3] = 0.75 if shell[:2] == "Tb" else 0.25
        x[-2] = float(shell.split()[1]) / SHELL
    return x


def screen_points(points: np.ndarray, device: str) -> pd.DataFrame:
    """Return what a screening says of points that it ranks, and which they are (``at``)."""
    frame = pd.DataFrame(
        [make_recipe(x) for x in points], columns=["recipe", "shell", "way"]
    )
    frames = []
    for way, rows in frame.groupby("way"):
        options = {
            "basis": "weight",
            "column": "recipe",
            "process": ways()[way],
        }
        try:
            screening = mk.screen(
                rows[["recipe", "shell"]].reset_index(drop=True),
                device,
                **options,
            )
        except mk.errors.MagnetkitError:
            continue  # none of them could be read
        best = screening.best(len(rows)).assign(way=way)
        frames.append(
            best.assign(at=rows.index[best["row_index"].to_numpy(int)])
        )
    if frames:
        return pd.concat(frames)
    return pd.DataFrame()


def height(points: np.ndarray, device: str) -> np.ndarray:
    """Return how low points stand, shape (n,): those that meet first, then by P, then by margin."""
    low = np.full(len(points), 2.0)
    frame = screen_points(points, device)
    if len(frame):
        chance = frame["probability_meets_requirements"].fillna(0.0)
        margin = frame["performance_margin"].clip(-1.0, 1.0).fillna(-1.0)
        low[frame["at"]] = -(
            frame["meets_requirements"] + chance + 1e-3 * margin
        )
    return low


MORE = {
    "O": (0.3, 0.6, 0.9, 1.0),
    "C": (0.1, 0.2, 0.4),
    "N": (0.1, 0.3, 0.5, 0.8),
    "H": (0.1,),
}
MORE |= {
    "Al": (0.2, 1.0),
    "Ga": (0.2, 1.2),
    "Zr": (0.3, 1.0),
    "Nb": (0.3, 1.0),
    "Si": (0.5, 1.0),
}
MORE |= {
    "Ti": (0.3, 1.0),
    "Mn": (0.5, 1.0),
    "Ni": (0.5, 2.0),
    "Sn": (0.3,),
    "B": (0.05, 0.1),
}
"""What is put to the best recipes of a device, wt.%."""


def print_additions() -> None:
    """Print which addition to the best recipes of each device comes before what it is added to."""
    for device in sorted(mk.choose.applications.names()):
        best = mk.screen(None, device).best(60)
        best = best[best["candidate"].str.endswith("bal.")].head(6)
        rows = []
        for recipe, shell in best[["candidate", "shell"]].fillna("").to_numpy():
            content = amounts(recipe[:-7])
            for element, sizes in MORE.items():
                for increase in (0.0, *sizes):
                    amounts_new = {
                        **content,
                        element: content.get(element, 0.0) + increase,
                    }
                    text = (
                        "".join(
                            f"{e}{v:g}" for e, v in amounts_new.items() if v
                        )
                        + recipe[-7:]
                    )
                    rows.append(
                        (
                            text,
                            shell,
                            f"{element} {increase}" if increase else "",
                        )
                    )
        frame = pd.DataFrame(rows, columns=["recipe", "shell", "more"])
        frame = frame.drop_duplicates(["recipe", "shell"]).reset_index(
            drop=True
        )
        options = {"basis": "weight", "column": "recipe"}
        found = mk.screen(frame, device, **options).best(len(frame))
        found = found[found["meets_requirements"]]
        first = found.index[found["more"] == ""][:1]
        ahead = found if first.empty else found.loc[: first[0]].iloc[:-1]
        print(
            device,
            len(frame),
            len(ahead),
            "before the first without an addition",
        )
        if len(ahead):
            print(
                ahead[["more", *WINNER]].head(5).round(3).to_string(index=False)
            )


def adversary() -> None:
    """Print what differential evolution finds for the highest place in a device's ranking."""
    print_additions()
    for seed in range(SEEDS):
        for device in DEVICES:
            rng = np.random.default_rng(seed)
            best = mk.screen(None, device).best(400)
            best = best[best["candidate"].str.endswith("bal.")].head(CROWD)
            recipe_points = [
                point(*row)
                for row in best[["candidate", "shell"]].fillna("").to_numpy()
            ]
            start = np.resize(recipe_points, (CROWD, len(recipe_points[0])))
            start[1:] *= rng.normal(1.0, 0.05, start[1:].shape)
            offsets = rng.uniform(0.0, 0.25, start[1:, :-4].shape)
            start[1:, :-4] += offsets * (rng.random(offsets.shape) < 0.15)
            start[1:, -1] = rng.random(CROWD - 1)
            result = differential_evolution(
                lambda x, device=device: height(np.atleast_2d(x.T), device),
                [(0.0, 1.0)] * start.shape[1],
                strategy="currenttobest1bin",
                maxiter=GENERATIONS,
                init=np.clip(start, 0.0, 1.0),
                mutation=(0.3, 0.9),
                recombination=0.7,
                tol=0.0,
                polish=False,
                vectorized=True,
                updating="deferred",
                rng=seed,
            )
            frame = screen_points(result.x[None], device)
            print(
                device,
                seed,
                *frame[WINNER].round(3).iloc[0],
                ways()[frame["way"].iloc[0]],
            )


MADE = "Sm25.5Fe15Cu6Zr2.7Co bal."
EDGES: dict[str, tuple[str, dict[str, Any], str]] = {
    "2:17": (
        "20C",
        {"basis": "weight"},
        f"""
        {MADE} Sm25.5Fe30Co bal. Sm25.5Fe15Co bal. Sm25.5Fe15Zr2.7Co bal. Sm25.5Fe15Cu6Co bal.
        Sm25.5Fe15Cu3Zr2.7Co bal. Sm25.5Fe15Cu10Zr2.7Co bal. Sm25.5Fe15Cu16Zr2.7Co bal.
        Sm25.5Fe15Cu6Zr6Co bal. Sm25.5Fe35Cu6Zr2.7Co bal. Sm23.60Fe15Cu6Zr2.7Co bal.
        Sm23.65Fe15Cu6Zr2.7Co bal. Sm20Gd6Fe15Cu6Zr2.7Co bal. Ce12Sm13Fe15Cu6Zr2.7Co bal.
        Sm25.5Fe15Cu6Zr2.7C0.1Co bal. Sm25.5Fe15Cu6Zr2.7C0.45Co bal.
        Sm25.5Fe15Cu6Zr2.7O0.9Co bal. Sm25.5Fe15Cu6Zr2.7O2.0Co bal.""",
    ),
    "2:17 by z": (
        "20C",
        {"basis": "atomic"},
        """
        Sm(Co0.7Fe0.2Cu0.08Zr0.02)8.2 Sm(Co0.7Fe0.2Cu0.08Zr0.02)8.3
        Sm(Co0.7Fe0.2Cu0.08Zr0.02)9.0 Sm2Co17""",
    ),
    "Tang's series (measured 708, 3056, 446 kA/m; magnets.csv S21, S22, S26)": (
        "25C",
        {"basis": "atomic"},
        """
        SmCo6.902Fe0.85Cu0.408Zr0.34 SmCo5.882Fe0.85Cu1.428Zr0.34 SmCo6.222Fe0.85Cu1.428""",
    ),
    "magnet for 500 C (measured 604 kA/m; magnets.csv S28)": (
        "500C",
        {"basis": "atomic", "process": {"aged_for_C": 500.0}},
        """
        SmCo4.9542Fe1.104Cu0.621Zr0.2208""",
    ),
    "1:5": (
        "20C",
        {"basis": "weight"},
        """
        Sm36.5Co63.5 Sm34Fe3Co bal. Sm33.0Co bal. Sm18.5Pr18Co63.5""",
    ),
    "1:5 by formula": ("20C", {"basis": "atomic"}, "SmCo5 CeCo5 GdCo5 SmFe5"),
    "sintered Nd-Fe-B": (
        "20C",
        {"basis": "weight"},
        """
        Nd31B0.97Fe bal. Nd31B0.80Fe bal. Nd31B0.88Fe bal. Nd31Ga0.5Cu0.1B0.88Fe bal.
        Nd31B1.20Fe bal. Nd27.2B0.97Fe bal. Nd36B0.97Fe bal. Nd31O0.5B0.97Fe bal.
        Nd31O1.0B0.97Fe bal. Nd31Al1B0.97Fe bal. Nd31Al0.1Cu0.1Ga0.2B0.97Fe bal.
        Nd31Mn3B0.97Fe bal. Nd31S0.3B0.97Fe bal. Ce31B0.97Fe bal. Nd16Ce15B0.97Fe bal.
        Nd21La10B0.97Fe bal. La31B0.97Fe bal.""",
    ),
    "cold (CR53, of Pr: 1.57 T and 6050 kA/m at 77 K; from memory)": (
        "150K,77K,4.2K",
        {"basis": "atomic"},
        "Nd2Fe14B Pr2Fe14B Nd1.7Dy0.3Fe14B",
    ),
    "cold 2:17": ("77K", {"basis": "weight"}, MADE),
    "hot-deformed": (
        "20C",
        {"basis": "weight", "process": "hot-deformed"},
        """
        Nd30Co3Ga0.5B0.95Fe bal. Ce16Nd14Ga0.5B0.95Fe bal. Sm36.5Co63.5""",
    ),
    "bonded": (
        "20C",
        {"basis": "weight", "process": "bonded-isotropic"},
        """
        Nd28Co3B0.95Fe bal. Ce30Co3B0.95Fe bal.""",
    ),
    "1:12 and between hosts": (
        "20C",
        {"basis": "atomic"},
        """
        SmFe11Ti SmFe12 SmFe11Si NdFe11Al NdFe11.5V0.5 LaFe8Co3Ti Nd2Fe14Al Sm2Fe17 Er2Fe14B""",
    ),
}
"""Temperatures, what is asked beside, and the recipes."""
ENDS = "_lo", "_hi"


def edges() -> None:
    """Print what is said where the model ends: status, figures, chance for a device, evidence."""
    device = DEVICES[0]
    need = ("remanence_T", *(f"coercivity_kA_m{end}" for end in ("", *ENDS)))
    print("# What is said of magnets where the model ends\n")
    print(
        provenance_line("python -m benchmarks.scans --edges"),
        "P: the probability that what",
        device,
    )
    print(
        "requires is met, as `screen` says; none: not ranked. D: the distance to the nearest"
    )
    print("measured magnet, and what is farthest.\n")
    print(
        "| recipe | T, K | host | status | B_r, T | H_cJ, kA/m (90 %) | P | D |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for title, (kelvin, options, text) in EDGES.items():
        print(f"| **{title}** | | | | | | | |")
        recipes = re.findall(r"\S+(?: bal\.)?", text)
        frame = mk.predict(recipes, kelvin, detail=True, **options).reset_index(
            drop=True
        )
        try:
            best = mk.screen(recipes, device, **options).best(len(recipes))
            chances = best.set_index("row_index")[WINNER[4]].to_dict()
        except mk.errors.MagnetkitError:
            chances = {}
        for i, row in frame.iterrows():
            at = int(i) * len(recipes) // len(frame)
            b_r, *h = (
                f"{row[k]:.4g}" if row[k] == row[k] else "" for k in need
            )
            chance = chances.get(at, np.nan)
            print(
                f"| {recipes[at]} | {row['temperature_K']:.4g} | {row['host']} | {row['status']} | "
                f"{b_r} | {'{} ({} to {})'.format(*h) if h[0] else 'none'} | "
                f"{f'{chance:.2f}' if chance == chance else 'none'} | "
                f"{row['evidence_distance']:.2g}, {row['evidence_farthest']} |".replace(
                    "nan", "none"
                )
            )


def main(out: str = "") -> None:
    """Print the jumps, and write them to a table."""
    commands = {
        "--drawn": print_missing_answers,
        "--adversary": adversary,
        "--edges": edges,
    }
    if out in commands:
        commands[out]()
        return
    if out.startswith("-"):
        raise SystemExit(__doc__)
    rows_out = []
    count = 0
    for name, (recipe, rest, route) in RECIPES.items():
        base = amounts(recipe)
        for element, low, high in varied_elements(base, rest):
            values = np.linspace(low, high, STEPS + 1)
            for kelvin in KELVIN:
                frame = scan_element(base, rest, element, values, kelvin, route)
                count += len(frame)
                for column, place, change in steep(frame, LEAST):
                    inner = np.linspace(
                        values[place], values[place + 1], FINE + 1
                    )
                    close = scan_element(
                        base, rest, element, inner, kelvin, route
                    )
                    count += len(close)
                    top = frame[column].max() / close[column].max()
                    for other, at, fine in steep(close, JUMP * change * top):
                        if other == column:
                            rows_out.append(
                                (
                                    name,
                                    element,
                                    inner[at],
                                    kelvin,
                                    column,
                                    fine / top,
                                    change,
                                    close["status"].iloc[at],
                                )
                            )
    names = [
        "recipe",
        "element",
        "wt_pct",
        "kelvin",
        "column",
        "change",
        "step",
        "status",
    ]
    table = pd.DataFrame(rows_out, columns=names)
    if out:
        table.to_csv(out, index=False)
    print(f"{count} predictions, {len(table)} jumps")
    print(table.round(4).to_string(index=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
