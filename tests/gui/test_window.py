# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody sees who opens a capture in Wireshark's window.

The expectations are the rows that a reader labelled by hand (tests/golden), and
what RFC 9293 says of the others.  The window is read from its picture, so labels
are compared plain(): without blanks, for instance.
"""
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from built import BUILD, ROOT  # noqa: E402
from window import Window, can_exist, plain  # noqa: E402

SESSION = ROOT / "samples" / "websocket-session.pcapng"
OTHER = ROOT / "samples" / "http-client-closes.pcapng"
ROWS = ROOT / "tests" / "golden" / "websocket-session.rows.tsv"

# One connection: how it opens and how it closes, with some rows that are no step.
SHOWN = "frame.number in {1486..1489, 2912..2921}"
CHINESE = {row[0]: plain(row[-1]).replace("分手", "挥手")         # 分手 is that reader's own word
           for row in (line.split("\t") for line in ROWS.read_text("utf-8").splitlines()[1:])
           if int(row[0]) <= 1489 or int(row[0]) >= 2912}
ENGLISH = {**dict.fromkeys(CHINESE, ""),
           "1486": "Handshake1/3", "1487": "Handshake2/3", "1488": "Handshake3/3",
           "1489": "Connected:clientsendsHTTPrequest",
           "2918": "Close1/4", "2919": "Close2/4", "2920": "Close3/4", "2921": "Close4/4"}
OPENING = {number: CHINESE[number] for number in ("1486", "1487", "1488", "1489")}
CLOSING = {number: CHINESE[number] for number in ("2918", "2919", "2920", "2921")}

# After each of those segments: RFC 9293 figure 6, and figure 12 with the server as its TCP Peer A.  Where a
# segment arrives is inferred until that end has sent something.
CLIENT = {"1486": "SYN_SENT", "1487": "ESTABLISHED?", "1488": "ESTABLISHED", "1489": "ESTABLISHED",
          "2918": "CLOSE_WAIT?", "2919": "CLOSE_WAIT", "2920": "LAST_ACK", "2921": "CLOSED?"}
SERVER = {"1486": "SYN_RCVD?", "1487": "SYN_RCVD", "1488": "ESTABLISHED?", "1489": "ESTABLISHED?",
          "2918": "FIN_WAIT_1", "2919": "FIN_WAIT_2?", "2920": "TIME_WAIT?", "2921": "TIME_WAIT"}

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")


def expect(window, expected, column="Analysis"):
    """Wait until the column says this of these packets, or fail with what it says instead; all that it says."""
    seen = {}

    def as_expected():
        seen.clear()
        seen.update(window.rows(column))
        return expected.items() <= seen.items()

    try:
        window.wait_until("the labels", as_expected)
    except AssertionError:
        assert {number: seen.get(number) for number in expected} == expected
    return seen


def expect_details(window, *texts):
    """Wait until the details pane says all of this; its lines."""
    script = "latin" if all(text.isascii() for text in texts) else None

    def lines():
        found = window.details(script)
        return found if all(any(plain(text) in plain(line.text) for line in found) for text in texts) else None

    return window.wait_until(f"{texts} in the details", lines)


def branch(window):
    """The plugin's line in the details pane."""
    lines = window.wait_until("the details", window.details)
    return next(line for line in lines if line.text.startswith("[TCP"))


def go_to(window, number):
    window.keys("ctrl+g")
    window.write(number)
    window.keys("Return")


def replace(capture, by):
    """As a program does that writes a file anew: Wireshark still has the old one open."""
    new = capture.with_suffix(".new")
    shutil.copy(by, new)
    new.rename(capture)


def test_the_labels_stand_in_the_packet_list_in_the_language_that_is_chosen(tmp_path):
    assert CHINESE["1486"] == "第一次握手" and sum(map(bool, CHINESE.values())) == 8
    with Window(tmp_path / "window", SESSION, "-Y", SHOWN, language="zh") as window:
        assert expect(window, CHINESE) == CHINESE
        expect(window, CLIENT, "Client")
        expect(window, SERVER, "Server")

        # What the right button selects is lit up over the window's whole width; selected before, only the menu is new to read.
        window.click(branch(window))
        window.choose(branch(window), "Protocol Preferences", "Language", "English")
        window.script = "latin"
        assert expect(window, ENGLISH) == ENGLISH
        expect_details(window, "[TCP Connection State: Handshake 1/3")


def test_the_labels_stand_in_a_window_of_1280_pixels_without_scrolling(tmp_path):
    # In Wireshark's own font, and with its scroll bar: a list longer than the window.
    with Window(tmp_path / "window", SESSION, "-Y", "tcp.stream == 44", width=1280, font=None) as window:
        assert list(window.header) == ["No.", "Time", "Source", "Destination", "Protocol", "Analysis", "Client", "Server",
                                       "Length", "Info"]
        # The longest everyday label, to its last letter.
        seen = expect(window, {number: ENGLISH[number] for number in OPENING})
        assert seen["1490"] == "" and len(seen) > 20
        assert all(cell.right < window.header["Client"].x for cell in window.cells("Analysis"))
        expect(window, {number: SERVER[number] for number in OPENING}, "Server")


def test_without_the_plugin_the_column_is_empty(tmp_path):
    # The other tests can fail: what they read comes from the plugin.
    with Window(tmp_path / "window", SESSION, "-Y", SHOWN, "--disable-protocol", "tcpstate", language="zh") as window:
        assert expect(window, {number: "" for number in CHINESE}) == dict.fromkeys(CHINESE, "")
        assert not any("TCP Connection State" in line.text or "连接" in line.text for line in window.details())


def test_labels_stay_when_packets_are_selected_sorted_and_jumped_to(tmp_path):
    with Window(tmp_path / "window", SESSION, "-g", "1489", language="zh") as window:
        expect_details(window, "Frame 1489", "[TCP 连接状态")

        # Selecting dissects a packet anew.
        expect(window, OPENING)
        window.select("1487")
        expect_details(window, "Frame 1487")
        window.click(branch(window))
        window.keys("Right")
        expect_details(window, "分析: 第二次握手", "SYN_RCVD")
        expect(window, OPENING)

        # Jumping to a packet far away, before and after sorting by the label,
        # for which Wireshark dissects all packets again.
        go_to(window, "2921")
        expect_details(window, "Frame 2921", "TIME_WAIT")
        unsorted = list(expect(window, CLOSING))
        window.click(window.header["Analysis"])
        window.wait_until("another order", lambda: [cell.text for cell in window.cells("No.")] != unsorted)
        go_to(window, "1488")
        expect_details(window, "Frame 1488")
        neighbours = expect(window, {"1488": OPENING["1488"]})
        assert set(neighbours.values()) == {"第三次握手"}


def test_nothing_is_left_of_a_file_that_was_reloaded_or_replaced(tmp_path):
    capture = tmp_path / "capture.pcapng"
    shutil.copy(SESSION, capture)
    # The same connection without its handshake: the request is not known to be the first.
    part = tmp_path / "part.pcapng"
    subprocess.run(["editcap", "-r", str(SESSION), str(part), "1489", "2912-2921"], check=True)
    of_part = {**{str(number): "" for number in range(1, 8)},
               "8": "第一次挥手", "9": "第二次挥手", "10": "第三次挥手", "11": "第四次挥手"}

    with Window(tmp_path / "window", capture, "-g", "1489", language="zh") as window:
        expect(window, OPENING)

        replace(capture, by=part)
        window.keys("ctrl+r")
        assert expect(window, of_part) == of_part

        replace(capture, by=SESSION)
        window.keys("ctrl+r")
        window.wait_until("more packets", lambda: len(window.rows("No.")) > 12)
        go_to(window, "1489")
        expect(window, OPENING)         # and not "again"

        window.keys("ctrl+o")
        window.wait_until("the dialog", lambda: "Open" in window.active())
        window.write(str(OTHER))
        window.keys("Return")
        window.wait_until("the other capture", lambda: OTHER.name == window.active())
        # Closed by the client in three segments: FIN, FIN with ACK, ACK.
        of_other = {**{str(number): "" for number in range(1, 18)},
                    "1": "第一次握手", "2": "第二次握手", "3": "第三次握手",
                    "4": plain("建立连接后，客户端发送http请求"), "6": "服务器首次返回http响应",
                    "15": "第一次挥手", "16": plain("第二、三次挥手（合并）"), "17": "第四次挥手"}
        assert expect(window, of_other) == of_other
