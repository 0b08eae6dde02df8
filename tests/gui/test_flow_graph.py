# SPDX-License-Identifier: GPL-2.0-or-later
"""Room: tests/gui. The ladder in the window: Statistics, Flow Graph, TCP Connection State.

Read from the picture, so only with what tesseract reads surely; what each arrow
says in full is held by tests/golden/test_flow.py.
"""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from conftest import BUILD, ROOT  # noqa: E402
from flow_graph import choose_flow, counts, limit_to_display_filter, lines_of_graph, open_flow_graph  # noqa: E402
from window import Window, can_exist, plain  # noqa: E402

SESSION = ROOT / "samples" / "websocket-session.pcapng"

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")

# The arrows of the connection, from the top, as the textbook draws them.
ARROWS = ["Handshake 1/3", "Handshake 2/3", "Handshake 3/3", "Connected: client sends HTTP request", "1 ACK",
          "First HTTP response from server", "24 segments, 818 bytes", "23 segments, 664 bytes",
          "Close 1/4", "Close 2/4", "Close 3/4", "Close 4/4"]


def test_a_loopback_connection_has_two_lifelines_and_an_arrow_for_each_step(tmp_path):
    with Window(tmp_path / "window", SESSION, "-Y", "tcp.stream == 44") as window:
        open_flow_graph(window)
        limit_to_display_filter(window)
        choose_flow(window, "TCP Connection State")

        def heads():
            picture = window.picture()
            area = 0, 25, window.width, 45
            return [picture.find(head, area) for head in ("127.0.0.1:59117", "127.0.0.1:9010")]

        client, server = window.wait_until("the lifelines", lambda: all(heads()) and heads())
        assert client.right < server.x                  # the client stands at the left

        def arrows():
            lines = [plain(line.text) for line in lines_of_graph(window)]
            found = [next((number for number, line in enumerate(lines) if plain(arrow) in line), None)
                     for arrow in ARROWS]
            return None not in found and found

        assert window.wait_until("every arrow", arrows) == sorted(arrows())
        first = next(line for line in lines_of_graph(window) if "Handshake 1/3" in line.text)
        assert "client SYN_SENT, server SYN_RCVD" in first.text
        assert window.picture().find("2 nodes, 12 items", counts(window))
