"""What a mill's magnets differ by, estimated anew, and what the answers of `replace` rest on.

The level of a mill is seen on magnets whose paper was left out of the fit, two recipes of one mill
on pairs of one paper, lots on the windows that makers print. Mills drawn from the structure, and
from one twice as wide, show what a stated probability is worth.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import chi2

import magnetkit as mk
from magnetkit.magnetism import spread
from magnetkit.magnetism.grades import printed_values, secondhand

from . import recipes

if TYPE_CHECKING:
    import pandas as pd

QUESTIONS: tuple[tuple[str | None, str, dict[str, Any]], ...] = (
    ("N42SH", "150C", {}),
    ("N38UH", "180C", {}),
    ("N48H", "100C", {}),
    ("N45SH", "130C", {}),
    ("N33AH", "220C", {}),
    ("N40SH", "120C", {}),
    ("N35EH", "200C", {}),
    ("N42M", "80C", {}),
    ("N50", "60C", {}),
    ("N38H", "110C", {}),
    ("N48M", "90C", {}),
    ("N45H", "115C", {}),
    ("N40UH", "170C", {}),
    ("N38EH", "190C", {}),
    ("N35AH", "220C", {}),
    ("YX20", "150C", {}),
    ("Recoma 32", "250C", {}),
    ("BNP-8", "100C", {}),
    (
        None,
        "130C",
        {
            "require": ["remanence_T>=1.15"],
            "load_line": 2.0,
            "outside_field_kA_m": 300.0,
        },
    ),
    (None, "140C", {"values": {"B_r": 1.29, "H_cJ": 1650.0}}),
    ("N42SH", "75C", {}),
    ("N42SH", "75C", {"load_line": 2.0, "outside_field_kA_m": 400.0}),
)
"""Ten questions that the design was shown on, and twelve that were written down before any answer
of it was seen."""

VARIANTS: dict[str, tuple[str, str, Any]] = {
    "composition of H_cJ 5 %": ("alloy", "coercivity_kA_m", 0.05),
    "composition of H_cJ 9 %": ("alloy", "coercivity_kA_m", 0.09),
    "shell 0.30": ("shell", "gain", 0.30),
    "shell 0.55": ("shell", "gain", 0.55),
    "B_r of two recipes 0.5 %": ("alloy", "remanence_T", 0.005),
    "B_r of two recipes 2 %": ("alloy", "remanence_T", 0.02),
    "no trade": ("trade", "remanence_T", 1e-6),
    "lots of H_cJ 3 %": (
        "lot",
        "2:14:1",
        {"remanence_T": 0.008, "coercivity_kA_m": 0.03},
    ),
    "lots of H_cJ 6 %": (
        "lot",
        "2:14:1",
        {"remanence_T": 0.008, "coercivity_kA_m": 0.06},
    ),
    "lots of B_r 1.5 %": (
        "lot",
        "2:14:1",
        {"remanence_T": 0.015, "coercivity_kA_m": 0.04},
    ),
    "k of 3": ("quantile", "", 3.0),
}
DRAWS = 400
MILLS_SEED = 20261128


def levels(left: "pd.DataFrame") -> "pd.DataFrame":
    """Return the standard deviation between papers by host and quantity, with its 90 % range.

    Of the means of ln(measured / predicted) by paper, whose expectation is 0.
    """
    import pandas as pd

    rows = []
    known = left.assign(log=np.log(left["measured"] / left["predicted"]))
    for (quantity, host), part in known[known["fitted"]].groupby(
        ["quantity", "host"], sort=False
    ):
        means = part.groupby("group")["log"].mean().to_numpy()
        n = len(means)
        square = float((means**2).sum())
        low, high = np.sqrt(square / chi2.ppf([0.95, 0.05], n))
        rows.append(
            (
                quantity,
                host,
                n,
                100 * np.sqrt(square / n),
                100 * low,
                100 * high,
            )
        )
    names = [
        "quantity",
        "host",
        "papers",
        "deviation_pct",
        "low_pct",
        "high_pct",
    ]
    return pd.DataFrame(rows, columns=names)


def windows() -> "pd.DataFrame":
    """Return how wide makers' own sheets print B_r of a grade, by host, ln of most over least."""
    import pandas as pd

    values = printed_values()
    values = values[
        (values["kind"] == "sintered") & ~values["grade"].isin(secondhand())
    ]
    values = values[values["quantity"] == "remanence_T"]
    ends = values.pivot_table(
        index=["host", "grade", "maker"],
        columns="bound",
        values="value",
        aggfunc="median",
    )
    wide = (ends["max"] / ends["min"]).dropna().apply(np.log)
    rows = []
    for host, part in wide.groupby("host", sort=False):
        low, middle, high = 100 * np.quantile(part, [0.1, 0.5, 0.9])
        rows.append(
            (host, len(part), middle, low, high, middle / 12**0.5, middle / 6)
        )
    names = [
        "host",
        "windows",
        "median_pct",
        "p10_pct",
        "p90_pct",
        "uniform_sd_pct",
        "sixth_pct",
    ]
    return pd.DataFrame(rows, columns=names)


def calibrate_mills(scale: float) -> "pd.DataFrame":
    """Return stated against observed probabilities of mills drawn `scale` times as wide.

    Each mill has its own difference of two recipes; it may trade, and passes where 95 % of the
    lots of both reach the drawing. Candidates are those of three grades.
    """
    import pandas as pd

    rng = np.random.default_rng(MILLS_SEED)
    tables = []
    unit = spread.constants()["trade"]
    lot = spread.lots("2:14:1")
    for grade, temperature in (
        ("N42SH", "150C"),
        ("N38UH", "180C"),
        ("N48H", "100C"),
    ):
        answer = mk.replace(grade, temperature).answers[0]
        table = answer.candidates
        table = table[
            (table["status"] == "ok")
            & (table["probability_meets_requirements"] > 0.005)
        ]
        row = answer.candidates.set_index("way").loc["own"]
        logs = []
        sds = []
        for name in ("remanence_T", "coercivity_kA_m"):
            logs.append(np.log((table[name] / row[name]).to_numpy(float)))
            ends = table[f"{name}_hi"] / table[f"{name}_lo"]
            sds.append(np.log(ends.to_numpy(float)) / 3.29)
        d_b, d_h = (
            m + scale * s * rng.standard_normal((DRAWS, len(m)))
            for m, s in zip(logs, sds, strict=True)
        )
        room_b = lot.slack("remanence_T")
        room_h = lot.slack("coercivity_kA_m")
        u = np.linspace(-1.0, 1.0, 81)[:, None, None]
        passes = (d_b - unit["remanence_T"] * u >= -room_b) & (
            d_h + unit["coercivity_kA_m"] * u >= -room_h
        )
        share = passes.any(axis=0).mean(axis=0)
        probability = table["probability_meets_requirements"].to_numpy()
        # The structure's own: what evidence took away is given back.
        weight = np.exp(-0.25 * table["evidence_distance"].to_numpy() ** 2)
        claim = np.where(
            probability > 0.5,
            (probability - 0.5 * (1.0 - weight)) / weight,
            probability,
        )
        columns = {
            "stated": claim.clip(0.0, 1.0),
            "observed": share,
            "answered": probability,
        }
        tables.append(pd.DataFrame(columns))
    answers_by_mill = pd.concat(tables)
    answers_by_mill["bin"] = pd.cut(
        answers_by_mill["stated"], [0.0, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0]
    )
    by = answers_by_mill.groupby("bin", observed=True)
    means = {
        name: (name, "mean") for name in ("stated", "observed", "answered")
    }
    return by.agg(candidates=("stated", "size"), **means).reset_index()


@contextmanager
def shift_constant(table: str, key: str, value: Any) -> Iterator[None]:
    """Let a constant of the spread be another one."""
    constants = spread.constants()
    old = constants[table] if not key else constants[table][key]
    try:
        if key:
            constants[table][key] = value
        else:
            constants[table] = value
        yield
    finally:
        if key:
            constants[table][key] = old
        else:
            constants[table] = old


def verdicts() -> list[str]:
    """Return verdict and kind of the way that is recommended for each question."""
    answers = []
    for grade, temperature, options in QUESTIONS:
        answer = mk.replace(grade, temperature, **options)
        way = answer.recommended
        answers.append("keep" if way is None else way.kind)
    return answers


def sensitivities() -> "pd.DataFrame":
    """Return how many answers change in kind where a constant is another one."""
    import pandas as pd

    base = verdicts()
    rows = []
    rows.append(("as it is", base.count("keep"), 0, ""))
    for name, (table, key, value) in VARIANTS.items():
        with shift_constant(table, key, value):
            other = verdicts()
        off = [
            f"{i + 1}: {a} to {b}"
            for i, (a, b) in enumerate(zip(base, other, strict=True))
            if a != b
        ]
        rows.append((name, other.count("keep"), len(off), "; ".join(off)))
    return pd.DataFrame(rows, columns=["variant", "keep", "changed", "which"])


def report() -> str:
    """Return all of it as a page."""
    rows = recipes.left_out()
    text = [
        "# What a mill's magnets differ by",
        "",
        "Written by `python -m benchmarks.accuracy spread`. What `datasets/recipes/spread.toml` "
        "assumes stands there; here is what data say.",
        "",
        "Level of an unknown mill: standard deviation between papers left out of the fit, with its "
        "90 % range.",
        "",
        _markdown(levels(rows)),
        "",
        "Windows of B_r that makers print (ln of most over least), and the lots they bound: over "
        "the square root of 12 if lots fill them evenly, a sixth if they hold three deviations.",
        "",
        _markdown(windows()),
        "",
        "Stated and observed probability over mills drawn from the structure; `answered` is what "
        "is left of it where measured magnets are far:",
        "",
        _markdown(calibrate_mills(1.0)),
        "",
        "and from one twice as wide:",
        "",
        _markdown(calibrate_mills(2.0)),
        "",
        f"Answers to {len(QUESTIONS)} questions where a constant is another one:",
        "",
        _markdown(sensitivities()),
    ]
    return "\n".join(text) + "\n"


def _markdown(table: "pd.DataFrame") -> str:
    def cell(value: object) -> str:
        return f"{value:.3g}" if isinstance(value, float) else str(value)

    lines = [list(map(str, table.columns)), ["---"] * len(table.columns)]
    for row in table.to_numpy().tolist():
        lines.append([cell(value) for value in row])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
