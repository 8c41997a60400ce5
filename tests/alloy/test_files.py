import pytest

from magnetkit._core.errors import InputError
from magnetkit.alloy._files import check_file


@pytest.mark.parametrize("suffix", [".ods", ".xls", ".numbers"])
def test_a_workbook_of_another_kind_says_how_to_save_it(tmp_path, suffix):
    with pytest.raises(InputError, match=r"save it as \.xlsx or \.csv"):
        check_file(tmp_path / f"parts{suffix}")
