import re

import magnetkit as mk
from magnetkit.report._tables import table_html


def test_a_result_shows_eight_columns_of_its_best():
    result = mk.screen(
        ["SmCo5", "Sm0.8Gd0.2Co5"], application="patriot-beam-focusing"
    )
    html = result._repr_html_()
    assert len(re.findall("<th ", html)) == 8
    assert "SmCo5" in html
    assert table_html(mk.predict("SmCo5", "150C")).count("<tr") == 2
