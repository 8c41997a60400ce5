# ruff: noqa: E501
"""The report in a real browser."""

import csv
import time
from dataclasses import replace

import pyarrow
import pytest

from magnetkit.run.screen import ScreenResult
from tests.report.browser import browser
from tests.report.browser.browser import ENTER, TAB

pytestmark = pytest.mark.skipif(
    not (browser.DRIVER and browser.CHROMIUM),
    reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)",
)
ROWS = "document.querySelectorAll('#table tbody tr')"
HEADS = "[...document.querySelectorAll('#table thead th')]"
TYPE = """const e = document.querySelector('%s'); e.value = '%s';
e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}))"""


def head(name):
    return f"{HEADS}.find((h) => h.querySelector('button').textContent.startsWith('{name}'))"


@pytest.fixture(scope="module")
def report(folder, tmp_path_factory):
    return ScreenResult.from_folder(folder).report(
        tmp_path_factory.mktemp("page") / "report.html"
    )


@pytest.fixture
def window(report, browser_window):
    open_report(browser_window, report)
    return browser_window


CUT = """return [...document.querySelectorAll('.wide')].filter((e) => e.offsetParent)
    .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.ariaLabel)"""
TEXTS = """return [...document.querySelectorAll('.plot .main-svg text')].filter((t) => t.textContent.trim())
    .map((t) => { const b = t.getBoundingClientRect(); const f = t.closest('[data-figure]');
    return [f.dataset.figure, t.textContent, b.left, b.top, b.right, b.bottom]; }).filter((t) => t[4] > t[2])"""


def overlaps(window):
    """Return the pairs of texts of one figure that lie on each other."""
    texts = window.run(TEXTS)
    pairs = []
    for i, (figure, one, start, top, right, bottom) in enumerate(texts):
        for other, second, x, y, end, base in texts[i + 1 :]:
            across = min(right, end) - max(start, x)
            down = min(bottom, base) - max(top, y)
            # Boxes of letters touch; a text that cannot be told from another covers more of it.
            if figure == other and across > 2 and down > 3:
                pairs.append((figure, one, second))
    return pairs


def draw(window, place):
    """Scroll to a figure, and wait until it is drawn."""
    window.run(
        f"{place}.scrollIntoView({{behavior: 'instant', block: 'center'}})"
    )
    window.wait(f"return !!{place}.querySelector('.main-svg')")


def draw_all(window):
    figures = "document.querySelectorAll('[data-figure]')"
    count = window.run(f"return {figures}.length")
    for i in range(count):
        draw(window, f"{figures}[{i}]")
    return count


def wait_for(file):
    """Wait until a file has been downloaded."""
    end = time.monotonic() + 120
    while not file.is_file() and time.monotonic() < end:
        time.sleep(0.1)


def open_report(window, page):
    window.open(page)
    window.wait(f"return {ROWS}.length > 1")


def test_draws_every_figure_without_console_messages(window):
    assert draw_all(window) == 6
    assert window.errors() == []
    assert window.run("return document.scripts.length") == 3
    # Plotly's own bar would offer to upload the figure.
    buttons = "[...document.querySelectorAll('.modebar-btn')].map((b) => b.dataset.title)"
    titles = window.run(f"return {buttons}")
    assert titles
    assert not [t for t in titles if "hare" in t or "loud" in t]


def test_a_point_says_what_it_is(window):
    place = "document.querySelector('[data-figure=pareto]')"
    draw(window, place)
    paths = f"{place}.querySelectorAll('.scatterlayer .trace:last-child .points path')"
    window.wait(f"return {paths}.length")
    box = window.run(
        f"const b = {paths}[0].getBoundingClientRect(); return [b.x, b.y, b.width]"
    )
    window.move(box[0] + box[2] / 2, box[1] + box[2] / 2)
    text = window.wait(
        f"return {place}.querySelector('.hoverlayer').textContent"
    )
    assert "Sm" in text


def test_the_table_sorts_by_mouse_and_by_keyboard(window):
    remanence = head("Br")
    values = f"return [...{ROWS}].map((r) => parseFloat(r.cells[{remanence}.cellIndex].textContent))"
    window.run(f"{remanence}.querySelector('button').click()")
    rising = window.wait(
        f"return {remanence}.ariaSort === 'ascending' && ({values[7:]})"
    )
    assert rising == sorted(rising)
    window.run(f"{remanence}.querySelector('button').focus()")
    window.press(ENTER)
    falling = window.wait(
        f"return {remanence}.ariaSort === 'descending' && ({values[7:]})"
    )
    assert falling == sorted(rising, reverse=True)
    window.press(TAB)
    assert (
        window.run("return document.activeElement.ariaLabel")
        == "Filter by Remanence (T)"
    )


def test_filter_decides_the_table_and_the_download(window, tmp_path):
    window.run(TYPE % ("#search", "nd2fe14b"))
    window.wait(f"return {ROWS}.length === 1")
    assert window.run(f"return {ROWS}[0].cells[1].textContent") == "Nd2Fe14B"
    window.run(TYPE % ("#search", ""))
    window.run(TYPE % ("#table th[data-name=candidate] input", "ND2FE"))
    window.wait(f"return {ROWS}.length === 1")
    window.run(TYPE % ("#table th[data-name=candidate] input", ""))
    window.run(TYPE % ("#table th[data-name=rank] input", "no number"))
    assert (
        window.wait("return document.querySelector('#count').textContent")
        == "No candidate fits"
    )
    window.run(TYPE % ("#table th[data-name=rank] input", "> 1"))
    window.wait(f"return {ROWS}[0]?.cells[0].textContent === '2'")
    for query, count in (("3", 1), ("≤ 2", 2)):
        window.run(TYPE % ("#table th[data-name=rank] input", query))
        window.wait(f"return {ROWS}.length === {count}")
    window.run("document.querySelector('#download').click()")
    file = tmp_path / "candidates.csv"
    wait_for(file)
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert float(rows[0]["remanence_T_lo"]) < float(rows[0]["remanence_T"])


def test_hostile_name_stays_text(folder, tmp_path, browser_window):
    result = ScreenResult.from_folder(folder)
    data = result.data
    names = data["candidate"].to_pylist()
    first = data["rank"].to_pylist().index(1)
    names[first] = "+<img src=x onerror=\"document.title='run'\"></script>"
    column = data.schema.get_field_index("candidate")
    data = data.set_column(column, "candidate", pyarrow.array(names))
    page = replace(result, source=data).report(tmp_path / "report.html")
    file = tmp_path / "candidates.csv"
    open_report(browser_window, page)
    draw_all(browser_window)
    name = browser_window.run(f"return {ROWS}[0].cells[1].textContent")
    assert name == names[first]
    browser_window.run("document.querySelector('#download').click()")
    wait_for(file)
    assert browser_window.run("return document.title") != "run"
    images = "return document.querySelectorAll('img').length"
    assert browser_window.run(images) == 0
    assert browser_window.errors() == []
    with file.open(newline="", encoding="utf-8") as stream:
        assert next(csv.DictReader(stream))["candidate"] == "'" + names[first]


@pytest.mark.parametrize(
    ("width", "height", "mobile"), [(360, 740, True), (1400, 1000, False)]
)
def test_a_screen_scrolls_only_down_and_hides_nothing(
    report, browser_window, width, height, mobile
):
    browser_window.set_size(width, height, mobile)
    open_report(browser_window, report)
    draw_all(browser_window)
    scroll_width = "return document.documentElement.scrollWidth"
    assert browser_window.run(scroll_width) <= width
    assert browser_window.run(CUT) == []
    assert overlaps(browser_window) == []


def test_text_stands_out_from_its_ground(window):
    """Contrast of at least 4.5 to 1, as WCAG 2 asks of text."""
    script = """
    const light = (c) => c.map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
      .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
    const rgb = (t) => t.match(/[\\d.]+/g).map(Number);
    const ground = (e) => { for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3);
    } return [255, 255, 255]; };
    return [...document.querySelectorAll('body *')].filter((e) => !e.closest('.plot') && !e.disabled &&
      [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.offsetParent)
      .map((e) => { const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
        return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.outerHTML.slice(0, 80)]; })
      .filter(([c]) => c < 4.5)"""
    assert window.run(script) == []
