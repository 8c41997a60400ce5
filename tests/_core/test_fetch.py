"""Downloads against a real server on this machine: whole, damaged, cut short, refused."""

import hashlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from magnetkit.errors import DataError, InputError, NetworkError
from magnetkit.settings import get_settings

from magnetkit import datasets
from magnetkit._core import _fetch
from magnetkit._core._progress import bars

CONTENT = b"compound,T_C\nNd2Fe14B,585\n" * 5000
Behaviour = Callable[[BaseHTTPRequestHandler, int], None]


def send_content(handler: BaseHTTPRequestHandler, _: int) -> None:
    answer(handler, CONTENT)


def answer(
    handler: BaseHTTPRequestHandler, body: bytes, length: int | None = None
) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(length or len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class Server:
    """An HTTP server whose `behaviour` answers the n-th request."""

    def __init__(self) -> None:
        self.requests = 0
        self.behaviour: Behaviour = send_content
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                outer.behaviour(self, outer.requests)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/set.csv"
        self.thread = Thread(
            target=self.http.serve_forever, args=(0.01,), daemon=True
        )
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("MAGNETKIT_MIRROR", raising=False)
    monkeypatch.setattr("pooch.core.time.sleep", lambda _: None)
    get_settings.cache_clear()
    yield tmp_path / "cache"
    get_settings.cache_clear()


@pytest.fixture
def registry_entry(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "title": "A set",
        "file": "literature/set.csv",
        "url": server.url,
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    monkeypatch.setattr(
        datasets, "registry", lambda: {"remote": {"set": entry}}
    )


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAGNETKIT_MIRROR", str(tmp_path / "mirror"))
    get_settings.cache_clear()
    (tmp_path / "mirror" / "literature").mkdir(parents=True)
    return tmp_path / "mirror" / "literature" / "set.csv"


def leftovers(cache: Path) -> list[str]:
    return sorted(f.name for f in cache.rglob("*") if f.is_file())


def test_unknown_name_lists_the_known_ones(monkeypatch):
    entries = {"set": {}, "more": {"part_of": "set"}, "an": {"part_of": "set"}}
    monkeypatch.setattr(datasets, "registry", lambda: {"remote": entries})
    assert _fetch.names() == ("an", "more", "set")
    assert _fetch.parts("set") == ("set", "an", "more")
    for call in (_fetch.fetch, _fetch.parts):
        with pytest.raises(InputError, match="fetched: an, more, set"):
            call("sett")


@pytest.mark.usefixtures("registry_entry")
def test_second_fetch_makes_no_request(server: Server):
    first = _fetch.fetch("set")
    assert first.read_bytes() == CONTENT
    assert _fetch.fetch("set") == first
    assert server.requests == 1


@pytest.mark.usefixtures("registry_entry")
def test_damaged_copy_in_the_cache_is_downloaded_anew(server: Server):
    file = _fetch.fetch("set")
    file.write_bytes(CONTENT[:100])
    assert _fetch.fetch("set").read_bytes() == CONTENT
    assert server.requests == 2


@pytest.mark.usefixtures("registry_entry")
def test_mirror_serves_without_a_request(server: Server, mirror: Path):
    mirror.write_bytes(CONTENT)
    assert _fetch.fetch("set") == mirror
    assert server.requests == 0


@pytest.mark.usefixtures("registry_entry")
def test_mirror_without_the_file_falls_back_to_the_network(
    server: Server, mirror: Path
):
    assert _fetch.fetch("set") != mirror
    assert server.requests == 1


@pytest.mark.usefixtures("registry_entry")
def test_mirror_with_another_file_is_refused_by_name(
    server: Server, mirror: Path
):
    mirror.write_bytes(b"something else")
    with pytest.raises(DataError, match=r"set\.csv in the mirror folder"):
        _fetch.fetch("set")
    assert server.requests == 0


@pytest.mark.usefixtures("registry_entry")
@pytest.mark.parametrize(
    "failure",
    [
        lambda h: answer(h, CONTENT[:1000], length=len(CONTENT)),
        lambda h: answer(h, b"x" + CONTENT[1:]),
        lambda h: h.send_error(503),
        lambda h: None,
    ],
    ids=["cut short", "corrupted", "unavailable", "reset"],
)
def test_retries_a_temporary_failure(server: Server, cache: Path, failure):
    server.behaviour = lambda h, n: failure(h) if n < 3 else send_content(h, n)
    assert _fetch.fetch("set").read_bytes() == CONTENT
    assert server.requests == 3
    assert leftovers(cache) == ["set.csv"]


@pytest.mark.usefixtures("registry_entry")
@pytest.mark.parametrize(
    ("failure", "error", "message"),
    [
        (
            lambda h, _: answer(h, CONTENT[:9], len(CONTENT)),
            NetworkError,
            "after 3 attempts .*MAGNETKIT_MIRROR",
        ),
        (
            lambda h, _: answer(h, b"x" + CONTENT[1:]),
            DataError,
            "SHA-256.*3 att",
        ),
        (lambda h, _: h.send_error(404), NetworkError, "answered 404"),
    ],
    ids=["cut short", "corrupted", "missing"],
)
def test_lasting_failure_leaves_no_file(
    server: Server, cache: Path, failure, error, message
):
    server.behaviour = failure
    with pytest.raises(error, match=message):
        _fetch.fetch("set")
    assert leftovers(cache) == []


@pytest.mark.usefixtures("registry_entry")
def test_a_silent_server_ends_in_an_error(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(_fetch, "_TIMEOUT", (1.0, 0.1))
    monkeypatch.setattr(_fetch, "_RETRIES", 0)
    release = Event()
    server.behaviour = lambda h, _: release.wait(5)
    with pytest.raises(NetworkError, match="imeout"):
        _fetch.fetch("set")
    release.set()


@pytest.mark.usefixtures("registry_entry")
def test_progress_goes_to_stderr(capsys: pytest.CaptureFixture[str]):
    file = _fetch.fetch("set")
    assert capsys.readouterr() == ("", "")
    file.unlink()
    _fetch.fetch("set", progress=True)
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "A set" in streams.err


@pytest.mark.usefixtures("registry_entry")
def test_an_endless_answer_is_given_up(
    server: Server, cache: Path, monkeypatch
):
    monkeypatch.setattr(_fetch, "_MOST_BYTES", 1 << 20)
    server.behaviour = lambda h, _: answer(h, b"x" * (4 << 20))
    with pytest.raises(DataError, match="more than 1 MiB"):
        _fetch.fetch("set")
    assert server.requests == 1
    assert not [f for f in cache.rglob("*") if f.is_file()]


@pytest.mark.usefixtures("registry_entry")
def test_names_a_cache_that_cannot_be_written(server: Server, cache: Path):
    cache.write_text("")
    with pytest.raises(DataError, match=r"cannot write .*MAGNETKIT_CACHE_DIR"):
        _fetch.fetch("set")


def test_a_bar_ends_a_download_of_over_256_mebibytes():
    drawn = bars(shown=False)
    bar = _fetch._Bar("A set", drawn)
    # A server that does not say how much comes says 0.
    bar.total = 0.0
    assert bar.total is None
    bar.total = 300.0
    assert (bar.total, drawn.tasks[0].description) == (300.0, "A set")
    bar.update(256 << 20)
    with pytest.raises(DataError, match="sends more than 256 MiB, which is"):
        bar.update(1)
    bar.reset()
    bar.update(1)
    assert drawn.tasks[0].completed == 1


def test_real_sets_are_those_of_the_registry():
    assert _fetch.names() == ("curie", "curie-by-paper")
    assert _fetch.parts("curie") == ("curie", "curie-by-paper")
    assert _fetch.parts("curie-by-paper") == ("curie-by-paper",)
