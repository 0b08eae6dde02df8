# test_filed.py - connections that are packed between their segments, and
# timelines that are long.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Only so many connections lie open (plugin/wireshark/incarnations.c); the others are
# packed and come back.  A second pass reads the timelines, of which only the
# latest part is at hand.  What the segments of these captures are is plain, so
# it is written here, once for all connections.
import itertools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import captures  # noqa: E402

NAMES = ("tcpstate.stream", "tcpstate.step", "tcpstate.client.state", "tcpstate.server.state",
         "tcpstate.client.isn", "tcpstate.server.isn", "tcpstate.frame.answers", "tcpstate.repeats")
ORDINARY = (  # RFC 9293 figures 6 and 12, with a request and its response between
    ("syn", "SYN_SENT", "SYN_RCVD"),
    ("syn-ack", "ESTABLISHED", "SYN_RCVD"),
    ("handshake-ack", "ESTABLISHED", "ESTABLISHED"),
    ("first-request", "ESTABLISHED", "ESTABLISHED"),
    ("first-response", "ESTABLISHED", "ESTABLISHED"),
)


def read(fields, capture, *options):
    return fields(capture, *NAMES, options=options)


def capture_of(path, shape, packets):
    captures.SHAPES["under-test"] = shape
    try:
        captures.write("under-test", packets, path)
    finally:
        del captures.SHAPES["under-test"]
    return path


def round_robin(count):
    """`count` connections, one segment of each in turn: no two segments of one are near each other."""
    network = captures.Network()
    return captures.every(10, captures.at_once((captures.numbered(network, i).ordinary() for i in itertools.count()),
                                               count))


@pytest.mark.parametrize("options", [(), ("-2",)], ids=["one pass", "two passes"])
def test_more_connections_at_once_than_lie_open(fields, tmp_path, options):
    count = 1500
    rows = read(fields, capture_of(tmp_path / "many.pcap", lambda: round_robin(count), count * 5), *options)
    assert len(rows) == count * 5
    for number, row in enumerate(rows):
        turn, connection = divmod(number, count)
        assert row[0] == str(connection)
        assert tuple(row[1:4]) == ORDINARY[turn], f"frame {number + 1}"
        assert row[4] == str(connection * 64021 + 1000)  # the numbers that captures.py gives it
        assert row[5] == ("" if turn == 0 else str(connection * 97001 + 5000))
    # The SYN,ACK answers the SYN one round before, the ACK the SYN,ACK.
    assert [row[6] for row in rows[count:2 * count]] == [str(i + 1) for i in range(count)]
    assert [row[6] for row in rows[2 * count:3 * count]] == [str(count + i + 1) for i in range(count)]


@pytest.mark.parametrize("options", [(), ("-2",)], ids=["one pass", "two passes"])
def test_a_timeline_of_many_parts(fields, tmp_path, options):
    # One connection whose FIN is sent again 3,000 times: each is an entry.
    path = tmp_path / "fins.pcap"
    captures.write("fins", 3000, path)
    rows = read(fields, path, *options)
    again = [row for row in rows if row[1].startswith("fin-") and row[7]]
    assert len(again) > 1400
    assert [int(row[7]) for row in again] == list(range(1, len(again) + 1))
    first_fin = 1 + next(i for i, row in enumerate(rows) if row[1] == "fin")
    assert {row[6] for row in again} == {str(first_fin)}
    assert {row[4] for row in rows} == {rows[0][4]} and rows[0][4]


@pytest.mark.parametrize("options", [(), ("-2",)], ids=["one pass", "two passes"])
def test_a_four_tuple_used_again_and_again(fields, tmp_path, options):
    path = tmp_path / "reused.pcap"
    captures.write("reused", 4000, path)
    rows = read(fields, path, *options)
    begun = [row for row in rows if row[1] in ("syn", "port-reused")]
    assert [int(row[0]) for row in begun] == list(range(len(begun)))
    assert begun[0][1] == "syn" and {row[1] for row in begun[1:]} == {"port-reused"}
    assert len(begun) >= 400
