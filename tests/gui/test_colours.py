# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile "TCP State" in the window: coloured rows, and buttons beside the display filter.

Which rule matches what, and that its colours can be read, is tested with tshark (tests/golden/test_profile.py).
"""
import collections
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from built import BUILD, ROOT  # noqa: E402
from window import Window, can_exist, plain  # noqa: E402

SESSION = ROOT / "samples" / "websocket-session.pcapng"
CLOSED = ROOT / "samples" / "http-client-closes.pcapng"
FORGED = ROOT / "samples" / "forged-reset.pcapng"

OPENING, TRANSFER, CLOSING, ABORT, FAILED = "d3f0d3", "d9e8fb", "fbe6b8", "a40000", "5c3566"
PLAIN = "ffffff"            # the theme's own

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")


def backgrounds(window):
    """{number: background of its row} of the packets in the list, as RRGGBB."""
    window._xdotool("mousemove", window.width // 3, window.height - 5)      # the row under the mouse has another
    cells = window.cells("No.")
    pixels, found = window._pixels(), {}
    left, right = window.header["Source"].x, window.header["Server"].x
    for cell in cells:
        start = round(cell.middle) * window.width
        row = pixels[(start + left) * 4:(start + right) * 4]
        colours = collections.Counter(zip(row[2::4], row[1::4], row[0::4]))
        found[cell.text] = "%02x%02x%02x" % colours.most_common(1)[0][0]
    return found


def press(window, label):
    """The button with this label, right of the display filter."""
    area = (window.width // 2, 82, window.width // 2, 24)
    window.click(window.wait_until(f"the button {label}", lambda: window.picture().find(label, area)))


def displayed(window):
    """How many packets the status bar says are displayed."""
    area = (window.width // 2, window.height - 20, window.width // 2, 18)
    words = [word.text for word in window.picture().words(area)]
    return next((int(after) for word, after in zip(words, words[1:]) if word == "Displayed:" and after.isdigit()), None)


def numbers(tshark, capture, expression):
    return tshark("-r", capture, "-Y", expression, "-T", "fields", "-e", "frame.number", plugin=False).split()


def test_rows_are_coloured_by_phase(tmp_path):
    with Window(tmp_path / "window", CLOSED, "-g", "5") as window:
        expected = {"1": OPENING, "2": OPENING, "3": OPENING, "4": TRANSFER, "6": TRANSFER, "7": PLAIN, "14": PLAIN,
                    "15": CLOSING, "16": CLOSING, "17": CLOSING}
        window.wait_until("the colours", lambda: expected.items() <= backgrounds(window).items())


def test_what_went_wrong_is_dark(tmp_path, tshark):
    reset = numbers(tshark, FORGED, "tcp.flags.reset == 1")[0]
    with Window(tmp_path / "window", FORGED, "-g", "1") as window:
        window.wait_until("the colour", lambda: backgrounds(window).get(reset) == ABORT)
        assert plain(window.rows("Analysis")[reset]) == plain("Aborted by client")


def test_without_the_profile_rows_have_wiresharks_own_colours(tmp_path):
    # The tests above can fail.
    with Window(tmp_path / "window", CLOSED, "-g", "5", "--disable-protocol", "tcpstate") as window:
        assert set(backgrounds(window).values()) - {backgrounds(window)["5"]} == {PLAIN}


def test_buttons_show_what_they_say(tmp_path, tshark):
    # Wireshark's own fields tell what is to be seen.
    connection = numbers(tshark, SESSION, "tcp.stream == 44")
    resets = numbers(tshark, SESSION, "tcp.flags.reset == 1")
    with Window(tmp_path / "window", SESSION, "-g", "1488") as window:
        window.wait_until("the list", lambda: "1488" in window.rows("No."))
        assert displayed(window) in (2921, None)        # since 4.4 not said while it is all of them

        press(window, "This connection")
        window.wait_until("one connection", lambda: displayed(window) == len(connection))
        seen = list(window.rows("No."))
        assert len(seen) > 10 and seen == connection[:len(seen)]

        press(window, "Resets")
        window.wait_until("the resets", lambda: displayed(window) == len(resets))
        assert list(window.rows("No."))[:len(resets)] == resets

        press(window, "Handshake")
        window.wait_until("handshakes", lambda: displayed(window) not in (None, len(resets)))
        labels = window.rows("Analysis").values()
        assert len(labels) > 10 and all(label.startswith("Handshake") for label in labels)

        shown = displayed(window)
        press(window, "Close")
        window.wait_until("closes", lambda: displayed(window) not in (None, shown))
        labels = window.rows("Analysis").values()
        assert len(labels) > 10 and all(label.startswith("Close") for label in labels)

        press(window, "Refused / unanswered")
        # Two connections were refused: a SYN and a RST each.
        window.wait_until("the refused", lambda: displayed(window) == 4)
        assert sorted(window.rows("Analysis").values()) == ["Handshake1/3", "Handshake1/3", "Refused", "Refused"]
        refused = [number for number, label in window.rows("Analysis").items() if label == "Refused"]
        colours = backgrounds(window)
        assert FAILED in {colours[number] for number in refused}    # one may be selected
        window.screenshot(tmp_path / "refused.png")
