"""``magnetkit doctor --compile``: what the first commands would wait for, done now."""

import time


def warmup(quiet: bool = False) -> None:
    """Compile the kernels and train the models now, so that no first command has to."""
    from ..show.tables import message

    start = time.monotonic()
    _run()
    if not quiet:
        message(f"kernels and models are ready ({time.monotonic() - start:.0f} s)")


def _run() -> None:
    """Do what most commands do, small."""
    from ..composition.substitution import substitutions
    from ..diffusion import diffuse
    from ..features import CompositionStatistics, RareEarthDescriptors
    from ..prediction import predict
    from ..replacement import replace
    from ..screening import screen
    from ..surrogates import TARGETS, load

    predict(
        ["Nd30.5Dy1.2Co0.9Cu0.1B1.0Fe bal."], ["20C", "150C"], basis="weight",
        shell="Tb 0.3 wt%", load_line=1.0, between=("20C", "120C"),
    )  # fmt: skip
    space = substitutions("SmCo5", {"Sm": ["Gd", "Pr"]}, step=0.25)
    screen(space, "patriot-beam-focusing")
    replace("N42SH", temperature="150C")
    diffuse(
        "Nd2Fe14B", "20x10x3mm", load_line=2.0, temperature="120C", anneal=900.0, anneal_hours=8.0
    )
    for feature in (CompositionStatistics(), RareEarthDescriptors()):
        feature.fit_transform(space[:2])
    for target in TARGETS:
        load(target, progress=False).predict(space[:2])
