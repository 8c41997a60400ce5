"""The traction motor's grams of terbium: alloyed, and on faces by a field map."""

from typing import TYPE_CHECKING, Any

import numpy as np

from magnetkit import datasets
from magnetkit.diffusion import Diffusion, diffuse

if TYPE_CHECKING:
    import pandas as pd

PROFILE = "energy-traction-motor"
SHAPE = "40x15x5mm"
BASE = "Nd1.8Dy0.2Fe13.8Co0.2B"
"""The profile's reference magnet with three fifths of its dysprosium: with less than half of it, no
terbium where the field is strongest meets with the probability asked at 150 degrees C."""


def anchored_process() -> Any:
    """Return the process that makes the profile's reference magnet as coercive as it is known."""
    from magnetkit.applications import load

    from magnetkit.magnetism._reference import (
        GUARANTEE,
        KnownValue,
        calibrate_on_reference,
        typical_over_minimum,
    )
    from magnetkit.magnetism.process import Process

    reference = load(PROFILE).reference
    anchors = [
        KnownValue(
            one.column,
            one.value
            * (
                typical_over_minimum(reference.host)
                if one.guaranteed and one.column == "coercivity_kA_m"
                else 1.0
            ),
            float(one.temperature_K),
            float(
                np.hypot(
                    one.spread / one.value,
                    GUARANTEE if one.guaranteed else 0.0,
                )
            ),
        )
        for one in reference.anchors
        if one.column == "coercivity_kA_m"
    ]
    return Process(
        producer=calibrate_on_reference(
            "reference", reference.table(), reference.shell, anchors
        )
    )


def designs(
    faces: tuple[str, ...] = ("all", "poles", "field"),
) -> dict[str, Diffusion]:
    """Return the designs of the motor's magnet by the faces treated."""
    result = anchored_process()
    field = datasets.path("diffusion/motor_field.csv")
    return {
        name: diffuse(
            BASE,
            SHAPE,
            faces=name,
            element="Tb",
            field=field,
            temperature="150C",
            process=result,
        )
        for name in faces
    }


def grams(found: dict[str, Diffusion] | None = None) -> "pd.DataFrame":
    """Return the terbium of a motor, one row a way.

    Parameters
    ----------
    found : dict of str to Diffusion, optional
        Of `designs`, by the faces treated.

    Returns
    -------
    DataFrame
        ``way``, ``g_per_magnet``, ``magnets``, ``g_per_motor``, ``saving_pct`` against alloying.
    """
    import pandas as pd
    from magnetkit.applications import load

    found = designs() if found is None else found
    first = next(iter(found.values()))
    magnet = first.search["Tb"].each[0][0]
    weight = magnet.density * first.search["Tb"].spreading.cells.shape.volume
    pieces = round(load(PROFILE).magnet_mass_kg / weight)
    rows = [
        (str(row["way"]), float(row["put_on_g"]))
        for row in first.designs.to_dict("records")
        if row["way"] != "faces"
    ]
    for name, design in found.items():
        row = design.designs[design.designs["way"] == "faces"].iloc[0]
        rows.append((f"faces: {name}", float(row["put_on_g"])))
    table = pd.DataFrame(rows, columns=["way", "g_per_magnet"])
    bulk = float(
        table.loc[table["way"] == "bulk alloy", "g_per_magnet"].iloc[0]
    )
    table["magnets"] = pieces
    table["g_per_motor"] = table["g_per_magnet"] * pieces
    table["saving_pct"] = 100.0 * (1.0 - table["g_per_magnet"] / bulk)
    return table
