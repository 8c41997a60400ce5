"""``magnetkit features`` in a process of their own."""

from tests.command import run


def test_featurize_writes_a_table_and_says_so(tmp_path):
    source = tmp_path / "in.txt"
    out = tmp_path / "out.csv"
    source.write_text("SmCo5\nnothing\n", encoding="utf-8")
    done = run("features", "make", str(source), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "1 row in" in done.stderr
    assert "1 rejected" in done.stderr
    assert done.stdout == ""
    nowhere = run(
        "features", "make", str(source), "--out", f"{tmp_path}/none/x.csv"
    )
    assert nowhere.stderr.endswith(
        "none/x.csv: no file can be written there; check the folder\n"
    )
    assert (
        "MagpieData minimum Number"
        in out.read_text(encoding="utf-8").splitlines()[0]
    )
