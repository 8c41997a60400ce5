"""The answer in about ten lines: what replaces a magnet, with probability and savings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..calibration._composition_estimate import CompositionEstimate, charge, usual_magnets
from ..calibration._reference import TYPICAL
from ..hosts.records import HOSTS, root_of
from ..magnetism._figures import not_compared
from ..magnetism._measured import ALPHA
from ._request import MEASURED, Wish, working_field

if TYPE_CHECKING:
    import pandas as pd

    from ..magnetism._measured import Mill
    from ..ranking.applications import Profile


_MEETS = 0.8
_COMPARED = {"coercivity_kA_m": ("H_cJ", "kA/m", 0), "remanence_T": ("B_r", "T", 3)}
_OF_COMPENSATED = {ALPHA: ("alpha(B_r)", "%/K", 4), "knee_field_kA_m": ("H_k", "kA/m", 0)}
_FINE_UM = 1.5
_RECYCLED = 0.25
# Heavy rare earth, wt.%: below this none, and the least saving that is worth a change.
_NONE, _LESS = 0.01, 0.3


@dataclass(frozen=True)
class Question:
    """The request and the result of the screening: candidates in order of rank."""

    reference: dict[str, Any]
    made: CompositionEstimate
    device: "Profile"
    table: "pd.DataFrame"
    producer: "Mill"
    wish: Wish

    @property
    def celsius(self) -> float:
        """Temperature of use, degrees C."""
        return float(self.reference["temperature_K"]) - 273.15


def answers(question: Question) -> list[dict[str, Any]]:
    """Return the lines of the answer: ``kind``, ``text``, and the figures of a magnet."""
    usable = question.table[question.table["rank"].notna()]
    family = usable["host"].astype(str).map(root_of) != root_of(question.reference["host"])
    own, heavy = usable[~family], usable.loc[~family, "heavy_rare_earth_wt_pct"]
    free = _best(own[heavy < _NONE])
    shelled = usable[usable["shell"].astype(str) != ""]
    less = (heavy >= _NONE) & (heavy < _heavy(question) - _LESS)
    bulk = own[(own["shell"].astype(str) == "") & less]
    shelled = shelled[shelled["heavy_rare_earth_wt_pct"] < _heavy(question)]
    least = _best(shelled.sort_values("heavy_rare_earth_wt_pct", kind="stable"))
    other = _best(usable[family])
    found = [
        _reference_line(question),
        _magnet("no_heavy_rare_earth", "Without heavy rare earth", free, question),
        _magnet("less_in_the_alloy", "With less in the alloy", _best(bulk), question),
        _magnet("least_by_diffusion", "With least, by diffusion", least, question),
        _magnet("other_family", "Of another family", other, question),
    ]
    fine = _finer_grains(question)
    if fine is not None:
        found.append(fine)
    named = [f for f in found[1:] if f.get("candidate")]
    # Coercivity of sintered magnets of such grains was measured at room temperature alone: its
    # temperature dependence is only predicted, so it is not recommended.
    choice = _choice([f for f in named if f["kind"] != "finer_grains"], question)
    if fine is not None and choice["kind"] == "keep":
        choice["text"] += " Finer grains are not recommended: they were not measured hot."
    found.append(choice)
    wanted = choice.get("candidate"), choice.get("shell")
    picked = next((f for f in named if (f["candidate"], f["shell"]) == wanted), None)
    if question.wish.between is not None:
        found.append(_without_it(question))
    found += [_savings(picked, question), _exposure(picked, question), _cobalt(picked, question)]
    found += [_changes(picked, question), _next_melt(usable, question)]
    return found


def _heavy(question: Question) -> float:
    """Return the content of the likeliest recipe: savings are against one magnet, not a mean."""
    return float(question.made.best.heavy_wt_pct)


def _best(rows: "pd.DataFrame") -> "pd.Series | None":
    """Return the first row that meets the requirements, the likeliest where none does."""
    if not len(rows):
        return None
    meets = rows[rows["meets_requirements"].astype(bool)]
    if len(meets):
        return meets.iloc[0]
    return rows.iloc[int(rows["probability_meets_requirements"].to_numpy(float).argmax())]


def _reference_line(question: Question) -> dict[str, Any]:
    r = question.reference
    text = (
        f"{r['grade']} ({r['host']}; {r['makers']}) at {question.celsius:.0f} °C: B_r "
        f"{r['remanence_T']:.3f} T, H_cJ {r['coercivity_kA_m']:.0f} kA/m, guaranteed "
        f"({r['provenance']}{_typical(question)}); {question.made.sentence()}."
    )
    record = {"kind": "reference", "grade": r["grade"], "bears_load_line": None}
    if r["load_line"] is not None:
        field = working_field(r["remanence_T"], r["load_line"])
        bears = r["knee_field_kA_m"] >= field
        record["bears_load_line"] = bool(bears)
        verdict = "sufficient" if bears else "not sufficient"
        text += (
            f" Load line {r['load_line']:g} requires a knee field of {field:.0f} kA/m; its own is "
            f"{r['knee_field_kA_m']:.0f} kA/m, {verdict}."
        )
    if cold := not_compared(min([r["temperature_K"], *(question.wish.between or ())])):
        text += f" {cold}."
    if question.producer.name not in (r["grade"], MEASURED):
        text += f" Candidates are predicted with the calibration {question.producer.name}."
    return {**record, "text": text}


def _typical(question: Question) -> str:
    """Return the typical value of a grade whose guaranteed least alone is published."""
    if question.producer.name != question.reference["grade"]:
        return ""
    typical = TYPICAL * float(question.reference["coercivity_kA_m"])
    return f"; differences are from this value, the typical one is {typical:.0f}"


def _difference(row: "pd.Series", name: str, question: Question) -> tuple[float, float, float]:
    own = float(question.reference[name])
    return (float(row[name]) - own, float(row[f"{name}_lo"]) - own, float(row[f"{name}_hi"]) - own)


def _magnet(kind: str, heading: str, row: "pd.Series | None", question: Question) -> dict[str, Any]:
    """Return the line of one candidate."""
    if row is None:
        why = "no such candidate is a magnet at this temperature"
        if kind == "less_in_the_alloy":
            why = f"no candidate with some has at least {_LESS} wt.% less than the likeliest recipe"
        return {"kind": kind, "text": f"{heading}: {why}."}
    shell = str(row["shell"])
    name = f"{row['candidate']}{f' + {shell}' if shell else ''}"
    chance = float(row["probability_meets_requirements"])
    heavy = float(row["heavy_rare_earth_wt_pct"])
    record: dict[str, Any] = {
        "kind": kind,
        "candidate": str(row["candidate"]),
        "shell": shell,
        "host": str(row["host"]),
        "rank": None if row.get("rank") != row.get("rank") else int(row.get("rank", 0) or 0),
        "probability_meets_requirements": chance,
        "heavy_rare_earth_wt_pct": heavy,
        "heavy_rare_earth_saved_wt_pct": _heavy(question) - heavy,
        "cost_USD_kg": float(row["cost_USD_kg"]),
        "nearest_grade": str(row.get("nearest_grade", "")),
    }
    pieces = []
    compared = _COMPARED | (_OF_COMPENSATED if question.wish.between is not None else {})
    for column, (label, unit, digits) in compared.items():
        gap, low, high = _difference(row, column, question)
        record |= {f"{column}_difference": gap, f"{column}_difference_lo": low}
        record |= {f"{column}_difference_hi": high}
        pieces.append(f"{label} {gap:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f}) {unit}")
    text = (
        f"{heading}: {name} ({row['host']}), probability {chance:.2f} that it can "
        f"replace {question.reference['grade']}; {', '.join(pieces)}; {heavy:.2f} wt.% heavy rare "
        f"earth, {float(row['cost_USD_kg']):.0f} USD/kg"
    )
    failed = str(row.get("failed_requirements") or "")
    if chance < _MEETS and failed:
        record["failed_requirements"] = failed
        text += f"; not met: {failed}"
    return {**record, "text": text + "."}


def _finer_grains(question: Question) -> dict[str, Any] | None:
    """Return the line of a fine-grained magnet without heavy rare earth."""
    host, kelvin = question.reference["host"], float(question.reference["temperature_K"])
    fine = usual_magnets()[host].fine_grained if host in usual_magnets() else None
    if fine is None or kelvin > HOSTS[host].magnet.sold_below_K:
        return None
    from ..composition.table import CompositionTable
    from ..magnetism._magnets import alloys
    from ..magnetism.sintered import Use, figures_at, read_duty
    from ..ranking._requirements import evaluate_requirements
    from ..supply.ledger import ledger_columns

    text = charge(host, **fine)
    table = CompositionTable.from_strings([text], basis="weight")
    process = {"mill": question.producer.record(), "grain_size_um": _FINE_UM}
    conditions, use = question.wish.conditions, Use(duty=read_duty(question.reference["load_line"]))
    made = alloys(table, process, curie=conditions.curie, ranges=True)
    (magnet,) = figures_at(made, [kelvin], use)
    magnet |= ledger_columns(table, conditions.supply_scenario, conditions.recycled or None)
    verdict = evaluate_requirements(question.device, {kelvin: magnet}, kelvin)
    frame = magnet.frame()
    frame["candidate"] = text
    frame["probability_meets_requirements"] = verdict.probability
    frame["failed_requirements"] = verdict.failed.texts()
    frame["rank"] = float("nan")
    heading = f"With grains of {_FINE_UM:g} µm, without heavy rare earth"
    found = _magnet("finer_grains", heading, frame.iloc[0], question)
    text = found["text"].removesuffix(".")
    return {**found, "text": f"{text}; such sintered magnets have not been measured hot."}


def _choice(named: list[dict[str, Any]], question: Question) -> dict[str, Any]:
    """Return the recommendation: the cheapest that meets the requirements, or to keep the grade."""
    saves = [n for n in named if n["heavy_rare_earth_saved_wt_pct"] > 0.05]
    able = [n for n in saves if n["probability_meets_requirements"] >= _MEETS]
    grade = question.reference["grade"]
    if able:
        best = min(able, key=lambda n: (n["heavy_rare_earth_wt_pct"] > 0.01, n["cost_USD_kg"]))
        shell = f" + {best['shell']}" if best["shell"] else ""
        return {
            "kind": "recommendation",
            "candidate": best["candidate"],
            "shell": best["shell"],
            "text": f"Recommended: {best['candidate']}{shell}, "
            f"{best['heavy_rare_earth_saved_wt_pct']:.2f} wt.% less heavy rare earth.",
        }
    if _heavy(question) < 0.05:
        reason = "its recipe contains no heavy rare earth, so that there is none to save"
    elif saves:
        near = max(saves, key=lambda n: n["probability_meets_requirements"])
        reason = (
            "no candidate with less heavy rare earth can replace it with a probability of "
            f"{_MEETS:g}; the nearest has {near['probability_meets_requirements']:.2f}, not met: "
            f"{near.get('failed_requirements', 'none alone, but all together')}{_itself(question)}"
        )
    else:
        reason = "no candidate with less heavy rare earth is a magnet at this temperature"
    return {"kind": "keep", "text": f"Keep {grade}: {reason}."}


def _itself(question: Question) -> str:
    """Return the probability of the grade's own recipe by the same evaluation, in words."""
    table, best = question.table, question.made.best
    own = table[
        (table["candidate"].astype(str) == best.text)
        & (table["shell"].astype(str) == (best.shell or ""))
    ]
    if not len(own):
        return ""
    chance = float(own["probability_meets_requirements"].iloc[0])
    return f"; its own recipe has {chance:.2f} in the same evaluation"


def _without_it(question: Question) -> dict[str, Any]:
    """Return what a compensated magnet loses without its gadolinium or erbium."""
    from .compensation import compensation, sentences

    recipe = question.made.best.text
    frame = compensation(
        question.reference["grade"], question.wish.between, recipe=recipe, basis="weight"
    )
    lost = frame[frame["what"].str.startswith("without")]
    parts = [s for s in sentences(frame) if s.startswith("without")]
    return {
        "kind": "without_gadolinium_or_erbium",
        "variants": lost.to_dict("records"),
        "text": "Effect of its heavy rare earth: " + "; ".join(parts) + ".",
    }


def _savings(picked: dict[str, Any] | None, question: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "savings", "text": "Heavy rare earth saved: none, the grade is kept."}
    each = picked["heavy_rare_earth_saved_wt_pct"] / 100.0 * question.wish.mass_kg
    yearly = each * question.wish.per_year
    return {
        "kind": "savings",
        "saved_kg_per_magnet": each,
        "saved_kg_per_year": yearly,
        "text": f"Heavy rare earth saved: {1e3 * each:.1f} g per magnet of "
        f"{question.wish.mass_kg:g} kg, {yearly:.1f} kg a year at {question.wish.per_year:,} "
        "magnets a year; material cost "
        f"{picked['cost_USD_kg']:.0f} against {question.reference['cost_USD_kg']:.0f} USD/kg.",
    }


def _risks(picked: dict[str, Any], question: Question, recycled: dict[str, float] | None) -> Any:
    from ..composition.table import CompositionTable
    from ..supply.ledger import ledger
    from ..supply.scenario import scenarios

    texts = [question.made.best.text, picked["candidate"]]
    shells = [question.made.best.shell, picked["shell"]]
    table = CompositionTable.from_strings(texts, basis="weight")
    shell = shells if any(shells) else None
    return {
        name: [float(x) for x in ledger(table, name, recycled, shell=shell)["supply_risk"]]
        for name in scenarios()
    }


def _exposure(picked: dict[str, Any] | None, question: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "exposure", "text": "Supply risk: unchanged, the grade is kept."}
    risks = _risks(picked, question, None)
    parts = [f"{name} {new:.2f} (now {old:.2f})" for name, (old, new) in risks.items()]
    return {
        "kind": "exposure",
        "supply_risk": {name: new for name, (_, new) in risks.items()},
        "supply_risk_reference": {name: old for name, (old, _) in risks.items()},
        "text": f"Supply risk, 0 to 1: {', '.join(parts)}.",
    }


def _cobalt(picked: dict[str, Any] | None, question: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "recycled_cobalt", "text": "Recycled cobalt: no effect, the grade is kept."}
    before = _risks(picked, question, None)["baseline"][1]
    after = _risks(picked, question, {"Co": _RECYCLED})["baseline"][1]
    return {
        "kind": "recycled_cobalt",
        "supply_risk": after,
        "text": f"With {100 * _RECYCLED:.0f} % of the cobalt recycled its supply risk falls from "
        f"{before:.3f} to {after:.3f}.",
    }


def _changes(picked: dict[str, Any] | None, question: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "changes", "text": "Changes to the design: none, the grade is kept."}
    flux = 100.0 * picked["remanence_T_difference"] / question.reference["remanence_T"]
    text = f"Changes to the design: flux {flux:+.1f} % at {question.celsius:.0f} °C"
    if root_of(picked["host"]) != root_of(question.reference["host"]):
        text += f"; {HOSTS[picked['host']].magnet.trade or picked['host']}"
    elif picked["shell"]:
        text += "; diffusion is suited to magnets of up to about 5 to 10 mm thickness"
    if picked["nearest_grade"]:
        text += f"; the nearest grade on the market is {picked['nearest_grade']}"
    return {"kind": "changes", "flux_pct": flux, "text": text + "."}


def _next_melt(usable: "pd.DataFrame", question: Question) -> dict[str, Any]:
    """Return the melt whose measurement is worth most: uncertain, and saving much if it meets."""
    saved = _heavy(question) - usable["heavy_rare_earth_wt_pct"]
    chance = usable["probability_meets_requirements"]
    # The variance that a melt resolves, times what it would save.
    worth = chance * (1.0 - chance) * saved.clip(lower=0.0)
    if not len(usable) or not worth.max() > 1e-4:
        return {"kind": "next_melt", "text": "Next melt: none would change the answer."}
    place = int(worth.to_numpy(float).argmax())
    row, likely, spared = usable.iloc[place], chance.iloc[place], saved.iloc[place]
    shell = f" + {row['shell']}" if str(row["shell"]) else ""
    return {
        "kind": "next_melt",
        "candidate": str(row["candidate"]),
        "shell": str(row["shell"]),
        "text": f"Next melt: {row['candidate']}{shell}; with probability {likely:.2f} it meets the "
        f"requirements, and it would save {spared:.2f} wt.%. Measure B_r and H_cJ at 20 and "
        f"{question.celsius:.0f} °C and give them to `magnetkit calibrate`.",
    }
