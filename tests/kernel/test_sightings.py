# SPDX-License-Identifier: GPL-2.0-or-later
"""Real connections of which the capture has each segment more than once: containers on a
bridge, a router, both ends merged; and two connections with one four-tuple in two VLANs.

sightings/ holds them as recorded by sightings.py, which says what is known of them and
how; where the machine allows it they are played anew, too.

What is right: the steps are those of the story, once each, whatever was seen again; no state
is certain in which the kernel's socket was not; and where copies can be told, all that is
said of a segment is what is said when it is captured once (the copies taken out, by their
numbers in the truth), and a further sighting is a copy or nothing.
"""
import dataclasses
import pathlib
import subprocess

import pytest

import lab
import sightings

RECORDED = sorted(path.stem for path in sightings.SIGHTINGS.glob("*.tsv"))
WORLDS = list(sightings.WORLDS)
# Where each copy is told as one.
TOLD = ["bridge", "bridge_ipv6", "bridge_without_offload", "router", "router_ipv6", "two_bridges", "both_ends", "both_ends_ipv6",
        "both_ends_ipv6_without_time_stamps", "both_ends_two_clocks"]
# Where each is, but states may be less certain: of a SYN without identification a second one, 500 ms later, may be another.
# How many are not: what was lost between the points looks like a copy of what was sent in its place.
NEARLY = {"both_ends_two_clocks_ipv6": 0, "both_ends_with_loss": 3, "both_ends_with_loss_ipv6": 3}
RFC_NAME = {"SYN_RECV": "SYN_RCVD", "FIN_WAIT1": "FIN_WAIT_1", "FIN_WAIT2": "FIN_WAIT_2", "CLOSE": "CLOSED", "LISTEN": "CLOSED"}
SAID = ("tcpstate.analysis", "tcpstate.step", "tcpstate.connection", "tcpstate.client", "tcpstate.server", "tcpstate.repeats",
        "tcpstate.check.failed", "tcpstate.reset.number", "tcpstate.reset.ttl_differs", "tcpstate.reset.cause", "tcpstate.outcome",
        "tcpstate.closed_by", "tcpstate.missing")
COUNTED = ("connection", "outcome", "packets_a_to_b", "packets_b_to_a", "bytes_a_to_b", "bytes_b_to_a", "history", "conn_state",
           "missing")
REASON = lab.why_not()


@dataclasses.dataclass
class Played:
    name: str
    capture: pathlib.Path
    truth: list                         # rows of NAME.tsv

    @property
    def firsts(self):
        return [row["frame"] for row in self.truth if row["frame"] == row["first"]]


def read(name, folder):
    base = pathlib.Path(folder) / name
    header, *rows = (line.split("\t") for line in base.with_suffix(".tsv").read_text("ascii").splitlines())
    return Played(name, base.with_suffix(".pcapng"), [dict(zip(header, row)) for row in rows])


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """played(name, live) -> Played; a test is skipped where it could not be played as told."""
    done = {}

    def played(name, live):
        if not live:
            return read(name, sightings.SIGHTINGS)
        if REASON is not None:
            pytest.skip(f"KERNEL LAB NOT RUN: {REASON}")
        if name not in done:
            folder = tmp_path_factory.mktemp("live")
            done[name] = sightings.play(name, folder) or read(name, folder)
        if isinstance(done[name], str):
            pytest.skip(f"WORLD NOT PLAYED: {done[name]}")
        return done[name]

    return played


@pytest.fixture(params=["recorded", "live"])
def live(request):
    return request.param == "live"


def test_all_are_recorded():
    assert RECORDED == sorted(sightings.WORLDS)


@pytest.fixture
def once(tmp_path):
    """once(played) -> the capture without its copies."""

    def once(played):
        path = tmp_path / "once.pcapng"
        subprocess.run(("editcap", "-r", played.capture, path, *played.firsts), check=True)
        return path

    return once


@pytest.mark.parametrize("name", TOLD)
def test_labels_and_states_are_those_of_one_sighting(fields, played, once, name, live):
    world = played(name, live)
    rows, expected = fields(world.capture, *SAID), fields(once(world), *SAID)
    assert [(frame, rows[int(frame) - 1]) for frame in world.firsts] == list(zip(world.firsts, expected))
    copies = {row[SAID.index("tcpstate.step")] for row, truth in zip(rows, world.truth) if truth["frame"] != truth["first"]}
    assert copies == {"copy", ""}


@pytest.mark.parametrize("name", NEARLY)
def test_copies_are_told_by_two_clocks_and_with_loss(fields, played, name, live):
    world = played(name, live)
    told = [copy in ("1", "True") for copy, in fields(world.capture, "tcpstate.copy")]
    wrong = [(truth["frame"], copy) for copy, truth in zip(told, world.truth) if copy != (truth["frame"] != truth["first"])]
    assert len(told) == len(world.truth) and len(wrong) <= NEARLY[name], wrong


@pytest.mark.parametrize("name", WORLDS)
def test_steps_are_those_of_the_story(fields, played, name, live):
    world = played(name, live)
    rows = fields(world.capture, "tcp.port", "vlan.id", "tcpstate.step")
    first = [rows[int(frame) - 1] for frame in world.firsts]
    for vlan in sorted({row[1] for row in first}):
        for port, expected in sightings.STEPS.items():
            steps = [step for ports, other, step in first if other == vlan and str(port) in ports.split(",") and step]
            if vlan == "20":            # the same four-tuple, after the one in VLAN 10
                expected = expected.replace("syn ", "port-reused ", 1)
            assert steps == expected.split(), (vlan, port)


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("options", [(), ("-2",)], ids=["one-pass", "two-passes"])
def test_no_state_is_certain_that_the_kernels_socket_had_not(fields, played, name, live, options):
    world = played(name, live)
    rows = fields(world.capture, "tcpstate.client", "tcpstate.server", options=options)
    known, wrong = 0, []
    for row, truth in zip(rows, world.truth):
        for shown, kernel in zip(row, (truth["client"], truth["server"])):
            known += bool(kernel)
            if kernel and not shown.endswith("?") and shown.replace("LISTEN", "CLOSED") != RFC_NAME.get(kernel, kernel):
                wrong.append(f"frame {truth['frame']}: {shown}, the kernel's is {kernel}")
    assert not wrong, "\n".join(wrong)
    assert known >= 34


def table(tshark, capture, options=()):
    header, *rows = (line.split("\t") for line in
                     tshark(*options, "-q", "-r", capture, "-z", "tcpstate,connections,tsv").splitlines() if "\t" in line)
    return [{name: cell for name, cell in zip(header, row) if name in COUNTED} for row in rows]


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("options", [(), ("-2",)], ids=["one-pass", "two-passes"])
def test_counts_are_those_of_one_sighting(tshark, played, once, name, live, options):
    world = played(name, live)
    rows = table(tshark, world.capture, options)
    assert rows == table(tshark, once(world), options)
    assert len(rows) == 6 and set(COUNTED) <= set(rows[0])
    assert sum(int(row["packets_a_to_b"]) + int(row["packets_b_to_a"]) for row in rows) == len(world.firsts)
