"""Write compounds.csv and COMPOUNDS.md: the compounds of the field at four temperatures.

``python datasets/magnetism/build.py``, after ``datasets/intrinsic/calibrate.py``.
"""

from pathlib import Path

from benchmarks.accuracy.magnetism.compounds import compound_table, report

if __name__ == "__main__":
    here = Path(__file__).parent
    table = compound_table()
    table.to_csv(
        here / "compounds.csv",
        index=False,
        float_format="%.4g",
        lineterminator="\n",
    )
    (here / "COMPOUNDS.md").write_text(report(table), encoding="utf-8")
