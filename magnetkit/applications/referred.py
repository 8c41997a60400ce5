"""Another reference magnet for a device than the one its profile names."""

from .profile import Profile, Reference


def with_reference(
    profile: Profile, recipe: str, basis: str = "auto", shell: str | None = None
) -> Profile:
    """Return a profile whose savings are measured against another magnet.

    Parameters
    ----------
    profile : Profile
        A device.
    recipe : str
        Composition of the magnet that it has.
    basis : {"auto", "atomic", "weight"}
        What the amounts are.
    shell : str, optional
        Its grain-boundary shell.

    Returns
    -------
    Profile

    Raises
    ------
    CompositionError
        If the recipe cannot be read.
    InputError
        If it is of no host that makes magnets.

    Examples
    --------
    >>> from magnetkit.applications import load
    >>> with_reference(load("energy-traction-motor"), "Nd1.7Dy0.3Fe14B").reference.host
    '2:14:1'
    """
    from ..composition.inputs import read_inputs
    from ..errors import InputError
    from ..hosts import assign_hosts
    from ..hosts.records import HOST_NAMES

    table = read_inputs(recipe, basis, strict=True).table  # type: ignore[arg-type]
    code = int(assign_hosts(table)[0])
    if code < 0:
        raise InputError(f"reference {recipe!r} is of no structure that makes magnets")
    reference = Reference(
        formula=recipe,
        basis="weight" if basis == "weight" else "atomic",
        host=HOST_NAMES[code],
        grade="as given",
        shell=shell,
        source="given with the screening",
        status="assumption",
    )
    return profile.model_copy(update={"reference": reference})
