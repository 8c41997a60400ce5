"""The explorer as served, and in a real browser."""

import base64
import hashlib
import http.client
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from magnetkit.datasets import sha256

from tests.fresh import run_python
from tests.report.browser import browser
from tests.report.browser.browser import ENTER
from tests.said import command_lines

pytestmark = pytest.mark.skipif(
    find_spec("dash") is None, reason="needs dash (the extra `explore`)"
)
needs_browser = pytest.mark.skipif(
    not (browser.DRIVER and browser.CHROMIUM),
    reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)",
)
HOSTILE = "<img src=x onerror=\"document.title='run'\">"
SUMMARY = "document.getElementById('summary').textContent"
ROWS = "document.querySelectorAll('#rows tr')"
IS_DRAWN = f"return {ROWS}.length > 1 && !!document.querySelector('#pareto .main-svg')"


def start(folder, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "magnetkit", "explore", str(folder), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def address(folder, tmp_path_factory):
    data = pq.read_table(folder / "ranked.parquet")
    names = data["candidate"].to_pylist()
    names[data["rank"].to_pylist().index(1)] = HOSTILE
    place = data.schema.get_field_index("candidate")
    copy = tmp_path_factory.mktemp("hostile")
    pq.write_table(
        data.set_column(place, "candidate", pa.array(names)),
        copy / "ranked.parquet",
    )
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = {"ranked.parquet": sha256(copy / "ranked.parquet")}
    manifest["identity"]["application"]["title"] = (
        "Wing </title><script>run()</script>"
    )
    (copy / "manifest.json").write_text(json.dumps(manifest))
    process = start(copy, "--port", "0")
    try:
        line = process.stderr.readline()
        assert "http://127.0.0.1:" in line, line + process.stderr.read()
        yield next(word for word in line.split() if word.startswith("http"))
        process.send_signal(signal.SIGINT)
        # The other temperatures take longer on a busy machine than what ends it.
        assert process.wait(20) == 130
        text = process.stderr.read()
        assert "interrupted" in text
        assert len([line for line in command_lines(text) if line]) <= 2
        assert "Traceback" not in text
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@contextmanager
def connect(address):
    """Open a connection to the server at an address, and close it in the end."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(
        place.hostname, place.port, timeout=300
    )
    try:
        yield connection
    finally:
        connection.close()


def request_status(address, host=None):
    headers = {"Host": host or urlsplit(address).netloc}
    with connect(address) as connection:
        connection.request("GET", "/", headers=headers)
        return connection.getresponse().status


def test_answers_this_machine_by_its_name_alone(address):
    port = urlsplit(address).port
    assert request_status(address) == 200
    assert request_status(address, f"localhost:{port}") == 200
    for foreign in (
        "example.org",
        f"example.org:{port}",
        "127.0.0.1.example.org",
    ):
        assert request_status(address, foreign) == 400
    # Another address of this machine: open if the server listened to all of them.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_client_leaving_early_writes_nothing(address):
    """The fixture counts what was printed."""
    place = urlsplit(address)
    for _ in range(20):
        with socket.create_connection((place.hostname, place.port)) as client:
            head = f"POST / HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 500\r\n\r\nx"
            client.sendall(head.encode())
    assert request_status(address) == 200


def post(address, body, length=None):
    """Send a callback; return status and text of the answer."""
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(length or len(body)),
    }
    with connect(address) as connection:
        try:
            connection.request(
                "POST", "/_dash-update-component", body, headers
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (BrokenPipeError, ConnectionResetError):
            return 413, b""


def test_refuses_foreign_requests_in_silence(address):
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"output": "x"}',
        b'{"output": 5, "inputs": {}}',
    ):
        assert 400 <= post(address, body)[0] < 500, body
    # The fixture's end reads what the terminal was told.


def test_refuses_a_huge_request_without_reading(address):
    body = b'{"x":"' + b"a" * (8 << 20) + b'"}'
    assert post(address, body)[0] == 413
    assert post(address, b"{}", length=300 << 20)[0] == 413


def test_the_page_runs_its_own_scripts_alone(address):
    with connect(address) as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        page = answer.read().decode()
    policy = dict(
        part.strip().split(" ", 1)
        for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    inline = re.findall(
        r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>(.*?)</script>",
        page,
        re.S,
    )
    assert inline
    for script in inline:
        digest = base64.b64encode(
            hashlib.sha256(script.encode()).digest()
        ).decode()
        assert f"'sha256-{digest}'" in policy["script-src"], script
    assert "<title>Wing &lt;/title&gt;&lt;script&gt;" in page
    assert "<script>run" not in page


def test_busy_port_and_wrong_folder_are_one_line(address, folder, tmp_path):
    for place, port, says in (
        (folder, urlsplit(address).port, "--port"),
        (tmp_path, 0, "no results folder"),
    ):
        command = f"-m magnetkit explore {place} --port {port}"
        ended = run_python(*shlex.split(command), env=os.environ, cwd=tmp_path)
        assert ended.returncode == 1
        assert says in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


@pytest.fixture
def window(address, browser_window):
    browser_window.open(address)
    browser_window.wait(IS_DRAWN, 120)
    browser_window.wait(
        "return document.getElementById('evaluated').textContent === ''",
        300,
    )
    yield browser_window
    assert browser_window.errors() == []


def put(window, name, value):
    before = window.run(f"return {SUMMARY}")
    window.run(f"dash_clientside.set_props('{name}', {{value: {value}}})")
    return window.wait(f"return {SUMMARY} !== `{before}` && {SUMMARY}")


@needs_browser
def test_limits_temperature_and_scenario_move_summary_and_table(window):
    cell = f"return {ROWS}[0].cells[%d].textContent"
    heads = [
        h.split("\n")[0]
        for h in window.run(
            "return [...document.querySelectorAll('thead th button')].map((b) => b.firstChild.textContent)"
        )
    ]
    before = [
        window.run(cell % heads.index(name))
        for name in ("Br", "HcJ", "Risk", "#")
    ]
    cold = put(window, "temperature", "20")
    assert "293 K (20 °C)" in cold
    assert float(window.run(cell % heads.index("Br"))) > float(before[0])
    assert float(window.run(cell % heads.index("HcJ"))) > float(before[1])
    total = int(cold.split()[0])
    assert 0 < int(put(window, "remanence", "1.2").split()[0]) < total
    window.run("dash_clientside.set_props('scenario', {value: 'embargo'})")
    window.wait(
        f"return {ROWS}[0].cells[{heads.index('Risk')}].textContent !== '{before[2]}'"
    )
    assert put(window, "heavy", "0").split()[0] < str(total)


@needs_browser
def test_the_table_sorts_and_turns_pages_by_keyboard(window):
    column = "[...document.querySelectorAll('thead th')].findIndex((h) => h.textContent.startsWith('Br'))"
    head = f"document.querySelectorAll('thead th')[{column}]"
    values = (
        f"[...{ROWS}].map((r) => parseFloat(r.cells[{column}].textContent))"
    )
    window.run(f"{head}.querySelector('button').focus()")
    window.press(ENTER)
    window.wait(f"return {head}.ariaSort === 'ascending'")
    rising = window.run(f"return {values}")
    assert rising == sorted(rising)
    window.press(ENTER)
    window.wait(f"return {head}.ariaSort === 'descending'")
    assert max(window.run(f"return {values}")) >= max(rising)
    window.run("document.getElementById('after').click()")
    window.wait(
        "return document.getElementById('count').textContent.startsWith('Page 2')"
    )
    assert (
        window.run("return document.getElementById('before').disabled")
        is False
    )


@needs_browser
def test_click_shows_the_curve_of_its_point(window):
    legend = "[...document.querySelectorAll('#curve .legendtext')].map((t) => t.textContent)"
    names = window.wait(f"return {legend}.length > 1 && {legend}")
    assert names[0].startswith(f"J(H) {HOSTILE}")
    assert names[1].startswith("J(H) Today's magnet")
    click = "{points: [{customdata: 1}]}"
    window.run(f"dash_clientside.set_props('pareto', {{clickData: {click}}})")
    window.wait(f"return {legend}[0] !== `{names[0]}`")
    # All curves of both magnets end on the axis.
    ends = window.run(
        "return document.getElementById('curve').querySelector('.js-plotly-plot').data"
        ".filter((t) => /^[JB]\\(H\\)/.test(t.name)).map((t) => t.y[t.y.length - 1])"
    )
    assert max(abs(y) for y in ends) < 1e-3


@needs_browser
def test_download_holds_the_rows_of_the_filter(window, tmp_path):
    count = int(window.run(f"return {SUMMARY}").split()[0])
    window.run("document.getElementById('save').click()")
    file = tmp_path / "candidates.csv"
    end = time.monotonic() + 120
    while not file.is_file() and time.monotonic() < end:
        time.sleep(0.1)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == count + 1
    assert lines[0].startswith("rank,candidate")


@needs_browser
def test_every_slider_has_a_name(window):
    sliders = "[...document.querySelectorAll('[role=slider]')].map((s) => s.ariaLabel)"
    names = window.wait(
        f"return {sliders}.length === 5 && {sliders}.every(Boolean) && {sliders}"
    )
    assert len(set(names)) == 5


@needs_browser
def test_a_hostile_name_is_text(window):
    assert window.run(f"return {ROWS}[0].cells[1].textContent") == HOSTILE
    assert (
        window.run("return document.querySelectorAll('#rows img').length") == 0
    )
    assert window.run("return document.title") != "run"


@needs_browser
@pytest.mark.parametrize("width", [360, 700])
def test_a_narrow_screen_scrolls_only_down(address, browser_window, width):
    browser_window.set_size(width, 740, mobile=True)
    browser_window.open(address)
    browser_window.wait(IS_DRAWN, 120)
    assert (
        browser_window.run("return document.documentElement.scrollWidth")
        <= width
    )
    # A name takes three lines at most.
    assert browser_window.run(f"return {ROWS}[1].offsetHeight") < 90
