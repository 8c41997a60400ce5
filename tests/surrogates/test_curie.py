import numpy as np
import pandas as pd
import pytest
from magnetkit.errors import DataError
from magnetkit.settings import get_settings
from numpy.testing import assert_allclose, assert_array_equal, assert_equal

import magnetkit as mk
from magnetkit import datasets
from magnetkit._core import _fetch
from magnetkit.surrogates import _measured


def _rows(*rows):
    frame = pd.DataFrame(rows, columns=["name", "value", "paper"])
    return frame.assign(kind="", computed=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("585", 585.0),
        ("~560 K", 560.0),
        ("327 °C", 600.15),
        ("550-555 K", 552.5),
        ("13.0(2) K", 13.0),
        # A range of up to 20 K is a value; a wider one is none.
        ("550-570 K", 560.0),
        ("550-571 K", np.nan),
        ("20-40 °C", 303.15),
        (">300 K", np.nan),
        ("60-170 K", np.nan),
        ("1043 K (Fe), 200 K (Gd)", np.nan),
        ("Output:", np.nan),
    ],
)
def test_one_temperature_is_read_and_nothing_else(text, expected):
    assert_equal(_measured.kelvin(text), expected)


def test_names_become_what_the_parser_takes():
    assert _measured.compound("Sm₂Fe₁₄C") == "Sm2Fe14C"
    assert _measured.compound("Dy2Fe17D3") == "Dy2Fe17H3"
    assert _measured.compound("TbFe2 (polycrystalline)") == "TbFe2"


def test_corrects_no_celsius_row_twice():
    frame = pd.DataFrame(
        {"Name": ["Co5Gd0.4Sm0.6", "SmCo5"], "TC": [727.0, 1020.0]}
    )
    rows, _ = _measured.clean_rows(_measured._plain_rows(frame))
    assert_allclose(np.sort(rows.values), [1000.15, 1020.0])


def test_drops_rows_other_than_metallic_crystals():
    frame = _rows(
        ("SmCo5", 1020.0, "a"),
        ("Sm2O3Fe", 500.0, "a"),
        ("FeCo", 1200.0, "a"),
        ("NdFeB", 585.0, "a"),
        ("Nd2Fe14Bx", 585.0, "a"),
        ("Y2Fe17", np.nan, "a"),
        ("Gd2Fe17", 480.0, "a"),
        ("Tb2Fe17", 410.0, "a"),
        ("Nd73Fe25B2", 593.0, "a"),
    )
    frame.loc[6, "kind"] = "Amorphous ribbons"
    frame.loc[7, "computed"] = True
    rows, faulty = _measured.clean_rows(frame)
    assert rows.table.formulas() == ["Sm0.1667Co0.8333"]
    # Listed is what others contradict, and nothing else.
    assert len(faulty) == 0
    assert rows.removed["glass, film or several phases"] == 1
    assert rows.removed["boron in what is mostly rare earth"] == 1
    assert rows.removed["composition that cannot be read"] == 1
    assert (
        rows.removed["computed, not measured"]
        == rows.removed["no single temperature"]
        == 1
    )
    assert (
        rows.removed["not metallic"]
        == rows.removed["elements without amounts"]
        == 1
    )


def test_lists_a_value_in_contradiction_with_two():
    # 150 K from the median of three papers is no contradiction yet; another compound saves "c".
    for value, is_bad in ((292.0, False), (292.1, True)):
        frame = _rows(
            ("DyCo2", 140.0, "a"),
            ("DyCo2", 142.0, "b"),
            ("DyCo2", value, "c"),
            *(("TbCo2", 230.0, paper) for paper in "abc"),
            *(("HoCo2", 78.0, paper) for paper in "abc"),
        )
        rows, faulty = _measured.clean_rows(frame)
        assert len(rows) == 9 - is_bad
        reason = "value that two or more others contradict"
        assert faulty["reason"].tolist() == [reason] * is_bad
        assert faulty["value"].tolist() == [value] * is_bad
        assert rows.removed[reason] == is_bad
        # Two papers contradict nobody.
        two = frame[frame["paper"] != "a"]
        assert len(_measured.clean_rows(two)[0]) == 6


def test_papers_keep_medians_and_reviews_their_systems():
    frame = _rows(
        ("YCo5", 970.0, "10.1/a"),
        ("YCo5", 990.0, "10.1/a"),
        ("YCo5", 1000.0, "10.1/a"),
        ("YCo5", 980.0, "DS1+DS2"),
        ("YCo5", 978.0, "review"),
        ("Y2Fe14B", 571.0, "10.1/b"),
    )
    frame["typed"] = [False, False, False, False, True, True]
    rows, _ = _measured.clean_rows(frame, "one line")
    assert rows.values.tolist() == [990.0, 980.0, 978.0, 571.0]
    assert rows.groups.tolist() == [
        "10.1/a",
        "system Co-Y",
        "system Co",
        "10.1/b",
    ]
    assert rows.sources.tolist() == ["10.1/a", "DS1+DS2", "review", "10.1/b"]
    assert rows.origin == "one line"
    assert rows.removed["repeated within a paper, joined by the median"] == 2


def test_any_temperature_above_absolute_zero_is_one():
    rows = [
        (f"Dy2Fe{n}", k, f"p{n}")
        for n, k in zip(
            range(11, 16), (0.0, 0.05, 500.0, np.nan, -1.0), strict=True
        )
    ]
    clean, _ = _measured.clean_rows(_rows(*rows))
    assert sorted(clean.values.tolist()) == [0.05, 500.0]


@pytest.mark.parametrize(("sound", "count"), [(1, 0), (2, 2)])
def test_distrusts_a_paper_with_half_its_compounds_in_doubt(sound, count):
    names = ("TbCo2", "HoCo2")[:sound]
    frame = _rows(
        *(
            ("DyCo2", k, p)
            for k, p in ((140.0, "a"), (142.0, "b"), (670.0, "c"))
        ),
        *((name, 230.0, paper) for name in names for paper in "abc"),
    )
    rows, faulty = _measured.clean_rows(frame)
    assert (np.array(rows.groups) == "c").sum() == count
    assert list(faulty) == ["name", "value", "paper", "reason"]
    assert ("paper that others contradict" in set(faulty["reason"])) == (
        count == 0
    )


def test_fold_of_a_paper_is_the_published_one():
    table = pd.read_csv(datasets.path("surrogates/split.csv"))
    assert [_measured.fold(p) for p in table["paper"]] == table[
        "fold"
    ].tolist()
    assert table["fold"].nunique() == _measured.CURIE_FOLDS


def test_without_a_fetch_the_embedded_facts_remain():
    rows = _measured.curie_set()
    assert rows.origin == _measured.EMBEDDED
    assert len(rows) > 250
    # All rare earths of a review's system are left out together, no review alone.
    of_reviews = [g for g in set(rows.groups) if not g.startswith("10.")]
    assert {"system Co", "system Fe", "system B-Fe"} <= set(of_reviews)
    assert all(g.startswith("system ") for g in of_reviews)


def test_names_a_damaged_file_and_asks_no_network(tmp_path, monkeypatch):
    monkeypatch.setenv("MAGNETKIT_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(_fetch, "_download", None)
    get_settings.cache_clear()
    try:
        assert _measured.local_file("curie") is None
        file = _fetch.cached_path("curie")
        file.parent.mkdir(parents=True)
        file.write_text("Name,TC")
        with pytest.raises(DataError, match="`magnetkit data fetch curie`"):
            mk.surrogates.training_set("curie_temperature_K")
    finally:
        get_settings.cache_clear()


def test_a_fetched_file_adds_its_rows_to_the_facts(tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_text("Name,TC\nSmCo5,1020\nTbFe3,650\n")
    by_paper = tmp_path / "by_paper.csv"
    by_paper.write_text(
        "Material_Name,Curie,DOI,Experimental,Crystal_Structure,"
        "Lattice_Structure\nErFe3,550 K,10.1/x,True,,\n"
    )
    facts = _measured._curie_set(None, None)
    assert facts.origin == _measured.EMBEDDED
    of_plain = {"system Co-Sm", "system Fe-Tb"}
    for plain_file, paper_file, added in (
        (str(plain), None, of_plain),
        (None, str(by_paper), {"10.1/x"}),
        (str(plain), str(by_paper), {*of_plain, "10.1/x"}),
    ):
        data = _measured._curie_set(plain_file, paper_file)
        assert set(data.groups) - set(facts.groups) == added
        assert len(data) == len(facts) + len(added)
        assert data.origin == _measured.ORIGIN


def test_refuses_another_layout():
    with pytest.raises(DataError, match="expected columns Name and TC"):
        _measured._plain_rows(pd.DataFrame({"x": [1]}))
    with pytest.raises(DataError, match="expected columns Material_Name"):
        _measured._by_paper(pd.DataFrame({"x": ["1"]}))


def test_no_amount_lies_near_a_compound_boundary():
    # 1/16 = 62.5 thousandths: rounding to the nearest would tell these apart.
    parts = np.array([k / n for n in range(1, 60) for k in range(n + 1)])
    for hair in (-1e-10, 1e-10, -4e-9):
        assert_array_equal(
            _measured.thousandths(parts + hair), _measured.thousandths(parts)
        )
    amounts = _measured.thousandths(np.array([0.0, 0.1176, 2 / 17, 1.0]))
    assert amounts.tolist() == [0, 118, 118, 1000]


def test_fact_and_compilation_are_one_row():
    facts = _measured._embedded_facts()
    fact = facts[facts["paper"].str.startswith("10.")].iloc[[0]]
    pair = pd.concat([fact, fact.assign(typed=False)], ignore_index=True)
    rows, _ = _measured.clean_rows(pair)
    assert rows.groups.tolist() == fact["paper"].tolist()
    # DOIs have no capital letters; citations keep theirs.
    is_lower = facts["paper"] == facts["paper"].str.lower()
    assert is_lower.tolist() == (facts["paper"].str.startswith("10.").tolist())
    assert set(facts["paper"][~is_lower]) <= {
        *pd.read_csv(datasets.path("intrinsic/curie.csv"))["source"],
        *pd.read_csv(datasets.path("intrinsic/compounds.csv"))["source"],
        *pd.read_csv(datasets.path("intrinsic/measurements.csv"))["source"],
    }


def test_facts_cite_and_agree_with_the_literature():
    frame = pd.read_csv(datasets.path("intrinsic/curie.csv"))
    assert frame["source"].notna().all()
    assert frame["verification"].str.contains(r"\d").all()
    assert not frame["formula"].duplicated().any()
    # A. E. Clark, Ferromagnetic Materials 1 (1980) ch. 7.
    values = frame.set_index("formula")["curie_temperature_K"]
    assert values[["TbFe2", "DyFe2"]].tolist() == [697.0, 635.0]


def test_papers_of_glasses_need_a_structure():
    rows = [
        ("Fe64Mn15Si10B11", "309", "10.1/a", "True", "Amorphous", ""),
        ("Fe86Y5Zr9", "285", "10.1/a", "True", "", ""),
        ("Y2Fe17", "324", "10.1/a", "True", "Th2Ni17-type", ""),
        ("Gd2Fe17", "480", "10.1/b", "True", "", ""),
        (
            "Er0.01Co0.8B0.19",
            "706",
            "10.1016/j.jnoncrysol.2007.10.011",
            "True",
            "",
            "",
        ),
        (
            "Nd2Fe14B",
            "585",
            "10.1016/j.jnoncrysol.2007.10.011",
            "True",
            "Tetragonal",
            "",
        ),
    ]
    names = [
        "Material_Name",
        "Curie",
        "DOI",
        "Experimental",
        "Crystal_Structure",
    ]
    frame = pd.DataFrame(rows, columns=[*names, "Lattice_Structure"])
    clean, _ = _measured.clean_rows(_measured._by_paper(frame))
    assert sorted(clean.values) == [324.0, 480.0, 585.0]


def test_elements_of_zero_amount_do_not_count():
    rows, _ = _measured.clean_rows(
        _rows(
            ("Y0Fe2Al", 600.0, "a"),
            ("YFe0Al2", 300.0, "a"),
            ("Y0.0Co0.5", 500.0, "b"),
            ("YCo5", 980.0, "b"),
        )
    )
    assert rows.values.tolist() == [980.0]
    assert (
        rows.removed["no rare earth, or neither iron nor cobalt, once read"]
        == 3
    )
