"""The answer in words: one screen, verdict first."""

from typing import TYPE_CHECKING

import numpy as np

from .._core.units import KILO_GAUSS, KILO_OERSTED, MEGA_GAUSS_OERSTED
from ..calibration.spread import constants
from ..hosts.records import HOSTS, root_of
from ..magnetism._measured import COERCIVITY
from ..ranking._profile_parts import MEETS_PROBABILITY
from ._request import REMANENCE
from .answer import TITLES, Answer, Way, next_melt, risks

if TYPE_CHECKING:
    from .replace import Replacement


# Under an export licence of China since 4 April 2025, and with Cu and Ga: datasets/supply/controls.
_LICENSED = ("Sm", "Gd", "Tb", "Dy", "Lu", "Y")
_UNITS = {
    "T": (1.0 / KILO_GAUSS, "kG", 3, 2),
    "kA/m": (1e3 / KILO_OERSTED, "kOe", 0, 2),
    "kJ/m3": (1e3 / MEGA_GAUSS_OERSTED, "MGOe", 0, 1),
}


_LABELS = {
    REMANENCE: ("B_r", "T"),
    COERCIVITY: ("H_cJ", "kA/m"),
    "knee_field_kA_m": ("H_k", "kA/m"),
    "max_energy_product_kJ_m3": ("(BH)max", "kJ/m3"),
}


class _Shown:
    """Numbers in the units asked for."""

    def __init__(self, units: str) -> None:
        self.cgs = units == "cgs"

    def __call__(self, unit: str, *values: float) -> str:
        factor, name, digits, fine = _UNITS[unit]
        if self.cgs:
            return " / ".join(f"{v * factor:.{fine}f}" for v in values) + f" {name}"
        return " / ".join(f"{v:.{digits}f}" for v in values) + f" {unit}"


def lines(found: "Replacement", units: str = "si", *, everything: bool = False) -> list[str]:
    """Return the answer in lines, each a sentence or a short block of a way."""
    show, first = _Shown(units), found.answers[0]
    told = [f"{first.sentence}."]
    told += _others(found)
    told += _asked(found, show)
    if first.recipe is not None:
        told.append(_made(found, first))
    if first.ways:
        mark = "the first is recommended; " if first.recommended is not None else ""
        told.append(f"Ways ({mark}B_r and H_cJ that 99 % of lots reach / of a usual lot):")
    for answer in found.answers if everything else found.answers[:1]:
        if answer is not first:
            told.append(f"As {answer.kind}: {answer.sentence}.")
        for number, way in enumerate(answer.ways, start=1):
            told += _way(number, way, answer, show)
    best = first.recommended
    if best is not None and first.recipe is not None:
        told += _worse(found, first, best, everything)
    told += _changes(found, first)
    if found.charges and everything:
        told += found.charges
    return told


def _others(found: "Replacement") -> list[str]:
    """Return the verdicts for the other kinds that the magnet in use may well be of."""
    first, told = found.answers[0], []
    for answer in found.answers[1:]:
        one, other = first.recommended, answer.recommended
        same = answer.verdict == first.verdict and (one and one.kind) == (other and other.kind)
        told.append(
            f"Is yours {answer.kind} ({answer.weight:.2f}; {first.kind} {first.weight:.2f})? Then "
            f"{'alike' if same else 'otherwise'}: {answer.sentence}. Say so by --recipe, --shell."
        )
    return told


def _asked(found: "Replacement", show: _Shown) -> list[str]:
    """Return what is asked of a replacement, and whence."""
    if not found.limits:
        return [f"Of {found.reference['kind']} magnets no composition is estimated (--recipe)."]
    parts = []
    for limit in found.limits:
        label, unit = _LABELS.get(limit.column, ("", ""))
        parts.append(f"{label} >= {show(unit, limit.value)}" if label else limit.text)
    celsius = found.reference["temperature_K"] - 273.15
    asked = f"Asked at {celsius:.0f} °C: {', '.join(parts)}, guaranteed ({found.basis})"
    chance = found.own_probability
    itself = f"; its own recipe P {chance:.2f}" if found.answers[0].recipe is not None else ""
    return [f"{asked}{itself}."]


def _made(found: "Replacement", first: Answer) -> str:
    own = first.recipe
    assert own is not None
    what = f"{own.text} with {own.shell} diffused in" if own.shell else own.text
    said = "as you say" if not found.estimate else f"an estimate for {first.kind} ones"
    text = f"Taken to be {what}: {own.heavy_wt_pct:.1f} wt.% heavy rare earth ({said})"
    low, high = constants()["level"]
    if not low <= first.level <= high:
        text += (
            f"; its H_cJ is {first.level:.1f} times the model's, so that no melt is offered: give "
            "the recipe"
        )
    return text + "."


def _way(number: int, way: Way, answer: Answer, show: _Shown) -> list[str]:
    """Return the block of one way."""
    what = way.name if not way.grade else f"{way.grade} ({way.host}; {way.makers})"
    usual = (way.remanence_T, way.coercivity_kA_m) if not way.grade else ((), ())
    b_r = show("T", way.remanence_guaranteed_T, *np.ravel(usual[0]))
    h_cj = show("kA/m", way.coercivity_guaranteed_kA_m, *np.ravel(usual[1]))
    if answer.recipe is None:
        head, saves = (
            f"{number}. {what}",
            f"heavy rare earth {way.heavy_rare_earth_wt_pct:.1f} wt.%",
        )
        cost = f"material {way.cost_USD_kg:.0f} USD/kg"
    else:
        head = f"{number}. {TITLES[way.kind]}: {what}"
        saves = f"saves {way.saved_wt_pct:.2f} wt.% ({100 * way.saved_share:.0f} %)"
        cost = f"material per flux {way.cost_per_flux_ratio:.2f}"
    short = f"; misses {way.fails}" if way.fails and way.probability < MEETS_PROBABILITY else ""
    return [
        head,
        f"   {saves}, P {way.probability:.2f}; B_r {b_r}, H_cJ {h_cj}",
        f"   {cost}; not known: {way.unknown}{short}",
    ]


def _worse(found: "Replacement", first: Answer, best: Way, everything: bool) -> list[str]:
    """Return what the recommended way saves in all, and what it worsens."""
    each = best.saved_wt_pct / 100.0 * found.mass_kg
    told = []
    own, parts = first.recipe, []
    assert own is not None
    risk = risks(best, own)
    new, old = risk[found.scenario] if found.scenario in risk else risk["baseline"]
    parts.append(f"supply risk {new:.2f} (now {old:.2f})")
    held = [e for e in _LICENSED if _holds(e, best.candidate) or _holds(e, best.shell)]
    if held:
        parts.append(f"export licence needed for {', '.join(held)}")
    flux = 100.0 * (best.remanence_T / found.typical_T - 1.0)
    if best.grade:
        flux = 100.0 * (best.remanence_guaranteed_T / found.reference[REMANENCE] - 1.0)
    parts.append(f"flux {flux:+.1f} %")
    if root_of(best.host) != root_of(found.reference["host"]):
        heavier = 100.0 * (best.density_kg_m3 / found.reference["density_kg_m3"] - 1.0)
        parts.append(f"weight {heavier:+.0f} %")
        parts.append(str(HOSTS[best.host].magnet.trade).split(": ")[-1])
    told.append(
        f"It saves {1e3 * each:.1f} g in a magnet of {found.mass_kg:g} kg, "
        f"{each * found.per_year:.1f} kg a year at {found.per_year:,}; beside it "
        f"{', '.join(parts)}."
    )
    if everything:
        told += [f"Supply risk, {name}: {a:.2f} (now {b:.2f})." for name, (a, b) in risk.items()]
    return told


def _holds(element: str, text: str) -> bool:
    at = text.find(element)
    return at >= 0 and (len(text) <= at + len(element) or not text[at + len(element)].islower())


def _changes(found: "Replacement", first: Answer) -> list[str]:
    """Return what would change the answer, and what to melt or measure next."""
    told, changes = [], []
    if found.duty_line:
        changes.append(found.duty_line)
    if found.estimate and first.recipe is not None and first.recipe.heavy_wt_pct > 0.05:
        changes.append("what it is really made of (--recipe, --measured)")
    best = first.recommended
    if best is not None and best.kind == "diffused":
        changes.append("a thickness over 5 to 10 mm (`magnetkit diffuse`)")
    if best is not None and not best.grade:
        changes.append(f"lots that vary otherwise than {found.spread} (--spread)")
    if changes:
        told.append(f"What would change this: {'; '.join(changes)}.")
    row = next_melt(first)
    if row is not None:
        shell = f" + {row['shell']}" if str(row["shell"]) else ""
        celsius = found.reference["temperature_K"] - 273.15
        told.append(
            f"Next melt: {row['candidate']}{shell} (P {row['probability_meets_requirements']:.2f}, "
            f"saves {row['heavy_rare_earth_saved_wt_pct']:.1f} wt.%); measure it at 20 and "
            f"{celsius:.0f} °C, then --measured."
        )
    return told
