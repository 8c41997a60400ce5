"""A Dask scheduler that is lost, and a port that is taken: the screening goes on all the same."""

import socket
from contextlib import ExitStack, suppress

import pytest
from magnetkit.errors import NetworkError

import magnetkit as mk
from magnetkit.run._files import read_manifest
from tests.run.conftest import recipes  # noqa: F401
from tests.run.test_cluster import DEVICE, read_files, run_cluster


def test_screening_goes_on_with_another_scheduler(tmp_path, recipes):  # noqa: F811
    pytest.importorskip("distributed")
    mk.screen(recipes, DEVICE, out=tmp_path / "threads", chunk_rows=20)
    out = tmp_path / "dask"
    with run_cluster() as (scheduler, address):

        def lose(done, total):
            if done >= 40:
                scheduler.kill()

        with pytest.raises(
            NetworkError, match=r"scheduler.*was lost.*--resume"
        ):
            mk.screen(
                recipes,
                DEVICE,
                out=out,
                chunk_rows=20,
                dask=address,
                progress=lose,
            )
    assert read_manifest(out)["chunks"]
    with run_cluster() as (_, address):
        mk.screen(
            recipes, DEVICE, out=out, chunk_rows=20, dask=address, resume=True
        )
    assert read_files(out) == read_files(tmp_path / "threads")


def test_ignores_another_cluster_on_the_usual_port(tmp_path):
    """The scheduler's own page takes a free port; the warning would be an error here."""
    pytest.importorskip("distributed")
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", 8787)))
        table = mk.screen(["SmCo5", "Sm2Co17"], DEVICE, workers=1)
    assert len(table) == 2
