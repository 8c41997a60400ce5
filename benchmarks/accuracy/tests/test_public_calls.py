"""Every target is validated as a user asks: its figures are those of a call of `magnetkit`.

A model that has not seen what it predicts is put in the place of the shipped one: by ``data=``
where the call takes it, in the parameter file's place where that is fitted.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import magnetkit as mk
from benchmarks.accuracy import hindcast, observations
from benchmarks.accuracy.__main__ import LEFT_OUT_PAPERS, TARGETS
from benchmarks.accuracy.diffusion import validation as diffusion
from benchmarks.accuracy.magnetism import (
    beside,
    edges,
    left_out,
    papers,
    recipes,
    sheets,
    validation,
    weighing,
)
from benchmarks.accuracy.magnetism.observed import Observed
from benchmarks.accuracy.phases import forming, leave_one_out
from magnetkit.compound.parameters import load
from magnetkit.magnetism import intrinsic
from magnetkit.phases import stability
from magnetkit.phases.partition import assign_hosts
from magnetkit.surrogates import CompositionRegressor, _curie_training, energy
from magnetkit.surrogates.training_sets import HULL_DISTANCE

CURIE = "curie_temperature_K"
B_R = "remanence_T"
H_CJ = "coercivity_kA_m"
PRODUCT = "max_energy_product_kJ_m3"
BETA = "coercivity_coefficient_pct_K"
ROOM = 293.15


def curie(monkeypatch, folder):
    """A fold of embedded facts: `predict` that learns from a file of the others alone."""
    dataset = _curie_training.training_set()
    dataset = dataset[np.flatnonzero(assign_hosts(dataset.table) >= 0)]
    result = _curie_training.left_out(_curie_training.fit_model(dataset))
    compound = _curie_training.training_rows(dataset, True).compound
    test = np.flatnonzero(_curie_training.assign_folds(dataset) == 1)
    rest = dataset[np.flatnonzero(~np.isin(compound, compound[test]))]
    rows = {
        "composition": rest.table.formulas(9),
        CURIE: rest.values,
        "group": rest.groups,
    }
    pd.DataFrame(rows).to_csv(folder / "rest.csv", index=False)
    frame = mk.predict(
        dataset.table[test].formulas(9),
        basis="atomic",
        data=folder / "rest.csv",
    )
    yield result.mean[test], frame[CURIE], 1e-3


def formation_energy(monkeypatch, folder):
    """A fold of the snapshot: the model's `predict`, its process conditioned on the others."""
    model = mk.surrogates.load(energy.ENERGY)
    data = model.known
    values = energy.left_out(model.process, data).mean
    inside, test = next(
        energy._intervals.folds(data.groups, energy.ENERGY_FOLDS)
    )
    rows = inside[data.learn[inside]]
    x = energy.columns(data.table[rows])
    blind = replace(model, process=model.process.refit(x, data.values[rows]))
    yield values[test], blind.predict(data.table[test])[energy.ENERGY], 1e-6


def magnetism(monkeypatch, folder):
    """What entered no fit, and what did: `intrinsic`, and the fit's own way to a value."""
    data = pd.concat(
        [observations.held_out(), observations.embedded_measurements()],
        ignore_index=True,
    )
    data = data[
        data["property"].isin(
            ["saturation_polarization_T", CURIE, "anisotropy_field_T"]
        )
    ]
    data = data.assign(method="singular_point").reset_index(drop=True)
    values = validation._predict(data)["predicted"].to_numpy()
    kelvin = data["temperature_K"].fillna(300.0)
    frame_values = np.full(len(data), np.nan)
    for (name, one), rows in data.groupby(["property", kelvin]):
        frame_values[rows.index] = intrinsic(
            list(rows["formula"]), f"{one}K", basis="atomic"
        )[name]
    is_finite = np.isfinite(values)
    assert is_finite.mean() > 0.9
    yield values[is_finite], frame_values[is_finite], 1e-6
    own = data[is_finite & (data["host"] == "2:14:1")]
    yield (
        Observed("2:14:1", own).predict(load()),
        frame_values[own.index],
        1e-6,
    )


def magnets(monkeypatch, folder):
    """A source of each host left out: `predict` with the parameters that are fitted without it."""
    data = recipes.recipes()
    values = left_out.away()
    for host, group in (
        ("2:14:1", "chen-2022"),
        ("1:5", "arnold-recoma"),
        ("2:17", "acta-2002"),
    ):
        with left_out.leave_source_out(host, group):
            for i in np.flatnonzero(data["group"] == group):
                row = data.iloc[i]
                conditions = left_out.user_conditions(row)
                frame = mk.predict(
                    [row["recipe"]], float(row["temperature_K"]), **conditions
                )
                names = [
                    B_R,
                    H_CJ,
                    PRODUCT,
                    *([BETA] if "between" in conditions else []),
                ]
                yield values.loc[i, names], frame.loc[0, names], 1e-9


def grades(monkeypatch, folder):
    """T_max where the knee is used up: B_r and H_cJ at temperatures are those of `predict`."""
    for name in ("N42SH", "BMS-20", "Recoma 30"):
        grade = mk.grades(name).iloc[0]
        one = (
            pd.DataFrame(sheets._grade_rows(grade))
            .set_index("quantity")
            .loc[sheets.HOTTEST]
        )
        makeup = sheets.estimate_composition(
            grade.where(grade.index != sheets.ALPHA)
        ).best
        process = {"aged_for_C": 300.0} if grade["host"] == "2:17" else None
        at = np.arange(ROOM, 900.0, 10.0)
        frame = mk.predict(
            [makeup.text],
            [float(t) for t in at],
            basis="weight",
            process=process,
            shell=makeup.shell or None,
            calibration="none",
        )
        b_r = float(grade[B_R]) * frame[B_R] / frame[B_R][0]
        h_cj = float(grade[H_CJ]) * frame[H_CJ] / frame[H_CJ][0]
        load = b_r / sheets.MU_0 / 1e3 / (sheets._LINE + sheets._RECOIL)
        margin = (sheets._KNEE * h_cj - load).to_numpy()
        place = int(np.argmax(margin < 0.0))
        yield (
            one["predicted"],
            np.interp(0.0, -margin[: place + 1], at[: place + 1]),
            2e-3,
        )


def check_not_judged(frame):
    """Assert that what users get no answer of has an element without phases in the snapshot."""
    status = frame["stability_status"]
    assert status.str.startswith(
        "not judged: the snapshot has no phases of"
    ).all()


def phases(monkeypatch, folder):
    """The typed table: `stability`, whose weights are those of the fit; mixed phases' energy."""
    table = forming.read_table()
    x = forming.terms(table)
    fitted = forming.fit(x, table.state.family, table.forms)
    probability = fitted.probability(x, table.state.family)
    for kelvin in np.unique(table.kelvin):
        rows = np.flatnonzero(table.kelvin == kelvin)
        frame = stability(
            [table.formula[i] for i in rows],
            temperature=kelvin,
            basis="atomic",
        )
        judged = frame["probability_phase_forms"].notna().to_numpy()
        check_not_judged(frame[~judged])
        # What a gate excludes (carbides of cobalt) does not form.
        excluded = (frame["probability_phase_forms"] == 0.0).to_numpy()
        assert not table.forms[rows][excluded].any()
        judged = judged & ~excluded
        answer = frame.loc[judged, "probability_phase_forms"]
        yield 1.0 + probability[rows][judged], 1.0 + answer, 2e-3
    space, _ = leave_one_out.validation_space(None)
    model = leave_one_out.MixingModel(space, "2:17")
    names = [model.formulas[i] for i in np.flatnonzero(model.mixed)[:5]]
    rows = np.flatnonzero(model.mixed)[:5]
    frame = stability(names, basis="atomic")["formation_energy_eV_atom"]
    mean = model.predict(
        type(model.occupation)(*(p[rows] for p in model.occupation))
    )[0]
    yield mean, frame, 1e-6


def predict_claim(monkeypatch, folder):
    """What is claimed of another maker's magnet: `predict`, without the grade's mill."""
    for row in pd.read_csv(hindcast.datasets.path(hindcast.FILE)).to_dict(
        "records"
    ):
        if row["expressed"] == "no" or row["claimed_as"] != "value":
            continue
        claim = hindcast._drop_empty(row)
        how = hindcast._process(claim, _NoMill())
        how.pop("producer")
        frame = mk.predict(
            [row["composition"]],
            f"{row['temperature_C']}C",
            basis="weight",
            process=how or None,
            shell=claim["shell"],
            calibration="none",
        )
        yield (
            hindcast._ask_replacement(claim)["predicted"],
            frame.loc[0, row["quantity"]],
            1e-6,
        )


class _NoMill:
    def record(self):
        return None


def mills(monkeypatch, folder):
    """Levels of mills: rows of recipes without their source, which `magnets` holds to `predict`."""
    frame = recipes.left_out()
    place = {name: i for i, name in enumerate(recipes.recipes()["id"])}
    for name in (B_R, H_CJ):
        rows = frame[frame["quantity"] == name]
        answer = left_out.away()[name].to_numpy()[rows["id"].map(place)]
        # What is far from every measured magnet without its source has no answer.
        has_answer = np.isfinite(answer)
        assert set(rows["id"][~has_answer]) <= {"P143", "P149"}
        yield rows["predicted"][has_answer], answer[has_answer], 1e-6


def predict_diffusion(monkeypatch, folder):
    """H_cJ of a magnet with so much heavy rare earth everywhere: `predict` of the shell."""
    magnet = diffusion._magnet("Tb", None)
    amounts = np.array([0.0, 0.2, 0.5])
    shells = [None if a == 0.0 else f"Tb {a:g} wt%" for a in amounts]
    frames = [
        mk.predict([diffusion.BASE], ROOM, basis="weight", shell=s)
        for s in shells
    ]
    yield (
        1e-3 * magnet.h_cj(amounts),
        [frame.loc[0, H_CJ] for frame in frames],
        1e-3,
    )


def compounds(monkeypatch, folder):
    """Papers that entered no fit: `intrinsic` of a compound alone."""
    rows = beside.unfitted_rows()
    values = beside._predict_as_users(rows).value
    for name in beside.PROPERTIES:
        places = np.flatnonzero(
            rows.is_judged & rows.frame["property"].eq(name).to_numpy()
        )
        one_by_one = [
            intrinsic([rows.frame["formula"][i]], "300K", basis="atomic")[
                name
            ][0]
            for i in places
        ]
        yield values[places], one_by_one, 1e-9


def regressor(monkeypatch, folder):
    """Draws of the learning curve: `fit` of texts."""
    dataset = _curie_training.training_set()[np.arange(0, 200, 5)]
    model = CompositionRegressor("any", trees=10)
    model.learn_compositions(dataset.table, dataset.values, dataset.groups)
    prediction = model.predict(dataset.table)
    model.fit(dataset.table.formulas(9), dataset.values, dataset.groups)
    yield prediction, model.predict(dataset.table), 1e-6


def edges_of_model(monkeypatch, folder):
    """What is said where the model ends: `predict` of the recipe."""
    line = next(edges.describe_recipes(["SmCo5"], "20C", {"basis": "atomic"}))
    remanence = float(line.split("|")[5])
    yield [remanence], mk.predict("SmCo5", "20C")[B_R], 1e-3


def left_out_papers(monkeypatch, folder):
    """The magnets of a paper that the laws have not seen: `predict`, asked as its rows are."""
    rows = papers.compared_rows()
    rows["key"] = papers.family_keys(rows)
    paper = rows[rows["paper"] == "chen-2022"]
    assert len(paper) > 2
    with papers.leave_paper_out("chen-2022", papers.zero_ranges()):
        for _, row in paper.iterrows():
            conditions = {**papers.request(row), "calibration": "none"}
            frame = mk.predict(
                [row["recipe"]], float(row["temperature_K"]), **conditions
            )
            for record in papers._predict_row(row):
                yield [record["predicted"]], frame[record["quantity"]], 1e-9


def predict_weight(monkeypatch, folder):
    """The coercivity that constants are weighed against: `predict` of the recipe."""
    rows = recipes.recipes()
    rows = rows[rows["host"] == "2:14:1"].head(3)
    for log, row in zip(
        weighing._log_coercivity(rows), rows.to_dict("records"), strict=True
    ):
        grain = row["grain_size_um"]
        process = {"grain_size_um": grain} if grain == grain else None
        frame = mk.predict(
            [row["recipe"]],
            row["temperature_K"],
            basis=row["basis"],
            process=process,
            calibration="none",
        )
        yield [np.exp(log)], frame[H_CJ], 1e-9


CALLS = {
    "papers": left_out_papers,
    **dict.fromkeys(LEFT_OUT_PAPERS, left_out_papers),
    "constants": predict_weight,
    CURIE: curie,
    energy.ENERGY: formation_energy,
    # Its report is that of the energy, of which a fixed hull is taken off.
    HULL_DISTANCE: formation_energy,
    "magnetism": magnetism,
    "magnets": magnets,
    "grades": grades,
    "phases": phases,
    "hindcast": predict_claim,
    "spread": mills,
    "edges": edges_of_model,
    "diffusion": predict_diffusion,
    "saturation_polarization_T": compounds,
    "anisotropy_field_T": compounds,
    "CompositionRegressor": regressor,
}


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_validated_is_what_a_user_gets(target, monkeypatch, tmp_path):
    """A target without a call here fails."""
    for value, answer, off in CALLS[target](monkeypatch, tmp_path):
        assert_allclose(
            np.asarray(answer, float), np.asarray(value, float), rtol=off
        )
