import json
import re
import shutil
from html import unescape
from html.parser import HTMLParser

import pytest
from magnetkit.errors import InputError

import magnetkit as mk
from magnetkit import datasets
from magnetkit._core.columns import COLUMNS, layouts
from magnetkit.report import _content, plots
from magnetkit.report.report import _cell, _escape_for_script
from magnetkit.run.screen import ScreenResult, screen

SECTIONS = (
    "answer",
    "evidence",
    "requirements",
    "properties",
    "comparators",
    "grades",
    "temperature",
    "demagnetization",
    "section",
    "supply",
    "candidates",
    "rejected",
    "method",
    "provenance",
)


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids = set()
        self.links = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids.add(attributes.get("id"))
        self.links += [
            attributes[k]
            for k in ("href", "src", "action", "srcset")
            if k in attributes
        ]
        self.scripts += tag == "script"


@pytest.fixture(scope="module")
def page(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    ScreenResult.from_folder(folder).report(path)
    return path.read_text(encoding="utf-8")


def own_text(page):
    """The page without plotly.js, which can do more than this page asks of it."""
    start = page.index("* plotly.js v")
    end = page.index("</script>", start)
    return page[:start] + page[end:]


def test_has_every_section_and_only_internal_links(page):
    document = Page(page)
    assert document.ids >= set(SECTIONS)
    assert {link.removeprefix("#") for link in document.links} <= document.ids
    assert all(link.startswith("#") for link in document.links)


def test_nothing_is_loaded_from_elsewhere(page):
    assert "default-src 'none'" in page
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert set(re.findall(r"url\(([^:)]*)", style)) <= {"data"}
    assert "@import" not in style
    assert "fetch(" not in own_text(page)


def test_escapes_text_of_users(page):
    assert "<script>alert" not in own_text(page)
    assert "&lt;script&gt;alert" in page
    # The data, plotly.js and the page's own script.
    assert Page(page).scripts == 3


def test_says_that_the_cold_was_never_compared(page):
    # The device begins at -50 degrees C, the comparison at -23.
    text = "Below -23 °C no coercivity was compared with a measurement."
    assert page.count(text) == 1


def test_embedded_data_is_json_with_all_figures(page):
    text = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', page
    )[1]
    data = json.loads(text)
    names = "pareto grades temperature demagnetization supply section"
    assert set(data["figures"]) == set(names.split())
    assert set(re.findall(r'data-figure="(\w+)"', page)) == set(names.split())
    table = data["table"]
    assert all(len(c["values"]) == table["rows"] for c in table["columns"])
    ranks = next(c["values"] for c in table["columns"] if c["name"] == "rank")
    assert ranks == list(range(1, table["rows"] + 1))


def test_report_begins_with_the_verdict(page, folder):
    decisions = ScreenResult.from_folder(folder).decisions
    start = page[
        page.index('<section id="answer"') : page.index('<h2 id="evidence">')
    ]
    order = [
        "<p>Decision: ",
        "<p>Next, for ",
        'aria-label="Decisions"',
        'data-figure="pareto"',
    ]
    places = [start.index(text) for text in order]
    assert places == sorted(places)
    assert start.count('data-label="Status"') == len(decisions)
    assert start.count("data-figure") == 1
    data = json.loads(re.search(r'id="data">(.*?)</script>', page)[1])
    names = [t["name"] for t in data["figures"]["pareto"]["data"][3:]]
    # Today's magnet has no rank; the others have that of `DIR:n`.
    ranks = ["0", *decisions["rank"].iloc[1:].astype(str)]
    assert [name.split(".")[0] for name in names] == ranks
    assert re.findall(r'<td class="name">([^<]*)</td>', start) == ranks
    # Each figure of magnets draws the same ones.
    for name, count in (
        ("temperature", 2),
        ("supply", 2),
        ("demagnetization", 3),
    ):
        legend = {
            t["name"]
            for t in data["figures"][name]["data"]
            if t.get("legendgroup")
        }
        assert len(data["figures"][name]["data"]) >= count * len(decisions), (
            legend
        )


def test_in_script_cannot_end_the_element():
    text = _escape_for_script({"a": "</script><!--&\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--&\u2028"}


def test_magnets_without_rare_earth_stand_in_a_table_aside(page):
    block = page[page.index('id="comparators"') : page.index('id="grades"')]
    for name in ("Sr ferrite", "Alnico 9", "MnBi"):
        assert f"{name}<small>" in block
    # No magnet can be made of it, so none is shown.
    assert "FeNi" not in block
    data = json.loads(re.search(r'id="data">(.*?)</script>', page)[1])
    names = [trace["name"] for trace in data["figures"]["grades"]["data"]]
    assert "Without rare earth (20 °C)" in names
    assert {"Misses a requirement", "Meets all"} <= set(names)


def test_pareto_in_a_notebook_takes_the_same_result(folder):
    result = ScreenResult.from_folder(folder)
    figure = plots.pareto(result, x="heavy_rare_earth_wt_pct")
    assert figure["layout"]["xaxis"]["title"]["text"].startswith(
        "Heavy rare earth"
    )
    frame = result.sample_ranks(2000)
    points = sum(len(trace["x"]) for trace in figure["data"][:3])
    assert points == len(frame)
    absent = next(name for name in COLUMNS if name not in frame)
    with pytest.raises(InputError, match=f"no column {absent}; give"):
        plots.pareto(result, y=absent)


def test_supply_names_the_elements_and_dates_the_claims(page):
    start = page.index('id="supply"')
    text = page[start : page.index('id="candidates"', start)]
    for fact in (
        "Export controls",
        "separation",
        "13000000 t (2010)",
        "1900000 t",
    ):
        assert fact in text, fact


def test_report_begins_with_the_earlier_answer(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    result = ScreenResult.from_folder(copy)
    assert "<li>Keep it" not in result.report(tmp_path / "r.html").read_text(
        "utf-8"
    )
    result.set_answer(["Keep it & wait."], copy)
    first = result.report(tmp_path / "r.html").read_text("utf-8")
    assert first.index("<li>Keep it &amp; wait.</li>") < first.index(
        "<p>Decision: "
    )
    later = (
        ScreenResult.from_folder(copy)
        .report(tmp_path / "l.html")
        .read_text("utf-8")
    )
    assert "<li>Keep it &amp; wait.</li>" in later


def test_report_names_its_evidence_and_missing_costs(tmp_path):
    result = screen(["Nd2Fe14B"], application="energy-traction-motor")
    name = result.manifest["identity"]["process"]["producer"]["name"]
    page = result.report(tmp_path / "r.html").read_text("utf-8")
    assert page.count(f"Calibration: as today’s {name}.") == 1
    assert page.count("Cost of a bare formula") == 1


def test_figures_in_sentences_equal_the_data(folder, tmp_path):
    screen(
        ["SmCo5"],
        "patriot-beam-focusing",
        interval=0.8,
        out=tmp_path / "narrow",
    )
    page = (
        ScreenResult.from_folder(tmp_path / "narrow")
        .report(tmp_path / "r.html")
        .read_text()
    )
    assert "The smaller line is the 80 % interval." in page
    assert "The band is the 80 % interval of today" in page
    file = datasets.path("known_phases/made.csv")
    count = len(file.read_text(encoding="utf-8").splitlines()) - 1
    number = int(re.search(r"fitted to (\d+) phases", page)[1])
    # Some rows of made.csv are outside what the snapshot can say.
    assert 0.9 * count < number <= count
    assert (
        number
        == json.loads(datasets.path("known_phases/forming.json").read_text())[
            "rows"
        ]
    )


def read_section(page, name):
    """Return the words of a section, from its heading to the next."""
    start = page.index(f'id="{name}"')
    end = page.find("<h2 id=", start)
    words = re.sub("<[^>]*>", " ", page[start:end].partition(">")[2])
    return " ".join(unescape(words).split())


def test_sections_hold_the_facts_of_the_result(page, folder):
    result = ScreenResult.from_folder(folder)
    shown = _content.shown_magnets(result)
    facts = {"candidates": [f"All {len(result)}. Click"]}
    profile = result.profile
    facts["requirements"] = [
        profile.description,
        f"figures at {_content.kelvin(shown.job.temperature)}",
        f"Ranked by {', '.join(_content.objectives(profile))}",
    ]
    for row in _content.requirements(shown):
        values = " ".join(f"{value} {ends}" for value, ends in row["values"])
        line = f"{row['text']} {values} {row['status']} : {row['source']}"
        facts["requirements"].append(" ".join(line.split()))
    facts["rejected"] = [
        f"{words}: {count}" for words, count in _content.failures(result)
    ]
    (bad,) = result.rejected
    facts["rejected"] += [
        "1 line of the input could not be read.",
        f"Line Text Reason {bad.line} {bad.text} {bad.reason}",
    ]
    facts["supply"] = [" ".join(row) for row in _content.elements(shown)]
    facts["provenance"] = [f"magnetkit {mk.__version__}; "]
    facts["provenance"] += [one["name"] for one in _content.sources()]
    facts["provenance"] += [
        f"Errors of the models, {name}" for name, _ in _content.validations()
    ]
    for name, lines in facts.items():
        text = read_section(page, name)
        place = 0
        for line in lines:
            place = text.find(line, place)
            assert place >= 0, f"{line} is not in its place in: {text}"
            place += len(line)


@pytest.mark.parametrize("section", ["evidence", "properties"])
def test_a_table_of_decisions_has_a_row_for_each(page, folder, section):
    shown = _content.shown_magnets(ScreenResult.from_folder(folder))
    start = page.index(f'<h2 id="{section}">')
    table = page[start : page.index("</table>", start)]
    heads = re.findall("<th .*?>(.*?)</th>", table)
    names = layouts()["report"][section]
    assert heads[0] == "Decision"
    assert [text.partition("<")[0] for text in heads[1:]] == [
        COLUMNS[name].short for name in names
    ]
    rows = re.findall("<tr.*?>(<td.*?)</tr>", table)
    assert len(rows) == len(shown.rows)
    for row, label, (_, values) in zip(
        rows, shown.labels, shown.rows.iterrows(), strict=True
    ):
        first, *cells = re.findall("<td.*?>(.*?)</td>", row)
        assert unescape(first) == label
        for text, name in zip(cells, names, strict=True):
            value, _, ends = unescape(text).partition("<small>")
            cell = {"text": value, "range": ends.removesuffix("</small>")}
            assert cell == _cell(values, name)
