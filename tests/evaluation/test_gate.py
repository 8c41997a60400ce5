"""The devices' candidates beside a gate on the distance to the hull."""

from magnetkit.evaluation.phases.gate import beside_gate


def test_copper_in_samarium_cobalt_forms_beyond_the_gate():
    found = beside_gate(["patriot-beam-focusing"], most=60)
    assert (found["tried"] <= 60).all()
    assert (found["tried"] <= found["candidates"]).all()
    assert (found["form"] - found["gate"] == found["admitted"] - found["refused"]).all()
    ones = found[found["host"] == "1:5"]
    assert ones["admitted"].sum() > 0
    assert ones["farthest_admitted"].str.contains("Cu").all()
    # Solid solutions between compounds that exist: both agree.
    assert (found.loc[found["host"] == "2:14:1", ["refused", "admitted"]] == 0).all(axis=None)


def test_more_candidates_than_asked_are_drawn_the_same_twice():
    one, other = (beside_gate(["weapon-fin-actuator"], most=20) for _ in range(2))
    assert one.equals(other)
