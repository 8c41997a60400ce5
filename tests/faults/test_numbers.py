"""One answer, to the last bit, whatever the threads, chunks and BLAS; only numbers are ranked."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from magnetkit.applications import load
from magnetkit.elements import SYMBOLS
from numpy.testing import assert_allclose

import magnetkit as mk
from magnetkit._core._threads import limited_threads
from magnetkit.choose._order import Rule
from tests.recipes import mix

DEVICE = "communication-twt"


def recipes() -> list[str]:
    """Return ordinary and extreme compositions that the parser takes."""
    many = "".join(
        f"{s}0.01" for s in SYMBOLS[2:42] if s not in ("Nd", "Fe", "B")
    )
    return [
        *(
            f"{mix('Nd', 'Dy', i / 40, 2)}Fe{14 - i % 5}Co{i % 5}B"
            for i in range(1, 60)
        ),
        *(f"{mix('Sm', 'Gd', i / 20)}Co5" for i in range(1, 20)),
        *SYMBOLS,
        f"Nd2Fe14B{many}",
        *(
            f"{mix('Sm', 'Gd', i / 100)}(Co0.69Fe0.20Cu0.08Zr0.03)7.6"
            for i in range(5)
        ),
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
    a = a.astype(dict.fromkeys(a.select_dtypes("category"), str))
    b = b.astype(dict.fromkeys(b.select_dtypes("category"), str))
    pd.testing.assert_frame_equal(a, b, check_exact=True, check_dtype=False)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return mk.screen(recipes(), DEVICE).table


def test_chunks_of_any_size_give_the_same(table: pd.DataFrame):
    assert_equal(mk.screen(recipes(), DEVICE, chunk_rows=7).table, table)


def test_one_thread_and_many_give_the_same(table: pd.DataFrame):
    with limited_threads(1):
        assert_equal(mk.screen(recipes(), DEVICE).table, table)


def test_rows_in_another_order_give_the_same(table: pd.DataFrame):
    order = np.random.default_rng(1).permutation(len(recipes()))
    texts = recipes()
    shuffle = mk.screen([texts[i] for i in order], DEVICE).table
    shuffle = shuffle.iloc[np.argsort(order)].reset_index(drop=True)
    # Ties are broken by the order of the input.
    columns = ["row_index", "rank"]
    assert_equal(shuffle.drop(columns=columns), table.drop(columns=columns))


def test_nothing_ranked_rests_on_what_is_no_number(table: pd.DataFrame):
    meets = table[table["meets_requirements"]]
    assert len(meets) > 1
    numbers = meets[Rule.of(load(DEVICE).objectives).columns()].select_dtypes(
        "number"
    )
    comparable = meets["pareto_front"].notna()
    assert numbers[comparable].notna().all().all()
    # Where an objective is not known there is no front, and the rank says so: behind all others.
    assert (
        comparable.all()
        or meets["rank"][~comparable].min() > meets["rank"][comparable].max()
    )
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
            rows = table[[f"{name}_lo", name, f"{name}_hi"]].dropna()
            assert (
                rows[f"{name}_lo"] <= rows[name] + 1e-9 * rows[name].abs()
            ).all(), name
            assert (
                rows[name] <= rows[f"{name}_hi"] + 1e-9 * rows[name].abs()
            ).all(), name


def test_a_trace_changes_nothing_but_itself():
    pure, trace = (
        mk.predict(
            mk.CompositionTable.from_strings(
                ["Nd2Fe14B", "Nd2Fe14BDy0.000000000001"]
            )
        )
        .drop(columns="row_index")
        .select_dtypes("number")
        .to_numpy(float, na_value=np.nan)
    )
    finite = np.isfinite(pure)
    assert (finite == np.isfinite(trace)).all()
    assert_allclose(trace[finite], pure[finite], rtol=1e-6, atol=1e-8)


# Several threads ask at once, for what the process has neither loaded nor compiled.
_OTHER = """
import sys
from concurrent.futures import ThreadPoolExecutor
import magnetkit as mk
from tests.faults.test_numbers import DEVICE, recipes
if __name__ == "__main__":
    file, threads = sys.argv[1], int(sys.argv[2])
    def ask(_):
        return mk.screen(recipes(), DEVICE)
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(ask, range(threads)))
    for k, one in enumerate(found):
        one.to_parquet(f"{file}{k}")
"""


# Another kind of BLAS, which cuts its products into other blocks.
_VARIABLES = {
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_L2_SIZE": "512",
    "OMP_NUM_THREADS": "8",
}
_THREADS = 2


def test_another_process_gives_the_same(tmp_path, table: pd.DataFrame):
    file = tmp_path / "one.parquet"
    (tmp_path / "other.py").write_text(_OTHER, encoding="utf-8")
    path = os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [
            sys.executable,
            str(tmp_path / "other.py"),
            str(file),
            str(_THREADS),
        ],
        env={**os.environ, "PYTHONPATH": path, **_VARIABLES},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for k in range(_THREADS):
        again = pd.read_parquet(f"{file}{k}")[table.columns]
        for name in ("rank", "pareto_front"):
            again[name] = again[name].astype(table[name].dtype)
        assert_equal(again, table)
