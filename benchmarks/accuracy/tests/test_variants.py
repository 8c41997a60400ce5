"""A variant that gives nothing of its own is its parent to the last bit, and takes nothing away."""

import os
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from magnetkit.phases import HOST_NAMES

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.slow


def run(datasets, *command):
    env = {
        **os.environ,
        "MAGNETKIT_DATASETS": str(datasets),
        "PYTHONPATH": str(ROOT),
    }
    # How many threads BLAS has must not show.
    env |= {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def answers(datasets, file):
    run(datasets, ROOT / "benchmarks/accuracy/tests/answers.py", file)
    return pickle.loads(file.read_bytes())


def add_variant(datasets, parent):
    """Add the variant X of a host as docs/add-a-host.md does; it takes all compounds of it."""
    folder = parent.replace(":", "-")
    record = (datasets / "hosts" / folder / "host.toml").read_text(
        encoding="utf-8"
    )
    (assignment,) = re.findall(
        r"^\[assignment\]\n.*?(?=^\[\w)", record, re.DOTALL | re.MULTILINE
    )
    first = re.sub(
        r"precedence = (\d+)",
        lambda m: f"precedence = {int(m[1]) - 0.5}",
        assignment,
    )
    home = datasets / "hosts" / f"{folder}-X"
    home.mkdir()
    home.joinpath("host.toml").write_text(
        f'name = "{parent}:X"\nvariant_of = "{parent}"\n\n{first}',
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Answers without variants, and with one of each host."""
    folder = tmp_path_factory.mktemp("variants")
    datasets = folder / "datasets"
    shutil.copytree(ROOT / "datasets", datasets)
    plain = answers(datasets, folder / "plain.pickle")
    for parent in HOST_NAMES:
        add_variant(datasets, parent)
    run(datasets, datasets / "hosts/build.py")
    run(datasets, datasets / "update_registry.py")
    return plain, answers(datasets, folder / "variants.pickle")


def differing(one, other):
    """Return the columns, but the host, that two tables do not have in common bit for bit."""
    assert one.keys() == other.keys()
    return [
        name
        for name in one
        if name != "host"
        and not _same(np.asarray(one[name]), np.asarray(other[name]))
    ]


def _same(one, other):
    if one.dtype.kind == "f":
        return np.array_equal(one, other, equal_nan=True)
    return one.dtype == other.dtype and all(
        a == b or (a != a and b != b)
        for a, b in zip(one.tolist(), other.tolist(), strict=True)
    )


def test_what_a_variant_takes_has_the_figures_it_had(both):
    plain, variants = both
    for name in ("all", "routes", "shells"):
        assert differing(plain[name], variants[name]) == [], name
        has_host = np.isin(plain[name]["host"], HOST_NAMES)
        assert has_host.mean() > 0.5
        expected = np.where(
            has_host, plain[name]["host"] + ":X", plain[name]["host"]
        )
        assert variants[name]["host"].tolist() == expected.tolist()


@pytest.mark.parametrize("parent", HOST_NAMES)
@pytest.mark.parametrize("of", ["hard phase", "magnet", "phase"])
def test_what_is_asked_of_a_variant_is_what_its_parent_answers(
    both, parent, of
):
    plain, variants = both
    assert (
        differing(plain[f"{of} as {parent}"], variants[f"{of} as {parent}"])
        == []
    )
    assert (
        differing(
            variants[f"{of} as {parent}"], variants[f"{of} as {parent}:X"]
        )
        == []
    )


def test_the_answers_are_numbers(both):
    _, variants = both
    for parent in HOST_NAMES:
        frame = variants[f"hard phase as {parent}:X"][
            "saturation_polarization_T"
        ]
        assert np.isfinite(frame).mean() > 0.3, parent
    assert np.isfinite(variants["all"]["coercivity_kA_m"]).sum() > 300


def test_a_variant_of_2_14_1_keeps_its_crystal_field(both):
    # K_1 = 4.61 MJ/m3 and mu_0 H_a = 8.27 T of Pr2Fe14B at 300 K; an axial field of the same
    # parameters makes it 5.73 and 10.44.
    _, variants = both
    row = 1
    assert variants["all"]["temperature_K"][row] == 300.0
    assert variants["all"]["formula"][row] == "Pr0.1176Fe0.8235B0.05882"
    assert variants["all"]["host"][row] == "2:14:1:X"
    assert variants["all"]["anisotropy_constant_MJ_m3"][row] == pytest.approx(
        4.61, abs=0.01
    )
    assert variants["all"]["anisotropy_field_T"][row] == pytest.approx(
        8.27, abs=0.01
    )
