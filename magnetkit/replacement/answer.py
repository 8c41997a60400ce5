"""The answer in about ten lines: what replaces a magnet, how sure, what it saves, what changes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..calibration._reference import TYPICAL
from ..calibration.makeup import Makeup, charge, usual
from ..hosts.records import HOSTS, root_of
from ..magnetism._measured import ALPHA
from ._asked import MEASURED, Wish, working_field

if TYPE_CHECKING:
    import pandas as pd

    from ..magnetism._measured import Mill
    from ..ranking.applications import Profile


_MEETS = 0.8
_COMPARED = {
    "coercivity_kA_m": ("H_cJ", "kA/m", 0),
    "remanence_T": ("B_r", "T", 3),
}
_OF_COMPENSATED = {ALPHA: ("alpha(B_r)", "%/K", 4), "knee_field_kA_m": ("H_k", "kA/m", 0)}
_FINE_UM = 1.5
_RECYCLED = 0.25
# Heavy rare earth, wt.%: below this none, and the least saving that is worth a change.
_NONE, _LESS = 0.01, 0.3


@dataclass(frozen=True)
class Question:
    """What is asked and what the screening found.

    Attributes
    ----------
    reference : dict
    made : Makeup
    device : Profile
    table : pandas.DataFrame
        Candidates in order of rank.
    mill : Mill
        Anchored on the reference.
    wish : Wish
    """

    reference: dict[str, Any]
    made: Makeup
    device: "Profile"
    table: "pd.DataFrame"
    mill: "Mill"
    wish: Wish

    @property
    def celsius(self) -> float:
        """Temperature of use, degrees C."""
        return float(self.reference["temperature_K"]) - 273.15


def answers(asked: Question) -> list[dict[str, Any]]:
    """Return the lines of the answer as records.

    Parameters
    ----------
    asked : Question

    Returns
    -------
    list of dict
        ``kind`` and ``text``; a line about a magnet has its figures too.
    """
    usable = asked.table[asked.table["rank"].notna()]
    family = usable["host"].astype(str).map(root_of) != root_of(asked.reference["host"])
    own, heavy = usable[~family], usable.loc[~family, "heavy_rare_earth_wt_pct"]
    free = _best(own[heavy < _NONE])
    shelled = usable[usable["shell"].astype(str) != ""]
    less = (heavy >= _NONE) & (heavy < _heavy(asked) - _LESS)
    bulk = own[(own["shell"].astype(str) == "") & less]
    shelled = shelled[shelled["heavy_rare_earth_wt_pct"] < _heavy(asked)]
    least = _best(shelled.sort_values("heavy_rare_earth_wt_pct", kind="stable"))
    other = _best(usable[family])
    found = [
        _reference_line(asked),
        _magnet("no_heavy_rare_earth", "Without heavy rare earth", free, asked),
        _magnet("less_in_the_alloy", "With less in the alloy", _best(bulk), asked),
        _magnet("least_by_diffusion", "With least, by diffusion", least, asked),
        _magnet("other_family", "Of another family", other, asked),
    ]
    fine = _finer_grains(asked)
    if fine is not None:
        found.append(fine)
    named = [f for f in found[1:] if f.get("candidate")]
    # Coercivity of sintered magnets of such grains was measured at room temperature alone: how it
    # falls is the model's word, and a recommendation does not rest on it.
    choice = _choice([f for f in named if f["kind"] != "finer_grains"], asked)
    if fine is not None and choice["kind"] == "keep":
        choice["text"] += " Finer grains are left aside until measured hot."
    found.append(choice)
    wanted = choice.get("candidate"), choice.get("shell")
    picked = next((f for f in named if (f["candidate"], f["shell"]) == wanted), None)
    if asked.wish.between is not None:
        found.append(_without_it(asked))
    found += [_savings(picked, asked), _exposure(picked, asked), _cobalt(picked, asked)]
    found += [_changes(picked, asked), _next_melt(usable, asked)]
    return found


def _heavy(asked: Question) -> float:
    """Return what the likeliest recipe holds: savings are against one magnet, not a mean of two."""
    return float(asked.made.best.heavy_wt_pct)


def _best(rows: "pd.DataFrame") -> "pd.Series | None":
    """Return the first row that meets the requirements, the likeliest where none does."""
    if not len(rows):
        return None
    meets = rows[rows["meets_requirements"].astype(bool)]
    if len(meets):
        return meets.iloc[0]
    return rows.iloc[int(rows["probability_meets_requirements"].to_numpy(float).argmax())]


def _reference_line(asked: Question) -> dict[str, Any]:
    r = asked.reference
    text = (
        f"{r['grade']} ({r['host']}; {r['makers']}) at {asked.celsius:.0f} °C: B_r "
        f"{r['remanence_T']:.3f} T, H_cJ {r['coercivity_kA_m']:.0f} kA/m guaranteed "
        f"({r['provenance']}{_typical(asked)}); {asked.made.sentence()}."
    )
    record = {"kind": "reference", "grade": r["grade"], "bears_load_line": None}
    if r["load_line"] is not None:
        field = working_field(r["remanence_T"], r["load_line"])
        bears = r["knee_field_kA_m"] >= field
        record["bears_load_line"] = bool(bears)
        verdict = "bears" if bears else "does not bear"
        text += (
            f" Load line {r['load_line']:g} asks for a knee beyond {field:.0f} kA/m: its own, "
            f"{r['knee_field_kA_m']:.0f}, {verdict} that."
        )
    if asked.mill.name not in (r["grade"], MEASURED):
        text += f" What replaces it is predicted as of {asked.mill.name}."
    return {**record, "text": text}


def _typical(asked: Question) -> str:
    """Return what a grade is taken to have where its least alone is printed."""
    if asked.mill.name != asked.reference["grade"]:
        return ""
    typical = TYPICAL * float(asked.reference["coercivity_kA_m"])
    return f"; differences are from this, {typical:.0f} is taken as typical"


def _difference(row: "pd.Series", name: str, asked: Question) -> tuple[float, float, float]:
    own = float(asked.reference[name])
    return (
        float(row[name]) - own,
        float(row[f"{name}_lo"]) - own,
        float(row[f"{name}_hi"]) - own,
    )


def _magnet(kind: str, heading: str, row: "pd.Series | None", asked: Question) -> dict[str, Any]:
    """Return the line of one candidate."""
    if row is None:
        why = "no such candidate is a magnet there"
        if kind == "less_in_the_alloy":
            why = (
                f"no candidate holds some and at least {_LESS} wt.% less than the likeliest recipe"
            )
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
        "heavy_rare_earth_saved_wt_pct": _heavy(asked) - heavy,
        "cost_USD_kg": float(row["cost_USD_kg"]),
        "nearest_grade": str(row.get("nearest_grade", "")),
    }
    pieces = []
    compared = _COMPARED | (_OF_COMPENSATED if asked.wish.between is not None else {})
    for column, (label, unit, digits) in compared.items():
        gap, low, high = _difference(row, column, asked)
        record |= {f"{column}_difference": gap, f"{column}_difference_lo": low}
        record |= {f"{column}_difference_hi": high}
        pieces.append(f"{label} {gap:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f}) {unit}")
    text = (
        f"{heading}: {name} ({row['host']}), probability {chance:.2f} that it does what "
        f"{asked.reference['grade']} does; {', '.join(pieces)}; {heavy:.2f} wt.% heavy rare earth, "
        f"{float(row['cost_USD_kg']):.0f} USD/kg"
    )
    failed = str(row.get("failed_requirements") or "")
    if chance < _MEETS and failed:
        record["failed_requirements"] = failed
        text += f"; in the way: {failed}"
    return {**record, "text": text + "."}


def _finer_grains(asked: Question) -> dict[str, Any] | None:
    """Return the line of a fine-grained magnet without heavy rare earth."""
    host, kelvin = asked.reference["host"], float(asked.reference["temperature_K"])
    fine = usual()[host].fine_grained if host in usual() else None
    if fine is None or kelvin > HOSTS[host].magnet.sold_below_K:
        return None
    from ..composition.table import CompositionTable
    from ..magnetism._magnets import alloys
    from ..magnetism.sintered import Use, figures_at, read_duty
    from ..ranking._job import judge
    from ..supply.ledger import ledger_columns

    text = charge(host, **fine)
    table = CompositionTable.from_strings([text], basis="weight")
    process = {"mill": asked.mill.record(), "grain_size_um": _FINE_UM}
    conditions, use = asked.wish.conditions, Use(duty=read_duty(asked.reference["load_line"]))
    made = alloys(table, process, curie=conditions.curie, ranges=True)
    (magnet,) = figures_at(made, [kelvin], use)
    magnet |= ledger_columns(table, conditions.supply_scenario, conditions.recycled or None)
    verdict = judge(asked.device, {kelvin: magnet}, kelvin)
    frame = magnet.frame()
    frame["candidate"] = text
    frame["probability_meets_requirements"] = verdict.probability
    frame["failed_requirements"] = verdict.failed.texts()
    frame["rank"] = float("nan")
    heading = f"With grains of {_FINE_UM:g} µm, without heavy rare earth"
    found = _magnet("finer_grains", heading, frame.iloc[0], asked)
    text = found["text"].removesuffix(".")
    return {**found, "text": f"{text}; no sintered magnet of such grains was found measured hot."}


def _choice(named: list[dict[str, Any]], asked: Question) -> dict[str, Any]:
    """Return the recommendation: the first that does it, or to keep what there is."""
    saves = [n for n in named if n["heavy_rare_earth_saved_wt_pct"] > 0.05]
    able = [n for n in saves if n["probability_meets_requirements"] >= _MEETS]
    grade = asked.reference["grade"]
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
    if _heavy(asked) < 0.05:
        reason = "it is thought to hold no heavy rare earth, so that there is none to save"
    elif saves:
        near = max(saves, key=lambda n: n["probability_meets_requirements"])
        reason = (
            f"nothing with less heavy rare earth does its work with a probability of {_MEETS:g}; "
            f"the nearest has {near['probability_meets_requirements']:.2f}, in the way stands "
            f"{near.get('failed_requirements', 'the sum of small misses')}{_itself(asked)}"
        )
    else:
        reason = "no candidate with less heavy rare earth is a magnet at this temperature"
    return {"kind": "keep", "text": f"Keep {grade}: {reason}."}


def _itself(asked: Question) -> str:
    """Return how likely the same judgement calls the grade's own recipe, in words."""
    table, best = asked.table, asked.made.best
    own = table[
        (table["candidate"].astype(str) == best.text)
        & (table["shell"].astype(str) == (best.shell or ""))
    ]
    if not len(own):
        return ""
    chance = float(own["probability_meets_requirements"].iloc[0])
    return f"; its own recipe, judged alike, has {chance:.2f}"


def _without_it(asked: Question) -> dict[str, Any]:
    """Return what a compensated magnet loses without its gadolinium or erbium."""
    from .compensation import compensation, sentences

    recipe = asked.made.best.text
    frame = compensation(
        asked.reference["grade"], asked.wish.between, recipe=recipe, basis="weight"
    )
    lost = frame[frame["what"].str.startswith("without")]
    parts = [s for s in sentences(frame) if s.startswith("without")]
    return {
        "kind": "without_gadolinium_or_erbium",
        "variants": lost.to_dict("records"),
        "text": "What its heavy rare earth does: " + "; ".join(parts) + ".",
    }


def _savings(picked: dict[str, Any] | None, asked: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "savings", "text": "Heavy rare earth saved: none, as nothing is replaced."}
    each = picked["heavy_rare_earth_saved_wt_pct"] / 100.0 * asked.wish.mass_kg
    yearly = each * asked.wish.per_year
    return {
        "kind": "savings",
        "saved_kg_per_magnet": each,
        "saved_kg_per_year": yearly,
        "text": f"Heavy rare earth saved: {1e3 * each:.1f} g per magnet of "
        f"{asked.wish.mass_kg:g} kg, {yearly:.1f} kg a year at {asked.wish.per_year:,} "
        "magnets a year; material cost "
        f"{picked['cost_USD_kg']:.0f} against {asked.reference['cost_USD_kg']:.0f} USD/kg.",
    }


def _risks(picked: dict[str, Any], asked: Question, recycled: dict[str, float] | None) -> Any:
    from ..composition.table import CompositionTable
    from ..supply.ledger import ledger
    from ..supply.scenario import scenarios

    texts = [asked.made.best.text, picked["candidate"]]
    shells = [asked.made.best.shell, picked["shell"]]
    table = CompositionTable.from_strings(texts, basis="weight")
    shell = shells if any(shells) else None
    return {
        name: [float(x) for x in ledger(table, name, recycled, shell=shell)["supply_risk"]]
        for name in scenarios()
    }


def _exposure(picked: dict[str, Any] | None, asked: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "exposure", "text": "Supply exposure: unchanged."}
    risks = _risks(picked, asked, None)
    parts = [f"{name} {new:.2f} (now {old:.2f})" for name, (old, new) in risks.items()]
    return {
        "kind": "exposure",
        "supply_risk": {name: new for name, (_, new) in risks.items()},
        "supply_risk_reference": {name: old for name, (old, _) in risks.items()},
        "text": f"Supply risk, 0 to 1: {', '.join(parts)}.",
    }


def _cobalt(picked: dict[str, Any] | None, asked: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "recycled_cobalt", "text": "Recycled cobalt: nothing is replaced."}
    before = _risks(picked, asked, None)["baseline"][1]
    after = _risks(picked, asked, {"Co": _RECYCLED})["baseline"][1]
    return {
        "kind": "recycled_cobalt",
        "supply_risk": after,
        "text": f"With {100 * _RECYCLED:.0f} % of the cobalt recycled its risk goes from "
        f"{before:.3f} to {after:.3f}.",
    }


def _changes(picked: dict[str, Any] | None, asked: Question) -> dict[str, Any]:
    if picked is None:
        return {"kind": "changes", "text": "What changes: nothing."}
    flux = 100.0 * picked["remanence_T_difference"] / asked.reference["remanence_T"]
    text = f"What changes: flux {flux:+.1f} % at {asked.celsius:.0f} °C"
    if root_of(picked["host"]) != root_of(asked.reference["host"]):
        text += f"; {HOSTS[picked['host']].magnet.trade or picked['host']}"
    elif picked["shell"]:
        text += "; diffusion suits magnets up to about 5 to 10 mm thick"
    if picked["nearest_grade"]:
        text += f"; of the grades sold, {picked['nearest_grade']} is nearest"
    return {"kind": "changes", "flux_pct": flux, "text": text + "."}


def _next_melt(usable: "pd.DataFrame", asked: Question) -> dict[str, Any]:
    """Return the melt that would decide most: likely enough, saving most, least known."""
    saved = _heavy(asked) - usable["heavy_rare_earth_wt_pct"]
    chance = usable["probability_meets_requirements"]
    # What a melt can overturn, times what it would save.
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
        "text": f"Next melt: {row['candidate']}{shell}; with probability {likely:.2f} it does it, "
        f"and it would save {spared:.2f} wt.%. Measure B_r and H_cJ at 20 and "
        f"{asked.celsius:.0f} °C and give them to `magnetkit calibrate`.",
    }
