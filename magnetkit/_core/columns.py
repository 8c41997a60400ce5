"""The registry of result columns: name, unit, label, meaning, in the order of output.

CSV headers, plots, the report and the documentation read it. A predicted column ``X`` also has
``X_lo`` and ``X_hi`` (its interval) and ``X_provenance``; an intrinsic one that is learnt has
``X_data_share``, the learnt part, 0 to 1. Criteria of supply and measured properties are records of
``datasets`` (``supply/SOURCE.md`` and ``properties/SOURCE.md`` explain their keys) and stand among
the others.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import datasets
from .errors import DataError

PROVENANCES = ("measured", "physics", "surrogate", "comparator", "extrapolated")
"""Basis of a value, dictionary-encoded; ``extrapolated`` is physics beyond validation."""

GATES = (
    "no hardening known: no copper",
    "no hardening known: no zirconium",
    "no hardening known: ratio of metal to rare earth",
    "no hardening known: too much iron",
    "no hardening known: short of rare earth",
    "no free rare earth",
    "soft R2Fe17: boron is short",
    "coercivity unknown: amount of boron",
    "no bulk magnet known",
    "decomposes before it sinters",
    "coercivity unknown: far from every measured magnet",
)
"""What a charge lacks to become a magnet, see `magnetkit.magnetism._gates`."""

STATUSES = (
    "ok",
    "planar",
    "cone",
    "paramagnetic",
    "unknown host",
    "outside the model",
    "not makeable",
    *GATES,
)
"""Whether a candidate is a magnet in the device's temperature range, or why not."""

EASY_DIRECTIONS = ("axis", "cone", "plane", "none")


@dataclass(frozen=True)
class Column:
    """One result column.

    Attributes
    ----------
    name : str
        Column name; its unit is part of it.
    unit : str
        Unit as printed, empty for a pure number or a text.
    label : str
        Short label for axes and headings, without unit.
    meaning : str
        One sentence on what it is.
    kind : str
        ``"number"``, ``"integer"``, ``"text"``, ``"category"`` or ``"flag"``.
    predicted : bool
        Whether it comes with ``_lo``, ``_hi`` and ``_provenance``.
    symbol : str
        Symbol in the field's notation (mathtext), empty where there is none.
    """

    name: str
    unit: str
    label: str
    meaning: str
    kind: str = "number"
    predicted: bool = False
    symbol: str = ""

    @property
    def short(self) -> str:
        """Label for a narrow table."""
        return _SHORT.get(self.name, self.label)

    @property
    def heading(self) -> str:
        """Label with its unit, for axes and tables."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


def _number(name: str, unit: str, label: str, meaning: str, symbol: str = "") -> Column:
    return Column(name, unit, label, meaning, symbol=symbol)


def _predicted(name: str, unit: str, label: str, meaning: str, symbol: str = "") -> Column:
    return Column(name, unit, label, meaning, predicted=True, symbol=symbol)


_LEAST = "What 99 % of the lots of one mill reach, of the value beside it."

CRITERIA = "supply/criteria.toml"
_PROPERTIES = "properties"
_OVER = ("mass", "largest")


@dataclass(frozen=True)
class Criterion:
    """A supply figure of an alloy that follows from one figure of each element.

    Attributes
    ----------
    name : str
        Result column.
    unit, label, meaning : str
        As of `magnetkit.columns.Column`.
    of : str
        Column of `magnetkit.supply.element_table`: numbers, or yes and no, which count 1 and 0.
    over : {"mass", "largest"}
        The mean over the alloy's mass, or the largest over elements above a trace.
    one_unit : float or None
        One unit of regret in a ranking; a quarter of the reference's value if None.
    """

    name: str
    unit: str
    label: str
    meaning: str
    of: str
    over: str
    one_unit: float | None = None

    def __post_init__(self) -> None:
        if self.over not in _OVER:
            raise ValueError(f"over must be one of {', '.join(_OVER)}, got {self.over!r}")


@dataclass(frozen=True)
class Property:
    """A measured property that is learnt from a table of compositions alone.

    Attributes
    ----------
    name : str
        Result column.
    unit, label, meaning : str
        As of `magnetkit.columns.Column`.
    data : str
        CSV file beside the record: ``composition``, the property, ``group`` and ``source``.
    """

    name: str
    unit: str
    label: str
    meaning: str
    data: str

    @property
    def file(self) -> Path:
        """Path of its measurements."""
        return datasets.path(f"{_PROPERTIES}/{self.data}")


def _record(kind: type, file: str, name: str, entry: dict[str, Any]) -> Any:
    try:
        return kind(name=name, **entry)
    except (TypeError, ValueError) as error:
        raise DataError(f"datasets/{file}: record {name!r} cannot be used: {error}") from None


@lru_cache(maxsize=1)
def criteria() -> tuple[Criterion, ...]:
    """Return the criteria of supply in the order of the file.

    Examples
    --------
    >>> [criterion.name for criterion in criteria()][:2]
    ['import_reliance', 'supply_risk']
    """
    records = datasets.toml(CRITERIA)
    return tuple(_record(Criterion, CRITERIA, *item) for item in records.items())


@lru_cache(maxsize=1)
def properties() -> tuple[Property, ...]:
    """Return the measured properties in the order of their names."""
    found = []
    for file in sorted((datasets.root() / _PROPERTIES).glob("*.toml")):
        name = f"{_PROPERTIES}/{file.name}"
        found.append(_record(Property, name, file.stem, datasets.toml(name)))
    return tuple(found)


_ALL = (
    Column("rank", "", "Rank", "Order for the device, from 1.", "integer"),
    Column(
        "decision",
        "",
        "Decision",
        "Host, means of sparing heavy rare earth, and route; amounts alone differ within one.",
        "category",
    ),
    Column(
        "copies",
        "",
        "Copies",
        "Candidates of the same decision that meet the requirements.",
        "integer",
    ),
    Column(
        "simpler_rank",
        "",
        "As good and simpler",
        "Rank of an alloy of fewer elements, or without the shell, over which this one gains "
        "nothing that counts; missing where there is none, and beyond the first thousand.",
        "integer",
    ),
    Column("candidate", "", "Candidate", "The candidate as given or generated.", "text"),
    Column("row_index", "", "Row", "Row of the input it came from, from 0.", "integer"),
    Column("formula", "", "Formula", "Composition as a formula of atomic amounts.", "text"),
    Column("host", "", "Structure", "Crystal structure of the hard phase.", "category"),
    Column(
        "status", "", "Status", "Whether it is a uniaxial magnet in the range asked.", "category"
    ),
    Column("easy_direction", "", "Easy direction", "Easy direction of magnetization.", "category"),
    _number("temperature_K", "K", "Temperature", "Temperature of the properties in the row.", "T"),
    Column("shell", "", "Shell", "Grain-boundary shell, empty for a bulk alloy.", "text"),
    _predicted("curie_temperature_K", "K", "Curie temperature", "Curie temperature.", "T_C"),
    _predicted(
        "saturation_polarization_T",
        "T",
        "Saturation polarization",
        "Spontaneous polarization of the hard phase.",
        "J_s",
    ),
    _predicted(
        "anisotropy_constant_MJ_m3",
        "MJ/m3",
        "Anisotropy constant K1",
        "First magnetocrystalline anisotropy constant.",
        "K_1",
    ),
    _predicted(
        "anisotropy_constant_2_MJ_m3",
        "MJ/m3",
        "Anisotropy constant K2",
        "Second magnetocrystalline anisotropy constant.",
        "K_2",
    ),
    _predicted(
        "anisotropy_constant_3_MJ_m3",
        "MJ/m3",
        "Anisotropy constant K3",
        "Third magnetocrystalline anisotropy constant.",
        "K_3",
    ),
    _predicted(
        "anisotropy_field_T",
        "T",
        "Anisotropy field",
        "mu0 Ha = 2 (K1 + 2 K2 + 3 K3) mu0 / Js.",
        r"\mu_0 H_a",
    ),
    _predicted(
        "nucleation_field_T",
        "T",
        "Nucleation field",
        "Reverse field at which the moment leaves the easy axis, metals and rare earth free to "
        "cant apart.",
        r"\mu_0 H_N",
    ),
    _predicted(
        "hardness_parameter", "", "Hardness", "sqrt(K1 mu0 / Js^2); above 1 for any shape.", "κ"
    ),
    _predicted("remanence_T", "T", "Remanence", "Remanence of the sintered magnet.", "B_r"),
    _predicted(
        "coercivity_kA_m",
        "kA/m",
        "Intrinsic coercivity",
        "Coercive field of the polarization.",
        "H_{cJ}",
    ),
    _predicted(
        "knee_field_kA_m",
        "kA/m",
        "Knee field",
        "Reverse field at which J has fallen to 0.9 Br.",
        "H_k",
    ),
    _predicted(
        "max_energy_product_kJ_m3",
        "kJ/m3",
        "Energy product",
        "Largest product of B and H on the demagnetization curve.",
        "(BH)_{max}",
    ),
    _predicted(
        "max_working_temperature_K",
        "K",
        "Maximum working temperature",
        "Highest temperature at which the load line stays above the knee.",
        "T_w",
    ),
    _predicted(
        "remanence_coefficient_pct_K",
        "%/K",
        "Temperature coefficient of Br",
        "Chord of Br between the temperatures named.",
        "α",
    ),
    _predicted(
        "coercivity_coefficient_pct_K",
        "%/K",
        "Temperature coefficient of HcJ",
        "Chord of HcJ between the temperatures named.",
        "β",
    ),
    Column(
        "coefficients_between",
        "",
        "Coefficients between",
        "Temperatures of the chords of the two temperature coefficients.",
        "category",
    ),
    *(_predicted(p.name, p.unit, p.label, p.meaning) for p in properties()),
    _predicted(
        "formation_energy_eV_atom",
        "eV/atom",
        "Formation energy",
        "Formation energy from the elements at 0 K.",
        "E_f",
    ),
    _predicted(
        "energy_above_hull_eV_atom",
        "eV/atom",
        "Energy above hull",
        "Distance to the hull of competing phases.",
        "E_{hull}",
    ),
    _predicted(
        "probability_phase_forms",
        "",
        "Phase forms",
        "Probability that the phase is in equilibrium at the temperature at which it is made.",
    ),
    Column(
        "decomposes_to",
        "",
        "Decomposes to",
        "Phases on the hull at this composition, with their shares of the atoms.",
        "text",
    ),
    _number(
        "heavy_rare_earth_wt_pct",
        "wt.%",
        "Heavy rare earth",
        "Gd, Tb, Dy, Ho, Er, Tm, Yb, Lu and Y by mass.",
    ),
    _number("dysprosium_terbium_wt_pct", "wt.%", "Dy + Tb", "Dysprosium and terbium by mass."),
    _number("rare_earth_wt_pct", "wt.%", "Rare earth", "All rare earths by mass."),
    _number("cobalt_wt_pct", "wt.%", "Cobalt", "Cobalt by mass."),
    _number(
        "heavy_rare_earth_saved_wt_pct",
        "wt.%",
        "Heavy rare earth saved",
        "Less heavy rare earth than the reference magnet, by mass of magnet.",
    ),
    *(_number(c.name, c.unit, c.label, c.meaning) for c in criteria()),
    _number(
        "cost_per_flux_USD_m3_T",
        "USD/(m3 T)",
        "Cost per flux",
        "Density times cost over remanence at the temperature of the row.",
    ),
    _number("density_kg_m3", "kg/m3", "Density", "Density of the sintered magnet."),
    _predicted(
        "demagnetization_safety",
        "",
        "Safety against demagnetization",
        "Knee field, less what the time of use takes, over the reverse field at the load line and "
        "in the outside field; 1 is needed.",
    ),
    _predicted(
        "irreversible_loss_pct",
        "%",
        "Irreversible loss",
        "Flux lost for good at the temperature, load line, outside field and time of use; above "
        "100 the magnet is reversed.",
    ),
    Column("in_domain", "", "In domain", "Whether the models know its neighbourhood.", "flag"),
    _number(
        "domain_distance",
        "",
        "Domain distance",
        "Distance to the nearest known compounds; 1 is the edge of the domain.",
    ),
    Column("route", "", "Route", "How the magnet is taken to be made.", "category"),
    Column(
        "nearest_grade",
        "",
        "Nearest grade",
        "Commercial grade nearest in remanence and coercivity at 20 degrees C.",
        "category",
    ),
    _number(
        "probability_meets_requirements",
        "",
        "Probability",
        "Probability that every requirement of the device is met.",
    ),
    Column("meets_requirements", "", "Meets", "Whether that probability is enough.", "flag"),
    Column("failed_requirements", "", "Fails", "The requirements it is likely to miss.", "text"),
    _number(
        "performance_margin",
        "",
        "Margin",
        "Smallest slack over the requirements as a share of the limit; below 0 is a miss.",
    ),
    Column(
        "pareto_front",
        "",
        "Pareto front",
        "1 is the front nobody dominates; where only the best are kept, nobody of those whose loss "
        "is small enough to be among them.",
        "integer",
    ),
    _number(
        "evidence_distance",
        "",
        "Evidence distance",
        "Distance to the nearest measured magnet in what its properties depend on, the larger of "
        "those of B_r and H_cJ; 2 is unproven, beyond 3 H_cJ is unknown.",
    ),
    Column("evidence_nearest", "", "Nearest measured", "The nearest measured magnet.", "category"),
    Column(
        "evidence_farthest",
        "",
        "Farthest in",
        "In what it differs most from the nearest measured magnet.",
        "category",
    ),
    _number("remanence_T_evidence", "", "Evidence of B_r", "Evidence distance of remanence."),
    _number("coercivity_kA_m_evidence", "", "Evidence of H_cJ", "Evidence distance of H_cJ."),
    _number("coercivity_guaranteed_kA_m", "kA/m", "Intrinsic coercivity, guaranteed", _LEAST),
    _number("remanence_guaranteed_T", "T", "Remanence, guaranteed", _LEAST),
)

_OF_ROBUSTNESS = (
    _number(
        "top_ten_share",
        "",
        "Stays in the top ten",
        "Share of draws in which it is among the ten best (or as many as asked for).",
    ),
    _number(
        "meets_share", "", "Meets in draws", "Share of draws in which it meets every requirement."
    ),
    Column("rank_median", "", "Median rank", "Middle of its ranks over the draws.", "integer"),
    Column("rank_lo", "", "Best rank", "Lower end of its range of ranks.", "integer"),
    Column("rank_hi", "", "Worst rank", "Upper end of its range of ranks.", "integer"),
    Column(
        "tie_group",
        "",
        "Tied",
        "Candidates of one number cannot be told from the first of them.",
        "integer",
    ),
)

_OF_DECISIONS = (
    Column("decision_status", "", "Status", "Keep, ready to melt, buy, or a trial.", "category"),
    Column("next_test", "", "Next test", "What to make or measure next.", "text"),
    _number(
        "share_best",
        "",
        "Best for",
        "Share of weights of the objectives for which its decision is the best.",
    ),
    _number(
        "copies_heavy_least_wt_pct", "wt.%", "Least HRE of copies", "Least of the best copies."
    ),
    _number("copies_heavy_most_wt_pct", "wt.%", "Most HRE of copies", "Most of the best copies."),
)

_SHORT = {
    "remanence_T": "Br",
    "coercivity_kA_m": "HcJ",
    "remanence_guaranteed_T": "Br min",
    "coercivity_guaranteed_kA_m": "HcJ min",
    "knee_field_kA_m": "Hk",
    "max_energy_product_kJ_m3": "(BH)max",
    "max_working_temperature_K": "Tmax",
    "remanence_coefficient_pct_K": "α",
    "coercivity_coefficient_pct_K": "β",
    "demagnetization_safety": "Safety",
    "irreversible_loss_pct": "Loss",
    "energy_above_hull_eV_atom": "Hull",
    "probability_phase_forms": "P(forms)",
    "heavy_rare_earth_wt_pct": "HRE",
    "heavy_rare_earth_saved_wt_pct": "Saved",
    "supply_risk": "Risk",
    "cost_USD_kg": "Cost",
    "cost_per_flux_USD_m3_T": "Cost/flux",
    "probability_meets_requirements": "P",
    "rank": "#",
    "top_ten_share": "Top 10",
    "tie_group": "Tied",
    "simpler_rank": "As #",
}

COLUMNS: dict[str, Column] = {
    column.name: column for column in (*_ALL, *_OF_ROBUSTNESS, *_OF_DECISIONS)
}
"""Every column by name, in the order of output."""

NAMES: tuple[str, ...] = tuple(c.name for c in _ALL)
"""The columns of a result, in order."""

PREDICTED: tuple[str, ...] = tuple(c.name for c in _ALL if c.predicted)
"""Those that are predicted, with an interval and a provenance."""

BRIEF = (
    "candidate", "temperature_K", "status", "remanence_T", "coercivity_kA_m",
    "max_energy_product_kJ_m3", "max_working_temperature_K", "probability_phase_forms",
    "heavy_rare_earth_wt_pct", "supply_risk", "cost_USD_kg",
)  # fmt: skip
"""What people read of a prediction where they do not ask for all."""

ROBUSTNESS: tuple[str, ...] = tuple(c.name for c in _OF_ROBUSTNESS)
"""The columns that `ScreenResult.robustness` adds."""


def with_interval(name: str) -> tuple[str, ...]:
    """Return `name` with its interval and provenance columns, or alone if it has none.

    Parameters
    ----------
    name : str
        A column of the registry.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> with_interval("remanence_T")
    ('remanence_T', 'remanence_T_lo', 'remanence_T_hi', 'remanence_T_provenance')
    >>> with_interval("rank")
    ('rank',)
    """
    if not COLUMNS[name].predicted:
        return (name,)
    return (name, f"{name}_lo", f"{name}_hi", f"{name}_provenance")


def ordered(present: Iterable[str]) -> list[str]:
    """Return the columns in `present` in the registry's order, the caller's own ones last.

    Parameters
    ----------
    present : iterable of str
        Column names, each once.

    Returns
    -------
    list of str
    """
    names = list(present)
    own = itertools.filterfalse(_PLACE.__contains__, names)
    return [*sorted(filter(_PLACE.__contains__, names), key=_PLACE.__getitem__), *own]


_EACH = (c for name in COLUMNS for c in (*with_interval(name), f"{name}_data_share"))
_PLACE = {column: place for place, column in enumerate(_EACH)}
