# SPDX-License-Identifier: GPL-2.0-or-later
"""Links to frames, marks in the packet list, and what the right mouse button offers.

Everything here is Wireshark's own way with fields of these kinds; that ours are such fields is what is tested.
"""
import collections
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from built import BUILD, ROOT  # noqa: E402
from window import ICONS, Window, can_exist  # noqa: E402

SESSION = ROOT / "samples" / "websocket-session.pcapng"
CLOSED = ROOT / "samples" / "http-client-closes.pcapng"     # 17 packets; the client closes, in three segments
FIN_LOST = ROOT / "samples" / "fin-lost.pcapng"

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")


def opened(window):
    """Open the plugin's branch in the details pane."""
    branch = window.wait_until("our branch", lambda: next(
        (line for line in window.details() if line.text.startswith("[TCP")), None))
    window.click(branch)

    def is_open():
        # On a busy machine a key may come before the click is done; on an open branch it does no harm.
        window.keys("Right")
        return len(window.details()) > 10

    window.wait_until("the open branch", is_open)


def line(window, start):
    """The line of the details pane that begins so."""
    return window.wait_until(f"{start} in the details", lambda: next(
        (line for line in window.details() if line.text.startswith(start)), None))


def ink(window):
    """{number: how many pixels are drawn left of it, where Wireshark marks related packets}."""
    window._xdotool("mousemove", window.width // 3, window.height - 5)
    cells, found = window.cells("No."), {}
    pixels = window._pixels()
    for cell in cells:
        middle = round(cell.middle)
        drawn = 0
        for y in range(middle - 7, middle + 7):
            row = pixels[y * window.width * 4:(y * window.width + ICONS) * 4]
            colours = list(zip(row[0::4], row[1::4], row[2::4]))
            background = collections.Counter(colours).most_common(1)[0][0]
            drawn += sum(colour != background for colour in colours)
        found[cell.text] = drawn
    return found


def displayed(window):
    area = (window.width // 2, window.height - 20, window.width // 2, 18)
    words = [word.text for word in window.picture().words(area)]
    return next((int(after) for word, after in zip(words, words[1:]) if word == "Displayed:" and after.isdigit()), None)


def test_a_double_click_on_a_link_jumps_there(tmp_path):
    with Window(tmp_path / "window", CLOSED, "-g", "17", height=1300) as window:
        opened(window)
        link = line(window, "[FIN in frame: 15")
        window._xdotool("mousemove", link.x + 20, round(link.middle), "click", "--repeat", "2", "--delay", "60", "1")
        line(window, "Frame 15:")
        line(window, "[TCP Connection State: Close 1/4")


def test_related_packets_are_marked(tmp_path):
    # Of the last ACK: its handshake, both FINs; and nothing else of this connection.
    with Window(tmp_path / "with", CLOSED, "-g", "17") as window:
        window.wait_until("the details", lambda: any("Frame 17" in line.text for line in window.details()))
        ours = ink(window)
        window.screenshot(tmp_path / "marks.png")
    with Window(tmp_path / "without", CLOSED, "-g", "17", "--disable-protocol", "tcpstate") as window:
        window.wait_until("the details", lambda: any("Frame 17" in line.text for line in window.details()))
        without = ink(window)
    more = {number for number in without if ours[number] > without[number] + 4}
    assert more == {"1", "2", "3", "15"}, (ours, without)


def test_a_segment_that_is_sent_again_is_marked_as_such(tmp_path, fields):
    # Without Wireshark's own analysis, which links to the first FIN as well, and the first mark stays.
    again, first = next((number, first) for number, step, first in
                        fields(FIN_LOST, "frame.number", "tcpstate.step", "tcpstate.frame.answers")
                        if step == "fin-retransmitted")
    with Window(tmp_path / "window", FIN_LOST, "-g", again, "-o", "tcp.analyze_sequence_numbers:FALSE",
                height=1300) as window:
        opened(window)
        line(window, f"[Repeats frame: {first}")
        marks = ink(window)
        # Two chevrons take more ink than a dot, both beside the line.
        assert marks[first] > marks["2"] + 10, marks
        window.screenshot(tmp_path / "chevrons.png")


def test_a_connection_can_be_filtered_and_coloured_from_the_packet_list(tmp_path, tshark):
    of_stream = tshark("-r", SESSION, "-Y", "tcp.stream == 44", "-T", "fields", "-e", "frame.number",
                       plugin=False).split()
    # High enough for the menu, which is longer since 4.4.
    with Window(tmp_path / "window", SESSION, "-g", "1488", height=1100) as window:
        cell = window.wait_until("the packet", lambda: next(
            (cell for cell in window.cells("No.") if cell.text == "1488"), None))
        window.choose(cell, "Conversation Filter", "TCP Connection State")
        window.wait_until("one connection", lambda: displayed(window) == len(of_stream))
        seen = list(window.rows("No."))
        assert len(seen) > 10 and seen == of_stream[:len(seen)]


@pytest.mark.parametrize("selected, start, numbers", [
    ("17", "[Client state: TIME_WAIT", ["16", "17"]),
    ("14", "[Sender: client", ["1", "3", "4", "7", "9", "10", "12", "14", "15", "17"]),   # as tcpdump shows its addresses
    ("17", "[Outcome: closed", [str(number) for number in range(1, 18)]),     # of the connection, so each segment has it
    ("17", "[Step: last-ack", ["17"]),
])
def test_apply_as_filter_on_a_field_of_the_tree(tmp_path, selected, start, numbers):
    # Four packets are shown at first, and another number after each of these filters.
    with Window(tmp_path / "window", CLOSED, "-Y", "frame.number > 13", "-g", selected, height=1300) as window:
        opened(window)
        if start == "[Outcome: closed":
            # Before its text is an arrow, which may look like a letter.
            window.click(window.wait_until("the connection's branch", lambda: next(
                (line for line in window.details() if "[The whole connection" in line.text), None)))
            window.keys("Right")
        window.wait_until("the first filter's packets", lambda: displayed(window) == 4)
        window.choose(line(window, start), "Apply as Filter", "Selected")
        window.wait_until("the filter's packets", lambda: displayed(window) == len(numbers))
        assert list(window.rows("No.")) == numbers
