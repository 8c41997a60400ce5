# ruff: noqa: E501
"""The report in a real browser."""

import csv
import time

import pytest

from magnetkit.screening import ScreenResult
from tests.report import browser
from tests.report.browser import ENTER, TAB, Browser

pytestmark = pytest.mark.skipif(
    not (browser.DRIVER and browser.CHROMIUM),
    reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)",
)
FIRST = "return document.querySelector('#rows tr').cells[%d].textContent"
TYPE = (
    "const e = document.getElementById('%s'); e.value = '%s'; e.dispatchEvent(new Event('input'))"
)


@pytest.fixture(scope="module")
def report(folder, tmp_path_factory):
    return ScreenResult.from_folder(folder).report(tmp_path_factory.mktemp("page") / "report.html")


@pytest.fixture
def window(report, tmp_path):
    opened = Browser(tmp_path)
    opened.open(report)
    yield opened
    opened.close()


def draw_all(window):
    count = window.run("return document.querySelectorAll('[data-figure]').length")
    for i in range(count):
        place = f"document.querySelectorAll('[data-figure]')[{i}]"
        window.run(f"{place}.scrollIntoView({{behavior: 'instant', block: 'center'}})")
        window.wait(f"return !!{place}.querySelector('.main-svg')")
    return count


def test_every_figure_is_drawn_without_a_word_on_the_console(window):
    assert draw_all(window) == 6
    assert window.errors() == []
    assert window.run("return window.alert.called || document.scripts.length") == 3


def test_a_point_says_what_it_is(window):
    place = "document.querySelector('[data-figure=pareto]')"
    window.run(f"{place}.scrollIntoView({{behavior: 'instant', block: 'center'}})")
    window.wait(f"return !!{place}.querySelector('.main-svg')")
    paths = f"{place}.querySelectorAll('.scatterlayer .trace:last-child .points path')"
    window.wait(f"return {paths}.length")
    box = window.run(f"const b = {paths}[0].getBoundingClientRect(); return [b.x, b.y, b.width]")
    window.move(box[0] + box[2] / 2, box[1] + box[2] / 2)
    text = window.wait(f"return {place}.querySelector('.hoverlayer').textContent")
    assert "Sm" in text


def test_the_table_sorts_by_mouse_and_by_keyboard(window):
    head = "document.querySelector('#heads [data-name=remanence_T] button')"
    column = window.run(f"return {head}.closest('th').cellIndex")
    values = f"return [...document.querySelectorAll('#rows tr')].map(r => parseFloat(r.cells[{column}].textContent))"
    window.run(f"{head}.click()")
    rising = window.run(values)
    assert rising == sorted(rising)
    window.run(f"{head}.focus()")
    window.press(ENTER)
    falling = window.run(values)
    assert falling == sorted(rising, reverse=True)
    assert window.run(f"return {head}.closest('th').getAttribute('aria-sort')") == "descending"
    window.press(TAB)
    assert window.run("return document.activeElement.closest('th').dataset.name") == (
        "coercivity_kA_m"
    )


def test_the_table_filters_and_the_download_holds_what_is_kept(window, tmp_path):
    window.run(TYPE % ("search", "nd2fe14b"))
    assert window.run(FIRST % 1) == "Nd2Fe14B"
    assert window.run("return document.querySelectorAll('#rows tr').length") == 1
    window.run(TYPE % ("search", ""))
    window.run(TYPE % ("most", "2"))
    window.run("document.getElementById('download').click()")
    file = tmp_path / "candidates.csv"
    end = time.monotonic() + 20
    while not file.is_file() and time.monotonic() < end:
        time.sleep(0.1)
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert float(rows[0]["remanence_T_lo"]) < float(rows[0]["remanence_T"])


def test_a_narrow_screen_scrolls_only_down(report, tmp_path):
    window = Browser(tmp_path, phone=(360, 740))
    try:
        window.open(report)
        draw_all(window)
        assert window.run("return document.documentElement.scrollWidth") <= 360
    finally:
        window.close()


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
