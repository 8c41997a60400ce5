import re

import numpy as np
import pandas as pd

import magnetkit as mk
from magnetkit.report._tables import table_html


def test_interval_stands_in_brackets():
    frame = pd.DataFrame(
        {
            "candidate": ["<b>Nd2Fe14B</b>", "SmCo5"],
            "shell": ["", ""],
            "coercivity_kA_m": [563.2, np.nan],
            "coercivity_kA_m_lo": [419.4, np.nan],
            "coercivity_kA_m_hi": [755.7, np.nan],
            "in_domain": [True, False],
        }
    )
    html = table_html(frame)
    assert "<td>563 (419 to 756)</td>" in html
    assert "&lt;b&gt;Nd2Fe14B" in html
    assert "Shell" not in html
    assert html.count("<tr style=") == 1
    assert "Coloured" in html


def test_a_result_shows_eight_columns_of_its_best():
    result = mk.screen(
        ["SmCo5", "Sm0.8Gd0.2Co5"], application="patriot-beam-focusing"
    )
    html = result._repr_html_()
    assert len(re.findall("<th ", html)) == 8
    assert "SmCo5" in html
    assert table_html(mk.predict("SmCo5", "150C")).count("<tr") == 2
