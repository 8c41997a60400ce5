import pytest

from magnetkit._core.errors import InputError
from magnetkit.alloy._files import check_file


@pytest.mark.parametrize("suffix", [".ods", ".xls", ".numbers"])
def test_other_kind_of_workbook_names_the_way_to_save(tmp_path, suffix):
    with pytest.raises(InputError, match=r"save it as \.xlsx or \.csv"):
        check_file(tmp_path / f"parts{suffix}")
