"""``python -m benchmarks.accuracy TARGET``: the figures of a target, made anew, on stdout.

Sets that may not be shipped are read from the folder of MAGNETKIT_MIRROR where it is set.
"""

import argparse
import sys
from pathlib import Path

from magnetkit.errors import MagnetkitError

from magnetkit.surrogates._measured import TARGET as CURIE
from magnetkit.surrogates.training_sets import TARGETS as LEARNT

from . import stored

LEFT_OUT_PAPERS = (
    "coercivity_kA_m",
    "remanence_T",
    "coercivity_coefficient_pct_K",
)
"""Quantities of measured magnets, which one report is of."""
LEFT_OUT_COMPOUNDS = ("saturation_polarization_T", "anisotropy_field_T")
"""Intrinsic properties beside models of scikit-learn, which one report is of."""
REGRESSOR = "CompositionRegressor"
TARGETS = (
    *LEARNT,
    *LEFT_OUT_PAPERS,
    *LEFT_OUT_COMPOUNDS,
    REGRESSOR,
    "magnetism",
    "magnets",
    "constants",
    "papers",
    "grades",
    "phases",
    "hindcast",
    "spread",
    "edges",
    "diffusion",
)


def report(
    target: str, data: Path | None, snapshot: Path | None, peers: bool
) -> str:
    """Return what is measured of a target, as text.

    Parameters
    ----------
    target : str
        One of `TARGETS`.
    data : Path, optional
        CSV to learn from in place of the built-in set; for what is learnt.
    snapshot : Path, optional
        Snapshot of phases in place of the embedded one; for phases and their formation energy.
    peers : bool
        Also train the recipes that others use (magnetkit[evaluation]).
    """
    # Each reads and compiles much that the others do not need.
    if target == "magnetism":
        from .magnetism.validation import validate as physics

        return physics(report=_say).attrs["report"]
    if target == "magnets":
        from .magnetism.left_out import report as magnets

        return magnets()
    if target == "constants":
        from .magnetism.weighing import report as weighed_constants

        return weighed_constants()
    if target == "papers" or target in LEFT_OUT_PAPERS:
        from .magnetism.papers import report as left_out_papers

        return left_out_papers()
    if target in LEFT_OUT_COMPOUNDS:
        from .magnetism import beside

        return beside.report()
    if target == REGRESSOR:
        from .surrogates import learning_curve

        return "\n".join(learning_curve.lines())
    if target == "grades":
        from .magnetism import sheets

        return sheets.report(sheets.compare_sheets(), sheets.without_maker())
    if target == "phases":
        from .phases.validation import validate as phases

        return phases(snapshot, report=_say).to_text()
    if target == "hindcast":
        from . import hindcast

        return hindcast.report(hindcast.hindcast())
    if target == "spread":
        from .magnetism import spread

        return spread.report()
    if target == "edges":
        from .magnetism import edges

        return edges.report()
    if target == "diffusion":
        from .diffusion.validation import validate as diffusion

        return diffusion(report=_say).to_text()
    from .surrogates.validation import validate as surrogate

    source = data if target == CURIE else (data or snapshot)
    return surrogate(
        target, data=source, progress=True, peers=peers
    ).to_markdown()


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy", description=__doc__
    )
    parser.add_argument("target", nargs="?", choices=TARGETS)
    parser.add_argument("--data", type=Path, help="CSV to learn from")
    parser.add_argument("--phases", type=Path, help="snapshot of phases")
    parser.add_argument(
        "--no-peers",
        dest="peers",
        action="store_false",
        help="magnetkit alone",
    )
    parser.add_argument(
        "--store",
        action="store_true",
        help="write what `magnetkit validate` prints",
    )
    options = parser.parse_args()
    if options.target is None and not options.store:
        parser.error(f"give a target, one of {', '.join(TARGETS)}, or --store")
    try:
        if options.target is not None:
            print(
                report(
                    options.target, options.data, options.phases, options.peers
                ).rstrip()
            )
    except MagnetkitError as error:
        print(error, file=sys.stderr)
        return 1
    if options.store:
        stored.store()
        _say(
            f"{stored.FILE.relative_to(stored.ROOT)}; then python datasets/update_registry.py"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
