"""Features from file to file."""

import pandas as pd
import pytest
from magnetkit.errors import InputError

from magnetkit.features import CompositionStatistics, RareEarthDescriptors
from magnetkit.features._tables import featurize


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_rows_keep_their_number_and_rejects_have_a_list(tmp_path, suffix):
    source = tmp_path / "in.csv"
    out = tmp_path / f"out{suffix}"
    source.write_text(
        "name,composition\na,SmCo5\nb,XxCo5\nc,Nd2Fe14B\n", encoding="utf-8"
    )
    assert featurize(source, out) == (2, 1)
    frame = pd.read_parquet(out) if suffix == ".parquet" else pd.read_csv(out)
    assert frame["row_index"].tolist() == [0, 2]
    assert frame["candidate"].tolist() == ["SmCo5", "Nd2Fe14B"]
    texts = ["SmCo5", "Nd2Fe14B"]
    for transformer in (CompositionStatistics(), RareEarthDescriptors()):
        expected = transformer.set_output(transform="pandas").fit_transform(
            texts
        )
        got = frame[list(expected)].astype(float)
        pd.testing.assert_frame_equal(got, expected, check_dtype=False)
    rejects = pd.read_csv(tmp_path / "out.rejected.csv")
    assert rejects.loc[0, "line"] == 3
    assert rejects.loc[0, "text"] == "XxCo5"
    # Of the mended table there is none; the list of rejects may be the mended table.
    source.write_text("composition\nSmCo5\n", encoding="utf-8")
    assert featurize(source, out) == (1, 0)
    assert not (tmp_path / "out.rejected.csv").exists()
    source.write_text("composition\nNd30Fe69B1\n", encoding="utf-8")
    assert featurize(source, tmp_path / "weight.csv", "weight") == (1, 0)
    frame = pd.read_csv(tmp_path / "weight.csv")
    # 30 / 144.24, 69 / 55.845 and 1 / 10.81 in moles.
    assert frame["R_fraction"][0] == pytest.approx(0.1354, abs=2e-4)
    source.write_text("composition\nSmCo5\n", encoding="utf-8")
    source = source.rename(tmp_path / "out.rejected.csv")
    assert featurize(source, out) == (1, 0)
    assert source.exists()


def test_unreadable_input_and_output_are_errors(tmp_path):
    source = tmp_path / "in.txt"
    source.write_text("SmCo5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"ending in .parquet or .csv"):
        featurize(source, tmp_path / "out.xlsx")
    with pytest.raises(InputError, match="cannot write"):
        featurize(source, tmp_path / "none" / "out.csv")
    with pytest.raises(InputError, match="no such file"):
        featurize(tmp_path / "missing.csv", tmp_path / "out.csv")
