"""What the explorer's server lets in, and how much of it at once."""

import socket
import sys
import threading
import time
from importlib.util import find_spec

import flask
import pytest
from magnetkit.errors import InputError

from magnetkit.explorer import server

pytestmark = pytest.mark.skipif(
    find_spec("dash") is None, reason="needs dash (the extra `explore`)"
)


@pytest.fixture
def flask_server():
    import dash

    app = dash.Dash(__name__)
    app.layout = dash.html.Div()
    server._guard(app)
    return app.server


def together(client_of, path, count):
    """Ask that many times at once; return the statuses."""
    codes = []

    def ask():
        codes.append(
            client_of().get(path, base_url="http://127.0.0.1").status_code
        )

    users = [threading.Thread(target=ask) for _ in range(count)]
    for user in users:
        user.start()
    for user in users:
        user.join(300)
    return codes


def test_answers_one_request_at_a_time(flask_server):
    inside = []
    counts = []

    @flask_server.route("/slow")
    def slow():
        inside.append(1)
        counts.append(len(inside))
        time.sleep(0.05)
        inside.pop()
        return "done"

    assert together(flask_server.test_client, "/slow", 12) == [200] * 12
    assert max(counts) == server.AT_ONCE == 1


def test_failing_answer_frees_its_place(flask_server):
    @flask_server.route("/bad")
    def bad():
        raise ValueError("x")

    assert together(flask_server.test_client, "/bad", 6) == [400] * 6
    assert together(flask_server.test_client, "/no-such-page", 3) == [200] * 3


def test_foreign_host_and_large_body_take_no_place(flask_server):
    client = flask_server.test_client()
    for _ in range(3):
        answer = client.get("/", base_url="http://elsewhere.example")
        assert answer.status_code == 400
        large = client.post(
            "/",
            data=b"x" * (server.MOST_BYTES + 1),
            base_url="http://127.0.0.1",
        )
        assert large.status_code == 413
    assert client.get("/", base_url="http://127.0.0.1").status_code == 200
    largest = client.post(
        "/", data=b"x" * server.MOST_BYTES, base_url="http://127.0.0.1"
    )
    assert largest.status_code != 413


def test_what_is_sent_arrives(flask_server):
    @flask_server.route("/sent", methods=["POST"])
    def sent():
        return flask.request.get_data()

    answer = flask_server.test_client().post(
        "/sent", data=b"a body", base_url="http://127.0.0.1"
    )
    assert answer.data == b"a body"


def test_every_answer_names_what_a_page_may_do(flask_server):
    answer = flask_server.test_client().get("/", base_url="http://localhost")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert policy[1].startswith("script-src 'self' 'sha256-")
    assert policy[2:] == [
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    assert flask_server.config["TRUSTED_HOSTS"] == ["127.0.0.1", "localhost"]
    assert flask_server.config["MAX_CONTENT_LENGTH"] == 1 << 20


def test_a_failure_says_nothing_of_itself(flask_server, caplog):
    caplog.set_level("DEBUG", "magnetkit")

    @flask_server.route("/bad")
    def bad():
        raise ValueError("secret")

    answer = flask_server.test_client().get(
        "/bad", base_url="http://localhost"
    )
    assert answer.text == "This request cannot be answered."
    server._log_unfinished_request(None, ("127.0.0.1", 1))
    # Only who asks for the log is told.
    failure, early = (
        record
        for record in caplog.records
        if record.name == "magnetkit.explorer.server"
    )
    assert failure.message == "a request to the explorer failed"
    assert str(failure.exc_info[1]) == "secret"
    assert early.message == "a request was not finished"
    assert {failure.levelname, early.levelname} == {"DEBUG"}


class Stream:
    """What a client sends, in blocks, of which the reader asks for some."""

    def __init__(self, length):
        self.left = length
        self.sizes = []

    def read(self, size):
        self.sizes.append(size)
        size = min(size, self.left)
        self.left -= size
        return b"x" * size


def test_the_rest_of_a_refused_request_is_read_in_small_blocks():
    stream = Stream(150_000)
    environ = {"wsgi.input": stream, "CONTENT_LENGTH": "150000"}
    parts = list(server._refuse_request([b"no"], environ))
    assert parts == [b"no"]
    assert stream.left == 0
    assert stream.sizes == [65_536, 65_536, 18_928]
    short = Stream(10)
    environ = {"wsgi.input": short, "CONTENT_LENGTH": "100"}
    assert list(server._refuse_request([], environ)) == []
    assert short.sizes == [100, 90]
    none = Stream(10)
    list(server._refuse_request([], {"wsgi.input": none}))
    assert none.sizes == []


def test_it_serves_until_its_end_and_computes_meanwhile():
    events = []

    class Served:
        def serve_forever(self):
            events.append("serve")
            raise KeyboardInterrupt

        def server_close(self):
            events.append("close")

    class Computed:
        def evaluate(self, stopped):
            while not stopped():
                time.sleep(0.001)
            events.append("stopped")

    with pytest.raises(KeyboardInterrupt):
        server._run(Served(), Computed(), lambda: events.append("ready"))
    assert events[:2] == ["ready", "serve"]
    assert set(events[2:]) == {"close", "stopped"}


def test_names_a_port_that_is_taken(folder, monkeypatch):
    announced = []
    with socket.create_server((server.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} cannot be used"):
            server.serve(folder, port, announced.append)
    assert announced == []

    def run(one, results, ready):
        ready()
        one.server_close()

    monkeypatch.setattr(server, "_run", run)
    server.serve(folder, 0, announced.append)
    (address,) = announced
    assert address.startswith("http://127.0.0.1:")
    assert address.endswith("/")


def test_names_the_extra_without_dash(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "magnetkit.explorer.page", None)
    with pytest.raises(InputError, match=r"'magnetkit\[explore\]'"):
        server.serve(folder)
