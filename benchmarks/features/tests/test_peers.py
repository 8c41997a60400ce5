"""Peers are timed where they are installed, and left out where not."""

from benchmarks.features import peers, timing
from benchmarks.features.peers import Peer, prepare_peer


def test_a_peer_that_is_not_installed_is_left_out():
    def missing(n):
        import no_such_package  # noqa: F401

    peer = Peer("parse formulas", "nobody", 10, missing)
    assert prepare_peer(peer) is None
    assert timing.peer_rate(peer) is None


def test_a_peer_gets_its_rows_or_the_crystals():
    numbers = []
    peer = Peer("parse formulas", "me", 3, lambda n: lambda: numbers.append(n))
    n, rate = timing.peer_rate(peer)
    assert n == 3
    assert rate > 0
    assert set(numbers) == {3}
    crystals = prepare_peer(
        Peer(peers.PAIRS, "me", 2, lambda structures: lambda: len(structures))
    )
    assert crystals[0] == crystals[1]() == 2
    one = prepare_peer(
        Peer(peers.PAIRS, "me", 2, lambda s: lambda: s), ["crystal"]
    )
    assert (one[0], one[1]()) == (1, ["crystal"])


def test_the_peers_that_are_dependencies_do_the_work():
    peers_here = [peer for peer in peers.PEERS if peer.name == "pymatgen"]
    assert peers_here
    for peer in peers_here:
        _, work = prepare_peer(Peer(peer.case, peer.name, 2, peer.prepare))
        assert len(work()) == 2
