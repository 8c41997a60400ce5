"""The split of a two-element-class recipe, written out as the textbook lever rule."""


def lever(r, t, r_per, t_per, rich, poor):
    """Return formula units per atom of alloy, for `r` and `t` atoms and no third element."""
    ideal = t_per / r_per
    if (
        t / r < ideal
    ):  # rare earth in excess: host plus the phase with `rich` T per R
        share = (t / r - rich) / (ideal - rich)
        return r * share / r_per
    if poor == float("inf"):
        return r / r_per
    share = (poor - t / r) / (poor - ideal)
    return r * share / r_per


def assign_metal(share, has_iron_only=False):
    """Return the host name of a binary R-T alloy by its R share, without interstitials."""
    if 0.066 <= share < 0.0885:
        # Cobalt makes 1:12 by the formulas RCo12 and RCo13 alone, else 2:17 and cobalt.
        formula = 0.0764 <= share < 0.0774 or 0.0709 <= share < 0.0719
        if has_iron_only or formula:
            return "1:12"
        return "2:17"
    if 0.0885 <= share < 0.1525:
        if has_iron_only and share > 0.1083:
            return None
        return "2:17"
    if 0.1525 <= share <= 0.195:
        if has_iron_only:
            return None
        return "1:5"
    return None
