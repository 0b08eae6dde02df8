# SPDX-License-Identifier: GPL-2.0-or-later
"""The ladder in the window: Statistics, Flow Graph, TCP Connection State.

Read from the picture, so only with what tesseract reads surely; what each arrow
says in full is held by tests/golden/test_flow.py.
"""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from built import BUILD, ROOT  # noqa: E402
from flow_graph import arrows, choose_flow, counts, lifelines, limit_to_display_filter, open_flow_graph  # noqa: E402
from window import Window, can_exist, plain  # noqa: E402

SESSION = ROOT / "samples" / "websocket-session.pcapng"

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")

# The arrows of the connection, from the top, as the textbook draws them, and as
# much of the states of both ends as there is room for.
ARROWS = [
    ("Handshake 1/3", "SYN_SENT | SYN_RCVD?"),
    ("Handshake 2/3", "ESTABLISHED? | SYN_RCVD"),
    ("Handshake 3/3", "ESTABLISHED | ESTABLISHED?"),
    ("Connected: client sends HTTP request", "ESTABLISHED | ESTABLISHED?"),
    ("1 ACK", "ESTABLISHED | ESTABLISHED; 1 ACK"),
    ("First HTTP response from server", "ESTABLISHED | ESTABLISHED; ACK"),
    ("24 segments, 818 bytes", "ESTABLISHED | ESTABLISHED; 24"),
    ("23 segments, 664 bytes", "ESTABLISHED | ESTABLISHED; 23"),
    ("Close 1/4", "CLOSE_WAIT? | FIN_WAIT_1"),
    ("Close 2/4", "CLOSE_WAIT | FIN_WAIT_2?"),
    ("Close 3/4", "LAST_ACK | TIME_WAIT?"),
    ("Close 4/4", "CLOSED? | TIME_WAIT"),
]


def surely(text):
    """Letters and digits, without what tesseract confuses in so small a font."""
    same = str.maketrans("qTl1", "gIII")
    return "".join(letter for letter in text.translate(same) if letter.isalnum())


def test_a_loopback_connection_has_two_lifelines_and_an_arrow_for_each_step(tmp_path):
    with Window(tmp_path / "window", SESSION, "-Y", "tcp.stream == 44") as window:
        open_flow_graph(window)
        limit_to_display_filter(window)
        choose_flow(window, "TCP Connection State")

        def heads():
            found = lifelines(window, "127.0.0.1:59117", "127.0.0.1:9010")
            return all(found) and found

        client, server = window.wait_until("the lifelines", heads)
        assert client.right < server.x                  # the client stands at the left

        seen = arrows(window, client, server)
        assert len(seen) == len(ARROWS)
        for (label, states), (label_seen, states_seen) in zip(ARROWS, seen):
            assert surely(label) in surely(label_seen)
            assert surely(states)[:32] in surely(states_seen)       # 4.4 has room for no more
        assert window.picture().find("2 nodes, 12 items", counts(window))
