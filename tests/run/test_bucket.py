"""Results in an S3-compatible store: as local ones, whatever is lost on the way."""

import signal
import subprocess
import sys
from contextlib import ExitStack

import numpy as np
import pyarrow.dataset as pads
import pytest
from magnetkit.errors import InputError, StoreError
from pyarrow.fs import FileSystem

import magnetkit as mk
from magnetkit.run._files import PARTS, Place, file_digest
from magnetkit.run._store import fragments_folder
from magnetkit.run._work import file_name
from magnetkit.run.screen import ScreenResult
from tests.run.test_cluster import run_cluster

DEVICE = "f22-engine"


@pytest.fixture(scope="module")
def store():
    """Give the URL of a bucket on a server of this machine."""
    server = pytest.importorskip("moto.server")
    running = server.ThreadedMotoServer(
        ip_address="127.0.0.1", port=0, verbose=False
    )
    running.start()
    host, port = running.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        stack.callback(running.stop)
        for name, value in environment.items():
            patch.setenv(name, value)
        url = "s3://results"
        filesystem, root = FileSystem.from_uri(
            f"{url}?allow_bucket_creation=true"
        )
        filesystem.create_dir(root)
        yield url


def same(one, other):
    """Return whether two results hold the same rows."""
    mine = one.data.unify_dictionaries().to_pandas().astype(object)
    its = other.data.unify_dictionaries().to_pandas().astype(object)
    return mine.equals(its) and one.rejected == other.rejected


def test_result_in_a_store_equals_the_local_one(store, tmp_path, recipes):
    local = mk.screen(recipes, DEVICE, out=tmp_path / "local", chunk_rows=50)
    url = f"{store}/plain"
    remote = mk.screen(recipes, DEVICE, out=url, chunk_rows=50)
    assert same(remote, local)
    again = ScreenResult.from_folder(url)
    assert same(again, local)
    assert (
        again.best(5)["candidate"].tolist()
        == local.best(5)["candidate"].tolist()
    )
    assert again.best(5).index.tolist() == local.best(5).index.tolist()
    # As one table, by what the manifest names.
    base = Place(url)
    names = sorted(
        name for name in again.manifest["files"] if name.endswith(".parquet")
    )
    assert len(names) == 5
    whole = pads.dataset(
        base.path(names[0].split("/")[0]), filesystem=base.filesystem
    ).to_table()
    assert whole.num_rows == len(local) == 239
    assert base.names() == {*again.manifest["files"], "manifest.json"}
    assert (
        base.get("ranked.csv")
        == (tmp_path / "local" / "ranked.csv").read_bytes()
    )
    again.report(f"{url}/report.html")
    assert b"judged" in base.get("report.html")
    again.set_answer(["Keep it."], url)
    assert ScreenResult.from_folder(url).manifest["answer"] == ["Keep it."]


def test_best_of_a_space_is_the_same_in_a_store(store):
    space = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Pr"], "Co": ["Cu"]}, step=0.1
    )
    url = f"{store}/best"
    remote = mk.screen(space, DEVICE, out=url, keep=20)
    local = mk.screen(space, DEVICE, keep=20)
    assert same(remote, local)
    assert len(ScreenResult.from_folder(url)) == 20


def test_workers_write_to_a_store(store, tmp_path, recipes):
    pytest.importorskip("distributed")
    local = mk.screen(recipes, DEVICE, out=tmp_path / "local", chunk_rows=20)
    with run_cluster(workers=1) as (_, address):
        remote = mk.screen(
            recipes,
            DEVICE,
            out=f"{store}/dask",
            chunk_rows=20,
            dask=address,
        )
    assert same(remote, local)


def test_repeats_only_a_lost_or_damaged_chunk(store, tmp_path, recipes):
    local = mk.screen(recipes, DEVICE, out=tmp_path / "local", chunk_rows=50)
    url = f"{store}/lost"
    parts = Place(url).subfolder(".magnetkit-parts")
    done = []

    def harm(rows, total):
        done.append(rows)
        if total is None and rows >= 150 and len(done) < 6:
            parts.remove({file_name("chunk", 0, "arrow")} & parts.names())
            parts.put(file_name("chunk", 1, "arrow"), b"half of")

    remote = mk.screen(recipes, DEVICE, out=url, chunk_rows=50, progress=harm)
    assert same(remote, local)


def test_resumes_a_stopped_screening(store, recipes):
    class Stop(Exception):
        pass

    def stop(rows, total):
        if rows >= 100:
            raise Stop

    whole = f"{store}/whole"
    part = f"{store}/cut"
    mk.screen(recipes, DEVICE, out=whole, chunk_rows=50)
    with pytest.raises(Stop):
        mk.screen(recipes, DEVICE, out=part, chunk_rows=50, progress=stop)
    with pytest.raises(StoreError, match="no finished result"):
        ScreenResult.from_folder(part)
    # One chunk holds another's rows meanwhile: it is evaluated again, not ranked by.
    parts = Place(part).subfolder(PARTS)
    parts.put(
        file_name("chunk", 0, "arrow"),
        parts.get(file_name("chunk", 1, "arrow")),
    )
    counts = []
    mk.screen(
        recipes,
        DEVICE,
        out=part,
        chunk_rows=50,
        resume=True,
        progress=lambda n, _: counts.append(n),
    )
    one = Place(whole)
    two = Place(part)
    assert one.names() == two.names()
    for name in one.names():
        assert file_digest(one.get(name)) == file_digest(two.get(name)), name
    again = mk.screen(recipes, DEVICE, out=part, chunk_rows=50, resume=True)
    assert len(again) == 239
    other = f"{store}/other"
    with pytest.raises(Stop):
        mk.screen(recipes, DEVICE, out=other, chunk_rows=50, progress=stop)
    with pytest.raises(InputError, match="another chunk rows"):
        mk.screen(recipes, DEVICE, out=other, chunk_rows=40, resume=True)


KILLED = """
import os, signal, sys
import magnetkit as mk
from magnetkit.run._files import Place
put, left = Place.put, int(sys.argv[3])
def counted(self, name, content):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return put(self, name, content)
Place.put = counted
mk.screen(sys.argv[1], sys.argv[2], out=sys.argv[4], chunk_rows=50)
"""


# 12 objects are written while candidates are judged, then five fragments and what names them.
@pytest.mark.parametrize("objects", [14])
def test_killed_screening_resumes_to_the_same_bytes(store, recipes, objects):
    whole = f"{store}/unharmed{objects}"
    part = f"{store}/killed{objects}"
    mk.screen(recipes, DEVICE, out=whole, chunk_rows=50)
    arguments = [str(recipes), DEVICE, str(objects), part]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments],
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    mk.screen(recipes, DEVICE, out=part, chunk_rows=50, resume=True)
    one = Place(whole)
    two = Place(part)
    assert one.names() == two.names()
    for name in one.names():
        assert file_digest(one.get(name)) == file_digest(two.get(name)), name


def test_refuses_foreign_files_and_impossible_places(store):
    base = Place(f"{store}/mine")
    base.put("notes.txt", b"keep")
    with pytest.raises(
        InputError, match=r"notes\.txt, and no manifest of magnetkit"
    ):
        mk.screen(["SmCo5"], DEVICE, out=f"{store}/mine")
    assert base.get("notes.txt") == b"keep"
    with pytest.raises(InputError, match="check that the bucket is there"):
        mk.screen(["SmCo5"], DEVICE, out="s3://there-is-no-such-bucket/run")
    with pytest.raises(InputError, match="cannot be reached"):
        mk.screen(["SmCo5"], DEVICE, out="ftq://somewhere/run")
    with pytest.raises(InputError, match="a folder of this machine"):
        mk.screen(["SmCo5"], DEVICE, out="file:///tmp/run")
    with pytest.raises(StoreError, match="no finished result"):
        ScreenResult.from_folder(f"{store}/nothing")


def test_files_of_users_outlive_the_next_result(store):
    url = f"{store}/kept"
    first = mk.screen(["SmCo5", "Sm0.9Gd0.1Co5"], DEVICE, out=url)
    base = Place(url)
    before = {n for n in base.names() if n.endswith(".parquet")}
    notes = {
        "notes.txt": b"keep",
        "ranked-mine.parquet/part-000000.parquet": b"keep too",
    }
    for name, content in notes.items():
        base.put(name, content)
    result = mk.screen(
        ["SmCo5", "PrCo5", "Sm0.9Gd0.1Co5"], "f22-engine", out=url, force=True
    )
    assert {name: base.get(name) for name in notes} == notes
    # The fragments of the earlier result are the program's own, and gone.
    assert len(before) == 1
    assert not before & base.names()
    with pytest.raises(StoreError, match="screened anew"):
        first.best(1)
    assert base.names() == {*result.manifest["files"], "manifest.json", *notes}


def test_rows_in_memory_equal_the_file(store, recipes):
    url = f"{store}/memory"
    remote = mk.screen(recipes, DEVICE, out=url, chunk_rows=50)
    reread = ScreenResult.from_folder(url)
    assert remote.source.in_memory is not None
    assert reread.source.in_memory is None
    one = remote.sample_ranks(40)
    other = reread.sample_ranks(40)
    assert one.index.tolist() == other.index.tolist()
    assert np.array_equal(one["rank"], other["rank"])


def test_folder_ignores_the_order_of_parts():
    one = {"a": 1, "b": {"c": 2, "d": 3}}
    two = {"b": {"d": 3, "c": 2}, "a": 1}
    assert fragments_folder(one) == fragments_folder(two)
    assert fragments_folder(one) != fragments_folder({"a": 2})
    assert fragments_folder(one).endswith(".parquet")
