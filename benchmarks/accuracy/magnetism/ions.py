"""The ions of R2Fe14B alone, as fitted and by published crystal fields, beside exact values."""

import numpy as np
import pandas as pd
from magnetkit.elements import INDEX
from magnetkit.units import K_B

from benchmarks.accuracy import table_row
from magnetkit._core._arrays import N_WORK, reduced_moment, respond
from magnetkit.alloy.table import CompositionTable
from magnetkit.compound.parameters import (
    ELEMENT_SLOTS,
    HOST_SLOTS,
    load,
    prior_parameters,
    published_fields,
)
from magnetkit.phases.partition import partition
from magnetkit.surrogates.intrinsic import evaluate

NO_FIT = {
    "Nd2Fe14B": 1.60,
    "Pr2Fe14B": 1.56,
    "Tb2Fe14B": 0.703,
    "Ho2Fe14B": 0.807,
}
"""Measured polarization at 295 K, T (Hirosawa et al., J. Appl. Phys. 59 (1986) 873)."""
# K_R1, MJ/m3, at 4.2, 295 and 423 K: another exact diagonalization with the published fields, made
# apart from this code and not published: a comparison, on which nothing rests.
EXACT = {
    "Nd": (-13.7, 3.71, 2.25),
    "Pr": (21.8, 5.11, 2.26),
    "Dy": (16.6, 6.36, 3.28),
}
TEMPERATURES = (4.2, 295.0, 423.0)


def _ion_anisotropy(
    symbol: str,
    kelvin: float,
    volume: float,
    m: float,
    h: float,
    a2: float,
    a4: float,
):
    """Return K_1 of the two ions of R2Fe14B, MJ/m3, in an exchange field m h."""
    tables = load().ions
    work = np.empty((1, N_WORK))
    first, *facts = tables.facts[0, INDEX[symbol]]
    ion = np.array([[first, h, 2.0, a2, a4, 1.0, *facts]])
    density = 2.0 * 1e-6 * K_B / (volume * 1e-30)
    respond(kelvin, 0, 1, ion, (m, 1.0, density), tables, work, 2)
    return work[0, 1]


def ion_table() -> pd.DataFrame:
    """Return K_1 of the ions of R2Fe14B (MJ/m3) as fitted, with the published fields, and exactly.

    Returns
    -------
    DataFrame
        ``ion``, ``temperature_K``; ``fitted``; ``published``: the tables with the crystal fields of
        datasets/ions unmoved; ``exact``: a diagonalization by others with those, where known.
    """
    p = load()
    slots = [
        ELEMENT_SLOTS.index(f"ion_{n}:iron")
        for n in ("exchange_K", "A2_K", "A4_K")
    ]
    volume = ELEMENT_SLOTS.index("volume_A3:iron")
    curie = ELEMENT_SLOTS.index("exchange_K:iron")
    shape = p.host[0, HOST_SLOTS.index("shape:iron")]
    rows = []
    for symbol, f in published_fields().items():
        if f["A20"] == 0.0 or symbol == "Yb":
            continue
        e = p.element[0, INDEX[symbol]]
        for k, kelvin in enumerate(TEMPERATURES):
            m = reduced_moment(kelvin / e[curie], shape)
            exact = EXACT[symbol][k] if symbol in EXACT else np.nan
            literature = _ion_anisotropy(
                symbol, kelvin, e[volume], m, f["H_m_K"], f["A20"], 0.0
            )
            rows.append(
                (
                    symbol,
                    kelvin,
                    _ion_anisotropy(symbol, kelvin, e[volume], m, *e[slots]),
                    literature,
                    exact,
                )
            )
    return pd.DataFrame(
        rows, columns=["ion", "temperature_K", "fitted", "published", "exact"]
    )


def lines() -> list[str]:
    """Return the sections of the validation report on ions and on what nothing was fitted to."""
    text = [
        "",
        "## Ions of R2Fe14B alone",
        "",
        "K_R1 (MJ/m3) as fitted, with the published crystal fields unmoved, and by another exact",
        "diagonalization with those. A comparison, not a target. When cold K_1 to K_3 of an ion",
        "follow from each other steeply; which angles are compared decides what K_1 is called.",
        "",
        "| ion | T (K) | fitted | published fields | exact, by others |",
        "|---|---|---|---|---|",
    ]
    for r in ion_table().to_dict("records"):
        exact = "" if np.isnan(r["exact"]) else f"{r['exact']:.2f}"
        text.append(
            table_row(
                r["ion"],
                f"{r['temperature_K']:g}",
                f"{r['fitted']:.2f}",
                f"{r['published']:.2f}",
                exact,
            )
        )
    part = partition(
        CompositionTable.from_strings(list(NO_FIT), basis="atomic")
    )
    got = evaluate(part, 295.0, spread=False, parameters=prior_parameters())
    text += [
        "",
        "Polarization at 295 K before any fit: metals by priors, ions by the published fields.",
        "",
        "| compound | measured (T) | model (T) |",
        "|---|---|---|",
    ]
    for (formula, value_measured), value in zip(
        NO_FIT.items(), got.value[:, 0, 0], strict=True
    ):
        text.append(
            table_row(
                formula,
                f"{value_measured:.3f}",
                f"{value:.3f}",
            )
        )
    return text
