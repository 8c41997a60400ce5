from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from magnetkit.elements import INDEX
from numpy.testing import assert_allclose, assert_array_equal

from magnetkit import CompositionTable
from magnetkit._core._arrays import Rows, reduced_moment
from magnetkit.compound import _intrinsic_kernels as _intrinsic
from magnetkit.compound._intrinsic_kernels import CHUNK, _occupation, chunks
from magnetkit.compound._intrinsic_kernels import evaluate as kernel
from magnetkit.compound.evaluate import condense, evaluate_phases
from magnetkit.compound.parameters import ELEMENT_SLOTS, HOST_SLOTS, load
from magnetkit.phases.partition import partition, site_rules
from magnetkit.phases.records import HOST_NAMES
from magnetkit.surrogates.intrinsic import evaluate
from tests.compound import naive_magnetism as naive
from tests.recipes import make_table


def test_reduced_moment_falls_from_one_to_zero():
    assert reduced_moment(0.0, 0.6) == 1.0
    assert reduced_moment(1.0, 0.6) == 0.0
    assert reduced_moment(1.7, 0.6) == 0.0
    t = np.linspace(0, 1, 50)
    m = [reduced_moment(x, 0.6) for x in t]
    assert np.all(np.diff(m) < 0)
    assert_allclose(m, [naive.reduced_moment(x, 0.6) for x in t], atol=1e-12)


EARTHS = ("Nd", "Dy", "Ce", "La", "Sm", "Gd", "Er", "Y")
FORMS = {
    "2:14:1": (2.0, 14.0, {"B": 0.7, "C": 0.3}),
    "1:5": (1.0, 5.0, {}),
    "2:17": (2.0, 17.0, {}),
    "2:17:3": (2.0, 17.0, {"N": 1.6, "C": 0.5}),
    "1:12": (1.0, 12.0, {}),
    "1:12:1": (1.0, 12.0, {"N": 0.6}),
}


@settings(max_examples=120, deadline=None)
@given(
    host=st.sampled_from(list(FORMS)),
    earths=st.dictionaries(
        st.sampled_from(EARTHS), st.floats(0.05, 1.0), min_size=1, max_size=4
    ),
    cobalt=st.floats(0.0, 1.0),
    diluents=st.dictionaries(
        st.sampled_from(["Al", "Si", "Cu", "Ti", "Mn", "Ga"]),
        st.floats(0.01, 0.06),
        max_size=3,
    ),
    temperature=st.floats(4.0, 500.0),
)
def test_mixtures_agree_with_the_twin(
    host, earths, cobalt, diluents, temperature
):
    parameters = load()
    h = HOST_NAMES.index(host)
    per_r, per_t, interstitials = FORMS[host]
    total = sum(earths.values())
    r = {e: per_r * x / total for e, x in earths.items()}
    metal = per_t * (1.0 - sum(diluents.values()))
    t = {"Fe": metal * (1.0 - cobalt), "Co": metal * cobalt}
    t |= {e: per_t * y for e, y in diluents.items()}
    p = {
        e: dict(
            zip(ELEMENT_SLOTS, parameters.element[h, INDEX[e]], strict=True)
        )
        for e in {*r, *t, "Y"}
    }
    q = dict(zip(HOST_SLOTS, parameters.host[h], strict=True))
    _, counts = site_rules()
    rows = {e: INDEX[e] for e in r}
    expected = naive.mixture(
        r,
        t,
        interstitials,
        p,
        q,
        host,
        counts[h],
        rows,
        parameters.ions,
        temperature,
    )
    atoms = {e: a for e, a in (r | t | interstitials).items() if a > 0.0}
    columns = np.array(sorted(INDEX[e] for e in atoms), np.int32)
    symbols = {INDEX[e]: a for e, a in atoms.items()}
    amounts = np.array([symbols[c] for c in columns.tolist()])
    got = kernel(
        Rows(np.array([0, len(columns)]), columns, amounts),
        np.array([h], np.int8),
        parameters.kernel_parameters,
        np.array([temperature]),
        True,
        np.full((2, 1), np.nan),
    )
    curie, _, value, sd, status = got
    assert_allclose(curie[0], expected[0], rtol=1e-6)
    assert_allclose(value[:4, 0, 0], expected[1:], rtol=1e-3, atol=3e-3)
    assert np.isnan(expected[1]) == (status[0, 0] == 3)
    if status[0, 0] == 0:
        assert (sd[:, 0, 0] >= 0.0).all()


def with_residuals(prefix, value):
    """Return the parameters with another scatter that the fit left."""
    parameters = load()
    slots = [i for i, s in enumerate(HOST_SLOTS) if s.startswith(prefix)]
    host = parameters.host.copy()
    host[:, slots] = value
    return replace(parameters, host=host)


def test_linear_propagation_agrees_with_monte_carlo():
    generator = np.random.default_rng(3)
    part = partition(
        make_table(
            "Nd1.6Dy0.4Fe13CoB",
            "Sm0.8Gd0.2Co4.5Cu0.5",
            "Sm2Co14Fe3",
            "SmFe10Co1Ti1",
        )
    )
    # The scatter left by the fit is no parameter; without it the two must agree.
    parameters = with_residuals("residual", 0.0)
    at = np.array([300.0, 423.0])
    linear = evaluate(part, at, parameters=parameters)
    draws = []
    for _ in range(400):
        element = generator.normal(parameters.element, parameters.element_sd)
        host = generator.normal(parameters.host, parameters.host_sd)
        draw = replace(parameters, element=element, host=host)
        draws.append(evaluate(part, at, spread=False, parameters=draw))
    # J_s, K_1 and the field, each with its correlations.
    k = [0, 1, 4]
    deviation = np.nanstd([d.value[..., k] for d in draws], axis=0)
    assert_allclose(deviation, linear.sd[..., k], rtol=0.2)
    deviation = np.std([d.curie for d in draws], axis=0)
    assert_allclose(deviation, linear.curie_sd, rtol=0.2)


def test_common_error_cancels_in_the_field():
    # Both fall with m(T), whose doubt is large near T_C: 2 K_1 / J_s is known better than if the
    # two were apart. Y2Fe14B and YCo5 have no K_2.
    part = partition(make_table("Y2Fe14B", "YCo5"))
    got = evaluate(part, np.array([500.0, 800.0]), parameters=load())
    for i in (0, 1):
        assert got.value[i, i, 2] == pytest.approx(0.0, abs=0.05)
        kinds = [0, 1, 4]
        j_s, k_1, field = got.sd[i, i, kinds] / got.value[i, i, kinds]
        assert 0.0 < field < 0.97 * np.hypot(j_s, k_1)


# SmCo5 at 300 K: K_2 and K_3 are a tenth of the field and more.
@pytest.mark.parametrize(
    ("formula", "slot", "columns"),
    [
        ("Nd2Fe14B", "residual_polarization", [0]),
        ("SmCo5", "residual_anisotropy", [1, 2, 3, 4]),
    ],
)
def test_residue_is_a_share_of_its_quantities(formula, slot, columns):
    part = partition(make_table(formula))
    without, with_residue = (
        evaluate(part, 300.0, parameters=with_residuals(slot, share))
        for share in (0.0, 0.5)
    )
    increase = with_residue.sd[0, 0] ** 2 - without.sd[0, 0] ** 2
    expected = (0.5 * with_residue.value[0, 0]) ** 2
    assert_allclose(increase[columns], expected[columns], rtol=1e-6)
    k1, k2, k3 = with_residue.value[0, 0, 1:4]
    assert formula != "SmCo5" or 2.0 * k2 + 3.0 * k3 > 0.1 * k1 > 0.0


def test_empty_and_unknown_rows_are_nan():
    empty = evaluate(partition(make_table()), 300.0)
    assert empty.value.shape == (0, 1, 7)
    table = make_table("CuZn", "Nd2Fe14B", "TbCo2")
    got = evaluate(partition(table), np.array([300.0, 900.0]))
    assert np.isnan(got.value[0]).all()
    assert np.isnan(got.curie[0])
    assert np.isfinite(got.value[1, 0]).all()
    assert np.isnan(got.value[1, 1]).all()
    # A host without physics has what was measured of it: Buschow, Rep. Prog. Phys. 40 (1977) 1179.
    assert np.isnan(got.value[2]).all()
    assert got.curie[2] == pytest.approx(235.0, rel=0.02)


@pytest.mark.parametrize("formula", ["Nd2B", "Fe14B", "Nd2Mn14B"])
def test_host_without_its_metals_is_outside_the_model(formula):
    # Compiled, nothing over nothing is NaN; Python itself ends in a ZeroDivisionError.
    rows = make_table(formula).rows
    model = load().kernel_parameters
    for function in {
        _occupation,
        getattr(_occupation, "py_func", _occupation),
    }:
        assert not any(
            function(0, rows, h, model)[0] for h in range(len(HOST_NAMES))
        )


def test_chunks_hold_at_least_one_row():
    rows = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 10 * CHUNK]
    assert [chunks(n) for n in rows] == [0, 1, 1, 1, 2, 10]


def test_a_chunk_condenses_its_own_rows_alone():
    n = 3 * CHUNK
    part = partition(
        CompositionTable.from_strings(["Nd2Fe14B"] * n, basis="atomic")
    )
    rows = part.hard_phase.rows
    state = np.full((n, _intrinsic._N_STATE), np.nan)
    ions = np.empty((len(rows.indices), _intrinsic.N_ION))
    condensed = _intrinsic.Condensed(state, ions)
    model = load().kernel_parameters
    _intrinsic._condense_chunks(rows, part.host, model, condensed, 1, 2)
    written = np.flatnonzero(np.isfinite(state[:, _intrinsic.STATE]))
    assert_array_equal(written, np.arange(CHUNK, 2 * CHUNK))


def test_a_deviation_moves_the_constants_together():
    # Of the field 2 (K_1 + 2 K_2 + 3 K_3) / J_s; a deviation of a parameter moves all of them.
    shift = np.array([0.5, 1.0, -2.0, 4.0])
    out = np.zeros(7)
    _intrinsic._add(shift, 0, 2.0, out)
    # (1 - 4 + 12) times 2, squared; with the moment, and the moment with K_1.
    assert out.tolist() == [1.0, 4.0, 16.0, 64.0, 324.0, 18.0, 2.0]


def _predict_with_changes(formula, temperature, **changes):
    """Return T_C, and J_s to K_3, of a compound whose host is of another kind."""
    part = partition(make_table(formula))
    model = load().kernel_parameters
    kinds = model.kind.copy()
    for column, value in changes.items():
        kinds[:, getattr(_intrinsic, f"_{column}")] = value
    rows = part.hard_phase.rows
    none = np.full((2, 1), np.nan)
    model = model._replace(kind=kinds)
    curie, curie_sd, value, sd, _ = kernel(
        rows, part.host, model, np.array([temperature]), True, none
    )
    return curie[0], curie_sd[0], value[:4, 0, 0], sd[:4, 0, 0]


def test_a_factor_scales_its_quantity_at_every_temperature():
    # Moments of dysprosium go against those of iron, and fall faster.
    part = partition(make_table("Dy2Fe14B", "SmCo5"))
    parameters = load()
    at = np.array([100.0, 300.0, 450.0])

    def changed(what, factor):
        condensed = condense(part.hard_phase, part.host, parameters)
        _intrinsic.scale(condensed, np.array([0]), what, np.array([factor]))
        phases = evaluate_phases(part, at, parameters, condensed=condensed)
        curie.append(phases.curie)
        return phases.value[..., :2]

    curie = []
    plain = changed(1, 1.0)
    of_moment = changed(1, 1.1) / plain
    of_constants = changed(2, 1.1) / plain
    changed(0, 1.1)
    assert_allclose(of_moment[0, :, 0], 1.1)
    assert_allclose(of_constants[0, :, 1], 1.1)
    assert_allclose(of_constants[0, :, 0], 1.0)
    for ratio in (of_moment, of_constants):
        assert_allclose(ratio[1], 1.0)
    assert_allclose(curie[3] / curie[0], [1.1, 1.0])
    assert_array_equal(curie[1:3], [curie[0]] * 2)


def test_lower_order_has_no_higher_constants():
    whole = _predict_with_changes("Pr2Fe14B", 77.0)
    assert (np.abs(whole[2]) > 0.1).all()
    for constants in (1, 2):
        got = _predict_with_changes("Pr2Fe14B", 77.0, CONSTANTS=constants)
        assert_array_equal(got[2][: constants + 1], whole[2][: constants + 1])
        assert_array_equal(got[2][constants + 1 :], 0.0)
        assert_array_equal(got[3][constants + 1 :], 0.0)


def test_magnetic_metals_alone_ignore_the_rare_earth():
    # Nd2Fe14B without its rare earth is about Y2Fe14B: 1.5 T at 4 K, K_1 of 0.7 MJ/m3, no K_2.
    curie, _, (j_s, k_1, k_2, k_3), _ = _predict_with_changes(
        "Nd2Fe14B", 4.2, SUBLATTICES=1
    )
    assert j_s == pytest.approx(1.5, abs=0.1)
    assert 0.4 < k_1 < 1.2
    assert k_2 == k_3 == 0.0
    coupling = _predict_with_changes("Nd2Fe14B", 4.2)
    assert curie < coupling[0]
    assert coupling[2][0] > j_s + 0.1
