"""One small screening that the tests of the report share."""

import pytest

from magnetkit.run.screen import screen

HOSTILE = '<script>alert("x")</script>'


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    source = out / "candidates.txt"
    shares = [(a, b) for a in (0.1, 0.2, 0.3) for b in (0.05, 0.1)]
    lines = ["Sm2Co17", "SmCo5", "Nd2Fe14B", HOSTILE]
    lines += [f"Sm{1 - a - b:.2f}Gd{a}Er{b}Co5" for a, b in shares]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    screen(source, "patriot-beam-focusing", out=out / "results")
    return out / "results"
