"""Estimators without scikit-learn."""

import subprocess
import sys


def test_predicting_loads_no_scikit_learn():
    code = """
import sys
import magnetkit as mk
mk.predict("Nd2Fe14B", temperature="150C")
print([name for name in ("sklearn", "scipy.stats", "scipy.optimize") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
