"""What is said of magnets where the model ends, which ``datasets/recipes/EDGES.md`` keeps."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

import magnetkit as mk

from .. import provenance_line, table_row

DEVICE = "aerospace-reaction-wheel"
COMMAND = "python -m benchmarks.accuracy edges"
COLUMNS = (
    "recipe",
    "T, K",
    "host",
    "status",
    "B_r, T",
    "H_cJ, kA/m (90 %)",
    "P",
    "D",
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


def report() -> str:
    """Return status, figures, chance for a device, and evidence, as Markdown."""
    lines = [
        "# What is said of magnets where the model ends",
        "",
        f"{provenance_line(COMMAND)} P: the probability that what {DEVICE}",
        "requires is met, as `screen` says; none: not ranked. D: the distance to the nearest",
        "measured magnet, and what is farthest.",
        "",
        table_row(*COLUMNS),
        "|---|---|---|---|---|---|---|---|",
    ]
    for title, (temperatures, options, text) in EDGES.items():
        recipes = re.findall(r"\S+(?: bal\.)?", text)
        lines.append(f"| **{title}** | | | | | | | |")
        lines += describe_recipes(recipes, temperatures, options)
    return "\n".join(lines)


def describe_recipes(
    recipes: list[str], temperatures: str, options: dict[str, Any]
) -> Iterator[str]:
    """Yield a row of the table for each recipe at each temperature."""
    frame = mk.predict(recipes, temperatures, detail=True, **options)
    chances = probability_by_recipe(recipes, options)
    temperature_count = len(frame) // len(recipes)
    for i, row in enumerate(frame.to_dict("records")):
        recipe = i // temperature_count
        evidence = f"{_text(row['evidence_distance'], '.2g')}, {row['evidence_farthest']}"
        yield table_row(
            recipes[recipe],
            _text(row["temperature_K"], ".4g"),
            row["host"],
            row["status"],
            _text(row["remanence_T"], ".4g", missing=""),
            _coercivity(row),
            _text(chances.get(recipe, np.nan), ".2f"),
            evidence.replace("nan", "none"),
        )


def probability_by_recipe(
    recipes: list[str], options: dict[str, Any]
) -> dict[int, float]:
    """Return the probability that a recipe meets the device's requirements, by its number."""
    try:
        best = mk.screen(recipes, DEVICE, **options).best(len(recipes))
    except mk.errors.MagnetkitError:
        return {}
    numbers = best["row_index"].tolist()
    probabilities = best["probability_meets_requirements"].tolist()
    return dict(zip(numbers, probabilities, strict=True))


def _coercivity(row: dict[str, Any]) -> str:
    """Return the coercivity of a row with its range, or that there is none."""
    value, low, high = (
        row[f"coercivity_kA_m{end}"] for end in ("", "_lo", "_hi")
    )
    if np.isnan(value):
        return "none"
    return f"{value:.4g} ({low:.4g} to {high:.4g})"


def _text(value: float, digits: str, missing: str = "none") -> str:
    """Return a number in some digits, or what stands for one that is missing."""
    if np.isnan(value):
        return missing
    return format(value, digits)
