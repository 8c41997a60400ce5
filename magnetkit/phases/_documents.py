"""Documents of the Materials Project: checked field by field, made into a table."""

import json
import math
import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from .._core.errors import InputError, NetworkError

if TYPE_CHECKING:
    import pandas as pd


Record = dict[str, Any]

# Identifiers up to this one are numbers, however the server writes them.
_LAST_NUMBER = 3_347_529


def _numeric_identifier(identifier: str) -> str:
    """Convert an identifier that the server writes in letters, mp-aaaaaage, to mp-160.

    The lower-case letters behind the hyphen of `identifier` are the digits of a number to the base
    26, a for 0. An identifier with a digit there, and one of a number above `_LAST_NUMBER`
    (3347529), is returned as it is. It must hold exactly one hyphen, or ValueError is raised.
    """
    prefix, letters = identifier.split("-")
    if not letters.isalpha():
        return identifier
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("a")
    if number <= _LAST_NUMBER:
        return f"{prefix}-{number}"
    return identifier


# Far beyond any energy, volume or moment, and within what a table holds.
_Finite = Annotated[float, Field(gt=-1e9, lt=1e9)]
_Number = _Finite | None
_Word = Annotated[str, Field(pattern=r"^[A-Za-z]{1,12}$")] | None
_Identifier = Annotated[
    str,
    Field(pattern=r"^[a-z]{1,8}-[0-9a-z]{1,16}$"),
    AfterValidator(_numeric_identifier),
]


class _Symmetry(BaseModel):
    symbol: (
        Annotated[str, Field(pattern=r"^[A-Za-z0-9_/:-]{1,16}$")] | None
    ) = None
    number: Annotated[int, Field(ge=1, le=230)] | None = None


class _Summary(BaseModel):
    material_id: _Identifier
    structure: Record
    symmetry: _Symmetry | None = None
    volume: _Number = None
    density: _Number = None
    theoretical: bool | None = None
    ordering: _Word = None
    total_magnetization: _Number = None
    total_magnetization_normalized_formula_units: _Number = None


class _Thermo(BaseModel):
    material_id: _Identifier
    thermo_type: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+]{1,24}$")]
    energy_per_atom: _Number = None
    uncorrected_energy_per_atom: _Number = None
    formation_energy_per_atom: _Number = None
    energy_above_hull: _Number = None


class _Magnetism(BaseModel):
    material_id: _Identifier
    ordering: _Word = None
    num_magnetic_sites: _Number = None
    magmoms: list[_Finite] | None = None


_MODELS: dict[str, type[BaseModel]] = {
    "summary": _Summary,
    "thermo": _Thermo,
    "magnetism": _Magnetism,
}
FIELDS = {kind: list(model.model_fields) for kind, model in _MODELS.items()}
"""The fields to ask for, by kind: what hull, features and magnetism use."""

# Classes named in a structure are loaded by monty from whatever module stands beside them.
_FOREIGN = re.compile(r'"@module": (?!"pymatgen\.core\.)')


def read_document(kind: str, fields: Record) -> Record:
    """Check a document of the server and return its fields; a crystal gets computed figures too.

    Parameters
    ----------
    kind : str
        "summary", "thermo" or "magnetism".
    fields : dict
        The document as mp-api gives it. Required are ``material_id``, of a summary ``structure`` (a
        dict of pymatgen) and of a thermo document ``thermo_type``. It is not changed.

    Returns
    -------
    dict
        The fields of `FIELDS` for the kind, None where the server has none;
        others are dropped. Of a summary: ``material_id``, ``structure``,
        ``symmetry`` (dict of ``symbol`` and ``number``), ``volume``,
        ``density``, ``theoretical``, ``ordering``, ``total_magnetization``,
        ``total_magnetization_normalized_formula_units``, and, of the crystal,
        ``system``, ``formula``, ``cell``, ``sites`` and ``structure`` (JSON
        text), which replaces the dict. ``volume`` (angstrom^3) and ``density``
        (g/cm^3) are the crystal's where the server has none. Of a thermo
        document: ``material_id``, ``thermo_type``, ``energy_per_atom``,
        ``uncorrected_energy_per_atom``, ``formation_energy_per_atom`` and
        ``energy_above_hull``, eV/atom. Of a magnetism document:
        ``material_id``, ``ordering``, ``num_magnetic_sites`` and ``magmoms``
        (list of float). Identifiers are numeric, such as "mp-160".

    Raises
    ------
    KeyError
        If `kind` is none of the three.
    NetworkError
        If a required field is missing, a field has another shape than expected, or the crystal
        cannot be read.
    """
    try:
        document = _MODELS[kind].model_validate(fields)
        if isinstance(document, _Summary):
            return {**document.model_dump(), **_read_crystal(document)}
        return document.model_dump()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        field = str(fault["loc"][0])
        what = (
            f"lacks {field}"
            if fields.get(field) is None
            else f"has another {field} than expected"
        )
        raise NetworkError(
            f"a {kind} document {what}; nothing was kept"
        ) from None


def _read_crystal(summary: _Summary) -> Record:
    """Read the crystal of a summary document into figures and text.

    Parameters
    ----------
    summary : _Summary
        ``structure`` is a dict of pymatgen. ``volume`` and ``density`` are used where they are
        given and not 0; else those of the crystal.

    Returns
    -------
    dict
        ``system`` ("Co-Sm", alphabetical), ``formula`` (reduced, "SmCo5"),
        ``cell`` (formula of the cell, "Sm2Co10"), ``sites`` (their number),
        ``volume`` (of the cell, angstrom^3), ``density`` (g/cm^3) and
        ``structure`` (JSON text).

    Raises
    ------
    NetworkError
        If pymatgen cannot read it, or it names a class of another package.
    """
    from pymatgen.core import Structure

    try:
        if _FOREIGN.search(json.dumps(summary.structure)):
            raise TypeError("a class of another package")
        crystal = Structure.from_dict(summary.structure)
        volume = crystal.volume
        density = float(crystal.density)
        if not math.isfinite(volume + density):
            raise ValueError("no volume")
        return {
            "system": "-".join(sorted(map(str, crystal.composition.elements))),
            "formula": crystal.composition.reduced_formula,
            "cell": crystal.composition.formula.replace(" ", ""),
            "sites": len(crystal),
            "volume": summary.volume or volume,
            "density": summary.density or density,
            # As the server wrote it: what pymatgen computes of it differs with the machine.
            "structure": json.dumps(crystal.as_dict(verbosity=0)),
        }
    except Exception:
        # pymatgen raises whatever it stumbles on, and its words may be the server's.
        raise NetworkError(
            f"the structure of {summary.material_id} is none that pymatgen reads; nothing was kept"
        ) from None


def make_tables(
    systems: Sequence[str],
    schemes: Sequence[str],
    records: dict[str, list[Record]],
) -> "tuple[pd.DataFrame, pd.DataFrame, Record]":
    """Build the tables of a snapshot from the server's documents.

    Documents of other chemical systems, of other schemes and without a formation energy are
    dropped. Of several energies of a material the first counts.

    Parameters
    ----------
    systems : sequence of str
        Chemical systems that were asked for, such as "Co-Sm", elements in alphabetical order.
        Subsystems count only if they are listed too.
    schemes : sequence of str
        Schemes of energies to choose from, "GGA_GGA+U", "GGA_GGA+U_R2SCAN" or "R2SCAN". All
        entries are of one: that with energies of the most pure elements, of equals the first.
    records : dict of list of dict
        Results of `read_document` by kind: ``summary``, ``thermo`` and ``magnetism``.

    Returns
    -------
    entries : pandas.DataFrame
        One row a phase, sorted by formula, then id: the columns of `_make_row`, such as
        ``formula``, ``formation_energy_eV_atom``, ``energy_above_hull_eV_atom`` and
        ``material_id``, and ``source``, such as "Materials Project R2SCAN".
    structures : pandas.DataFrame
        ``material_id`` and ``structure`` (JSON), one row a row of `entries`, in the same order.
    facts : dict
        For the manifest: ``thermo_type`` (the scheme), ``documents`` (numbers by ``summary``,
        ``thermo``, ``magnetism`` and ``without_energy_in_scheme``) and ``mp_api`` (its version).

    Raises
    ------
    InputError
        If the server has no energies of these schemes.
    """
    import pandas as pd

    inside = set(systems)
    crystals = {
        c["material_id"]: c
        for c in records["summary"]
        if c["system"] in inside
    }
    energies = [
        e
        for e in records["thermo"]
        if e["material_id"] in crystals
        and e["formation_energy_per_atom"] is not None
    ]
    scheme = _choose_scheme(energies, crystals, schemes)
    records_by_id: dict[str, Record] = {}
    for energy in energies:
        if energy["thermo_type"].casefold() == scheme.casefold():
            records_by_id.setdefault(energy["material_id"], energy)
    magnetic = {m["material_id"]: m for m in records["magnetism"]}
    names = sorted(records_by_id, key=lambda n: (crystals[n]["formula"], n))
    entries = pd.DataFrame(
        [
            _make_row(crystals[n], records_by_id[n], magnetic.get(n, {}))
            for n in names
        ]
    )
    entries["source"] = f"Materials Project {scheme}"
    structures = pd.DataFrame(
        {
            "material_id": names,
            "structure": [crystals[n]["structure"] for n in names],
        }
    )
    facts = {
        "thermo_type": scheme,
        "documents": {
            "summary": len(crystals),
            "thermo": len(records_by_id),
            "magnetism": sum(n in magnetic for n in records_by_id),
            "without_energy_in_scheme": len(crystals) - len(records_by_id),
        },
        "mp_api": version("mp-api"),
    }
    return entries, structures, facts


def _choose_scheme(
    energies: list[Record], crystals: dict[str, Record], schemes: Sequence[str]
) -> str:
    """Choose the scheme that has formation energies of the most pure elements, of equals the first.

    Parameters
    ----------
    energies : list of dict
        Documents of energies, with ``material_id`` and ``thermo_type``. All ids are in
        `crystals`.
    crystals : dict of dict
        Documents of crystals by material id, with ``system``, such as "Co-Sm"; a pure element is a
        system without a hyphen.
    schemes : sequence of str
        Schemes to choose from, such as "R2SCAN", the preferred first. Capital and small letters are
        alike.

    Returns
    -------
    str
        One of `schemes`.

    Raises
    ------
    InputError
        If there are no energies of any of them.
    """
    elements: dict[str, set[str]] = {}
    for energy in energies:
        system = crystals[energy["material_id"]]["system"]
        # The interface writes one of the schemes both as R2SCAN and as r2SCAN.
        scheme_elements = elements.setdefault(
            energy["thermo_type"].casefold(), set()
        )
        scheme_elements.update({system} if "-" not in system else ())
    available = [scheme for scheme in schemes if scheme.casefold() in elements]
    if not available:
        scheme_names = ", ".join(sorted(elements))
        raise InputError(
            f"the server has no {' or '.join(schemes)} energies of these systems"
            + (
                f"; it has {scheme_names}: name one with thermo_type="
                if scheme_names
                else ""
            )
        )
    return max(available, key=lambda scheme: len(elements[scheme.casefold()]))


def _make_row(crystal: Record, energy: Record, magnetism: Record) -> Record:
    """Build the row of one phase, with its columns in the order of the table.

    Parameters
    ----------
    crystal : dict
        Summary document, as `read_document` returns it.
    energy : dict
        Thermo document of the same material, as `read_document` returns it.
    magnetism : dict
        Magnetism document, empty if there is none. ``ordering``, ``num_magnetic_sites`` and
        ``magmoms`` are read.

    Returns
    -------
    dict
        ``formula``, ``cell``, ``formation_energy_eV_atom``,
        ``energy_above_hull_eV_atom``, ``material_id``, ``energy_eV_atom``,
        ``uncorrected_energy_eV_atom``, ``theoretical``, ``space_group``,
        ``space_group_number``, ``sites``, ``volume_A3``, ``density_g_cm3``,
        ``ordering``, ``magnetic_moment_muB_atom``, ``magnetic_moment_muB_fu``,
        ``magnetic_sites`` and ``moments_muB``. None stands for what is not
        known, but ``theoretical`` is False then. ``magnetic_moment_muB_atom``,
        0 or more, is ``total_magnetization`` of the summary for each site;
        ``magnetic_sites`` counts those of the crystal's cell, ``moments_muB``
        is a list, one an atom, and None where the document is of a smaller
        cell than the crystal. ``ordering`` is that of the magnetism document,
        else of the summary.
    """
    symmetry = crystal["symmetry"] or {}
    sites = crystal["sites"]
    moment = crystal["total_magnetization"]
    moments = magnetism.get("magmoms")
    magnetic = magnetism.get("num_magnetic_sites")
    # The magnetism document tells of the primitive cell, the structure may hold several.
    cells = sites / len(moments) if moments else 1
    return {
        "formula": crystal["formula"],
        "cell": crystal["cell"],
        "formation_energy_eV_atom": energy["formation_energy_per_atom"],
        "energy_above_hull_eV_atom": energy["energy_above_hull"],
        "material_id": crystal["material_id"],
        "energy_eV_atom": energy["energy_per_atom"],
        "uncorrected_energy_eV_atom": energy["uncorrected_energy_per_atom"],
        "theoretical": bool(crystal["theoretical"]),
        "space_group": symmetry.get("symbol"),
        "space_group_number": symmetry.get("number"),
        "sites": sites,
        "volume_A3": crystal["volume"],
        "density_g_cm3": crystal["density"],
        "ordering": magnetism.get("ordering") or crystal["ordering"],
        "magnetic_moment_muB_atom": None
        if moment is None
        else abs(moment) / sites,
        "magnetic_moment_muB_fu": crystal[
            "total_magnetization_normalized_formula_units"
        ],
        "magnetic_sites": None
        if magnetic is None
        else round(magnetic * cells),
        "moments_muB": moments if cells == 1 else None,
    }
