"""Results in an S3-compatible store: as local ones, whatever is lost on the way."""

import os
import signal
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
from tests.fresh import run_python
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


@pytest.fixture(scope="module")
def whole(store, recipes):
    """A screening that nothing harms."""
    return mk.screen(recipes, DEVICE, out=f"{store}/whole", chunk_rows=50)


def compare_bytes(one, two):
    """Require two folders of the same files."""
    assert one.names() == two.names()
    for name in one.names():
        assert file_digest(one.get(name)) == file_digest(two.get(name)), name


def test_result_in_a_store_equals_the_local_one(
    store, whole, tmp_path, recipes
):
    local = mk.screen(recipes, DEVICE, out=tmp_path / "local", chunk_rows=50)
    url = f"{store}/whole"
    assert same(whole, local)
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
    table = pads.dataset(
        base.path(names[0].split("/")[0]), filesystem=base.filesystem
    ).to_table()
    assert table.num_rows == len(local) == 239
    assert base.names() == {*again.manifest["files"], "manifest.json"}
    assert (
        base.get("ranked.csv")
        == (tmp_path / "local" / "ranked.csv").read_bytes()
    )
    # What is in memory is what the file says.
    assert whole.source.in_memory is not None
    assert again.source.in_memory is None
    one = whole.sample_ranks(40)
    other = again.sample_ranks(40)
    assert one.index.tolist() == other.index.tolist()
    assert np.array_equal(one["rank"], other["rank"])


def test_best_of_a_space_is_the_same_in_a_store(store):
    space = mk.substitutions(
        "SmCo5", {"Sm": ["Gd", "Pr"], "Co": ["Cu"]}, step=0.1
    )
    url = f"{store}/best"
    remote = mk.screen(space, DEVICE, out=url, keep=20)
    local = mk.screen(space, DEVICE, keep=20)
    assert same(remote, local)
    assert len(ScreenResult.from_folder(url)) == 20


def test_workers_write_to_a_store(store, whole, recipes):
    url = f"{store}/dask"
    with run_cluster() as address:
        mk.screen(recipes, DEVICE, out=url, chunk_rows=50, dask=address)
    compare_bytes(Place(url), Place(f"{store}/whole"))


def test_repeats_only_a_lost_or_damaged_chunk(store, whole, recipes):
    url = f"{store}/lost"
    parts = Place(url).subfolder(".magnetkit-parts")
    done = []

    def harm(rows, total):
        done.append(rows)
        if total is None and rows >= 150 and len(done) < 6:
            parts.remove({file_name("chunk", 0, "arrow")} & parts.names())
            parts.put(file_name("chunk", 1, "arrow"), b"half of")

    remote = mk.screen(recipes, DEVICE, out=url, chunk_rows=50, progress=harm)
    assert same(remote, whole)


def test_resumes_a_stopped_screening(store, whole, recipes):
    class Stop(Exception):
        pass

    def stop(rows, total):
        if rows >= 100:
            raise Stop

    part = f"{store}/cut"
    with pytest.raises(Stop):
        mk.screen(recipes, DEVICE, out=part, chunk_rows=50, progress=stop)
    with pytest.raises(StoreError, match="no finished result"):
        ScreenResult.from_folder(part)
    with pytest.raises(InputError, match="another chunk rows"):
        mk.screen(recipes, DEVICE, out=part, chunk_rows=40, resume=True)
    # One chunk holds another's rows meanwhile: it is evaluated again, not ranked by.
    parts = Place(part).subfolder(PARTS)
    parts.put(
        file_name("chunk", 0, "arrow"),
        parts.get(file_name("chunk", 1, "arrow")),
    )
    mk.screen(recipes, DEVICE, out=part, chunk_rows=50, resume=True)
    compare_bytes(Place(part), Place(f"{store}/whole"))
    again = mk.screen(recipes, DEVICE, out=part, chunk_rows=50, resume=True)
    assert len(again) == 239


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


def test_killed_screening_resumes_to_the_same_bytes(
    store, whole, recipes, tmp_path
):
    part = f"{store}/killed"
    # 12 objects are written while candidates are judged, then five fragments and what names them.
    done = run_python(
        "-c",
        KILLED,
        str(recipes),
        DEVICE,
        "14",
        part,
        env=os.environ,
        cwd=tmp_path,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    mk.screen(recipes, DEVICE, out=part, chunk_rows=50, resume=True)
    compare_bytes(Place(part), Place(f"{store}/whole"))


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
    first.report(f"{url}/report.html")
    assert b"judged" in base.get("report.html")
    first.set_answer(["Keep it."], url)
    assert ScreenResult.from_folder(url).manifest["answer"] == ["Keep it."]
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
    # Fragments and report of the earlier result are the program's own, and gone.
    assert len(before) == 1
    assert not before & base.names()
    with pytest.raises(StoreError, match="screened anew"):
        first.best(1)
    assert base.names() == {*result.manifest["files"], "manifest.json", *notes}


def test_folder_ignores_the_order_of_parts():
    one = {"a": 1, "b": {"c": 2, "d": 3}}
    two = {"b": {"d": 3, "c": 2}, "a": 1}
    assert fragments_folder(one) == fragments_folder(two)
    assert fragments_folder(one) != fragments_folder({"a": 2})
    assert fragments_folder(one).endswith(".parquet")
