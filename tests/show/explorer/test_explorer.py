# ruff: noqa: E501
"""The explorer as served, and in a real browser."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from magnetkit.datasets import sha256
from tests.show.report import browser
from tests.show.report.browser import ENTER, Browser

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
    moved = tmp_path_factory.mktemp("hostile")
    pq.write_table(data.set_column(place, "candidate", pa.array(names)), moved / "ranked.parquet")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = {"ranked.parquet": sha256(moved / "ranked.parquet")}
    (moved / "manifest.json").write_text(json.dumps(manifest))
    process = start(moved, "--port", "0")
    try:
        line = process.stderr.readline()
        assert "http://127.0.0.1:" in line, line + process.stderr.read()
        yield next(word for word in line.split() if word.startswith("http"))
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        assert process.wait(20) == 130
        assert time.monotonic() - begun < 2.0
        assert "interrupted" in process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def asked(address, host=None):
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    try:
        connection.request("GET", "/", headers={"Host": host or place.netloc})
        return connection.getresponse().status
    finally:
        connection.close()


def test_only_this_machine_by_its_own_name_is_answered(address):
    port = urlsplit(address).port
    assert asked(address) == 200
    assert asked(address, f"localhost:{port}") == 200
    for foreign in ("example.org", f"example.org:{port}", "127.0.0.1.example.org"):
        assert asked(address, foreign) == 400
    # Another address of this machine: open if the server listened to all of them.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_a_taken_port_and_a_wrong_folder_are_one_line(address, folder, tmp_path):
    for place, port, says in (
        (folder, urlsplit(address).port, "--port"),
        (tmp_path, 0, "no results folder"),
    ):
        process = start(place, "--port", str(port))
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert says in errors
        assert len(errors.splitlines()) == 1


@pytest.fixture
def window(address, tmp_path):
    opened = Browser(tmp_path)
    try:
        opened.open(address)
        opened.wait(
            f"return {ROWS}.length > 1 && !!document.querySelector('#pareto .main-svg')", 30
        )
        opened.wait("return document.getElementById('evaluated').textContent === ''", 60)
        yield opened
        assert opened.errors() == []
    finally:
        opened.close()


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
    before = [window.run(cell % heads.index(name)) for name in ("Br", "HcJ", "Risk", "#")]
    cold = put(window, "temperature", "20")
    assert "293 K (20 °C)" in cold
    assert float(window.run(cell % heads.index("Br"))) > float(before[0])
    assert float(window.run(cell % heads.index("HcJ"))) > float(before[1])
    total = int(cold.split()[0])
    assert 0 < int(put(window, "remanence", "1.2").split()[0]) < total
    window.run("dash_clientside.set_props('scenario', {value: 'embargo'})")
    window.wait(f"return {ROWS}[0].cells[{heads.index('Risk')}].textContent !== '{before[2]}'")
    assert put(window, "heavy", "0").split()[0] < str(total)


@needs_browser
def test_the_table_sorts_and_turns_pages_by_keyboard(window):
    column = "[...document.querySelectorAll('thead th')].findIndex((h) => h.textContent.startsWith('Br'))"
    head = f"document.querySelectorAll('thead th')[{column}]"
    values = f"[...{ROWS}].map((r) => parseFloat(r.cells[{column}].textContent))"
    window.run(f"{head}.querySelector('button').focus()")
    window.press(ENTER)
    window.wait(f"return {head}.ariaSort === 'ascending'")
    rising = window.run(f"return {values}")
    assert rising == sorted(rising)
    window.press(ENTER)
    window.wait(f"return {head}.ariaSort === 'descending'")
    assert max(window.run(f"return {values}")) >= max(rising)
    window.run("document.getElementById('after').click()")
    window.wait("return document.getElementById('count').textContent.startsWith('Page 2')")
    assert window.run("return document.getElementById('before').disabled") is False


@needs_browser
def test_every_slider_has_a_name(window):
    sliders = "[...document.querySelectorAll('[role=slider]')].map((s) => s.ariaLabel)"
    names = window.wait(f"return {sliders}.length === 5 && {sliders}.every(Boolean) && {sliders}")
    assert len(set(names)) == 5


@needs_browser
def test_a_hostile_name_is_text(window):
    assert window.run(f"return {ROWS}[0].cells[1].textContent") == HOSTILE
    assert window.run("return document.querySelectorAll('#rows img').length") == 0
    assert window.run("return document.title") != "run"


@needs_browser
def test_a_narrow_screen_scrolls_only_down(address, tmp_path):
    opened = Browser(tmp_path, phone=(360, 740))
    try:
        opened.open(address)
        opened.wait(
            f"return {ROWS}.length > 1 && !!document.querySelector('#pareto .main-svg')", 30
        )
        assert opened.run("return document.documentElement.scrollWidth") <= 360
    finally:
        opened.close()
