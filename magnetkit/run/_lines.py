"""The answer in words: one screen, verdict first."""

from math import prod
from typing import Any

import numpy as np

from .._core import datasets
from .._core.columns import COLUMNS
from .._core.elements import INDEX, SYMBOLS
from .._core.errors import InputError
from .._core.settings import get_settings
from .._core.units import KILO_GAUSS, KILO_OERSTED, MEGA_GAUSS_OERSTED
from ..alloy.notation import inputs
from ..alloy.table import CompositionTable
from ..choose._request import KNEE, PRODUCT, REMANENCE
from ..choose.answer import WAYS, Answer, Way, next_melt
from ..magnetism._composition_estimate import COMPENSATED
from ..magnetism._figures import not_compared
from ..magnetism._measured import ALPHA, COERCIVITY
from ..phases.records import HOSTS, root_of
from ..supply.ledger import ledger
from .compensation import compensation, sentences

# Under an export licence of China since 4 April 2025: datasets/supply/controls.csv.
_LICENSED = ("Sm", "Gd", "Tb", "Dy", "Lu", "Y")
# Digits of a unit; its factor to another, and digits of that.
_UNITS = {"T": (3, 1.0 / KILO_GAUSS, "kG", 2), "kA/m": (0, 1e3 / KILO_OERSTED, "kOe", 2)}
_UNITS["kJ/m3"] = (0, 1e3 / MEGA_GAUSS_OERSTED, "MGOe", 1)
_LABELS = {REMANENCE: "B_r", COERCIVITY: "H_cJ", KNEE: "H_k", PRODUCT: "(BH)max"}


def _show(units: str, column: str, *values: float) -> str:
    """Return values of a column in the units asked for, beside each other."""
    digits, factor, unit, fine = _UNITS[COLUMNS[column].unit]
    if units != "cgs":
        factor, unit, fine = 1.0, COLUMNS[column].unit, digits
    return " / ".join(f"{v * factor:.{fine}f}" for v in values) + f" {unit}"


def lines(found: Any, units: str, everything: bool) -> list[str]:
    """Return the answer in lines, each a sentence or a line of a way."""
    first = found.answers[0]
    shown = [f"{first.sentence}.", *_others(found), _asked(found, units)]
    if first.recipe is not None:
        shown.append(_made(found, first))
    if first.ways:
        mark = "the first is recommended; " if first.recommended else ""
        shown.append(f"Ways ({mark}B_r and H_cJ that 99 % of lots reach / of a usual lot):")
    for answer in found.answers if everything else found.answers[:1]:
        if answer is not first:
            shown.append(f"As {answer.kind}: {answer.sentence}.")
        for number, way in enumerate(answer.ways, start=1):
            shown += _way(number, way, answer, units)
    if first.recommended and first.recipe is not None:
        shown += _worse(found, first, first.recommended, everything)
        if everything and not first.recommended.grade:
            shown.append(_charged(first.recommended, found.wish.conditions.supply_scenario))
    return shown + _changes(found, first)


def _others(found: Any) -> list[str]:
    """Return the verdicts for the other kinds that the magnet in use may well be of."""
    first, shown = found.answers[0], []
    for other in found.answers[1:]:
        kinds = [a.recommended and a.recommended.kind for a in (first, other)]
        shown.append(
            f"Is yours {other.kind} ({other.weight:.2f}; {first.kind} {first.weight:.2f})? Then "
            f"{'alike' if kinds[0] == kinds[1] else 'otherwise'}: {other.sentence}. Say so by "
            "--recipe, --shell."
        )
    return shown


def _asked(found: Any, units: str) -> str:
    """Return what is asked of a replacement, and whence."""
    if not found.limits:
        return f"Of {found.reference['kind']} magnets no composition is estimated (--recipe)."
    parts = []
    for column, one in found.limits.items():
        label = _LABELS.get(column)
        parts.append(f"{label} >= {_show(units, column, one.limit)}" if label else str(one))
    itself = f"; its own recipe P {found.own_probability:.2f}" if found.answers[0].recipe else ""
    celsius = found.reference["temperature_K"] - 273.15
    text = f"Asked at {celsius:.0f} °C: {', '.join(parts)}, guaranteed ({found.basis}){itself}."
    cold = not_compared(found.reference["temperature_K"])
    return f"{text} {cold}." if cold else text


def _made(found: Any, first: Answer) -> str:
    own = first.recipe
    assert own is not None
    what = f"{own.text} with {own.shell} diffused in" if own.shell else own.text
    said = f"an estimate for {first.kind} ones" if found.estimate else "as you say"
    text = f"Taken to be {what}: {own.heavy_wt_pct:.1f} wt.% heavy rare earth ({said})"
    if not first.level_known:
        text += f"; its H_cJ is {first.level:.1f} times the model's, so that no melt is offered: "
        text += "give the recipe"
    return text + "."


def _way(number: int, way: Way, answer: Answer, units: str) -> list[str]:
    """Return the three lines of one way."""
    what = f"{way.grade} ({way.host}; {way.makers})" if way.grade else way.name
    usual = ((), ()) if way.grade else (way.remanence_T, way.coercivity_kA_m)
    b_r = _show(units, REMANENCE, way.remanence_guaranteed_T, *np.ravel(usual[0]))
    h_cj = _show(units, COERCIVITY, way.coercivity_guaranteed_kA_m, *np.ravel(usual[1]))
    if answer.recipe is None:
        head, cost = f"{number}. {what}", f"material {way.cost_USD_kg:.0f} USD/kg"
        saves = f"heavy rare earth {way.heavy_rare_earth_wt_pct:.1f} wt.%"
    else:
        head = f"{number}. {WAYS[way.kind][0]}: {what}"
        cost = f"material per flux {way.cost_per_flux_ratio:.2f}"
        saves = f"saves {way.saved:.2f} wt.% ({100 * way.saved_share:.0f} %)"
    short = way.failed_requirements
    misses = f"; misses {short}" if short and not way.likely else ""
    values = f"   {saves}, P {way.chance:.2f}; B_r {b_r}, H_cJ {h_cj}"
    return [head, values, f"   {cost}; not known: {way.unknown}{misses}"]


def _worse(found: Any, first: Answer, best: Way, everything: bool) -> list[str]:
    """Return what the recommended way saves in all, and what it worsens."""
    from ..supply.scenario import scenarios

    own, each = first.recipe, best.saved / 100.0 * found.wish.mass_kg
    assert own is not None
    table = CompositionTable.from_strings([best.candidate, own.text], basis="weight")
    shell = [best.shell, own.shell] if best.shell or own.shell else None
    risk, own_case = {}, found.wish.conditions.scenario
    for name in dict.fromkeys([own_case, *(scenarios() if everything else ())]):
        new, old = ledger(table, name, shell=shell)["supply_risk"]
        risk[name] = f"{new:.2f} (now {old:.2f})"
    parts = [f"supply risk {risk[own_case]}"]
    text = f"{best.candidate} {best.shell}"
    if held := [e for e in _LICENSED if any(f"{e}{c}" in text for c in "0123456789 ")]:
        parts.append(f"export licence needed for {', '.join(held)}")
    now = found.reference[REMANENCE] if best.grade else found.typical_T
    flux = (best.remanence_guaranteed_T if best.grade else best.remanence_T) / now - 1.0
    parts.append(f"flux {100 * flux:+.1f} %")
    if root_of(best.host) != root_of(found.reference["host"]):
        heavier = 100.0 * (best.density_kg_m3 / found.reference["density_kg_m3"] - 1.0)
        parts += [f"weight {heavier:+.0f} %", str(HOSTS[best.host].magnet.trade).split(": ")[-1]]
    wish = found.wish
    text = f"It saves {1e3 * each:.1f} g in a magnet of {wish.mass_kg:g} kg, "
    text += f"{each * wish.per_year:.1f} kg a year at {wish.per_year:,}; beside it "
    text += f"{', '.join(parts)}."
    return [text, *(f"Supply risk, {n}: {r}." for n, r in risk.items() if everything)]


def _charged(way: Way, scenario: Any) -> str:
    """Return what to charge of a melt, with what it costs beside its elements.

    Inputs of several elements go in as far as the recipe has all of these, elements make up for
    the rest. Yields of cutting, and of all up to sintering, are printed (``supply/yields.csv``).
    """
    table = CompositionTable.from_strings([way.candidate], basis="weight")
    shares = 100.0 * table.weight_fractions()[0]
    left = {SYMBOLS[i]: float(shares[i]) for i in np.flatnonzero(shares > 1e-6)}
    put_in, fed_back = _fed_back(left)
    for name, parts in inputs().items():
        amount = min(left.get(e, 0.0) / (share / 100.0) for e, share in parts.items())
        if amount > 0.005:
            put_in[name] = amount
            left = {e: x - amount * parts.get(e, 0.0) / 100.0 for e, x in left.items()}
    put_in |= {e: x for e, x in left.items() if x > 0.005}
    elements = CompositionTable.from_strings([e for e in put_in if e in INDEX], basis="atomic")
    each = ledger(elements, scenario)["cost_USD_kg"].tolist()
    price = dict(zip((e for e in put_in if e in INDEX), each, strict=True))
    rows = datasets.rows("supply/inputs.csv")
    price |= {r["input"]: float(r["price_USD_kg"]) for r in rows if r["price_USD_kg"]}
    whole = sum(x * price.get(name, 0.0) for name, x in put_in.items()) / 100.0
    text = ", ".join(f"{name} {x:.2f}" for name, x in put_in.items())
    unknown = [f"{name}'s is not known" for name in put_in if name not in price]
    own = f"its elements {float(ledger(table, scenario)['cost_USD_kg'].iloc[0]):.1f} USD/kg"
    cut, sintered = (
        f"{1.0 / float(row['most']):.2f} to {1.0 / float(row['least']):.2f} kg of"
        for row in datasets.rows("supply/yields.csv")
    )
    if yields := get_settings().yields:
        steps = f"{1.0 / prod(yields.values()):.2f} kg of charge ({', '.join(yields)}, as set)"
        fed_back += f" A kilogram of finished magnets takes {steps}; printed:"
    return (
        f"To charge, wt.%: {text}; {whole:.1f} USD/kg by quotations of inputs where there are any"
        f"{''.join(f', {u}' for u in unknown)}; {own}.{fed_back} A kilogram of finished magnets "
        f"takes {cut} blocks (slicing, grinding), one of sintered blocks {sintered} metals by one "
        "inventory."
    )


def _fed_back(left: dict[str, float]) -> tuple[dict[str, float], str]:
    """Take what is fed back, as set, from what is left to charge of a recipe, wt.%.

    Returns the scrap's amount and what it carries into the magnet. Raises InputError if it holds
    more of an element than the recipe.
    """
    set_so = get_settings().scrap
    if not (share := set_so.get("share", 0.0)):
        return {}, ""
    gases = {e: share * x / 100.0 for e, x in set_so.items() if e in ("O", "N", "C")}
    metals = {e: x for e, x in set_so.items() if e != "share" and e not in gases} or dict(left)
    for element, amount in metals.items():
        left[element] = left.get(element, 0.0) - share * amount / sum(metals.values())
        if left[element] < -1e-6:
            raise InputError(
                f"{share:g} wt.% of scrap holds {-left[element]:.2f} wt.% {element} more than the "
                "recipe; set a smaller share or other elements in MAGNETKIT_SCRAP"
            )
    carried = ", ".join(f"{e} {x:.2f}" for e, x in gases.items())
    note = f" The scrap carries {carried} wt.% into the magnet (--process)." if carried else ""
    return {"scrap": share}, note


def _changes(found: Any, first: Answer) -> list[str]:
    """Return what would change the answer, and what to melt or measure next."""
    shown, changes, best = [], [found.duty_line] if found.duty_line else [], first.recommended
    own = first.recipe
    if own is not None and abs(found.reference[ALPHA]) <= COMPENSATED and own.heavy_wt_pct > 0.05:
        without = compensation(found.reference["grade"], recipe=own.text, basis="weight")
        parts = [text for text in sentences(without) if text.startswith("without")]
        shown.append(f"Effect of its heavy rare earth: {'; '.join(parts)}.")
    if found.estimate and first.recipe is not None and first.recipe.heavy_wt_pct > 0.05:
        changes.append("what it is really made of (--recipe, --measured)")
    if best is not None and best.kind == "diffused":
        changes.append("a thickness over 5 to 10 mm (`magnetkit diffuse`)")
    if best is not None and not best.grade:
        changes.append(f"lots that vary otherwise than {found.spread} (--spread)")
    if changes:
        shown.append(f"What would change this: {'; '.join(changes)}.")
    if (row := next_melt(first)) is not None:
        shell = f" + {row['shell']}" if str(row["shell"]) else ""
        shown.append(
            f"Next melt: {row['candidate']}{shell} (P {row['probability_meets_requirements']:.2f}, "
            f"saves {row['heavy_rare_earth_saved_wt_pct']:.1f} wt.%); measure it at 20 and "
            f"{found.reference['temperature_K'] - 273.15:.0f} °C, then --measured."
        )
    return shown
