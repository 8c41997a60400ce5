"""The substitution space that the options of ``magnetkit screen`` describe."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .options import pairs

if TYPE_CHECKING:
    from ..applications import Profile
    from ..composition import Substitutions


def device(
    application: str | None,
    require: Sequence[str] | None,
    reference: str | None,
    temperature: str | None,
    load_line: float | None,
    basis: str,
) -> "str | Profile":
    """Return the device: that of ``--application``, or what the other options ask.

    Raises
    ------
    typer.BadParameter
        If neither says what is wanted.
    """
    import typer

    from ..applications import asked

    if application is not None:
        return application
    if not (require and reference and temperature):
        raise typer.BadParameter(
            "say what is wanted by --require, --reference and --temperature (or, of screen, by "
            "--application)"
        )
    return asked(require, reference, temperature, load_line or 1.0, basis=basis)


def of(
    table: Path | None,
    host: str | None,
    replace: Sequence[str] | None,
    step: float,
    limit: list[str] | None,
    add: list[str] | None,
) -> "Substitutions | None":
    """Return the space of ``--host`` and ``--replace``, None without them."""
    if host is None:
        if replace or limit:
            raise InputError("--replace and --limit need --host, e.g. --host 2:14:1")
        return None
    if table is not None:
        raise InputError("give a candidate table or --host, not both")
    if not replace:
        raise InputError("--host needs --replace, e.g. --replace Nd=Ce,La,Dy")
    from ..composition import substitutions
    from ..hosts.partition import HOSTS

    sites = {}
    for text in replace:
        site, found, substitutes = text.partition("=")
        if not found or not substitutes:
            raise InputError(f"--replace {text!r}: expected Element=Substitute,..., e.g. Nd=Ce,La")
        sites[site.strip()] = [s.strip() for s in substitutes.split(",")]
    if host in HOSTS:
        formula = HOSTS[host].structure.example
    elif ":" in host:
        raise InputError(f"--host {host!r} is not known; give {', '.join(HOSTS)} or a formula")
    else:
        formula = host
    limits, additions = pairs(limit, "--limit"), pairs(add, "--add")
    return substitutions(formula, sites, step=step, limits=limits, additions=additions)


def candidates(space: "Substitutions", shells: Sequence[str] | None, sample: int | None) -> Any:
    """Return what to screen: the space or a sample of it, and the host with each shell."""
    from ..magnetism.shell import objection, read_shell
    from ..run._candidates import SpaceCandidates
    from ..run.screen import some_of

    if sample is not None:
        if shells:
            raise InputError("--shell tries shells on the host; leave --sample out")
        return some_of(space, sample)
    (host,) = space.formulas([0])
    for text in shells or ():
        shell = read_shell(text)
        if shell is not None and (reason := objection(shell)):
            raise InputError(
                f"no furnace makes this shell ({reason}); `magnetkit predict --shell` tells of it"
            )
    return SpaceCandidates([space], [(host, shell) for shell in shells or ()])


def one_shell(shells: Sequence[str] | None) -> str | None:
    """Return the shell of all candidates."""
    if not shells:
        return None
    if len(shells) > 1:
        raise InputError("several shells need --host to be tried on; a table has a column shell")
    return shells[0]


def need(host: str | None, **given: object) -> None:
    """Refuse options that only a space has."""
    for name, value in given.items():
        if value is not None and host is None:
            raise InputError(f"--{name} needs --host and --replace")


def refuse_with_refine(shells: Sequence[str] | None, keep: int | None) -> None:
    """Refuse what a search around the best has no use for."""
    if shells:
        raise InputError("--refine looks around bulk alloys; leave --shell out")
    if keep is not None:
        raise InputError("--refine looks around the best of all; leave --keep out")


def additions(given: list[str] | None) -> tuple[list[str] | None, str | None]:
    """Return the minor additions of ``--add``, and the table of measurements among them."""
    minor = [text for text in given or () if "=" in text]
    files = [text for text in given or () if "=" not in text]
    if len(files) > 1:
        raise InputError(f"--add takes one table of measurements, got {', '.join(files)}")
    if files and not Path(files[0]).is_file():
        raise InputError(
            f"--add {files[0]!r}: expected Element=number, or a table of measurements that is there"
        )
    return minor or None, files[0] if files else None
