"""Peers are timed where they are installed, and left out where not."""

from benchmarks.features import peers
from benchmarks.features.peers import Peer, prepare_peer


def test_a_peer_that_is_not_installed_is_left_out():
    def missing(n):
        import no_such_package  # noqa: F401

    assert prepare_peer(Peer("parse formulas", "nobody", 10, missing)) is None


def test_a_peer_gets_its_rows_or_the_crystals():
    work = prepare_peer(Peer("parse formulas", "me", 3, lambda n: lambda: n))
    assert work() == 3
    crystals = prepare_peer(
        Peer(peers.STRUCTURES, "me", 2, lambda structures: lambda: structures)
    )
    assert len(crystals()) == 2


def test_the_peers_that_are_dependencies_do_the_work():
    peers_here = [peer for peer in peers.PEERS if peer.name == "pymatgen"]
    assert peers_here
    for peer in peers_here:
        work = prepare_peer(Peer(peer.case, peer.name, 2, peer.prepare))
        assert len(work()) == 2
