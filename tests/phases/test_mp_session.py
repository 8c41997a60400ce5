"""What can go wrong between mp-api and a server, each on a real connection."""

import gzip
import json
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from magnetkit.errors import MagnetkitError, NetworkError
from magnetkit.phases.materials_project.client import Client
from magnetkit.phases.materials_project.progress import Report
from magnetkit.phases.materials_project.pull import pull
from magnetkit.phases.materials_project.session import Limits, _sameplace
from tests.phases import mp_server as mp
from tests.phases.mp_server import KEY, Handler, Server, status

pytestmark = pytest.mark.usefixtures("own_cache")
FAST = Limits(connect_s=2.0, read_s=0.15, answer_s=0.4, backoff_s=0.001, answer_bytes=1 << 20)


def truncated(h: Handler) -> None:
    body = json.dumps(h.content()).encode()
    h.send_body(body[: len(body) // 2], promised=len(body))


def truncated_chunks(h: Handler) -> None:
    h.send_response(200)
    h.send_header("Transfer-Encoding", "chunked")
    h.end_headers()
    h.wfile.write(b'40\r\n{"data": [')
    h.close_connection = True


def reset(h: Handler) -> None:
    h.close_connection = True


def silent(h: Handler) -> None:
    h.server.over.wait(1.0)
    h.close_connection = True


def dripping(h: Handler) -> None:
    h.send_response(200)
    h.send_header("Content-Length", "100000")
    h.end_headers()
    for _ in range(100):
        h.wfile.write(b" ")
        if h.server.over.wait(0.03):
            break
    h.close_connection = True


PASSING = {
    "429": status(429, Retry_After="0.05"),
    "429 with a date": status(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
    "500": status(500),
    "502": status(502),
    "503": status(503),
    "504": status(504),
    "cut short": truncated,
    "cut short in chunks": truncated_chunks,
    "reset": reset,
    "silent": silent,
    "dripping": dripping,
    "no JSON": lambda h: h.send_body(b"<html>sorry</html>"),
    "broken JSON": lambda h: h.send_body(json.dumps(h.content()).encode()[:-9]),
    "broken gzip": lambda h: h.send_body(b"no gzip", Content_Encoding="gzip"),
}


@pytest.mark.parametrize("request_number", [0, 1, 3])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_failure_that_passes_is_tried_again(mp_server: Server, fault, request_number: int):
    mp_server.faults.extend([None] * request_number + [fault])
    assert len(pull("Sm-Co", limits=FAST)) == 4
    assert len(mp_server.requests) == 5


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_failure_that_stays_ends_in_one_clear_error(mp_server: Server, fault, own_cache):
    mp_server.faults.extend([None, None] + [fault] * 9)
    with pytest.raises(NetworkError, match=r"/materials/thermo/.*\(tried 3 times\)"):
        pull("Sm-Co", limits=Limits(**{**vars(FAST), "attempts": 3}))
    assert len(mp_server.requests) == 5
    assert not list(own_cache.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (400, "another version of mp-api"),
        (401, "MP_API_KEY"),
        (403, "next-gen.materialsproject.org/api"),
        (404, "MP_API_ENDPOINT"),
        (422, "another version of mp-api"),
    ],
)
def test_a_refusal_is_not_repeated(mp_server: Server, code: int, said: str):
    mp_server.faults.extend([None, status(code)])
    with pytest.raises(NetworkError, match=said) as caught:
        pull("Sm-Co", limits=FAST)
    assert f"status {code}" in str(caught.value)
    assert len(mp_server.requests) == 2


def test_a_refused_key_is_not_repeated_to_the_reader(mp_server: Server):
    mp_server.faults.append(lambda h: h.send_json({"detail": f"bad key {KEY}"}, 401))
    with pytest.raises(NetworkError, match="bad key <key>") as caught:
        pull("Sm-Co", limits=FAST)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert KEY not in str(chain)
        chain = chain.__cause__


def test_a_long_wait_asked_for_is_told_instead_of_waited(mp_server: Server):
    mp_server.faults.append(status(429, Retry_After="3600"))
    with pytest.raises(NetworkError, match="3600 s"):
        pull("Sm-Co", limits=FAST)


def changed(**new: object):
    """Return a fault that changes the top of a sound answer; None takes a key away."""

    def fault(h: Handler) -> None:
        answer = h.content() | new
        h.send_json({k: v for k, v in answer.items() if v is not None})

    return fault


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (changed(data=None), "'data'"),
        (changed(data={"mp-1": 3}), "'data'"),
        (changed(data=["mp-1"]), "'data'"),
        (changed(meta=None), "meta.total_doc"),
        (changed(meta={"total_doc": "4"}), "meta.total_doc"),
        (changed(meta={"total_doc": 1}), "meta.total_doc"),
        (changed(meta={"total_doc": 10**7}), "smaller chemical systems"),
        (lambda h: h.send_json([1, 2]), "'data'"),
        (lambda h: h.send_body(b" " * (2 << 20)), "MiB"),
        (
            lambda h: h.send_body(gzip.compress(b" " * (2 << 20)), Content_Encoding="gzip"),
            "MiB",
        ),
    ],
    ids=["no data", "data no list", "data no documents", "no meta", "count a text", "count low",
         "count huge", "a list", "huge", "huge unpacked"],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(mp_server: Server, fault, said: str):
    mp_server.faults.extend([None, fault])
    with pytest.raises(NetworkError, match=said):
        pull("Sm-Co", limits=FAST)
    assert len(mp_server.requests) == 2


@pytest.mark.parametrize("documents", [[], None], ids=["empty page", "repeated page"])
def test_a_partial_answer_is_not_kept(mp_server: Server, own_cache, documents):
    def fault(h: Handler) -> None:
        answer = h.content()
        again = mp.ALL["summary"][:1] if documents is None else documents
        h.send_json(answer | {"data": again})

    mp_server.faults.extend([None, None, fault] + [fault] * 5)
    with pytest.raises(NetworkError, match=r"announced 4 summary documents.*nothing was kept"):
        pull("Sm-Co", limits=Limits(page=2))
    assert not list(own_cache.rglob("*.parquet"))


def test_data_that_change_while_they_are_read_are_refused(mp_server: Server):
    mp_server.faults.extend([None, None, changed(meta={"total_doc": 9})])
    with pytest.raises(NetworkError, match="pull again"):
        pull("Sm-Co", limits=Limits(page=2))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"volume": "large"}, "volume"),
        ({"structure": {"lattice": 3}}, "not of the shape"),
        ({"structure": None}, "lacks structure"),
        ({"material_id": None}, "lacks material_id"),
    ],
)
def test_a_document_emmet_does_not_know_is_refused(mp_server: Server, change, said: str):
    def fault(h: Handler) -> None:
        answer = h.content()
        answer["data"][1] |= change
        h.send_json(answer)

    mp_server.faults.extend([None, fault])
    with pytest.raises(NetworkError, match=said):
        pull("Sm-Co", limits=FAST)


def test_the_key_follows_no_redirect_to_another_host(mp_server: Server):
    other = Server()
    try:
        mp_server.faults.extend([None, status(307, Location=f"{other.url}materials/summary/")])
        with pytest.raises(NetworkError, match="another host"):
            pull("Sm-Co", limits=FAST)
        assert other.requests == []
    finally:
        other.close()


def test_a_redirect_on_the_same_host_is_followed(mp_server: Server):
    mp_server.faults.append(status(307, Location="/heartbeat"))
    assert len(pull("Sm-Co", limits=FAST)) == 4


def test_a_circle_of_redirects_ends(mp_server: Server):
    mp_server.faults.extend([status(307, Location="/heartbeat")] * 20)
    with pytest.raises(NetworkError, match="circles"):
        pull("Sm-Co", limits=FAST)


@pytest.mark.parametrize("beat", [{}, [], {"db_version": ""}, {"db_version": 7}])
def test_a_server_without_a_version_is_refused(mp_server: Server, beat):
    mp_server.faults.append(lambda h: h.send_json(beat))
    with pytest.raises(NetworkError, match="database version"):
        pull("Sm-Co", limits=FAST)


def test_nobody_listening_is_told():
    closed = Server()
    url = closed.url
    closed.close()
    with pytest.raises(NetworkError, match="did not answer"):
        pull("Sm-Co", KEY, url, limits=Limits(backoff_s=0.001))


def test_pulls_at_once_ask_once(mp_server: Server):
    answers: list[object] = []

    def work() -> None:
        try:
            answers.append(len(pull("Sm-Co", limits=FAST)))
        except MagnetkitError as error:
            answers.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [4] * 4
    assert len(mp_server.requests) == 4


def test_every_request_names_what_it_asks_for(mp_server: Server):
    """Searches without a criterion go to a storage bucket; magnetism knows no chemsys."""
    pull("Sm-Co", limits=FAST)
    beat, summary, thermo, magnetism = map(urlsplit, mp_server.requests)
    assert beat.path == "/heartbeat"
    systems = {"Co", "Sm", "Co-Sm"}
    for request, kind in ((summary, "summary"), (thermo, "thermo")):
        assert request.path == f"/materials/{kind}/"
        assert set(parse_qs(request.query)["chemsys"][0].split(",")) == systems
    assert magnetism.path == "/materials/magnetism/"
    asked = parse_qs(magnetism.query)["material_ids"][0].split(",")
    assert len(asked) == 4


def test_a_search_without_criteria_is_not_asked(mp_server: Server):
    client = Client(KEY, mp_server.url, FAST, Report(False))
    with pytest.raises(ValueError, match="criterion"):
        client.search("summary", ("material_id",), chemsys=[])
    client.close()
    assert len(mp_server.requests) == 1


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("https://a.org/x", "https://a.org/y", True),
        ("http://a.org/x", "https://a.org/x", True),
        ("https://a.org/x", "http://a.org/x", False),  # The key would go unencrypted.
        ("http://a.org:8000/x", "https://a.org/x", False),
        ("https://a.org/x", "https://b.a.org/x", False),
        ("https://a.org/x", "https://a.org:444/x", False),
    ],
)
def test_the_key_stays_with_the_host_and_is_never_less_safe(old: str, new: str, same: bool):
    assert _sameplace(old, new) is same


def test_progress_and_waits_are_told_on_stderr_alone(mp_server: Server, capsys):
    mp_server.faults.extend([None, status(503)])
    pull("Sm-Co", progress=True, limits=FAST)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "503" in shown.err
    assert "magnetism" in shown.err
