"""The ways of an answer, by name."""

from types import SimpleNamespace

from magnetkit.choose.answer import Way


def test_a_way_is_called_by_what_is_ordered():
    def name(grade="", shell=""):
        way = SimpleNamespace(grade=grade, shell=shell, candidate="Nd2Fe14B")
        return Way.name.fget(way)

    assert name() == "Nd2Fe14B"
    assert name(shell="Tb 1 wt%") == "Nd2Fe14B + Tb 1 wt%"
    assert name(grade="N42SH", shell="Tb 1 wt%") == "N42SH"
