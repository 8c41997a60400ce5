"""Strict TOML files: what is wrong is said with file, field, expectation and finding."""

import pytest
from magnetkit.errors import InputError
from pydantic import model_validator

from magnetkit._core import _toml


class Magnet(_toml.Strict):
    name: _toml.Name
    mass_kg: float
    origin: _toml.Evidence
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_mass(self):
        if self.mass_kg > 99.0:
            raise ValueError("Nobody lifts it")
        return self


GOOD = (
    'name = "my-magnet"\nmass_kg = 0.3\n'
    'origin = { source = "drawing", status = "cited" }\n'
)


def _load(text, tmp_path):
    file = tmp_path / "magnet.toml"
    file.write_text(text, encoding="utf-8")
    return _toml.load(file, Magnet, "magnet", "applications")


def test_lists_twenty_faults_and_counts_the_rest(tmp_path):
    with pytest.raises(InputError) as error:
        _load(GOOD + "".join(f"extra{i} = 1\n" for i in range(23)), tmp_path)
    assert str(error.value).count("not permitted") == 20
    assert str(error.value).endswith("; and 3 more")


def test_a_file_has_a_mebibyte_at_most(tmp_path):
    room = (1 << 20) - len(GOOD)
    assert _load(GOOD + "#" * room, tmp_path).mass_kg == 0.3
    with pytest.raises(InputError, match="over 1,048,576 bytes"):
        _load(GOOD + "#" * (room + 1), tmp_path)


@pytest.mark.parametrize("start", ["#", "#a"])
def test_the_limit_counts_bytes_and_not_letters(start, tmp_path):
    """Half as many letters of two bytes; the end of the file, and half a letter, were cut off."""
    with pytest.raises(InputError, match="over 1,048,576 bytes"):
        _load(start + "é" * (1 << 19) + "\n" + GOOD, tmp_path)


def test_reads_a_good_file_as_constant(tmp_path):
    magnet = _load(GOOD + 'tags = ["a"]\n', tmp_path)
    assert magnet.name == "my-magnet"
    assert magnet.mass_kg == 0.3
    assert magnet.origin.status == "cited"
    assert magnet.tags == ("a",)
    with pytest.raises(ValueError, match="frozen"):
        magnet.mass_kg = 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("0.3", '"heavy"'), r"field mass_kg: .*number.*, got 'heavy'"),
        (("0.3", "nan"), r"field mass_kg: .*finite number, got nan"),
        (
            ("my-magnet", "My Magnet"),
            r"field name: .*pattern.*, got 'My Magnet'",
        ),
        (
            ('status = "cited"', 'status = "sure"'),
            r"field origin.status: .*'cited' or 'assumption'",
        ),
        (("mass_kg = 0.3\n", ""), r"field mass_kg: field required$"),
        (("mass_kg", "weight = 1\nmass_kg"), r"field weight: .*not permitted"),
        (('"my-magnet"', "my"), "is not valid TOML"),
        (("0.3", f'"{59 * "x"}"'), r"got 'x{56}\.\.\.$"),
        (("0.3", f'"{58 * "x"}"'), r"got 'x{58}'$"),
        (("0.3", "100.0"), r": field the whole: nobody lifts it, got"),
        (("drawing", ""), r"field origin.source: .*at least 1 char"),
        (("mass_kg", "a." * 50 + "b"), "nested deeper than a record"),
    ],
)
def test_names_each_fault(change, message, tmp_path):
    with pytest.raises(InputError, match=message):
        _load(GOOD.replace(*change), tmp_path)


def test_counts_several_faults(tmp_path):
    with pytest.raises(
        InputError, match=r"name: .*; field mass_kg: .*; field origin: "
    ):
        _load("", tmp_path)


def test_a_missing_file_and_an_unknown_name(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        _toml.load(tmp_path / "none.toml", Magnet, "magnet", "applications")
    names = _toml.names("applications")
    assert names == sorted(names)
    with pytest.raises(InputError, match=r"no magnet 'qqqq'; known are"):
        _toml.load("qqqq", Magnet, "magnet", "applications")
    other = tmp_path / "magnet.txt"
    other.write_text(GOOD)
    assert _toml.load(other, Magnet, "magnet", "applications").tags == ()
    with pytest.raises(InputError, match=rf"did you mean {names[0]}\?"):
        _toml.load(names[0] + "x", Magnet, "magnet", "applications")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mass_kg": "x"}, "^line 3: mass_kg: Input should be a valid number"),
        ({"mass_kg": 100.0}, "^line 3: Nobody lifts it$"),
    ],
)
def test_a_record_names_its_first_fault(change, says):
    origin = {"source": "drawing", "status": "cited"}
    record = {"name": "a", "mass_kg": 1.0, "origin": origin}
    assert _toml.validate_record(Magnet, record).mass_kg == 1.0
    with pytest.raises(InputError, match=says):
        _toml.validate_record(Magnet, record | change, "line 3: ")
