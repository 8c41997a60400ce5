"""Records of datasets/ that add a column."""

import pytest
from magnetkit.columns import COLUMNS
from magnetkit.errors import DataError

import magnetkit as mk
from magnetkit._core import columns


def test_every_record_is_a_column_as_it_says():
    for record in (*columns.criteria(), *columns.properties()):
        column = COLUMNS[record.name]
        description = (record.unit, record.label, record.meaning)
        assert (column.unit, column.label, column.meaning) == description
        short = getattr(record, "short", "") or record.label
        assert column.short == short


def test_criteria_weigh_mass_maximum_and_sources():
    row = mk.supply.ledger(["Co"]).iloc[0]
    elements = mk.supply.element_table().set_index("element")
    assert row["import_reliance"] == pytest.approx(
        elements.loc["Co", "import_reliance"]
    )
    alloy = mk.supply.ledger(["SmCo5"]).iloc[0]
    risks = elements.loc[["Sm", "Co"], "supply_risk"]
    assert risks.max() < alloy["supply_risk"] < risks.sum()
    assert alloy["weakest_link_risk"] == pytest.approx(risks.max())


@pytest.mark.parametrize(
    "entry",
    [
        {
            "unit": "",
            "label": "a",
            "meaning": "b.",
            "of": "supply_risk",
            "over": "mean",
        },
        {"unit": "", "label": "a", "of": "supply_risk", "over": "mass"},
        {
            "unit": "",
            "label": "a",
            "meaning": "b.",
            "of": "x",
            "over": "mass",
            "weight": 2,
        },
    ],
)
def test_names_an_unusable_record(entry):
    with pytest.raises(
        DataError, match=r"criteria.toml: record 'mine' cannot be used"
    ):
        columns._record(columns.Criterion, columns.CRITERIA, "mine", entry)


def test_data_folder_must_hold_the_data(monkeypatch, tmp_path):
    from magnetkit import datasets

    monkeypatch.setenv("MAGNETKIT_DATASETS", str(tmp_path))
    datasets.root.cache_clear()
    try:
        with pytest.raises(DataError, match=r"holds no registry.toml"):
            datasets.root()
    finally:
        monkeypatch.undo()
        datasets.root.cache_clear()
