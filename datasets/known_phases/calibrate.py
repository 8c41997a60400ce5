"""Fit the model of forming to made.csv; print its validation, write forming.json.

``python datasets/known_phases/calibrate.py``; then ``python datasets/update_registry.py``.
"""

from pathlib import Path

from benchmarks.accuracy.phases.forming import (
    read_table,
    table_of_scores,
    write_weights,
)

if __name__ == "__main__":
    for table in table_of_scores(read_table()):
        print(table.round(3).to_string(index=False), end="\n\n")
    write_weights(Path(__file__).parent / "forming.json")
