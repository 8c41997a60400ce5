"""The report of the intrinsic model's validation, in Markdown."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...composition.table import CompositionTable
from ...magnetism.reorientation import transitions
from . import first_order, ions

_TRANSITIONS = (
    ("Nd2Fe14B", 135.0),
    ("Ho2Fe14B", 58.0),
    ("Er2Fe14B", 322.0),
    ("Tm2Fe14B", 313.0),
    ("NdCo5", 285.0),
    ("TbCo5", 410.0),
    ("DyCo5", 367.0),
    ("Nd2Co14B", 546.0),
    ("Pr2Co14B", 664.0),
)


def markdown(
    table: pd.DataFrame, numbers: pd.DataFrame, got: pd.DataFrame, apart: pd.DataFrame
) -> str:
    """Return the report: the table of `validate`, curves, transitions and substituents.

    Parameters
    ----------
    table : DataFrame
        What `magnetkit.evaluation.magnetism.validation.validate` returns.
    numbers, got : DataFrame
        The embedded measurements, and the model's value and interval for each.
    apart : DataFrame
        The held-out measurements, with the model's value and interval.
    """
    lines = [
        "# Validation of the intrinsic model",
        "",
        "Written by `magnetkit validate magnetism` (`magnetkit.magnetism.validate`). Errors in the",
        "unit of the property; relative errors as shares; `pairs` are pairs within a paper ordered",
        "as measured, `clear` those that differ by more than 10 K, 0.02 T of polarization (papers",
        "on one compound differ by 0.048 T) or 0.2 T of field; `inside` is the share of the values",
        "inside the 90 % interval (the scatter between papers on one compound is part of what it",
        "is held against). `calibrated on` are",
        "rows that the model was fitted to: no test of it. The width of the intervals was set from",
        "the 2:14:1 papers left out, to hold 90 % of them; chosen on random halves of these papers",
        "it holds 87 % (J_s), 90 % (H_a) and 89 % (T_C) of the other half on average. `papers not",
        "fitted` entered no fit, but their errors, row by row, were looked at before exchange was",
        "made to dilute in proportion, to saturate with nitrogen, and before the prior of metals",
        "that take the dumbbell sites of R2Fe17 was given the sign that titanium and chromium show",
        "in the calibration set: they are no blind test. Likewise the spread of one prior (carbon",
        "for boron) was widened after a first run of the papers left out.",
        "",
        "How dilution acts between iron and cobalt, that it saturates in R2Fe17 and that cerium",
        "dilutes as well was chosen on the compilation DS1+DS2 alone, with whole systems of",
        "elements left out in turn (2:17: 37 to 33 K; 83 to 56 K where all rows with the same",
        "metals were left out, though the means of Al, Ga and Si come from that compilation). The",
        "papers not fitted were then looked at once row by row, once by paper in 1:12, else by",
        "host, four times before this report. After the first two",
        "four things were tried, each judged by the compilation, in hosts whose miss had",
        "been seen: pairs count in 1:5 as in 2:17 (systems left out 45 to 44 K); the curvature of",
        "cobalt in 1:12 has a wider prior (30.9 to 30.2 K); rows beyond a host's solubility, left",
        "out for a time, came back into the calibration (1:12, on the other rows: 30 to 24 K); a",
        "coupling with the square of the moment was not taken. With",
        "all this 1:5 gained on the compilation (73 to 44 K, most of it iron-nickel) and lost on",
        "its 12 rows here (43.8 before); 1:12 gained pairs and lost 3 K (23.6 before): the choice",
        "was left to the larger set.",
        "",
        "A Gaussian process on the residuals of the fitted Curie temperatures (length scales 0.5",
        "to 2 on physical descriptors) was tried; it brought 3 to 6 K on the papers not fitted and",
        "does not pay for its place in the kernel. Two papers make up over half of the miss in",
        "2:17, and others do not bear them out: R2Fe15Al2 stands at 455 to 492 K there and at 399",
        "to 410 K in the compilation, and R2Co14Mn3 at 838 (Y), 884 (Ho), 1029 (Tb) and 1031 (Gd).",
        "2:17 is shown with them and without.",
        "",
        "`papers on one compound` is what two papers differ by on the same compound, and how often",
        "two papers that both measured a pair of compounds order it alike: a model can hardly",
        "order pairs better than that. Pairs of polarization ordered wrong are mostly of",
        "Nd2(Fe,Co)14B against Nd2Fe14B, where papers contradict each other in sign, of Gd2Co14B,",
        "whose one row (0.91 T) stands far above its 0.29 T at 4 K, and of values within 0.02 T.",
        "",
        "Pairs of H_a ordered wrong in alloys rich in cobalt are mostly of one drawing (Herbst",
        "1991), whose field falls from Nd2Fe5Co9B on to Nd2Co14B (5.5 to 4.0 T); another paper has",
        "it rise (Nd2Fe2Co12B 3.6 T, Nd2Co14B 4.7 T), and each is predicted by the other. Of Pr",
        "they are mostly of one series with manganese, whose field rises by a third up to Mn 0.6",
        "(Pr2Fe12-xMnxCo2B 7.7 to 10.3 T), where another paper's falls (Pr2Fe14-xMnxB 7.9 to 7.1 T",
        "at Mn 1). The 9 T printed of planar Gd2Co14B are no field of an easy axis and left out",
        "since they were seen to be the largest miss: with them cobalt-rich alloys had 21.9 %.",
        "",
        "A zero of K_1 is fitted the more closely the hotter it is, as what rare earths add falls",
        "with 1 / T^2: the cobalt compounds then turn at 553 and 679 K (655 and 854 K with one",
        "error of K_1 for all), with the K_1 of Nd2Fe14B and Pr2Fe14B at 300 K unchanged.",
        "Tying an ion's exchange fields in iron and cobalt together did not do it (668, 820 K).",
        "",
        "| test | host | property | n | papers | mean | median | relative | pairs | clear "
        "| inside |",
        "|" + "---|" * 11,
    ]
    lines += [_row(r) for r in table.to_dict("records")]
    lines += _held_out(apart) + _curves(numbers, got) + _turns() + first_order.lines()
    lines += ions.lines() + _moments()
    return "\n".join([*lines, ""])


def _row(r: Mapping[Any, Any]) -> str:
    digits = 1 if r["property"] == "curie_temperature_K" else 3
    share, clear = (
        "" if np.isnan(r[f"{name}_right"]) else f"{r[f'{name}_right']:.3f} of {r[name]}"
        for name in ("pairs", "clear_pairs")
    )
    inside = "" if np.isnan(r["coverage_90"]) else f"{r['coverage_90']:.2f}"
    return (
        f"| {r['test']} | {r['host']} | {r['property']} | {r['n']} | {r['papers']} "
        f"| {r['mean_error']:.{digits}f} | {r['median_error']:.{digits}f} "
        f"| {r['relative_error']:.3f} | {share} | {clear} | {inside} |"
    )


def _held_out(apart: pd.DataFrame) -> list[str]:
    lines = [
        "",
        "## Held out",
        "",
        "Read in the paper's abstract, never fitted, and chosen before the model was run on them",
        "(`datasets/intrinsic/held_out.csv`). With K_2 small at 400 K, mu0 H_a J_s / (2 mu0) of",
        "the first compound makes a measured K_1 of 3.2 MJ/m3. The 2.75 MJ/m3 that the model was",
        "fitted to at 400 K is a remembered value of another source.",
        "",
        "| compound | property | T (K) | measured | model | error | interval | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in apart.to_dict("records"):
        kelvin = "" if np.isnan(r["temperature_K"]) else f"{r['temperature_K']:.0f}"
        lines.append(
            f"| {r['formula']} | {r['property']} | {kelvin} | {r['value']:g} "
            f"| {r['predicted']:.4g} | {100 * (r['predicted'] / r['value'] - 1):+.1f} % "
            f"| {r['lo']:.3g} to {r['hi']:.3g} | {r['paper']} |"
        )
    return lines


def _curves(numbers: pd.DataFrame, got: pd.DataFrame) -> list[str]:
    lines = [
        "",
        "## K_1 with temperature (calibrated on)",
        "",
        "Several of these values are remembered or estimated, not read (`verification` in",
        "measurements.csv), and the model was fitted to them: the agreement shows that the form",
        "can follow such curves, not that it meets published ones. No table of a published curve",
        "between 200 and 500 K was at hand to read; what was read there is under `Held out`.",
        "",
        "| compound | T (K) | fitted to | model | error | source |",
        "|---|---|---|---|---|---|",
    ]
    rows = numbers["property"].eq("anisotropy_constant_MJ_m3") & numbers["formula"].isin(
        ["Nd2Fe14B", "SmCo5", "Sm2Co17", "YCo5", "Y2Fe14B"]
    )
    for i in numbers.index[rows]:
        r, p = numbers.loc[i], got.loc[i, "predicted"]
        lines.append(
            f"| {r['formula']} | {r['temperature_K']:.0f} | {r['value']:.2f} | {p:.2f} "
            f"| {100 * (p / r['value'] - 1):+.0f} % | {r['paper']} |"
        )
    return lines


def _turns() -> list[str]:
    found = transitions(CompositionTable.from_strings([f for f, _ in _TRANSITIONS], basis="atomic"))
    lines = [
        "",
        "## Spin reorientation (calibrated on)",
        "",
        "| compound | published (K) | model |",
    ]
    lines.append("|---|---|---|")
    for (formula, published), kelvin in zip(
        _TRANSITIONS, found["spin_reorientation_K"], strict=True
    ):
        lines.append(f"| {formula} | {published:.0f} | {kelvin:.0f} |")
    return lines


# Early transition metals couple against iron and cobalt (Campbell); CHGNet's moments are unsigned.
_OPPOSED = ("Cr", "Mn", "V")


def moment_changes() -> pd.DataFrame:
    """Return what a substituent does to the metals' moment: measured, by valence, by CHGNet.

    Only where measurements fix it (confidence medium or high in ``parameters.csv``).

    Returns
    -------
    DataFrame
        host, transition_metal, element, measured, deviation, valence and chgnet, muB per replaced
        atom; `valence` is the model's prior, `chgnet` that of ``datasets/substitution``.
    """
    from ... import datasets
    from ...elements import INDEX
    from ...hosts.partition import HOSTS
    from ...magnetism.parameters import ELEMENT_SLOTS
    from ...magnetism.priors import build
    from ...phases.substituted import substitution_table

    known = pd.read_csv(datasets.path("intrinsic/parameters.csv"))
    known = known[known["confidence"].isin(["medium", "high"])]
    known = known.set_index(["host", "parameter", "element"])
    table = substitution_table()
    table = table[table["preferred"] & (table["count"] == 1) & (table["stacking"] == "standard")]
    rows = []
    for r in table[table["role"] != "rare_earth"].to_dict("records"):
        slot = f"moment_muB:slope_{'iron' if r['transition_metal'] == 'Fe' else 'cobalt'}"
        key = r["host"], slot, r["element"]
        if key not in known.index:
            continue
        atoms = HOSTS[r["host"]].transition_metal
        prior = build(r["host"]).mean[INDEX[r["element"]], ELEMENT_SLOTS.index(slot)]
        turned = 2.0 * abs(r["substituent_moment_muB"]) if r["element"] in _OPPOSED else 0.0
        value, sd = known.loc[key, ["value", "deviation"]].to_numpy(float) / atoms
        rows.append(
            (r["host"], r["transition_metal"], r["element"], value, sd, prior / atoms,
             r["moment_change_muB"] - turned)
        )  # fmt: skip
    names = ["host", "transition_metal", "element", "measured", "deviation", "valence", "chgnet"]
    return pd.DataFrame(rows, columns=names)


def _moments() -> list[str]:
    frame = moment_changes()
    lines = [
        "",
        "## Moment change per substituent, muB per replaced atom",
        "",
        "Measured (fitted, with its deviation), by magnetic valence (the model's prior) and by the",
        "CHGNet table of `datasets/substitution`.",
        "",
        "| host | metal | substituent | measured | valence | CHGNet |",
        "|---|---|---|---|---|---|",
    ]
    for r in frame.to_dict("records"):
        lines.append(
            f"| {r['host']} | {r['transition_metal']} | {r['element']} "
            f"| {r['measured']:.1f} +- {r['deviation']:.1f} | {r['valence']:.1f} "
            f"| {r['chgnet']:.1f} |"
        )
    away = [(frame[name] - frame["measured"]).abs().mean() for name in ("valence", "chgnet")]
    return [
        *lines,
        "",
        f"Mean distance from what is measured: {away[0]:.2f} by valence, {away[1]:.2f} by CHGNet.",
        "Put in as the prior mean of every substituent it covers, CHGNet's table changed what the",
        "papers left out said from 0.0464 to 0.0468 T in J_s and from 0.889 to 0.886 in pairs of",
        "H_a (with first-order ions, every field as the hard axis'), and the papers not fitted in",
        "2:17 from 33.9 to 34.0 K: no gain, so it stays out.",
    ]
