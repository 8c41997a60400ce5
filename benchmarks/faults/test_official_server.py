"""The pull against the Materials Project's own server code, which nobody here wrote.

``make official-server`` sets up the environment that serves it and runs this file; elsewhere it
is skipped unless MAGNETKIT_EMMET_PYTHON names an interpreter with emmet-api and mongomock.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import NetworkError

from magnetkit.phases import _transport
from magnetkit.phases.pull import pull
from tests.phases import mp_server
from tests.phases.conftest import own_cache  # noqa: F401
from tests.phases.mp_server import KEY, Server

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(
    os.environ.get("MAGNETKIT_EMMET_PYTHON", ROOT / ".venv-server/bin/python")
)
SYSTEMS = ["Nd-Fe-B", "Sm-Co", "Sm-Fe"]

pytestmark = [
    pytest.mark.peer,
    pytest.mark.usefixtures("own_cache"),
    pytest.mark.skipif(
        not PYTHON.is_file(), reason="needs emmet-api: make official-server"
    ),
]


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """Serve the crystals of our own server, and their energies; return the address."""
    rows = []
    for name, crystal, formation, _, moment in mp_server._PHASES:
        bare = crystal.copy(site_properties={})
        bare.add_site_property(
            "magmom",
            [moment if s.specie.symbol in ("Fe", "Co") else 0.0 for s in bare],
        )
        energy = (-7.0 + formation) * len(bare)
        rows.append(
            {
                "material_id": name,
                "structure": bare.as_dict(),
                "energy": energy,
            }
        )
    file = tmp_path_factory.mktemp("official") / "crystals.json"
    file.write_text(json.dumps(rows, default=str))
    script = ROOT / "benchmarks/faults/official_server.py"
    with subprocess.Popen(
        [PYTHON, script, file],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        address = process.stdout.readline().strip()
        assert address, "the server did not start"
        yield address
        process.kill()


@pytest.mark.parametrize("page", [200, 2], ids=["one page", "pages"])
def test_the_pull_is_that_of_our_own_server(
    official: str,
    mp_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    page: int,
):
    """Paging, subsystems, schemes, identifiers and moments come out alike from both."""
    monkeypatch.setattr(_transport, "DOCUMENTS_A_PAGE", page)
    theirs = pull(SYSTEMS, KEY, official)
    ours = pull(SYSTEMS, KEY, mp_server.url)
    assert len(theirs.entries) == 9
    # Their distances are from their own hull; their version is that of an empty configuration.
    same = [c for c in ours.entries if c != "energy_above_hull_eV_atom"]
    pd.testing.assert_frame_equal(theirs.entries[same], ours.entries[same])
    assert np.isfinite(theirs.entries["energy_above_hull_eV_atom"]).all()
    assert theirs.manifest["database_version"]
    assert theirs.manifest["documents"] == ours.manifest["documents"]
    assert len(theirs.structures()) == 9


@pytest.mark.parametrize("scheme", ["GGA_GGA+U", "GGA_GGA+U_R2SCAN", "R2SCAN"])
def test_finds_each_scheme(official: str, scheme: str):
    snapshot = pull("Sm-Co", KEY, official, thermo_type=scheme)
    assert snapshot.manifest["thermo_type"] == scheme
    assert snapshot.entries["formula"].tolist() == [
        "Co",
        "Sm",
        "Sm2Co17",
        "SmCo5",
    ]


def test_reports_the_refusal_of_a_page(
    official: str, mp_server: Server, monkeypatch
):
    monkeypatch.setattr(_transport, "DOCUMENTS_A_PAGE", 5000)
    with pytest.raises(
        NetworkError, match=r"answered 4\d\d; the server may need another"
    ):
        pull("Sm-Co", KEY, official)


def test_another_path_is_no_such_server(official: str):
    with pytest.raises(NetworkError, match="404"):
        pull("Sm-Co", KEY, official + "v2/")
