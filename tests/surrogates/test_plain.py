"""Estimators without scikit-learn."""

import subprocess
import sys

import pytest
from magnetkit.errors import MagnetkitError

from magnetkit.surrogates._process import Plain, check_is_fitted


class Line(Plain):
    def __init__(self, slope=1.0, level=0.0):
        self.slope = slope
        self.level = level


def test_settings_are_the_arguments_and_a_blank_one_keeps_them_alone():
    line = Line(2.0)
    line.n_features_in_ = 1
    assert line.get_params() == {"slope": 2.0, "level": 0.0}
    blank = line.blank()
    assert blank.get_params() == line.get_params()
    check_is_fitted(line)
    with pytest.raises(MagnetkitError, match="Line is not fitted"):
        check_is_fitted(blank)


def test_predicting_loads_no_scikit_learn():
    code = """
import sys
import magnetkit as mk
mk.predict("Nd2Fe14B", temperature="150C")
print([name for name in ("sklearn", "scipy.stats", "scipy.optimize") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
