"""The text by which a way is ordered: for a drawing, a request for quotation, or a supplier."""

import math
import re
from typing import Any

from .._core._books import choice
from .._core.units import ZERO_CELSIUS
from ..alloy.shells import read_shell
from .exposure import mass_shares

HEAVY_OF_ORDERS = ("Dy", "Tb")
"""Elements whose limit stands in an order."""
_ORDERS = choice("orders")

_PROCESS = {
    "bulk": "sintered",
    "lower-class": "sintered",
    "diffused": "sintered, grain-boundary diffused",
    "fine-grained": "sintered of fine grains (trial)",
    "hot-deformed": "hot deformed (trial)",
    "other-family": "as sold",
}


def order_line(
    way: Any,
    *,
    temperature_K: float,
    drawing: str = "",
    today_cost_USD_kg: float = math.nan,
) -> str:
    """Return what to order of a way, in one paragraph.

    Parameters
    ----------
    way : Way
        A way of a replacement (`magnetkit.choose.answer.Way`); values are at
        `temperature_K`. ``kind`` (a key of `magnetkit.choose.answer.WAYS`),
        ``candidate`` (recipe, wt.%), ``shell``, ``host``, ``grade``,
        ``makers``, ``remanence_guaranteed_T``, ``coercivity_guaranteed_kA_m``,
        ``knee_guaranteed_kA_m`` and ``cost_USD_kg`` are read. Of a value that
        is NaN nothing is certified.
    temperature_K : float
        Temperature of use, K; no text.
    drawing : str
        Grade whose drawing holds for all that the line does not name; empty without one. It is
        named for a melt alone, not for a sold grade.
    today_cost_USD_kg : float
        Material cost of the magnet in use, USD/kg; NaN where it is not known.

    Returns
    -------
    str
        Product, limits of Dy and Tb, values to certify, thickness, makers, certificates, what is
        left open, and cost of material, in this order, separated by "; ", with a full stop. Parts
        without content are left out.
    """
    parts = [
        _product(way, drawing),
        _composition(way),
        _values(way, temperature_K),
        _thickness(way),
        _makers(way),
        _certificates(temperature_K),
        "corrosion class and coating: not judged here, as on your drawing",
        _money(way, today_cost_USD_kg),
    ]
    return "; ".join(part for part in parts if part) + "."


def heavy_limits(way: Any) -> dict[str, float]:
    """Return the limits of Dy and Tb that an order states, wt.%, by element.

    They are what the magnet with its shell holds, rounded up to a tenth, and at least what counts
    as an impurity, 0.1 wt.% (``impurity`` of ``datasets/choices``). `way` is a `Way`, of which ``candidate``
    (recipe, wt.%) and ``shell`` are read. The keys are always "Dy" and "Tb".
    """
    shares = mass_shares(way.candidate, way.shell or "")
    limits = {}
    for element in HEAVY_OF_ORDERS:
        tenths = math.ceil(10.0 * shares.get(element, 0.0) - 1e-6)
        limits[element] = max(tenths / 10.0, _ORDERS.impurity)
    return limits


def _product(way: Any, drawing: str) -> str:
    """Name the product of an order: the grade, or family and process.

    Such as "Nd-Fe-B, sintered, to the drawing of N42SH but for this line".
    `way` is the `Way` that is ordered, of which ``grade``, ``host``, ``kind``,
    ``candidate`` and ``shell`` are read; the ``grade`` of a melt is an empty
    text. `drawing` is the grade to whose drawing a melt is ordered, empty
    without one; for a sold grade it plays no part. A melt is "Sm-Co" if its
    recipe begins with Sm, "Nd-Fe-B" otherwise. A kind without a word of its
    own is "as sold" for a grade, "sintered" for a melt.
    """
    if way.grade:
        return f"{way.grade} ({way.host}), {_PROCESS.get(way.kind, 'as sold')}"
    family = "Sm-Co" if re.match(r"Sm|\(Sm", way.candidate) else "Nd-Fe-B"
    text = f"{family}, {_PROCESS.get(way.kind, 'sintered')}"
    shell = read_shell(way.shell)
    if shell is not None:
        text += f" with {shell.R}"
    return text + (
        f", to the drawing of {drawing} but for this line" if drawing else ""
    )


def _composition(way: Any) -> str:
    """Write the limits of Dy and Tb of an order, wt.%, and the recipe to start from.

    The limits are those of `heavy_limits`, such as "Dy <= 0.1 wt.%, Tb <= 0.6
    wt.%". `way` is a `Way`, of which ``candidate`` (recipe, wt.%), ``shell``
    and ``grade`` (empty for a melt) are read. The words have no full stop. Of
    a sold grade the certificate is asked for, with the limits as what is
    expected, since makers print no recipe.
    """
    limits = heavy_limits(way)
    limits_text = ", ".join(
        f"{element} <= {limit:.1f} wt.%" for element, limit in limits.items()
    )
    if way.grade:
        return f"content of Dy and Tb on the certificate (makers print none; expected {limits_text})"
    return (
        f"{limits_text} of the whole magnet (recipe to start from: {way.candidate}"
        + (f" + {way.shell})" if way.shell else ")")
    )


def _values(way: Any, temperature_K: float) -> str:
    """Write which guaranteed values of a way an order asks to be certified; empty without any.

    `way` is a `Way`: its ``remanence_guaranteed_T``,
    ``coercivity_guaranteed_kA_m`` and ``knee_guaranteed_kA_m`` at
    `temperature_K`, that of use, K. An attribute that is missing, NaN, 0 or
    less is left out. The words have no full stop, such as "certify at 150 °C
    B_r >= 1.120 T, and state alpha and beta from 20 °C".
    """
    values = []
    for name, symbol, form in (
        ("remanence_guaranteed_T", "B_r", "{:.3f} T"),
        ("coercivity_guaranteed_kA_m", "H_cJ", "{:.0f} kA/m"),
        ("knee_guaranteed_kA_m", "H_k", "{:.0f} kA/m"),
    ):
        value = getattr(way, name, math.nan)
        if value == value and value > 0.0:
            values.append(f"{symbol} >= {form.format(value)}")
    if not values:
        return ""
    celsius = temperature_K - ZERO_CELSIUS
    return f"certify at {celsius:.0f} °C {', '.join(values)}, and state alpha and beta from 20 °C"


def _thickness(way: Any) -> str:
    """Write the largest thickness of a diffused magnet, as words of an order; empty for other ways.

    `way` is a `Way`; its ``kind`` alone is read, which is "diffused" for such
    a magnet. The thickness is in mm; the words have no full stop.
    """
    if way.kind != "diffused":
        return ""
    plain = _ORDERS.thickness_without_proof
    largest = _ORDERS.thickness_with_proof
    return (
        f"at most {plain:g} mm between coated faces ({plain:g} to {largest:g} mm: also show "
        "J(H) of the middle)"
    )


def _makers(way: Any) -> str:
    if way.makers:
        return f"sold by {way.makers}"
    return "no maker's sheet known: ask"


def _certificates(temperature_K: float) -> str:
    celsius = temperature_K - ZERO_CELSIUS
    return f"with each lot: analysis of Dy and Tb (ICP), J(H) at 20 and {celsius:.0f} °C"


def _money(way: Any, today: float) -> str:
    """Write the cost of the elements of a way, USD/kg, beside that of the magnet in use.

    Such as "elements 70 USD/kg (today's 80), not a price; price: ask". `today`
    is the latter, NaN where it is not known; then it is left out. Without a
    ``cost_USD_kg`` of `way` (missing or NaN) the text is "price: ask".
    """
    cost = getattr(way, "cost_USD_kg", math.nan)
    if cost != cost:
        return "price: ask"
    beside = f" (today's {today:.0f})" if today == today else ""
    return f"elements {cost:.0f} USD/kg{beside}, not a price; price: ask"
