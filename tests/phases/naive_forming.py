"""Slow, obvious twin of the kernel of forming: one phase as a dict of element to share."""

import math


def describe(
    shares,
    kind,
    radius,
    less,
    early,
    sp,
    guest,
    enough,
    most,
    named,
    energies,
    warmer,
):
    """Terms of one phase, by name; `kind` is 0 for a rare earth, 1 for a metal."""
    distance, deviation, mixing = energies
    d = 0.03 if math.isnan(distance) else max(distance, 0.0)
    scatter = 0.03 if math.isnan(deviation) else min(deviation, 0.2)
    x = {
        "constant": 1.0,
        "hull distance": -d / 0.02,
        "uncertainty": -((scatter / 0.02) ** 0.5),
    }
    x["mixing entropy"] = mixing / 0.02
    x["no entry"] = float(math.isnan(distance))
    earths = {e: a for e, a in shares.items() if kind[e] == 0}
    metals = {
        e: a
        for e, a in shares.items()
        if kind[e] == 1 and (named or not guest[e])
    }
    beside = {
        e: a for e, a in shares.items() if kind[e] == 1 and e not in metals
    }
    if not sum(earths.values()) or not sum(metals.values()):
        return x
    content = sum(metals.values())
    sites = sum(earths.values()) + sum(beside.values())
    earths = {e: a / sites for e, a in earths.items()}
    beside = {e: a / sites for e, a in beside.items()}
    metals = {e: a / content for e, a in metals.items()}
    for name, e in {"Mn": 24, "Fe": 25, "Co": 26, "Ni": 27, "Cu": 28}.items():
        x[name] = metals.get(e, 0.0)
    mean = sum(a * radius[e] for e, a in metals.items())
    large = 0.0
    for e, amount in earths.items():
        large += amount * (radius[e] - less[e] * (x["Fe"] + x["Co"]))
    large += sum(a * radius[e] for e, a in beside.items())
    ratio = (large / mean - 1.42) / 0.03
    x["early"] = sum(a for e, a in metals.items() if early[e]) / 0.2
    x["sp"] = sum(a for e, a in metals.items() if sp[e]) / 0.5
    x["early squared"], x["sp squared"] = x["early"] ** 2, x["sp"] ** 2
    x["radius ratio"] = ratio
    x["radius ratio, Fe"], x["radius ratio, Co"] = (
        ratio * x["Fe"],
        ratio * x["Co"],
    )
    x["large radius ratio"] = max(ratio, 0.0) ** 2
    misfit = sum(a * (radius[e] / mean - 1) ** 2 for e, a in metals.items())
    x["misfit"] = -misfit / 0.002
    support = sum(a * enough[e] for e, a in metals.items())
    x["stabilizer"] = min(max((support - 0.4) / 0.6, 0.0), 1.0)
    room = sum(a * most[e] for e, a in metals.items())
    x["room"] = -max(room - 1.0, 0.0)
    x["eutectoid"] = warmer / 200.0 * x["Co"]
    x["Fe beside Cu"] = 4.0 * x["Fe"] * x["Cu"]
    x["metal content"] = (content - 0.8) / 0.1
    x["radius ratio, metal content"] = ratio * x["metal content"]
    return x
