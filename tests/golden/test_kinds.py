"""The kinds of segments that mislead (kinds/NAME.pcap): no state is certain that its end did not have.

SPDX-License-Identifier: GPL-2.0-or-later

NAME.right says, a line each, the frame, whom it is about and what is right there after it: a state of RFC 9293, several
where the evidence allows them, "?" for one that may only be inferred, "STATE?" where it must be that one, inferred; or the
step ("-": none, "!STEP": any but that), or the number of the connection.  Lines of the frame "-" are about the whole capture:
the outcome of each connection, and how many segments each had, copies not counted.  The states are those of real sockets
where one was watched, else a person's reading of the segments.  Less certain is not wrong.  The client is the end with the
high port.
"""
import collections
import pathlib

import pytest

KINDS = sorted(pathlib.Path(__file__).with_name("kinds").glob("*.pcap*"))
NOBODY = {"CLOSED", "LISTEN"}  # a closed socket's port may listen again
NAMES = ["tcpstate.step", *(f"tcpstate.{end}.{what}" for end in ("client", "server") for what in ("state", "inferred")),
         "tcpstate.connection", "tcpstate.reset.ttl_differs"]

Row = collections.namedtuple("Row", "step client client_inferred server server_inferred connection ttl_differs",
                             defaults=("", ""))


def lines(capture):
    return [line.split(maxsplit=2) for line in capture.with_suffix(".right").read_text().splitlines()]


def expectations(capture):
    for frame, about, right in lines(capture):
        if frame != "-":
            yield int(frame), about, right.split("/")


def of_the_whole(about):
    """{capture: what is right of each of its connections}"""
    return {capture: right.split() for capture in KINDS for frame, what, right in lines(capture) if (frame, what) == ("-", about)}


def is_right(row, about, right):
    if about == "step":
        step = row.step or "-"
        return "!" + step not in right if right[0].startswith("!") else step in right
    if about == "connection":
        return [row.connection] == right
    if about == "reset.ttl_differs":
        return (row.ttl_differs in ("1", "True")) == (right == ["1"])
    state, inferred = getattr(row, about), getattr(row, about + "_inferred") in ("1", "True")
    if right != ["?"] and right[0].endswith("?"):
        return inferred and state == right[0][:-1]
    if inferred or state in ("", "UNKNOWN"):
        return True
    return state in right or ({state} <= NOBODY and bool(NOBODY & set(right)))


@pytest.mark.parametrize("options", [(), ("-2",)], ids=["one-pass", "two-passes"])
@pytest.mark.parametrize("capture", KINDS, ids=lambda path: path.stem)
def test_nothing_certain_is_wrong(fields, capture, options):
    rows = [Row(*row) for row in fields(capture, *NAMES, options=options)]
    wrong = [(frame, about, right, rows[frame - 1]) for frame, about, right in expectations(capture)
             if not is_right(rows[frame - 1], about, right)]
    assert wrong == []


@pytest.mark.parametrize("capture", of_the_whole("outcome"), ids=lambda path: path.stem)
def test_what_became_of_each_connection(fields, capture):
    outcomes = dict(fields(capture, "tcpstate.connection", "tcpstate.outcome", options=("-2",)))
    assert [outcomes[number] for number in sorted(outcomes)] == of_the_whole("outcome")[capture]


@pytest.mark.parametrize("capture", of_the_whole("packets"), ids=lambda path: path.stem)
def test_copies_are_not_counted(tshark, capture):
    head, *rows = (line.split("\t") for line in tshark("-q", "-r", capture, "-z", "tcpstate,connections,tsv").splitlines())
    counted = [dict(zip(head, row)) for row in rows]
    assert [str(int(row["packets_a_to_b"]) + int(row["packets_b_to_a"])) for row in counted] == of_the_whole("packets")[capture]


def test_an_attempt_behind_a_nat_has_failed(tshark):
    """Four SYNs with an older time stamp, to which the server says nothing."""
    capture, = (capture for capture in KINDS if capture.stem.startswith("f07"))
    report = tshark("-q", "-r", capture, "-z", "tcpstate,report")
    assert "no answer to 4 SYNs" in report and "No connection was seen to fail" not in report


def test_there_is_enough_to_be_wrong_about():
    right = [what for capture in KINDS for what in expectations(capture)]
    assert len(KINDS) > 65 and len(right) > 600
    assert len(of_the_whole("outcome")) > 12 and len(of_the_whole("packets")) > 6


def test_what_is_certain_and_wrong_would_be_seen():
    row = Row("fin", "ESTABLISHED", "0", "CLOSE_WAIT", "1", "1", "1")
    assert is_right(row, "connection", ["1"]) and not is_right(row, "connection", ["0"])
    assert is_right(row, "reset.ttl_differs", ["1"]) and not is_right(row, "reset.ttl_differs", ["0"])
    assert is_right(row, "step", ["!syn"]) and not is_right(row, "step", ["!fin"])
    assert is_right(row, "server", ["CLOSE_WAIT?"]) and not is_right(row, "server", ["LAST_ACK?"])
    assert not is_right(row, "client", ["ESTABLISHED?"])
    assert is_right(row, "client", ["ESTABLISHED"]) and is_right(row, "server", ["LAST_ACK"]) and is_right(row, "step", ["fin"])
    assert not is_right(row, "client", ["FIN_WAIT_1"]) and not is_right(row, "client", ["?"]) and not is_right(row, "step", ["-"])
