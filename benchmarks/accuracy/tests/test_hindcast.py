"""What industry adopted since 2010, asked again."""

import numpy as np
import pytest

from benchmarks.accuracy.hindcast import hindcast, report


@pytest.fixture(scope="module")
def claims():
    return hindcast().set_index("id")


def test_every_row_has_a_source_and_names_what_is_missing(claims):
    assert (
        claims[["source", "verification", "claim", "why"]].notna().all().all()
    )
    assert set(claims["expressed"]) == {"yes", "partly", "no"}
    lacking = claims["expressed"] == "no"
    assert claims.loc[lacking, "predicted"].isna().all()
    assert np.isfinite(claims.loc[~lacking, "predicted"]).all()


def test_most_claims_lie_in_the_predicted_range(claims):
    able = claims[claims["expressed"] != "no"]
    assert able["agrees"].mean() >= 0.8
    # A range that holds everything would say nothing.
    shares = able[able["claimed_as"] != "value"]
    assert (shares["predicted_hi"] - shares["predicted_lo"]).median() < 60.0


def test_iron_rich_2_17_gains_on_nd_fe_b_as_it_gets_hot(claims):
    # Toshiba: 1 % more at 100 C, 5 % more at 150 C.
    gain = claims.loc["A4", "predicted"] - claims.loc["A3", "predicted"]
    assert gain == pytest.approx(4.0, abs=2.0)


def test_some_of_the_adopted_stand_among_the_ten_best_of_their_kind(claims):
    # Most should, and do not: docs/hindcast.md says what stands in the way of each.
    able = claims[claims["expressed"] != "no"]
    assert (able["place"] <= 10).sum() >= 3
    assert (able["place"] <= able["of"]).all()


def test_the_page_names_every_row(claims):
    page = report(claims.reset_index())
    for name in claims.index:
        assert f"| {name} |" in page
