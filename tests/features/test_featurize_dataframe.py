"""`featurize_dataframe` takes and gives what that of matminer's featurizers does."""

import inspect

import pandas as pd
import pytest
from magnetkit.errors import InputError
from numpy.testing import assert_array_equal
from pymatgen.core import Composition

from magnetkit.features import (
    CompositionStatistics,
    RareEarthDescriptors,
    StructureDescriptors,
)
from tests.features.crystals import IRON

FORMULAS = ["SmCo5", "Nd2Fe14B", "Sm2Co17"]


def test_the_signature_is_matminers():
    """That of matminer 0.10.1's BaseFeaturizer."""
    parameters = inspect.signature(
        CompositionStatistics.featurize_dataframe
    ).parameters
    assert (
        list(parameters)
        == "self df col_id ignore_errors return_errors inplace multiindex pbar".split()
    )
    defaults = [p.default for p in parameters.values()][3:]
    assert defaults == [False, False, False, False, True]


@pytest.mark.parametrize("kind", [CompositionStatistics, RareEarthDescriptors])
@pytest.mark.parametrize("read", [str, Composition])
def test_features_stand_beside_the_frame(kind, read):
    frame = pd.DataFrame(
        {"composition": map(read, FORMULAS), "melt": [1, 2, 3]},
        index=[5, 3, 9],
    )
    out = kind().featurize_dataframe(frame, "composition", pbar=False)
    labels = kind().feature_labels()
    assert list(out.columns) == ["composition", "melt", *labels]
    assert out.index.tolist() == [5, 3, 9]
    assert list(frame.columns) == ["composition", "melt"]
    expected = kind().fit_transform(FORMULAS)
    assert_array_equal(out[labels], expected)


def test_unreadable_rows_are_nan_with_a_reason():
    frame = pd.DataFrame({"composition": ["SmCo5", "nonsense", "Nd2Fe14B"]})
    make = CompositionStatistics().featurize_dataframe
    with pytest.raises(InputError):
        make(frame, "composition")
    out = make(frame, ["composition"], ignore_errors=True, return_errors=True)
    missing = out["MagpieData mean Number"].isna()
    assert missing.tolist() == [False, True, False]
    reasons = out["CompositionStatistics Exceptions"]
    assert reasons.isna().tolist() == [True, False, True]
    with pytest.raises(InputError, match="ignore_errors"):
        make(frame, "composition", return_errors=True)
    with pytest.raises(InputError, match="no column 'formula'"):
        make(frame, "formula")
    with pytest.raises(InputError, match="expected one column, got 2"):
        make(frame, ["composition", "formula"])
    with pytest.raises(InputError, match="expected one column, got 0"):
        make(frame, [])
    wide = pd.DataFrame([range(12)], columns=[f"c{i}" for i in range(12)])
    with pytest.raises(InputError, match=r"'x'; it has c0, .*, c8, c9$"):
        make(wide, "x")


def test_in_place_and_on_two_levels():
    frame = pd.DataFrame({"composition": FORMULAS})
    out = RareEarthDescriptors().featurize_dataframe(
        frame, "composition", multiindex=True
    )
    assert out.columns[0] == ("Input Data", "composition")
    assert out.columns[1][0] == "RareEarthDescriptors"
    assert frame.columns.nlevels == 1
    describe = RareEarthDescriptors().featurize_dataframe
    with pytest.raises(InputError, match="pass multiindex=True"):
        describe(out, [("Input Data", "composition")])
    both = frame.copy()
    assert describe(both, "composition", inplace=True, multiindex=True) is both
    assert both.columns.equals(out.columns)
    same = RareEarthDescriptors().featurize_dataframe(
        frame, "composition", inplace=True
    )
    assert same is frame
    with pytest.raises(InputError, match="already"):
        RareEarthDescriptors().featurize_dataframe(frame, "composition")


def test_crystals_are_described_by_the_same_call():
    frame = pd.DataFrame({"structure": [IRON, "no crystal", IRON]})
    out = StructureDescriptors().featurize_dataframe(
        frame, "structure", ignore_errors=True
    )
    labels = StructureDescriptors().feature_labels()
    expected = StructureDescriptors().fit_transform([IRON])[0]
    assert_array_equal(out[labels].iloc[2], expected)
    assert out[labels].iloc[1].isna().all()
