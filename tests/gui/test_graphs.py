# SPDX-License-Identifier: GPL-2.0-or-later
"""The graphs of the profile: Statistics, I/O Graphs, how many ends are in a state over time."""
import pathlib
import sys

import pytest
from scapy.all import wrpcap

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "golden")]

from built import BUILD  # noqa: E402
from test_counts import pile  # noqa: E402
from window import Window, can_exist  # noqa: E402

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")

CLOSE_WAIT = 0x00, 0x00, 0xff   # plugin/profile/io_graphs
DOT = 9                         # pixels: no two of the ten are as near


def dots(window):
    """Where CLOSE_WAIT's dots are, from the left: each a corner of one."""
    found = []
    for x, y in sorted(window.pixels_of(CLOSE_WAIT)):
        if all(abs(x - other) > DOT or abs(y - below) > DOT for other, below in found):
            found.append((x, y))
    return found


def climbing(found):
    """Those that stand higher than all before them; so not the legend's."""
    return [dot for at, dot in enumerate(found) if all(dot[1] < before[1] for before in found[:at])]


def test_connections_that_their_server_does_not_close_pile_up_in_a_graph(tmp_path):
    """Ten in 20 s, one more with each dot.  The first lies below SYN_RCVD's, which is 1 there, too; the legend may hide another."""
    wrpcap(str(tmp_path / "pile.pcap"), pile(seconds=2))
    with Window(tmp_path / "window", tmp_path / "pile.pcap", as_installed=True) as window:
        window.keys("alt+s", "i")
        window.wait_until("the graphs", lambda: "I/O Graphs" in window.active())
        shown = window.wait_until("the dots", lambda: len(climbing(dots(window))) >= 8 and climbing(dots(window)))
        one = shown[0][1] - shown[1][1]     # pixels for one more
        for (_, before), (_, after) in zip(shown, shown[1:]):
            assert round((before - after) / one) in (1, 2) and abs((before - after) / one % 1 - 0.5) > 0.3, shown
