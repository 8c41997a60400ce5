"""What the explorer's server lets in, and how much of it at once."""

import threading
import time
from importlib.util import find_spec

import pytest

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
