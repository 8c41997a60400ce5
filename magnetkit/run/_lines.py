"""The answer in words: one screen, verdict first."""

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from .._core import datasets
from .._core._words import write_kilograms
from .._core.columns import COLUMNS
from .._core.elements import INDEX, SYMBOLS
from .._core.errors import InputError
from .._core.settings import get_settings
from .._core.units import KILO_GAUSS, KILO_OERSTED, MEGA_GAUSS_OERSTED
from ..alloy.notation import inputs
from ..alloy.table import CompositionTable
from ..choose._candidates import HEAVY
from ..choose._request import KNEE, MARGIN_OF_DUTY, PRODUCT, REMANENCE
from ..choose.answer import WAYS, Answer, Way, next_melt, short_name
from ..choose.exposure import (
    heavy_rare_earth_contents,
    samarium_cobalt_contents,
)
from ..choose.rule import rule_text
from ..magnetism._composition_estimate import COMPENSATED
from ..magnetism._figures import describe_missing_comparison
from ..magnetism._measured import ALPHA, COERCIVITY
from ..phases.records import HOSTS, root_host
from ..supply.ledger import ledger
from .compensation import compensation, sentences

# Under an export licence of China since 4 April 2025: datasets/supply/controls.csv.
_LICENSED = ("Sm", "Gd", "Tb", "Dy", "Lu", "Y")
# A gram: what is less in a year is not said.
_LEAST_KG = 1e-3
# Digits of a unit; its factor to another, and digits of that.
_UNITS = {
    "T": (3, 1.0 / KILO_GAUSS, "kG", 2),
    "kA/m": (0, 1e3 / KILO_OERSTED, "kOe", 2),
}
_UNITS["kJ/m3"] = (0, 1e3 / MEGA_GAUSS_OERSTED, "MGOe", 1)
_LABELS = {
    REMANENCE: "B_r",
    COERCIVITY: "H_cJ",
    KNEE: "H_k",
    PRODUCT: "(BH)max",
}


def _show(units: str, column: str, *values: float) -> str:
    """Format values of a column with their unit, separated by " / ".

    `units` is ``"si"`` or ``"cgs"``. `column` has the unit T, kA/m or kJ/m3
    (KeyError otherwise), in which `values` are given.

    Any other `units` than "cgs" are SI: "1.200 T", "1600 kA/m", "12.00 kG",
    "20.11 kOe". NaN becomes "nan"; without `values` the text is a blank and
    the unit.
    """
    digits, factor, unit, fine = _UNITS[COLUMNS[column].unit]
    if units != "cgs":
        factor = 1.0
        unit = COLUMNS[column].unit
        fine = digits
    return " / ".join(f"{v * factor:.{fine}f}" for v in values) + f" {unit}"


def lines(replacement: Any, units: str, *, everything: bool) -> list[str]:
    """Write the answer: the verdict, the table of the ways, and what it rests on.

    Parameters
    ----------
    replacement : Replacement
        The answer, as `magnetkit.replace` returns it: its ``answers`` (the
        first, the likeliest kind, is written), ``reference``, ``limits``,
        ``request`` and texts are read.
    units : {"si", "cgs"}
        Units to print: T and kA/m, or kG and kOe; anything but "cgs" is SI.
    everything : bool
        Add other kinds of the magnet in use, recipes and details.

    Returns
    -------
    list of str
        Lines of text, some empty; those of the table have at most 80
        characters.
    """
    first = replacement.answers[0]
    texts = [f"{first.sentence}."]
    if first.recommended is not None and first.recommended.order_line:
        texts.append(f"Order: {first.recommended.order_line}")
    if first.ways or first.own is not None:
        texts += ["", *table_lines(replacement, first, units), ""]
    texts += lines_below(replacement, first, units)
    if not everything:
        return texts
    for answer in replacement.answers[1:]:
        texts += [
            "",
            f"As {answer.kind} ({answer.weight:.2f}): {answer.sentence}.",
            "",
        ]
        texts += table_lines(replacement, answer, units)
    texts += ["", *_recipes(first), *_details(replacement, first)]
    return texts


HEADS = (
    "No.",
    "What",
    "Heavy rare earth, wt.%",
    "Saved, wt.%",
    "P",
    "B_r, T",
    "H_cJ, kA/m",
    "Margin",
    "Cost per flux",
)
"""Headings of `table_cells`."""
PAIR_NAMES = (HEADS[2], *HEADS[4:])
"""What a report shows of today's magnet beside the recommended one."""
_SHORT = ("", "", "heavy RE", "saved", "", "B_r", "H_cJ", "mar-", "cost/")


def table_cells(
    replacement: Any, answer: Answer, units: str
) -> list[tuple[str, ...]]:
    """Write the cells of the table of the ways, today's magnet first where there is one.

    Parameters
    ----------
    replacement : Replacement
        As `magnetkit.replace` returns it; its reference is today's magnet.
    answer : Answer
        One of its ``answers``, a list; its ``ways`` and ``own`` (None where no
        magnet is in use) are written.
    units : {"si", "cgs"}
        Units of B_r and H_cJ.

    Returns
    -------
    list of tuple of nine str
        One tuple a row, with the headings `HEADS`: number from 1 (empty of
        today's magnet), name, heavy rare earth and saved (wt.%), P (0 to 1, as
        "0.95"), B_r and H_cJ (of ways the guaranteed ones, without unit; T and
        kA/m, or kG and kOe for "cgs"), margin (``demagnetization_safety``, a
        ratio, cut to two decimals), cost per flux over today's. "-" for a B_r,
        H_cJ or margin that is not known. Today's heavy rare earth may have its
        range behind it, as "4.1 (3.5-4.8)". Saved is empty of today's magnet,
        and of all where the recipe of today's magnet is not known. A cost that
        is not known, and that of any way of another family, is "ask".
        There are no rows without a magnet in use and without ways.
    """
    rows = []
    if answer.own is not None:
        rows.append(_row_of_today(replacement, answer, units))
    return rows + [_row_of_way(way, answer, units) for way in answer.ways]


def table_lines(replacement: Any, answer: Answer, units: str) -> list[str]:
    """Write the table of the ways, today's magnet first if there is one.

    `replacement` is a `Replacement`, `answer` one of its answers. B_r, H_cJ and
    the margin, which is the knee field divided by the field at the duty, are
    values that 99 % of lots reach. `units` is "si" or "cgs". Two lines of
    headings come first, then the cells of `table_cells`; longer texts are cut.
    A line has 80 characters or less.
    """
    b_r_unit, h_unit = ("kG", "kOe") if units == "cgs" else ("T", "kA/m")
    widths = (2, 27, 13, 5, 4, 5, 5, 4, 4)
    units_row = (
        "",
        "what",
        "wt.%",
        "wt.%",
        "P",
        b_r_unit,
        h_unit,
        "gin",
        "flux",
    )
    rows: list[tuple[str, ...]] = [_SHORT, units_row]
    rows += table_cells(replacement, answer, units)
    texts = []
    for row in rows:
        cells = []
        for place, (text, width) in enumerate(zip(row, widths, strict=True)):
            short_text = text[:width]
            cells.append(
                short_text.ljust(width)
                if place == 1
                else short_text.rjust(width)
            )
        texts.append(" ".join(cells).rstrip())
    return texts


def _print_value(units: str, column: str, value: float) -> str:
    """Format a value of a column in the units "si" or "cgs", without the unit.

    "-" for NaN. `column` has the unit T, kA/m or kJ/m3, in which `value` is
    given.
    """
    if value != value:
        return "-"
    return _show(units, column, value).split()[0]


def _row_of_today(
    replacement: Any, answer: Answer, units: str
) -> tuple[str, ...]:
    """Write the cells of the magnet in use for the table of ways, in the units "si" or "cgs".

    `replacement` is a `Replacement`, `answer` one of its answers, whose
    ``own`` must be known (AssertionError otherwise, as of a duty alone). The
    ``reference`` of the replacement is a dict with ``grade``,
    ``heavy_rare_earth_wt_pct`` with ``_lo`` and ``_hi``, ``remanence_T``,
    ``coercivity_kA_m`` and ``demagnetization_safety``. The nine cells are
    number (empty), name ("today: N42SH"), heavy rare earth (wt.%, with its
    range where that is wider than 0.05), saving (empty), P
    (``answer.own_probability``), B_r, H_cJ, margin and cost ("1.00"). "-"
    stands for a B_r, H_cJ or margin that is NaN.
    """
    reference = replacement.reference
    own_way = answer.own
    assert own_way is not None
    low = reference[f"{HEAVY}_lo"]
    high = reference[f"{HEAVY}_hi"]
    heavy = f"{reference[HEAVY]:.1f}"
    if high - low > 0.05:
        heavy += f" ({low:.1f}-{high:.1f})"
    return (
        "",
        f"today: {reference['grade']}",
        heavy,
        "",
        f"{answer.own_probability:.2f}",
        _print_value(units, REMANENCE, reference[REMANENCE]),
        _print_value(units, COERCIVITY, reference[COERCIVITY]),
        _two(reference[MARGIN_OF_DUTY]),
        "1.00",
    )


def _two(value: float) -> str:
    """Return a number with two decimals, cut and not rounded, so that 1.10 is never less."""
    if value != value:
        return "-"
    return f"{np.floor(100.0 * value + 1e-6) / 100.0:.2f}"


def _row_of_way(way: Way, answer: Answer, units: str) -> tuple[str, ...]:
    """Write the nine cells of a way for the table, in the units "si" or "cgs".

    They are number, name, heavy rare earth and saving (wt.%), P (0 to 1, as
    "0.95"), guaranteed B_r and H_cJ (without unit), margin and cost per flux
    over today's. The saving is empty if `answer` has no recipe of today's
    magnet. The cost is "ask" for another family and where it is not known.

    "-" stands for a B_r, H_cJ or margin that is NaN.
    """
    cost = f"{way.cost_per_flux_ratio:.2f}"
    if (
        way.kind == "other-family"
        or way.cost_per_flux_ratio != way.cost_per_flux_ratio
    ):
        cost = "ask"
    heavy = f"{way.heavy_rare_earth_wt_pct:.1f}"
    saving = f"{way.saved:.1f}" if answer.recipe is not None else ""
    return (
        str(way.number),
        short_name(way),
        heavy,
        saving,
        f"{way.chance:.2f}",
        _print_value(units, REMANENCE, way.remanence_guaranteed_T),
        _print_value(units, COERCIVITY, way.coercivity_guaranteed_kA_m),
        _two(way.demagnetization_safety),
        cost,
    )


def lines_below(replacement: Any, first: Answer, units: str) -> list[str]:
    """Write at most six lines below the table: what it rests on, what would change it, what is next.

    `replacement` is a `Replacement`, `first` its answer for the likeliest kind
    of the magnet in use, or of a duty alone, which has no recipe; `units` is
    "cgs" or, any other, SI. A line that has nothing to say is left out; the
    first always stands.
    """
    texts = [_request_text(replacement, units)]
    if first.recipe is not None:
        texts.append(_describe_basis(replacement, first))
        rule = rule_text(replacement.request.most_cost, reach=first.reach)
        texts.append(f"The rule: {rule}.")
    if (beside := _describe_savings(replacement, first)) is not None:
        texts.append(beside)
    changes = _changes(replacement, first)
    if changes:
        texts.append(f"What would change this: {'; '.join(changes)}.")
    if (line := _next_measurement(replacement, first)) is not None:
        texts.append(line)
    return texts


def _request_text(replacement: Any, units: str) -> str:
    """Say in one line which limits a replacement must meet, and where they come from.

    `replacement` is a `Replacement`: ``limits`` (a `Requirement` by column),
    ``basis`` (a text, where the limits come from) and
    ``reference["temperature_K"]`` are used. Without limits the line says that
    nothing is asked. `units` is ``"si"``, or ``"cgs"``; any other is SI.
    """
    if not replacement.limits:
        return "Nothing is asked."
    parts = []
    for column, limit in replacement.limits.items():
        label = _LABELS.get(column)
        if column == MARGIN_OF_DUTY:
            parts.append(
                f"H_k at least {limit.limit:g} times the field, with each magnet's own B_r"
            )
        elif label and limit.minimum is not None:
            parts.append(f"{label} >= {_show(units, column, limit.limit)}")
        else:
            parts.append(str(limit))
    celsius = replacement.reference["temperature_K"] - 273.15
    text = f"Required at {celsius:.0f} °C of what 99 % of lots reach: {', '.join(parts)} "
    text += f"({replacement.basis})."
    cold = describe_missing_comparison(replacement.reference["temperature_K"])
    if cold:
        text += f" {cold}."
    return text


def _describe_basis(replacement: Any, first: Answer) -> str:
    """Say in one line which recipe is taken for today's magnet, and which others it may be of.

    `replacement` is a `Replacement`, `first` its answer for the likeliest kind,
    whose ``recipe`` (with ``text`` and ``shell``) must be known
    (AssertionError otherwise). The line says whether the recipe is an
    estimate, ``replacement.estimate``, and only then names the other
    ``answers``. If ``first.is_level_sound`` is false, a last sentence says
    why no melt is offered. It ends in a full stop.
    """
    recipe = first.recipe
    assert recipe is not None
    what = recipe.text
    if recipe.shell:
        what += f" with {recipe.shell} diffused in"
    text = f"Taken for today's magnet: {what} (as you say)."
    if replacement.estimate:
        kinds = ", ".join(
            f"{a.kind} {a.weight:.2f}" for a in replacement.answers
        )
        text = f"Taken for today's magnet: {what}, an estimate ({kinds})"
        other_sources = []
        for other in replacement.answers[1:]:
            ways = (first.recommended, other.recommended)
            same = [way.kind if way is not None else "" for way in ways]
            alike = (
                "the answer is alike"
                if same[0] == same[1]
                else f"then {other.sentence}"
            )
            other_sources.append(f"if it is {other.kind}, {alike}")
        text += "".join(f"; {one}" for one in other_sources) + "."
    if not first.is_level_sound:
        text += f" No melt is offered, since {first.level_reason}: give its recipe (--recipe)."
    return text


def _describe_savings(replacement: Any, first: Answer) -> str | None:
    """Say what the recommended way saves in all, kg a year, and what changes beside it.

    `replacement` is a `Replacement`, whose request has mass and number a year,
    `first` its answer for the likeliest kind. The mass is ``request.mass_kg``,
    kg, times ``request.per_year``. None without a recommended way or a recipe
    of today's magnet. Of a saving below 0.001 kg a year the amount is left
    out, the rest is said. A way that holds more than today's "takes" heavy
    rare earth.
    """
    best = first.recommended
    if best is None or first.recipe is None:
        return None
    request = replacement.request
    own_recipe = first.recipe
    kg_year = best.saved / 100.0 * request.mass_kg * request.per_year
    parts = []
    before = heavy_rare_earth_contents(own_recipe.text, own_recipe.shell)
    after = heavy_rare_earth_contents(best.candidate, best.shell)
    amounts = []
    for symbol in dict.fromkeys([*before, *after]):
        was = before.get(symbol, 0.0)
        amounts.append(
            f"{symbol} {was:.2f} to {after.get(symbol, 0.0):.2f} wt.%"
        )
    if amounts:
        # What is saved counts all recipes that fit, these only the likeliest.
        of_which = "in the recipe taken " if replacement.estimate else ""
        parts.append(of_which + "; ".join(amounts))
    licence_contents = [
        symbol
        for symbol in (*after, *samarium_cobalt_contents(best.candidate, ""))
        if symbol in _LICENSED
    ]
    if licence_contents:
        parts.append(
            f"export licence needed for {', '.join(licence_contents)}"
        )
    if best.kind == "other-family":
        beside = samarium_cobalt_contents(best.candidate, best.shell)
        shares = [f"{e} {x:.0f} wt.%" for e, x in beside.items()]
        parts.append(f"it holds {', '.join(shares)}")
        parts.append("price: ask, its elements say nothing of it")
    flux = best.remanence_guaranteed_T / replacement.reference[REMANENCE] - 1.0
    parts.append(f"flux {100 * flux:+.1f} %")
    if abs(kg_year) < _LEAST_KG:
        return f"Way 1: {'; '.join(parts)}."
    verb = "saves" if kg_year > 0.0 else "takes"
    text = f"Way 1 {verb} {write_kilograms(abs(kg_year))} of heavy rare earth a year in "
    magnet_mass = write_kilograms(request.mass_kg, digits=6)
    return f"{text}{request.per_year:,} magnets of {magnet_mass}; {'; '.join(parts)}."


def _recipes(first: Answer) -> list[str]:
    """Write one line for each way of `first`: composition, values, and what nobody knows of it.

    `first` is the answer for the likeliest kind of the magnet in use. A line
    begins with the number of the way, from 1. Values, at the temperature of
    use, are B_r (T) and H_cJ (kA/m) of usual lots, which are left out for a
    sold grade, guaranteed H_k and the field against the magnet (kA/m). The
    list is empty without ways.
    """
    texts = []
    for way in first.ways:
        what = way.name
        usual = f"usual lots {way.remanence_T:.3f} T, {way.coercivity_kA_m:.0f} kA/m; "
        if way.grade:
            what = f"{way.grade} ({way.host}; {way.makers})"
            usual = ""
        knee = f"H_k {way.knee_guaranteed_kA_m:.0f}"
        values = f"{usual}{knee}, field {way.field_kA_m:.0f} kA/m"
        text = f"{way.number}. {WAYS[way.kind][0]}: {what}; {values}; "
        text += f"not known: {way.unknown}"
        if way.failed_requirements:
            text += f"; misses {way.failed_requirements}"
        texts.append(text)
    return texts


def _details(replacement: Any, first: Answer) -> list[str]:
    """Write supply risk by scenario, change of weight and the charge of the recommended way.

    `replacement` is a `Replacement`, `first` its answer for the likeliest
    kind. A list of lines: risk, 0 to 1, for the scenario asked and then each
    embedded one, weight only where the family changes, the charge only of a
    melt. Empty without a recommended way or a recipe of today's magnet.
    """
    from ..supply.scenario import scenarios

    best = first.recommended
    own_recipe = first.recipe
    if best is None or own_recipe is None:
        return []
    table = CompositionTable.from_strings(
        [best.candidate, own_recipe.text], basis="weight"
    )
    shell = None
    if best.shell or own_recipe.shell:
        shell = [best.shell, own_recipe.shell]
    texts = []
    for name in dict.fromkeys(
        [replacement.request.conditions.scenario, *scenarios()]
    ):
        new, old = ledger(table, name, shell=shell)["supply_risk"]
        texts.append(f"Supply risk, {name}: {new:.2f} (now {old:.2f}).")
    if root_host(best.host) != root_host(replacement.reference["host"]):
        heavier = 100.0 * (
            best.density_kg_m3 / replacement.reference["density_kg_m3"] - 1.0
        )
        trade = (
            str(HOSTS[best.host].magnet.trade).split(": ")[-1]
            if best.host in HOSTS
            else ""
        )
        texts.append(f"Weight {heavier:+.0f} %; {trade}.")
    if not best.grade:
        texts.append(
            _charge_text(best, replacement.request.conditions.supply_scenario)
        )
    return texts


def _charge_inputs(amounts: dict[str, float]) -> dict[str, float]:
    """Convert amounts of elements, wt.%, to what a furnace is charged with.

    Inputs of several elements, such as PrNd, are used as far as the amounts of
    all of these reach; the rest are elements. The result maps names of inputs
    (`magnetkit.alloy.notation.inputs`) and symbols to wt.%; amounts of 0.005
    and less are left out. Inputs stand first, in their own order, and each
    takes from what those before it leave. `amounts`, by symbol, is not changed.
    """
    put_in = {}
    for name, parts in inputs().items():
        limits = [
            amounts.get(e, 0.0) / (share / 100.0) for e, share in parts.items()
        ]
        amount = min(limits)
        if amount > 0.005:
            put_in[name] = amount
            amounts = {
                e: x - amount * parts.get(e, 0.0) / 100.0
                for e, x in amounts.items()
            }
    return put_in | {e: x for e, x in amounts.items() if x > 0.005}


def _charge_text(way: Way, scenario: Any) -> str:
    """Say what to charge for a melt, and what it costs beside its elements.

    `way` is a `Way` of a melt, not a sold grade; its ``candidate``, wt.%, is
    charged, without its shell; `scenario` is the `Scenario` of the prices.
    Inputs of several elements go in as far as the recipe has all of these;
    elements make up the rest. Scrap is charged as the setting says. Yields of
    cutting, and of all steps up to sintering, are printed
    (``supply/yields.csv``). InputError if the scrap holds more of an element
    than the recipe.

    An input without a quotation is named, and counts 0 in the sum. The text is
    one line; amounts are wt.% of the charge, costs USD/kg of it.
    """
    table = CompositionTable.from_strings([way.candidate], basis="weight")
    shares = 100.0 * table.weight_fractions()[0]
    remaining = {
        SYMBOLS[i]: float(shares[i]) for i in np.flatnonzero(shares > 1e-6)
    }
    put_in, fed_back = _fed_back(remaining)
    put_in |= _charge_inputs(remaining)
    elements = CompositionTable.from_strings(
        [e for e in put_in if e in INDEX], basis="atomic"
    )
    prices = ledger(elements, scenario)["cost_USD_kg"].tolist()
    price = dict(zip((e for e in put_in if e in INDEX), prices, strict=True))
    rows = datasets.rows("supply/inputs.csv")
    price |= {
        r["input"]: float(r["price_USD_kg"]) for r in rows if r["price_USD_kg"]
    }
    whole = sum(x * price.get(name, 0.0) for name, x in put_in.items()) / 100.0
    text = ", ".join(f"{name} {x:.2f}" for name, x in put_in.items())
    unknown = [
        f"{name}'s is not known" for name in put_in if name not in price
    ]
    cost = float(ledger(table, scenario)["cost_USD_kg"].iloc[0])
    elements_cost = f"its elements {cost:.1f} USD/kg"
    ranges = []
    for row in datasets.rows("supply/yields.csv"):
        low = 1.0 / float(row["most"])
        ranges.append(f"{low:.2f} to {1.0 / float(row['least']):.2f} kg of")
    cut_text, sintered_text = ranges
    if yields := get_settings().yields:
        steps = f"{1.0 / prod(yields.values()):.2f} kg of charge ({', '.join(yields)}, as set)"
        fed_back += f" A kilogram of finished magnets takes {steps}; printed:"
    return (
        f"To charge, wt.%: {text}; {whole:.1f} USD/kg by quotations of inputs where there are any"
        f"{''.join(f', {u}' for u in unknown)}; {elements_cost}.{fed_back} A kilogram of finished magnets "
        f"takes {cut_text} blocks (slicing, grinding), one of sintered blocks {sintered_text} metals by one "
        "inventory."
    )


def _fed_back(left: dict[str, float]) -> tuple[dict[str, float], str]:
    """Subtract the scrap that is fed back, by the setting, from what is left to charge.

    `left` maps symbols to wt.% of the charge, 100 in all, and is changed in
    place. The setting ``scrap`` has the ``share`` of scrap in the charge,
    wt.%, its gases O, N and C, and its elements, wt.%; without elements the
    scrap is of the composition of `left`. Gases are not subtracted. InputError
    if the scrap holds more of an element than that.

    Returns
    -------
    scrap : dict of float
        ``{"scrap": share}``, wt.%; empty without any.
    note : str
        Sentence of the gases that it carries into the magnet, beginning with a
        blank; empty without any.
    """
    set_so = get_settings().scrap
    if not (share := set_so.get("share", 0.0)):
        return {}, ""
    gases = {}
    metals = {}
    for name, amount in set_so.items():
        if name in ("O", "N", "C"):
            gases[name] = share * amount / 100.0
        elif name != "share":
            metals[name] = amount
    metals = metals or dict(left)
    total = sum(metals.values())
    for element, amount in metals.items():
        left[element] = left.get(element, 0.0) - share * amount / total
        if left[element] < -1e-6:
            raise InputError(
                f"{share:g} wt.% of scrap holds {-left[element]:.2f} wt.% {element} more than the "
                "recipe; set a smaller share or other elements in MAGNETKIT_SCRAP"
            )
    gas_text = ", ".join(f"{e} {x:.2f}" for e, x in gases.items())
    note = (
        f" The scrap carries {gas_text} wt.% into the magnet (--process)."
        if gas_text
        else ""
    )
    return {"scrap": share}, note


def _changes(replacement: Any, first: Answer) -> list[str]:
    """List in words the facts that would change the answer, such as the true recipe or a thickness.

    `replacement` is a `Replacement`, `first` its answer for the likeliest kind
    of the magnet in use. Each is a phrase without a full stop. The list may be
    empty.
    """
    changes = []
    best = first.recommended
    recipe = first.recipe
    request = replacement.request
    has_heavy = recipe is not None and recipe.heavy_wt_pct > 0.05
    if replacement.duty_line:
        changes.append(replacement.duty_line)
    if replacement.estimate and has_heavy:
        changes.append("what it is really made of (--recipe, --measured)")
    if best is not None and best.kind == "diffused":
        changes.append("a thickness over 5 to 10 mm (`magnetkit diffuse`)")
    if best is not None and not best.grade:
        changes.append(
            f"lots that vary otherwise than {replacement.spread} (--spread)"
        )
    if request.on_duty and not request.lasting:
        changes.append(
            "a time of use (--hours: ten years act as 62 kA/m more)"
        )
    if recipe is not None and has_heavy:
        changes += _effects_on_alpha(replacement.reference, recipe.text)
    return changes


def _effects_on_alpha(reference: Mapping[str, Any], recipe: str) -> list[str]:
    """Say what a compensated magnet's alpha is without its heavy rare earth, in at most one sentence.

    The list is empty for a magnet that is not compensated, or by another
    element than Gd and Er. `reference` has
    ``grade``, a name of `magnetkit.grades`, and
    ``remanence_coefficient_pct_K``, %/K (NaN counts as not compensated);
    `recipe` is a text whose amounts are wt.%. InputError for a compensated
    magnet whose grade is unknown, or that the recipe cannot be of.
    """
    if not abs(reference[ALPHA]) <= COMPENSATED:
        return []
    without = compensation(reference["grade"], recipe=recipe, basis="weight")
    parts = [text for text in sentences(without) if text.startswith("without")]
    if not parts:
        return []
    return [f"its heavy rare earth serves alpha: {'; '.join(parts)}"]


def _next_measurement(replacement: Any, first: Answer) -> str | None:
    """Say which melt to make and measure next; None if no measurement would decide anything.

    `replacement` is a `Replacement`, `first` its answer for the likeliest kind of the magnet in
    use.

    A row of `next_melt` with ``candidate``, ``shell`` and
    ``probability_meets_requirements`` is named.
    """
    row = next_melt(first)
    if row is None:
        return None
    shell = f" + {row['shell']}" if str(row["shell"]) else ""
    celsius = replacement.reference["temperature_K"] - 273.15
    return (
        f"Next measurement: melt {row['candidate']}{shell} "
        f"(P {row['probability_meets_requirements']:.2f}) and measure B_r and H_cJ at 20 and "
        f"{celsius:.0f} °C, then --measured."
    )
