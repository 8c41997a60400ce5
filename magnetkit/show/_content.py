"""What the report says: the question, the answer and the tables, as plain text and numbers."""

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from .._core import datasets
from .._core.columns import COLUMNS
from .._core.elements import INDEX
from .._core.units import ZERO_CELSIUS
from ..composition.shells import read_shell
from ..composition.table import CompositionTable
from ..phases._forming import FORMS, WEIGHTS
from ..prediction._stages import magnets
from ..prediction.conditions import Conditions
from ..ranking._profile_parts import MEETS_PROBABILITY
from ..ranking.result import ANSWER
from ..ranking.savings import heavy_rare_earth_ledger
from ._figures import names_of
from ._text import with_range

if TYPE_CHECKING:
    from ..ranking._profile_parts import Requirement
    from ..ranking.applications import Profile
    from ..ranking.result import Ranked


BEST = 10
CURVES = 3
"""Candidates drawn as curves beside the reference magnet, at most."""
_SAVED = re.compile(r"([A-Z][a-z]?)_saved_wt_pct$")
_LICENCES = re.compile(
    r"CC BY 4\.0|BSD[\w-]*|\bMIT\b|public\s+domain|free\s+of\s+copyright", re.IGNORECASE
)


@dataclass(frozen=True)
class Magnets:
    """The few magnets that are shown in full: the best, then the reference.

    Attributes
    ----------
    table : CompositionTable, m rows
    shells : list of str, length m
    labels : list of str, length m
        Plain text, not escaped.
    rows : DataFrame, m rows
        Their results, as in `Ranked.table`.
    conditions : Conditions
    temperature : float
        Temperature of the results, K.
    """

    table: CompositionTable
    shells: list[str]
    labels: list[str]
    rows: pd.DataFrame
    conditions: Conditions
    temperature: float

    def at(self, temperature: float) -> pd.DataFrame:
        """Return the sintered magnets at another temperature."""
        return magnets(self.table, self.shells, [temperature], self.conditions)[0].frame()


def shown_magnets(result: "Ranked", best: pd.DataFrame) -> Magnets:
    """Return the best magnets and the reference, which is evaluated anew."""
    from ..ranking._evaluate import evaluate

    job, reference = result.job, result.profile.reference
    shell = reference.shell or ""
    row = evaluate(reference.table(), [shell] if shell else None, job).columns.frame()
    row["candidate"] = reference.formula
    table = CompositionTable.from_strings(
        [*best["formula"].astype(str), reference.table().formulas()[0]], basis="atomic"
    )
    return Magnets(
        table,
        [*best["shell"].astype(object).fillna(""), shell],
        [*names_of(best), *(f"Reference: {name}" for name in names_of(row))],
        _joined(best, row).astype({"rank": "Int64"}),
        job.conditions,
        job.temperature,
    )


def _joined(best: pd.DataFrame, row: pd.DataFrame) -> pd.DataFrame:
    # pandas 2 minds columns without any value in one of the two, unless both are of objects.
    joined = pd.concat([best.astype(object), row.astype(object)], ignore_index=True)
    return joined.infer_objects()


def number(value: object, digits: int = 3) -> str:
    """Return a number with `digits` significant digits, a dash where there is none."""
    try:
        x = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "–"
    if x != x:
        return "–"
    if x in (float("inf"), float("-inf")):
        return "∞" if x > 0 else "−∞"
    if x == 0.0:
        return "0"
    text = f"{x:#.{digits}g}".removesuffix(".")
    return (f"{x:.0f}" if "e+" in text else text).replace("-", "−")


def kelvin(temperature: float) -> str:
    """Return a temperature in both units, e.g. ``423 K (150 °C)``."""
    celsius = f"{temperature - ZERO_CELSIUS:.0f}".replace("-", "−")
    return f"{temperature:.0f} K ({celsius} °C)"


def lead(result: "Ranked") -> list[str]:
    """Return the sentences that a result was made to answer, as `magnetkit.replace` has them."""
    told = result.manifest.get(ANSWER)
    return [str(sentence) for sentence in told] if isinstance(told, list) else []


def answer(result: "Ranked", shown: Magnets) -> list[str]:
    """Return the answer in three sentences."""
    total, meeting = result.judged, int(result.manifest["summary"]["meet_requirements"])
    profile = result.profile
    judged = f"{total:,} candidate{'s were' if total != 1 else ' was'} judged"
    ranked = len(shown.rows) - 1
    if not ranked:
        return [
            f"{judged}, and none of them can be ranked.",
            "Each either is no uniaxial magnet over the device's whole range of temperature, "
            "cannot be made, or has a structure that the models do not know.",
            "Widen the candidates or the range, and screen again.",
        ]
    best, reference = shown.rows.iloc[0], shown.rows.iloc[-1]
    name = shown.labels[0]
    if meeting:
        of = f" of the best {len(result):,}, which are kept," if total > len(result) else ""
        first = (
            f"{judged}; {meeting:,}{of} {'meet' if meeting != 1 else 'meets'} every requirement."
        )
    else:
        missed = requirement_text(str(best["failed_requirements"]), profile)
        first = f"{judged} and none meets every requirement: the nearest, {name}, misses {missed}."
    heavy, today = (float(r["heavy_rare_earth_wt_pct"]) for r in (best, reference))
    saved = float(best["heavy_rare_earth_saved_wt_pct"]) * profile.magnet_mass_kg / 100.0
    against = (
        f"{number(today)} wt.% in today's magnet ({_mass(saved)} per device)"
        if today > 0
        else "none in today's magnet"
    )
    verb = "First comes" if meeting else "It is predicted to be"
    subject = f" {name}:" if meeting else ""
    second = (
        f"{verb}{subject} Br {number(best['remanence_T'])} T and HcJ "
        f"{number(best['coercivity_kA_m'])} kA/m at {kelvin(shown.temperature)}, with "
        f"{number(heavy)} wt.% heavy rare earth against {against}."
    )
    chance = number(best["probability_meets_requirements"], 2)
    third = (
        f"Its probability of meeting every requirement is {chance} "
        f"(today's magnet: {number(reference['probability_meets_requirements'], 2)}), its elements "
        f"cost {number(best['cost_USD_kg'])} USD/kg (today's: {number(reference['cost_USD_kg'])}), "
        + (
            "and compounds of known Curie temperature lie near it."
            if bool(best["in_domain"])
            else "and none of the compounds of known Curie temperature used here lies near it: "
            "measure before relying on it."
        )
    )
    rim = shell_in_words(best["shell"], profile.magnet_mass_kg) if meeting else ""
    return [text for text in (first, second, rim, third, _simpler(shown)) if text]


def _simpler(shown: Magnets) -> str:
    """Return which simpler alloy to make instead of the first; empty where there is none."""
    number_of = shown.rows.get("simpler_rank", pd.Series([pd.NA])).iloc[0]
    if pd.isna(number_of):
        return ""
    same = (shown.rows["rank"] == number_of).fillna(False).to_numpy(bool)
    named = [name for name, own in zip(shown.labels, same, strict=True) if own]
    which = f"#{number_of}, {named[0]}," if named else f"#{number_of}"
    return f"{which} is simpler and gives up nothing that counts: make that one."


def shell_in_words(shell: object, mass_kg: float) -> str:
    """Return what a shell is and what it takes of a device's magnet; empty without one."""
    known = read_shell(shell) if isinstance(shell, str) and shell else None
    if known is None:
        return ""
    if known.amount_wt_pct is None:
        return (
            f"Its shell is a skin of {100.0 * (known.fraction or 0.0):g} % of each grain's volume "
            f"in which {100.0 * (known.content or 0.0):g} % of the rare earth is {known.R}."
        )
    grams = 10.0 * known.amount_wt_pct * mass_kg
    return (
        f"Its shell is {number(grams)} g of {known.R} in the {number(mass_kg)} kg of magnet in a "
        "device: laid on the surface, it diffuses along the grain boundaries when heated and "
        "hardens the skin of every grain, where reversal begins."
    )


def _mass(kg: float) -> str:
    amount = f"{number(abs(kg))} kg" if abs(kg) >= 0.1 else f"{number(abs(kg) * 1e3)} g"
    return f"{amount} {'less' if kg >= 0 else 'more'}"


def requirement_text(text: str, profile: "Profile") -> str:
    """Return requirement texts of a result with labels and units instead of column names."""
    for requirement in profile.requirements:
        text = text.replace(str(requirement), words(requirement))
    return text or "nothing by itself, only all of them together"


def words(requirement: "Requirement") -> str:
    """Return a requirement in words, e.g. ``Remanence ≥ 0.8 T at 293.15 K``."""
    column = COLUMNS[requirement.column]
    name = column.label if requirement.absolute_maximum is None else f"|{column.label}|"
    sign = "≥" if requirement.minimum is not None else "≤"
    at = "" if requirement.temperature_K is None else f" at {requirement.temperature_K:g} K"
    return f"{name} {sign} {requirement.limit:g} {column.unit}".rstrip() + at


def in_a_sentence(label: str) -> str:
    """Return a label without its capital, but for names: ``Dy + Tb`` and ``Curie`` stay."""
    return label if label.split()[0] in (*INDEX, "Curie") else label[:1].lower() + label[1:]


def objectives(profile: "Profile") -> list[str]:
    """Return the objectives in words, e.g. ``least material cost``."""
    return [
        f"{'least' if direction == 'min' else 'largest'} "
        + ("margin" if name == "margin" else in_a_sentence(COLUMNS[name].label))
        for name, direction in profile.goals
    ]


def requirements(result: "Ranked", shown: Magnets) -> list[dict[str, str]]:
    """Return each requirement with the best candidate's and the reference's value."""
    frames: dict[float, pd.DataFrame] = {}
    found = []
    for requirement in result.profile.requirements:
        kelvin = requirement.temperature_K or shown.temperature
        if kelvin not in frames:
            frames[kelvin] = shown.at(kelvin)
        column = requirement.column
        frame = frames[kelvin] if column in frames[kelvin] else shown.rows
        found.append(
            {
                "text": words(requirement),
                "best": _in_brackets(frame.iloc[0], column) if len(frame) > 1 else "–",
                "reference": _in_brackets(frame.iloc[-1], column),
                "source": requirement.source,
                "status": requirement.status,
            }
        )
    return found


def _in_brackets(row: pd.Series, name: str) -> str:
    text, interval = with_range(row, name, number, number)
    return f"{text} ({interval})" if interval else text


def stages(result: "Ranked") -> list[str]:
    """Return how candidates were narrowed to those that are kept; nothing where all are."""
    sieve = result.manifest["summary"].get("sieve")
    if sieve is None:
        return []
    told = [f"{n:,} were judged by {stage}" for stage, n in sieve["stages"].items()]
    told.append(f"the best {len(result):,} were judged in full and are kept")
    return told


def failures(result: "Ranked") -> list[tuple[str, int]]:
    """Return what candidates miss, and how many do, most frequent first."""
    profile = result.profile
    sieve = result.manifest["summary"].get("sieve")
    if sieve is not None:
        ended, status = sieve["ended"], sieve["status"]
        found = [(requirement_text(text, profile), n) for text, n in ended.items()]
        found += [(f"status: {text}", n) for text, n in status.items() if text != "ok"]
        return sorted(found, key=lambda pair: -pair[1])
    table = result.select(["status", "failed_requirements"]).to_pandas()
    counts: dict[str, int] = {}
    sets = table.loc[table["status"] == "ok", "failed_requirements"].value_counts()
    for text, n in sets.items():
        if not n:
            continue
        for part in filter(None, str(text).split("; ")):
            counts[part] = counts.get(part, 0) + int(n)
    found = [(requirement_text(part, profile), n) for part, n in counts.items()]
    found += [
        (f"status: {status}", int(n))
        for status, n in table["status"].value_counts().items()
        if status != "ok" and n
    ]
    return sorted(found, key=lambda pair: -pair[1])


def heavy_ledger(
    result: "Ranked", shown: Magnets, ranked: pd.DataFrame
) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows of the heavy-rare-earth ledger of the best candidates.

    `ranked`, by rank, is where bulk alloys as coercive as a shell are looked for.
    """
    table = CompositionTable.from_strings(list(ranked["formula"].astype(str)), basis="atomic")
    frame = heavy_rare_earth_ledger(
        ranked.reset_index(drop=True), table, result.profile, shown.rows.iloc[-1:]
    ).head(len(shown.rows) - 1)
    names = ["heavy_rare_earth", *(match[1] for c in frame if (match := _SAVED.match(str(c))))]
    columns = {"Way": [str(way) for way in frame["way"]]}
    for name in names:
        percent, kilogram = frame[f"{name}_saved_wt_pct"], frame[f"{name}_saved_kg"]
        if percent.any():
            heading = f"{'HRE' if name == 'heavy_rare_earth' else name} saved, wt.% (kg)"
            pairs = zip(percent, kilogram, strict=True)
            columns[heading] = [f"{number(x)} ({number(kg, 2)})" for x, kg in pairs]
    wanted = {"heavy_rare_earth_saved_pct": "Share of today's (%)"}
    if (frame["way"] == "shell").any():
        wanted |= {
            "bulk_at_equal_coercivity_wt_pct": "Bulk HRE for this HcJ (wt.%)",
            "shell_saving_pct": "Saved by the shell (%)",
        }
    wanted |= {
        "coercivity_lost_kA_m": "HcJ lost (kA/m)",
        "remanence_lost_T": "Br lost (T)",
        "max_energy_product_lost_kJ_m3": "(BH)max lost (kJ/m3)",
        "max_working_temperature_lost_K": "Tmax lost (K)",
        "remanence_coefficient_lost_pct_K": "|α| gained (%/K)",
        "saved_wt_pct_per_lost_kA_m": "Saved per HcJ lost (wt.%/(kA/m))",
    }
    columns |= {heading: [number(x) for x in frame[c]] for c, heading in wanted.items()}
    cells = zip(shown.labels[:-1], *columns.values(), strict=True)
    return ["Candidate", *columns], [list(row) for row in cells]


def constants(result: "Ranked") -> dict[str, str]:
    """Return figures that the page's sentences name."""
    learnt = json.loads(datasets.path(WEIGHTS).read_text(encoding="utf-8"))
    return {
        "share": f"{100 * result.manifest['identity'].get('interval', 0.9):g}",
        "missed": f"{100 * (1 - MEETS_PROBABILITY):.0f}",
        "phases_known": str(learnt["rows"]),
        "forms": f"{FORMS:g}",
    }


def changed_since(result: "Ranked") -> bool:
    """Return whether the version or the data are no longer those of the screening."""
    from .._core._version import __version__

    identity = result.manifest["identity"]
    return identity.get("magnetkit") != __version__ or identity.get("data") != datasets.digests()


def sources() -> list[dict[str, str]]:
    """Return every embedded data folder with the licences its description names, and the text."""
    found = []
    for file in sorted(datasets.root().glob("*/SOURCE.md")):
        text = file.read_text(encoding="utf-8")
        licences: dict[str, str] = {}
        for match in _LICENCES.findall(text):
            plain = re.sub(r"\s+", " ", match)
            licences.setdefault(plain.lower(), plain)
        found.append(
            {"name": file.parent.name, "licences": ", ".join(licences.values()), "text": text}
        )
    return found


def validations() -> list[tuple[str, str]]:
    """Return the embedded validation reports: what they judge, and their text."""
    files = sorted(datasets.root().glob("*/VALIDATION.md"))
    return [(file.parent.name, file.read_text(encoding="utf-8")) for file in files]
