"""The margin of a magnet at its duty, in one line that every command prints alike."""

from .._core.units import ZERO_CELSIUS


def margin_line(
    *,
    temperature_K: float,
    guaranteed: float,
    typical: float,
    loses_from_K: float,
    outside_field_kA_m: float = 0.0,
    load_line: float | None = None,
    loss_pct: float = 5.0,
) -> str:
    """Return what a magnet has in hand at its duty, as a line.

    Parameters
    ----------
    temperature_K : float
        Temperature of the duty, K.
    guaranteed, typical : float
        H_k over the field against the magnet (`Duty.safety`): of what 99 % of lots reach, and of
        the central figures. NaN leaves one out.
    loses_from_K : float
        Temperature from which `loss_pct` of the flux is lost at this duty, K; NaN leaves it out.
    outside_field_kA_m : float
        Outside field against the magnet, kA/m.
    load_line : float, optional
        Permeance coefficient, where the reader does not know it.
    loss_pct : float
        Loss of flux that is spoken of, %.

    Returns
    -------
    str
        One line, without a line break or full stop; "unknown" stands for both margins where
        both are NaN: "margin at 150 °C: unknown". Temperatures are in degrees Celsius.

    Examples
    --------
    >>> margin_line(temperature_K=423.15, outside_field_kA_m=150.0, guaranteed=1.21,
    ...             typical=1.34, loses_from_K=436.15)
    'margin at 150 °C with 150 kA/m: 1.21 guaranteed, 1.34 typical; loses 5 % from 163 °C'
    """
    duty = [] if load_line is None else [f"load line {load_line:.3g}"]
    if outside_field_kA_m:
        # Three digits, and no exponent from 1000 kA/m on.
        digits = ".0f" if outside_field_kA_m >= 100.0 else ".3g"
        duty.append(f"{outside_field_kA_m:{digits}} kA/m")
    beside = f" with {' and '.join(duty)}" if duty else ""
    figures = {"guaranteed": guaranteed, "typical": typical}
    margins = [
        f"{value:.2f} {name}"
        for name, value in figures.items()
        if value == value
    ]
    text = f"margin at {temperature_K - ZERO_CELSIUS:.0f} °C{beside}: "
    text += ", ".join(margins) or "unknown"
    if loses_from_K == loses_from_K:
        text += (
            f"; loses {loss_pct:g} % from {loses_from_K - ZERO_CELSIUS:.0f} °C"
        )
    return text
