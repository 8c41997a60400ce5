"""What can go wrong between mp-api and a server, each on a real connection."""

import gzip
import json
import os
import ssl
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from magnetkit.errors import NetworkError

from magnetkit.phases import _transport
from magnetkit.phases.pull import pull
from tests.command import kill_fork
from tests.fresh import run_python
from tests.phases import mp_server as mp
from tests.phases.mp_server import KEY, Handler, Server, status

pytestmark = pytest.mark.usefixtures("own_cache")
ASK_IN_CHILD = _transport._ask_in_child
# The two heartbeats of mp-api.
BEATS = [None, None]


def truncated_chunks(h: Handler) -> None:
    h.send_response(200)
    h.send_header("Transfer-Encoding", "chunked")
    h.end_headers()
    h.wfile.write(b'40\r\n{"data": [')
    h.close_connection = True


def send_half(h: Handler) -> None:
    body = json.dumps(h.content()).encode()
    h.send_body(body[: len(body) // 2], length=len(body))


def reset(h: Handler) -> None:
    h.close_connection = True


PASSING = {
    "429": status(429, Retry_After="0.05"),
    "500": status(500),
    "502": status(502),
    "503": status(503),
    "cut short": send_half,
    "cut short in chunks": truncated_chunks,
    "reset": reset,
    "no JSON": lambda h: h.send_body(b"<html>sorry</html>"),
    "broken gzip": lambda h: h.send_body(b"no gzip", Content_Encoding="gzip"),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_retries_a_temporary_failure(
    mp_server: Server, fault, own_cache: Path
):
    mp_server.faults.extend([*BEATS, fault])
    assert len(pull("Sm-Co")) == 4
    mp_server.faults.extend([*BEATS, None] + [fault] * 30)
    with pytest.raises(
        NetworkError, match=r"/materials/thermo/.*\(tried 3 times\)"
    ):
        pull("Sm-Fe")
    assert len(list(own_cache.rglob("entries.parquet"))) == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (400, "another version of mp-api"),
        (401, "MP_API_KEY"),
        (403, "next-gen.materialsproject.org/api"),
        (404, "MP_API_ENDPOINT"),
    ],
)
def test_repeats_no_refusal_and_none_of_its_words(
    mp_server: Server, code, said
):
    """They may hold the key in any form, or move the cursor."""
    words = {"detail": f"bad key {KEY[::-1]} \x1b[2J"}
    mp_server.faults.extend([*BEATS, lambda h: h.send_json(words, code)])
    with pytest.raises(NetworkError, match=said) as error:
        pull("Sm-Co")
    assert f"answered {code}" in str(error.value)
    assert "bad" not in str(error.value)
    assert str(error.value).isprintable()
    assert len(mp_server.requests) == 3


def change_answer(**new: object):
    """Return a fault that changes the top of a sound answer; None takes a key away."""
    return lambda h: h.send_json(
        {k: v for k, v in (h.content() | new).items() if v is not None}
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (change_answer(data=None), "'data'"),
        (change_answer(data={"mp-1": 3}), "'data'"),
        (change_answer(data=["mp-1"]), "'data'"),
        (change_answer(meta=None), "meta.total_doc"),
        (change_answer(meta={"total_doc": "4"}), "meta.total_doc"),
        (change_answer(meta={"total_doc": True}), "meta.total_doc"),
        (change_answer(meta={"total_doc": 1}), "meta.total_doc"),
        (change_answer(meta={"total_doc": 10**7}), "smaller chemical systems"),
        (lambda h: h.send_json([1, 2]), "'data'"),
        (lambda h: h.send_body(b" " * (2 << 20)), "MiB"),
        (
            lambda h: h.send_body(
                gzip.compress(b" " * (2 << 20)), Content_Encoding="gzip"
            ),
            "MiB",
        ),
        (status(307, Location="http://localhost:1/"), "another host"),
        (status(307, Location="//["), "did not answer as it should"),
        (status(307, Location="/heartbeat"), "'data'"),
    ],
)
def test_refuses_an_answer_of_another_shape(
    mp_server: Server, monkeypatch, fault, said: str
):
    monkeypatch.setattr(_transport, "MOST_BYTES", 1 << 20)
    mp_server.faults.extend([*BEATS, *[fault] * 3])
    with pytest.raises(NetworkError, match=said):
        pull("Sm-Co")


def test_pages_are_put_together(mp_server: Server, monkeypatch):
    monkeypatch.setattr(_transport, "DOCUMENTS_A_PAGE", 3)
    assert len(pull(["Sm-Co-Fe", "Nd-Fe-B"])) == 9
    assert sum("_skip" in r for r in mp_server.requests) > 4


@pytest.mark.parametrize(
    "documents", [[], None], ids=["empty page", "repeated page"]
)
def test_keeps_no_partial_answer(
    mp_server: Server, own_cache, monkeypatch, documents
):
    monkeypatch.setattr(_transport, "DOCUMENTS_A_PAGE", 2)
    again = mp.ALL["summary"][:1] if documents is None else documents
    mp_server.faults.extend([*BEATS, None, *[change_answer(data=again)] * 5])
    with pytest.raises(
        NetworkError, match=r"announced 4 documents.*nothing was kept"
    ):
        pull("Sm-Co")
    assert not list(own_cache.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"volume": "large"}, "another volume"),
        ({"volume": 1e300}, "another volume"),
        ({"ordering": "\x1b[2J"}, "another ordering"),
        ({"structure": {"lattice": 3}}, "none that pymatgen reads"),
        ({"structure": None}, "lacks structure"),
        ({"material_id": None}, "lacks material_id"),
        ({"material_id": KEY}, "another material_id"),
        (
            {
                "formula": KEY,
                "symmetry": {"symbol": "x", "number": 1, "note": KEY},
            },
            None,
        ),
    ],
)
def test_refuses_a_document_of_another_shape(
    mp_server: Server, change, said: str | None
):
    def fault(h: Handler) -> None:
        answer = h.content()
        answer["data"][1] |= change
        h.send_json(answer)

    mp_server.faults.extend([*BEATS, fault])
    if said is None:
        assert len(pull("Sm-Co")) == 4
        return
    with pytest.raises(NetworkError, match=said):
        pull("Sm-Co")


def change_site(**more: object):
    """Return a fault that puts something into the first site of the first structure."""

    def fault(h: Handler) -> None:
        answer = json.loads(json.dumps(h.content()))
        answer["data"][0]["structure"]["sites"][0] |= more
        h.send_json(answer)

    return fault


def test_a_structure_loads_no_class_of_another_package(mp_server: Server):
    foreign = {"note": {"@module": "antigravity", "@class": "x"}}
    mp_server.faults.extend([*BEATS, change_site(properties=foreign)])
    with pytest.raises(NetworkError, match="none that pymatgen reads"):
        pull("Sm-Co")
    assert "antigravity" not in sys.modules


def test_keeps_no_key_of_the_documents(mp_server: Server):
    mp_server.faults.extend([*BEATS, change_site(properties={"note": KEY})])
    with pytest.raises(NetworkError, match="sends the API key"):
        pull("Sm-Co")


@pytest.mark.parametrize(
    "beat",
    [{}, [], {"db_version": ""}, {"db_version": 7}, {"db_version": KEY}],
)
def test_refuses_a_server_without_a_version(mp_server: Server, beat):
    if isinstance(beat, dict) and beat:
        beat |= {"version": "0.87.3", "access_controlled_batch_ids": []}
    mp_server.faults.extend([lambda h: h.send_json(beat)] * 6)
    with pytest.raises(
        NetworkError, match=r"heartbeat (did not answer as|gives no database)"
    ):
        pull("Sm-Co")


def test_names_silence_and_an_old_certificate(mp_server: Server):
    with pytest.raises(
        NetworkError,
        match=r"http://127\.0\.0\.1:9/.*Connection refused.*MP_API_ENDPOINT",
    ):
        pull("Sm-Co", endpoint="http://127.0.0.1:9/")
    # A place has no more of an address than that.
    url = "https://user:secret@api.example.org/v1/?key=secret#part"
    assert _transport._place(url) == "https://api.example.org/v1/"
    # An error of the system and a ValueError at once, as of an answer of another shape.
    failure = ssl.SSLCertVerificationError(1, "certificate has expired")
    assert _transport._reason(failure) == "certificate has expired"
    # Of other errors no word is told, for it may be the server's.
    assert _transport._reason(RuntimeError(KEY)) == "RuntimeError"
    assert _transport._reason(OSError()) == "OSError"
    shape = "its answer has another shape"
    assert _transport._reason(KeyError(KEY)) == shape


def test_requests_name_their_fields_in_short_addresses(
    mp_server: Server, monkeypatch
):
    """Searches without a criterion go to a storage bucket; magnetism knows no chemsys."""
    monkeypatch.setattr(_transport, "BATCH", 3)
    pull("Sm-Co")
    *beats, summary, thermo, first, second = map(urlsplit, mp_server.requests)
    assert [beat.path for beat in beats] == ["/heartbeat"] * 2
    for request, kind in ((summary, "summary"), (thermo, "thermo")):
        assert request.path == f"/materials/{kind}/"
        assert set(parse_qs(request.query)["chemsys"][0].split(",")) == {
            "Co",
            "Sm",
            "Co-Sm",
        }
    assert first.path == second.path == "/materials/magnetism/"
    batches = [
        parse_qs(r.query)["material_ids"][0].split(",")
        for r in (first, second)
    ]
    assert list(map(len, batches)) == [3, 1]


SILENT = """
import os, pathlib, time

process = pathlib.Path("/proc/self")
seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
pathlib.Path(__file__).with_name(str(os.getpid())).write_bytes(seen)

class MPRester:
    def __init__(self, *arguments, **keywords):
        time.sleep(600.0)
"""
"""A client that leaves what is seen of its process, and never answers."""


@pytest.fixture
def child_process(mp_server: Server, monkeypatch):
    """Ask as users do: in a process of its own."""
    monkeypatch.setattr(_transport, "_ask_in_child", ASK_IN_CHILD)


@pytest.fixture
def silent_client(child_process, tmp_path: Path, monkeypatch) -> Path:
    """Put a client that never answers in place of mp-api, which takes seconds to load."""
    folder = tmp_path / "packages" / "mp_api"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "client.py").write_text(SILENT)
    monkeypatch.syspath_prepend(str(folder.parent))
    return folder


def is_running(process: str) -> bool:
    with suppress(OSError):
        words = Path("/proc", process, "stat").read_text().rpartition(")")
        return words[2].split()[0] != "Z"
    return False


ON_LINUX = pytest.mark.skipif(
    not Path("/proc/self").is_dir(), reason="processes are files on Linux"
)


@ON_LINUX
def test_gives_up_an_endless_answer_without_the_key(
    silent_client: Path, monkeypatch
):
    monkeypatch.setattr(_transport, "ANSWER_S", 1.0)
    with pytest.raises(NetworkError, match="gave no answer within 1 s"):
        pull("Sm-Co")
    (file,) = silent_client.glob("[0-9]*")
    seen = file.read_bytes()
    assert _transport.__name__.encode() in seen
    assert KEY.encode() not in seen
    assert not is_running(file.name)


@ON_LINUX
def test_a_child_whose_parent_is_killed_ends(silent_client: Path):
    def find_children() -> list[str]:
        return [file.name for file in silent_client.glob("[0-9]*")]

    kill_fork(lambda _: pull("Sm-Co"), find_children)
    (child,) = find_children()
    end = time.monotonic() + 120
    while is_running(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_running(child)


@pytest.mark.usefixtures("child_process")
def test_pull_in_a_child_equals_this_process(
    mp_server: Server, monkeypatch, own_cache
):
    """And does not load what a child has loaded."""
    code = (
        "import sys; from magnetkit.phases import pull; print(len(pull('Sm-Co')));"
        "print({'mp_api', 'pymatgen', 'requests'} & set(sys.modules))"
    )
    done = run_python("-c", code, env=dict(os.environ), cwd=Path.cwd())
    assert done.stdout.split() == ["4", "set()"], done.stderr
    assert set(mp_server.keys[2:]) == {KEY}
    first = pull("Sm-Co").entries
    assert len(mp_server.requests) == 5
    monkeypatch.setattr(_transport, "_ask_in_child", mp.ask_here)
    assert pull("Sm-Co", refresh=True).entries.equals(first)
