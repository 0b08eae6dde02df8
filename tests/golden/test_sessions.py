# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark's options -M and -R: what is said is what is said without them.

-M N ends the session after N packets and begins a new one, so what is said of each stretch is what
is said of a capture that holds that stretch alone.  -R takes frames out between the two passes:
what is said of those that stay is what was said of them when all were there, in every field; a link
has the number that its frame has now.
"""
import bisect

import pytest

from built import ROOT, TESTS, run

SAMPLES, CASES = ROOT / "samples", TESTS / "golden" / "cases"
CAPTURE = "tcpstate.capture"            # on the first segment, whichever that is


@pytest.fixture(scope="module")
def said(tshark):
    """Every field of ours."""
    names = [row[2] for row in (line.split("\t") for line in tshark("-G", "fields").splitlines()) if row[0] == "F"]
    ours = tuple(name for name in names if name.startswith("tcpstate.") and name != CAPTURE)
    assert len(ours) > 90 and "tcpstate.frame.syn" in ours
    return ours


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """Connections one after another, some with four-tuples used again, and an ICMP error; the last one stays open."""
    path = tmp_path_factory.mktemp("sessions") / "merged.pcapng"
    names = "http-server-closes", "port-reused-in-time-wait", "icmp-unreachable", "refused", "syn-scan", "half-closed"
    captures = [SAMPLES / f"{name}.pcapng" for name in names]
    run("mergecap", "-a", "-w", path, *captures[:-1], CASES / "copies-routed.pcap", captures[-1])
    return path


def count(path):
    return len(run("tshark", "-r", path, "-T", "fields", "-e", "frame.number").stdout.split())


@pytest.mark.parametrize("packets", [1, 5, 33, 1000])
def test_each_session_is_a_capture_of_its_own(fields, merged, said, tmp_path, packets):
    whole = count(merged)
    expected = []
    for first in range(1, whole + 1, packets):
        piece = tmp_path / f"{first}.pcapng"
        run("editcap", "-r", merged, piece, f"{first}-{first + packets - 1}")
        expected += fields(piece, *said)
    assert 50 < whole < 1000 and len(expected) == whole
    assert fields(merged, *said, options=("-M", str(packets))) == expected
    # What began in a session before is told as having begun before the capture.
    midstream = sum(row[said.index("tcpstate.midstream")] != "" for row in expected)
    assert (midstream > 0) == (packets < 1000)


@pytest.mark.parametrize("view", ["connections", "report", "ladder", "sockets", "tree"])
def test_a_view_holds_the_last_session(tshark, merged, tmp_path, view):
    """And not what went away with the one before."""
    whole = count(merged)
    piece = tmp_path / "last.pcapng"
    run("editcap", "-r", merged, piece, f"{(whole - 1) // 20 * 20 + 1}-{whole}")
    shown = [tshark(*options, "-q", "-z", f"tcpstate,{view}").splitlines() for options in (("-M", "20", "-r", merged), ("-r", piece))]
    if view == "tree":                  # what and how many; the rates are Wireshark's, by its own clock
        shown = [[line[:50] for line in lines] for lines in shown]
    assert shown[0] == shown[1] and len(shown[0]) > 3


@pytest.mark.parametrize("wanted", ["tcp.flags.syn == 0", "tcp.flags.fin == 1 || tcp.flags.reset == 1", "tcp.len > 0",
                                    "tcp.dstport == 80", "tcpstate.step", "tcpstate.connection == 1", "tcpstate.client == \"SYN_SENT\""])
def test_what_is_taken_out_was_seen(fields, merged, said, wanted):
    stay = [int(number) for number, in fields(merged, "frame.number", options=("-2", "-Y", wanted))]
    rows = fields(merged, *said, options=("-2",))
    assert 0 < len(stay) < len(rows)

    def renumbered(name, value):
        """A frame that is gone has given its number to the next that stays, before anybody knew (limits.md)."""
        if not value or not name.startswith("tcpstate.frame."):
            return value
        return ",".join(str(bisect.bisect_left(stay, int(number)) + 1) for number in value.split(","))

    # A link to the frame itself is none, so neither are those whose number has become this frame's.
    expected = [[renumbered(*cell) for cell in zip(said, rows[number - 1])] for number in stay]
    found = fields(merged, *said, options=("-2", "-R", wanted))
    for number, (right, shown) in enumerate(zip(expected, found), 1):
        links = [place for place, name in enumerate(said) if name.startswith("tcpstate.frame.") and right[place] == str(number)]
        for place in links:
            assert shown[place] in ("", right[place])
            right[place] = shown[place]
    assert found == expected
