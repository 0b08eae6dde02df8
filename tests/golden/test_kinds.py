"""The kinds of segments that mislead (kinds/NAME.pcap): no state is certain that its end did not have.

SPDX-License-Identifier: GPL-2.0-or-later

NAME.right says, a line each, the frame, whom it is about and what is right there after it: a state of RFC 9293, several
where the evidence allows them, or "?" for one that may only be inferred; or the step.  The states are those of real sockets
where one was watched, else a person's reading of the segments.  Less certain is not wrong.  The client is the end with the
high port.
"""
import collections
import pathlib

import pytest

KINDS = sorted(pathlib.Path(__file__).with_name("kinds").glob("*.pcap"))
NOBODY = {"CLOSED", "LISTEN"}  # a closed socket's port may listen again
NAMES = ["tcpstate.step"] + [f"tcpstate.{end}.{what}" for end in ("client", "server") for what in ("state", "inferred")]

Row = collections.namedtuple("Row", "step client client_inferred server server_inferred")


def expectations(capture):
    for line in capture.with_suffix(".right").read_text().splitlines():
        frame, about, right = line.split(maxsplit=2)
        yield int(frame), about, right.split("/")


def is_right(row, about, right):
    if about == "step":
        return (row.step or "-") in right
    state, inferred = getattr(row, about), getattr(row, about + "_inferred") in ("1", "True")
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


def test_there_is_enough_to_be_wrong_about():
    right = [what for capture in KINDS for what in expectations(capture)]
    assert len(KINDS) > 50 and len(right) > 450


def test_what_is_certain_and_wrong_would_be_seen():
    row = Row("fin", "ESTABLISHED", "0", "CLOSE_WAIT", "1")
    assert is_right(row, "client", ["ESTABLISHED"]) and is_right(row, "server", ["LAST_ACK"]) and is_right(row, "step", ["fin"])
    assert not is_right(row, "client", ["FIN_WAIT_1"]) and not is_right(row, "client", ["?"]) and not is_right(row, "step", ["-"])
