"""Answers that never end before their body begins, headers that mislead, keys that come back."""

import base64
import gzip
import json
import socket

import pytest

from magnetkit.errors import MagnetkitError, NetworkError
from magnetkit.phases.materials_project import watch
from magnetkit.phases.materials_project.pull import pull
from magnetkit.phases.materials_project.session import Limits, _retry_after
from magnetkit.phases.materials_project.watch import Watch, printable, reveals
from tests.phases.conftest import mp_server, own_cache  # noqa: F401
from tests.phases.mp_server import KEY, Handler, Server, status

pytestmark = pytest.mark.usefixtures("own_cache")
LIMITS = Limits(connect_s=60.0, read_s=60.0, answer_s=120.0, attempts=2, backoff_s=0.001)


class Times:
    """Timers whose time is up when a test says so: a busy machine is slow for other reasons."""

    def __init__(self) -> None:
        self.started: list[tuple] = []

    def timer(self, seconds: float, end, values):
        times = self

        class Timer:
            daemon = False

            def start(self) -> None:
                times.started.append((end, values))

            def cancel(self) -> None:
                pass

        return Timer()

    def up(self) -> None:
        """Let every timer that was ever started come, those of earlier answers too."""
        for end, values in self.started:
            end(*values)


@pytest.fixture
def times(monkeypatch, mp_server: Server):  # noqa: F811
    """Let time be up where a fault of the server says so, in `server.up`."""
    made = Times()
    monkeypatch.setattr(watch, "Timer", made.timer)
    mp_server.up = made.up
    return made


def dripping(head: bytes, part: bytes):
    """Return a fault that sends `head`, then `part` again and again."""

    def fault(h: Handler) -> None:
        h.close_connection = True
        try:
            h.wfile.write(head)
            for sent in range(500):
                h.wfile.write(part)
                h.wfile.flush()
                if sent == 5:
                    h.server.up()
                if h.server.over.wait(0.01):
                    return
        except OSError:
            return

    return fault


def endless_name(h: Handler) -> None:
    """Send a gzip file whose name never ends."""
    h.close_connection = True
    h.send_response(200)
    h.send_header("Content-Encoding", "gzip")
    h.end_headers()
    dripping(b"\x1f\x8b\x08\x08\0\0\0\0\0\3", b"name" * 64)(h)


ENDLESS = {
    "status line": dripping(b"HTTP/1.1 200 ", b"O"),
    "headers": dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "100 Continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "name in gzip": endless_name,
}


@pytest.mark.usefixtures("times")
@pytest.mark.parametrize("fault", ENDLESS.values(), ids=ENDLESS)
def test_an_answer_that_never_comes_to_its_body_is_given_up(mp_server: Server, fault):  # noqa: F811
    mp_server.faults.extend([None, fault, fault])
    with pytest.raises(NetworkError, match=r"takes over 120 s \(tried 2 times\)"):
        pull("Sm-Co", limits=LIMITS)


@pytest.mark.usefixtures("times")
def test_after_an_answer_that_was_cut_the_next_try_is_whole(mp_server: Server):  # noqa: F811
    mp_server.faults.extend([None, ENDLESS["headers"]])
    assert len(pull("Sm-Co", limits=LIMITS)) == 4


def test_a_connection_is_shut_as_its_time_is_up():
    ours, theirs = socket.socketpair()
    with ours, theirs, Watch(0.05) as seen:
        seen.take(ours)
        # Waits until it is shut.
        assert ours.recv(1) == b""
        assert seen.over


def test_the_time_of_an_answer_ends_with_it(monkeypatch):
    times = Times()
    monkeypatch.setattr(watch, "Timer", times.timer)
    seen = Watch(9.0)
    with seen:
        pass
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with seen:
            seen.take(ours)
            # The timer of the first, which was cancelled as it came.
            end, values = times.started[0]
            end(*values)
            theirs.send(b"x")
            assert ours.recv(1) == b"x"
        assert not seen.over
        with seen:
            times.up()
            # A connection made when time is up already.
            seen.take(ours)
            assert ours.recv(1) == b""


@pytest.mark.parametrize(
    "location",
    ["http://x:port/", "http://[::1", "http://127.0.0.1:999999/", "http://\x1b[2Jevil/"],
)
def test_a_redirect_to_no_address_is_named(mp_server: Server, location: str):  # noqa: F811
    mp_server.faults.append(status(302, Location=location))
    with pytest.raises(NetworkError, match="redirects") as caught:
        pull("Sm-Co", limits=LIMITS)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("7", 7, 7),
        ("-3", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 1e10, 1e12),
        ("inf", 1e300, float("inf")),
    ],
)
def test_a_wait_is_read_as_seconds_or_as_a_date_of_greenwich(text, least, most):
    assert least <= _retry_after(text) <= most


@pytest.mark.parametrize(
    "text", [None, "", "nan", "soon", "Wed, 99 Oct 2015", "1 2 3", "0x10", ","]
)
def test_a_wait_that_cannot_be_read_is_none(text):
    assert _retry_after(text) is None


FORMS = {
    "as it is": KEY,
    "upper case": KEY.upper(),
    "spread": " ".join(KEY),
    "with marks": "-".join(KEY[i : i + 4] for i in range(0, len(KEY), 4)),
    "a third": KEY[10:21],
    "from behind": KEY[::-1],
    "base64": base64.b64encode(KEY.encode()).decode(),
    "base64 of a header": base64.b64encode(f"x-api-key: {KEY}".encode()).decode(),
    "base64 for addresses": base64.urlsafe_b64encode(f"k={KEY}".encode()).decode(),
    "hexadecimal": KEY.encode().hex(),
    "escaped": "".join(f"%{ord(c):02x}" for c in KEY),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("code", [400, 403, 503])
def test_a_key_that_comes_back_in_any_form_is_not_shown(mp_server: Server, form, code):  # noqa: F811
    def echo(h: Handler) -> None:
        h.send_body(json.dumps({"detail": f"no such key: {form}"}).encode(), status=code)

    mp_server.faults.extend([echo] * 2)
    with pytest.raises(NetworkError) as caught:
        pull("Sm-Co", limits=LIMITS)
    assert form not in str(caught.value)
    assert not reveals(KEY, str(caught.value))
    assert "key" in str(caught.value)


def test_what_holds_no_key_is_shown():
    for text in ("500 Internal Server Error", "0123 is no port", "", "abcdefg", "x" * 5000):
        assert not reveals(KEY, text)


def test_nothing_that_a_server_says_moves_the_cursor(mp_server: Server):  # noqa: F811
    def colourful(h: Handler) -> None:
        h.send_body(
            json.dumps({"detail": "\x1b]0;owned\x07\x1b[2J\x9b31mred\r\n\u202e"}).encode(),
            status=418,
        )

    mp_server.faults.append(colourful)
    with pytest.raises(NetworkError, match="owned") as caught:
        pull("Sm-Co", limits=LIMITS)
    assert str(caught.value).isprintable()
    assert printable("a\x1b[31m\tb\n c") == "a?[31m b c"


def test_a_body_packed_with_a_name_is_read(mp_server: Server):  # noqa: F811
    def named(h: Handler) -> None:
        packed = gzip.compress(json.dumps(h.content()).encode())
        h.send_body(
            packed[:3] + b"\x08" + packed[4:10] + b"a.json\0" + packed[10:], Content_Encoding="gzip"
        )

    mp_server.faults.extend([None, named])
    try:
        assert len(pull("Sm-Co", limits=LIMITS)) == 4
    except MagnetkitError as error:
        pytest.fail(str(error))
