"""Equal results whatever the threads and chunks; nothing that is no number is ranked."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import magnetkit as mk
from magnetkit.applications import load
from magnetkit.elements import SYMBOLS
from magnetkit.kernels.threads import limited_threads
from magnetkit.ranking.order import needed_columns

DEVICE = "patriot-beam-focusing"
# BLAS adds up in another order where a chunk has another size; measured are differences of a few
# 1e-9, five decades below the error of any of the models.
TOLERANCE = 1e-7


def recipes() -> list[str]:
    """Return ordinary and extreme compositions that the parser takes."""
    many = "".join(f"{s}0.01" for s in SYMBOLS[2:42] if s not in ("Nd", "Fe", "B"))
    return [
        *(f"Nd{2 - i / 40:g}Dy{i / 40:g}Fe{14 - i % 5}Co{i % 5}B" for i in range(1, 60)),
        *(f"Sm{1 - i / 20:g}Gd{i / 20:g}Co5" for i in range(1, 20)),
        *SYMBOLS,
        f"Nd2Fe14B{many}",
        "".join(f"{s}1" for s in SYMBOLS[:40]),
        "".join(f"{s}1" for s in SYMBOLS[56:96]),
        "Nd2Fe14BDy0.000000000001",
        "Sm0.000000000001Co5",
        "Fe999999999999Nd0.000000000001",
        "Nd0.000000000001Fe14B0.000000000001",
        "Sm2Co17N0.000001",
        "Nd2Fe14BH3",
    ]


def assert_equal(a: pd.DataFrame, b: pd.DataFrame) -> None:
    a, b = (f.astype(dict.fromkeys(f.select_dtypes("category"), str)) for f in (a, b))
    pd.testing.assert_frame_equal(a, b, rtol=TOLERANCE, atol=1e-9, check_dtype=False)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return mk.screen(recipes(), DEVICE).table


@pytest.mark.parametrize("chunk_rows", [7, 64, 100_000])
def test_chunks_of_any_size_give_the_same(table: pd.DataFrame, chunk_rows: int):
    got = mk.screen(recipes(), DEVICE, chunk_rows=chunk_rows).table
    # The learned energy of forty elements at once moves by up to 0.3 meV/atom with the chunk.
    crowded = table["formula"].astype(str).str.count("[A-Z]") >= 40
    learned = ["formation_energy_eV_atom"]
    apart = got.loc[crowded, learned] - table.loc[crowded, learned]
    assert apart.abs().max().max() < 1e-3
    assert_equal(got[~crowded], table[~crowded])


def test_one_thread_and_many_give_the_same(table: pd.DataFrame):
    with limited_threads(1):
        assert_equal(mk.screen(recipes(), DEVICE).table, table)


def test_rows_in_another_order_give_the_same(table: pd.DataFrame):
    order = np.random.default_rng(1).permutation(len(recipes()))
    given = recipes()
    mixed = mk.screen([given[i] for i in order], DEVICE).table
    mixed = mixed.iloc[np.argsort(order)].reset_index(drop=True)
    # Ties are broken by the order of the input.
    dropped = ["row_index", "rank"]
    assert_equal(mixed.drop(columns=dropped), table.drop(columns=dropped))


def test_nothing_ranked_rests_on_what_is_no_number(table: pd.DataFrame):
    meets = table[table["meets_requirements"]]
    assert len(meets) > 5
    judged = meets[needed_columns(load(DEVICE).objectives)].select_dtypes("number")
    compared = meets["pareto_front"].notna()
    assert judged[compared].notna().all().all()
    # Where an objective is not known there is no front, and the rank says so: behind all others.
    assert compared.all() or meets["rank"][~compared].min() > meets["rank"][compared].max()
    # Those that miss are in order of their margin, and no front holds them.
    misses = table[table["rank"].notna() & ~table["meets_requirements"]]
    assert misses["performance_margin"].notna().all()
    assert misses["pareto_front"].isna().all()
    every = table.select_dtypes("number").to_numpy(float, na_value=np.nan)
    names = table.select_dtypes("number").columns
    infinite = sorted({names[c] for c in np.nonzero(np.isinf(every))[1]})
    assert infinite == []
    for name in names:
        if f"{name}_lo" in names:
            known = table[[f"{name}_lo", name, f"{name}_hi"]].dropna()
            assert (known[f"{name}_lo"] <= known[name] + 1e-9 * known[name].abs()).all(), name
            assert (known[name] <= known[f"{name}_hi"] + 1e-9 * known[name].abs()).all(), name


def test_a_trace_changes_nothing_but_itself():
    pure, trace = (
        mk.predict(mk.CompositionTable.from_strings(["Nd2Fe14B", "Nd2Fe14BDy0.000000000001"]))
        .drop(columns="row_index")
        .select_dtypes("number")
        .to_numpy(float, na_value=np.nan)
    )
    known = np.isfinite(pure)
    assert (known == np.isfinite(trace)).all()
    np.testing.assert_allclose(trace[known], pure[known], rtol=1e-6, atol=1e-8)


_OTHER = """
import json, sys
import magnetkit as mk
from tests.faults.test_numbers import DEVICE, recipes
mk.screen(recipes(), DEVICE).to_parquet(sys.argv[1])
"""


def test_a_process_of_one_thread_gives_the_same(tmp_path, table: pd.DataFrame):
    import os

    file = tmp_path / "one.parquet"
    done = subprocess.run(
        [sys.executable, "-c", _OTHER, str(file)],
        env={**os.environ, "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again = pd.read_parquet(file)[table.columns]
    for name in ("rank", "pareto_front"):
        again[name] = again[name].astype(table[name].dtype)
    assert_equal(again, table)
