"""Writing a material for micromagnetic tools, in the file formats of the MaMMoS packages."""

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .._core import datasets
from .._core._arguments import named
from .._core._files import replacing
from .._core.errors import InputError
from .._core.units import MU_0, parse_temperatures
from ..alloy._read import Compositions, as_table
from ..alloy.notation import Basis

# Names, units and classes (EMMO and its ontology of magnetic materials), in order of columns.
_ENTITIES = "columns/mammos.csv"


def material(
    compositions: Compositions,
    temperature: float | str | Sequence[float | str] = 300.0,
    host: str = "auto",
    basis: Basis = "auto",
) -> dict[str, list[float]]:
    """Return the intrinsic parameters of one hard phase at temperatures.

    These are ``T`` (K), ``Ms`` (A/m), ``A`` (J/m) and ``Ku`` (J/m3), one number a temperature.
    Exchange stiffness is that of the host's known member at 300 K, scaled by T_C and by the
    square of the reduced polarization; it is an estimate (about 30 %). Arguments are as of
    `write_material`; InputError if there is not exactly one row, or no model for its host.
    """
    from ..compound.evaluate import PROPERTIES
    from ..phases.partition import partition
    from ..phases.records import HOST_NAMES, HOSTS
    from ..surrogates.intrinsic import evaluate

    table = as_table(compositions, basis)
    if len(table) != 1:
        raise InputError(f"export takes one material, got {len(table)}; select a row: table[:1]")
    kelvin = parse_temperatures(temperature)
    part = partition(table, host)
    name = HOST_NAMES[part.host[0]] if part.host[0] >= 0 else "unknown"
    phase = evaluate(part, np.array([300.0, *kelvin]), spread=False)
    j = phase.value[0, :, PROPERTIES.index("saturation_polarization_T")]
    k1 = 1e6 * phase.value[0, :, PROPERTIES.index("anisotropy_constant_MJ_m3")]
    if name not in HOSTS or not np.isfinite(j).all():
        raise InputError(f"no intrinsic model for {table.formulas()[0]} (host {name})")
    known = HOSTS[name].magnet
    curie = known.exchange_stiffness_curie_K
    at_300 = known.exchange_stiffness_J_m * float(phase.curie[0]) / curie
    reduced = j[1:] / j[0] if j[0] > 0.0 else np.zeros(len(kelvin))
    return {
        "T": kelvin,
        "Ms": (j[1:] / MU_0).tolist(),
        "A": (at_300 * reduced**2).tolist(),
        "Ku": k1[1:].tolist(),
    }


@named
def write_material(
    file: str | os.PathLike[str],
    compositions: Compositions,
    temperature: float | str | Sequence[float | str] = 300.0,
    host: str = "auto",
    basis: Basis = "auto",
) -> Path:
    """Write a hard phase's parameters as MaMMoS CSV (v3) or YAML (v2), by the file's suffix.

    mammos-entity 0.14 and newer read these.

    Parameters
    ----------
    file : path
        Ends in ``.csv``, ``.yaml`` or ``.yml``.
    compositions : text, pymatgen Composition, CompositionTable or another form of one recipe
        One row; see `magnetkit.predict`.
    temperature : float, str or sequence of them
        K, or texts such as ``"150C"``; see `magnetkit.units.parse_temperatures`.
    host : str
        ``"auto"`` or a host's name.
    basis : {"auto", "atomic", "weight"}
        What the amounts of a text are.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If the suffix is another, the material cannot be exported or the file not written.
    """
    file = Path(file)
    if file.suffix not in (".csv", ".yaml", ".yml"):
        raise InputError(f"export writes .csv or .yaml, got {file.name!r}")
    table = as_table(compositions, basis)
    values = material(table, temperature, host)
    description = f"{table.formulas()[0]} by magnetkit"
    text = _csv(values, description) if file.suffix == ".csv" else _yaml(values, description)
    with replacing(file) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return file


def _csv(values: dict[str, list[float]], description: str) -> str:
    stream, rule = io.StringIO(), "#" + "-" * 40
    stream.write(f"# mammos csv v3\n{rule}\n# {description}\n{rule}\n")
    writer = csv.writer(stream, lineterminator="\n")
    found = datasets.rows(_ENTITIES)
    writer.writerows([e[key] for e in found] for key in ("label", "description", "iri", "unit"))
    writer.writerow(values)
    writer.writerows(zip(*values.values(), strict=True))
    return stream.getvalue()


def _yaml(values: dict[str, list[float]], description: str) -> str:
    # The structure is fixed, and a JSON string is one of YAML: no YAML package is needed.
    head = f"description: {json.dumps(description)}"
    lines = ["# mammos yaml v2", "metadata: null", head, "data:"]
    for entity in datasets.rows(_ENTITIES):
        # YAML 1.1 takes 1e-11 for a text: a number needs its point.
        listed = ", ".join(f"{v:.9e}" for v in values[entity["name"]])
        lines += [
            f"  {entity['name']}:",
            f"    ontology_label: {entity['label']}",
            f"    description: {json.dumps(entity['description'])}",
            f"    ontology_iri: {entity['iri']}",
            f"    unit: {entity['unit']}",
            f"    value: [{listed}]",
        ]
    return "\n".join(lines) + "\n"
