"""Documents of the Materials Project: checked by emmet's models, made into tables."""

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ...errors import InputError, NetworkError

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import BaseModel

FIELDS: dict[str, tuple[str, ...]] = {
    "summary": (
        "material_id",
        "nsites",
        "volume",
        "density",
        "symmetry",
        "structure",
        "theoretical",
        "deprecated",
        "ordering",
        "total_magnetization",
        "total_magnetization_normalized_formula_units",
    ),
    "thermo": (
        "material_id",
        "thermo_type",
        "energy_per_atom",
        "uncorrected_energy_per_atom",
        "formation_energy_per_atom",
        "energy_above_hull",
    ),
    "magnetism": ("material_id", "ordering", "num_magnetic_sites", "magmoms"),
}
"""The fields asked for, by kind: what hull, features and magnetism use."""

_NEEDED = {
    "summary": ("material_id", "structure"),
    "thermo": ("material_id",),
    "magnetism": ("material_id",),
}


@lru_cache(maxsize=1)
def _models() -> "dict[str, type[BaseModel]]":
    from emmet.core.magnetism import MagnetismDoc
    from emmet.core.summary import SummaryDoc
    from emmet.core.thermo import ThermoDoc

    class EnergyDoc(ThermoDoc):
        """emmet's thermo document without the entries, which are large and not asked for."""

        energy_type: str | None = None  # type: ignore[assignment]
        entry_types: list[str] | None = None  # type: ignore[assignment]
        entries: Any = None

    return {"summary": SummaryDoc, "thermo": EnergyDoc, "magnetism": MagnetismDoc}


def validated(kind: str, documents: list[dict[str, Any]]) -> list[Any]:
    """Return documents as emmet's models.

    Raises
    ------
    NetworkError
        If a document lacks what is needed or is not what emmet's model expects.
    """
    from pydantic import ValidationError

    model = _models()[kind]
    found = []
    for document in documents:
        name = document.get("material_id")
        lacking = [field for field in _NEEDED[kind] if document.get(field) is None]
        if lacking:
            raise NetworkError(
                f"the {kind} document of {name!r} lacks {', '.join(lacking)}; nothing was kept"
            )
        known = {field: document[field] for field in FIELDS[kind] if field in document}
        try:
            found.append(model.model_validate(known))
        except (ValidationError, ValueError, TypeError, KeyError) as error:
            raise NetworkError(
                f"the {kind} document of {name!r} is not of the shape that emmet-core "
                f"{version('emmet-core')} expects ({_first(error)}); nothing was kept"
            ) from None
    return found


def _first(error: Exception) -> str:
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        detail = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}"
    return f"{type(error).__name__}: {error}"


def tables(
    asked: Sequence[str],
    order: Sequence[str],
    summary: list[Any],
    thermo: list[Any],
    magnetism: list[Any],
) -> "tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]":
    """Return entries, structures and facts for the manifest.

    Parameters
    ----------
    asked : sequence of str
        Chemical systems; documents of others are left aside.
    order : sequence of str
        Schemes of energies in the order wanted; all entries are of one.
    summary, thermo, magnetism : list
        Documents as emmet's models.

    Raises
    ------
    InputError
        If the server has no energies of these schemes.
    """
    import pandas as pd

    inside = set(asked)
    described = {str(d.material_id): d for d in summary if _system(d) in inside}
    energies = [d for d in thermo if str(d.material_id) in described]
    scheme = _scheme(energies, described, order)
    chosen: dict[str, Any] = {}
    for document in energies:
        if _type(document) == scheme.casefold() and document.formation_energy_per_atom is not None:
            chosen.setdefault(str(document.material_id), document)
    magnetic = {str(d.material_id): d for d in magnetism}
    rows = [
        _row(described[name], chosen[name], magnetic.get(name), f"Materials Project {scheme}")
        for name in sorted(chosen, key=lambda n: (_formula(described[n]), n))
    ]
    entries = pd.DataFrame(rows)
    structures = pd.DataFrame(
        {
            "material_id": entries["material_id"],
            "structure": [
                json.dumps(described[name].structure.as_dict()) for name in entries["material_id"]
            ],
        }
    )
    facts = {
        "thermo_type": scheme,
        "documents": {
            "summary": len(described),
            "thermo": len(chosen),
            "magnetism": sum(name in magnetic for name in chosen),
            "without_energy_in_scheme": len(described) - len(chosen),
        },
        "mp_api": version("mp-api"),
        "emmet_core": version("emmet-core"),
    }
    return entries, structures, facts


def _system(summary: Any) -> str:
    return "-".join(sorted(str(e) for e in summary.structure.composition.elements))


def _formula(summary: Any) -> str:
    return summary.structure.composition.reduced_formula


def _type(document: Any) -> str:
    # emmet writes one of the schemes both as R2SCAN and as r2SCAN.
    return str(getattr(document.thermo_type, "value", document.thermo_type)).casefold()


def _scheme(energies: list[Any], described: dict[str, Any], order: Sequence[str]) -> str:
    """Return the first scheme that knows the most elements."""
    elements: dict[str, set[str]] = {}
    for document in energies:
        system = _system(described[str(document.material_id)])
        elements.setdefault(_type(document), set()).update({system} if "-" not in system else ())
    known = [scheme for scheme in order if scheme.casefold() in elements]
    if not known:
        others = ", ".join(sorted(elements))
        raise InputError(
            f"the server has no {' or '.join(order)} energies of these systems"
            + (f"; it has {others}: name one with thermo_type=" if others else "")
        )
    return max(known, key=lambda scheme: len(elements[scheme.casefold()]))


def _row(summary: Any, thermo: Any, magnetism: Any, source: str) -> dict[str, Any]:
    symmetry, moment = summary.symmetry, summary.total_magnetization
    sites = len(summary.structure)
    moments = magnetism.magmoms if magnetism else None
    # The magnetism document tells of the primitive cell, the structure may hold several.
    cells = sites / len(moments) if moments else 1
    magnetic = magnetism.num_magnetic_sites if magnetism else None
    ordering = magnetism.ordering if magnetism and magnetism.ordering else summary.ordering
    return {
        "formula": _formula(summary),
        "cell": summary.structure.composition.formula.replace(" ", ""),
        "formation_energy_eV_atom": thermo.formation_energy_per_atom,
        "energy_above_hull_eV_atom": thermo.energy_above_hull,
        "material_id": str(summary.material_id),
        "energy_eV_atom": thermo.energy_per_atom,
        "uncorrected_energy_eV_atom": thermo.uncorrected_energy_per_atom,
        "theoretical": bool(summary.theoretical),
        "space_group": symmetry.symbol if symmetry else None,
        "space_group_number": symmetry.number if symmetry else None,
        "sites": sites,
        "volume_A3": summary.volume or summary.structure.volume,
        "density_g_cm3": summary.density or float(summary.structure.density),
        "ordering": ordering,
        "magnetic_moment_muB_atom": None if moment is None else abs(moment) / sites,
        "magnetic_moment_muB_fu": summary.total_magnetization_normalized_formula_units,
        "magnetic_sites": None if magnetic is None else round(magnetic * cells),
        "moments_muB": moments if cells == 1 else None,
        "source": source,
    }
