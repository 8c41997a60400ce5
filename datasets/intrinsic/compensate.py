"""Set three numbers of the fit to what it misses of compensated magnets and easy directions.

Run after ``calibrate.py``, from the top of the project:
``python datasets/intrinsic/compensate.py``.

J_s of GdCo5 at 4.2 and 300 K alone decide that field in the fit, and with it alpha of (Sm,Gd)Co5,
a small difference of two sublattices, comes out too steep in gadolinium. The factor is that of
largest likelihood on three numbers that disagree: alpha of the one magnet with printed amounts, J_s
of GdCo5 at 300 K, and where compensation is remembered to lie. It is set on that magnet, which then
tests nothing; `magnetkit` gives such an alpha a standard deviation of 0.010 %/K.

In the fit a row that states an easy direction may be missed by 0.2 MJ/m3 and more. Where a stated
axis is missed, A_2^0 of the ion moves by the least that leaves the margin that the fit asks of all.
That of praseodymium in 1:5 cannot meet both the field of PrCo5 at 300 K and its measured cone below
108 K: its deviation becomes what the two lie apart.
"""

import csv
import io
from pathlib import Path

import numpy as np
from magnetkit.elements import INDEX

from magnetkit.alloy.table import CompositionTable
from magnetkit.compound._intrinsic_kernels import K1, K2, K3, evaluate
from magnetkit.compound.parameters import ELEMENT_SLOTS, load
from magnetkit.magnetism._magnets import alloys, evaluate_magnets
from magnetkit.phases.records import HOST_NAMES

TARGET = Path(__file__).resolve().parent / "parameters.csv"
MARK = ", then scaled by compensate.py"
# Magnet, chord K, alpha %/K and its deviation: S13 of magnets.csv (the sign is not printed), T4 of
# compensated.csv (from memory).
CHORDS = (
    ("Sm0.575Gd0.425Co5", 273.15, 373.15, -0.0015, 0.003),
    ("Sm0.65Gd0.35Co5", 223.15, 423.15, 0.0, 0.010),
)
# J_s, T, and its deviation: compounds.csv, of medium confidence.
COMPOUND = ("GdCo5", 300.0, 0.363, 0.018)
FACTORS = np.arange(1.0, 1.5001, 0.01)
# Host, slot, ion, the compound that compounds.csv has an easy axis of at 300 K, and the A_2^0, K
# a0^-2, up to which one that makes it is looked for.
AXES = (
    (("1:12", "ion_A2_K:iron", "Dy"), "DyFe11Ti", 0.0),
    (("2:17", "ion_A2_K:cobalt", "Tm"), "Tm2Co17", -200.0),
)
MOVED = ", then moved to the stated axis by compensate.py"
MARGIN = 0.10  # MJ/m3, `benchmarks.accuracy.magnetism.calibration`
# K_1 of PrCo5 turns at 108 K (datasets/hosts/1-5/host.toml).
CONE = ("1:5", "ion_A2_K:cobalt", "Pr"), "PrCo5", -150.0
TURNS = 108.0
APART = ", deviation by compensate.py"


def misfit(factor: float) -> float:
    """Return the sum of squared errors over deviations with the field times a factor."""
    values = load().kernel_parameters.element
    at = (
        HOST_NAMES.index("1:5"),
        INDEX["Gd"],
        ELEMENT_SLOTS.index("ion_exchange_K:cobalt"),
    )
    kept, total = values[at], 0.0
    values[at] = kept * factor
    for text, first, second, alpha, deviation in CHORDS:
        made = evaluate_magnets(
            alloys(CompositionTable.from_strings([text])), [first, second]
        )
        low, high = made.polarization[0]
        total += (
            (100.0 * (high / low - 1.0) / (second - first) - alpha) / deviation
        ) ** 2
    text, kelvin, known, deviation = COMPOUND
    made = evaluate_magnets(
        alloys(CompositionTable.from_strings([text])), [kelvin]
    )
    values[at] = kept
    return total + ((made.polarization[0, 0] - known) / deviation) ** 2


def turned(
    own: tuple[str, ...],
    formula: str,
    until: float,
    kelvin: float,
    wanted: float,
) -> float:
    """Return the A_2^0 on the way from the fit's until another at which K_1 is what is wanted."""
    values, (host, slot, ion) = load().kernel_parameters, own
    at = HOST_NAMES.index(host), INDEX[ion], ELEMENT_SLOTS.index(slot)
    table, kept = (
        CompositionTable.from_strings([formula], basis="atomic"),
        values.element[at],
    )
    codes, alone = np.array([at[0]], np.int8), np.full((2, 1), np.nan)
    tried, found = np.linspace(kept, until, 401), []
    for value in tried:
        values.element[at] = value
        got = evaluate(
            table.rows, codes, values, np.array([kelvin]), False, alone
        ).value[:, 0, 0]
        found.append(min(got[K1], got[K1] + 2.0 * got[K2] + 3.0 * got[K3]))
    values.element[at] = kept
    above = np.array(found) > wanted
    return (
        float(tried[np.argmax(above != above[0])])
        if (above != above[0]).any()
        else float(kept)
    )


def main() -> None:
    """Write the field times the factor of least misfit, and the crystal fields."""
    rows = list(
        csv.DictReader(io.StringIO(TARGET.read_text(encoding="utf-8")))
    )
    factor = float(FACTORS[np.argmin([misfit(f) for f in FACTORS])])
    for row in rows:
        own = row["host"], row["parameter"], row["element"]
        if own == ("1:5", "ion_exchange_K:cobalt", "Gd"):
            if row["source"].endswith(MARK):
                factor = 1.0
                continue
            row["value"] = f"{float(row['value']) * factor:.6g}"
            row["source"] += MARK
        for one in AXES:
            if own == one[0] and MOVED not in row["source"]:
                row["value"] = f"{turned(*one, 300.0, MARGIN):.6g}"
                row["source"] += MOVED
        if own == CONE[0] and APART not in row["source"]:
            there = turned(*CONE, TURNS, 0.0)
            row["deviation"] = f"{(float(row['value']) - there) / 1.645:.4g}"
            row["source"], row["confidence"] = row["source"] + APART, "low"
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"factor {factor:.2f}")


if __name__ == "__main__":
    main()
