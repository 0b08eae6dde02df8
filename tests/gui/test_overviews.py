# SPDX-License-Identifier: GPL-2.0-or-later
"""The overviews of a capture in the Statistics menu: the table of connections, the statistics tree.

The capture has 85 connections (tests/golden/test_connections.py); 59117, 59054 and 59023 are ports of clients in it.
"""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from built import BUILD, ROOT  # noqa: E402
from statistics_window import activate, area, fill, filter_to_selected, open_connections, open_question, open_sockets, open_tree, place, sort_by, tables  # noqa: E402
from window import ChineseProfile, Window, can_exist, plain  # noqa: E402

SOCKETS = ROOT / "samples" / "half-closed.pcapng"
SESSION = ROOT / "samples" / "websocket-session.pcapng"

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")


@pytest.fixture
def window(tmp_path):
    with Window(tmp_path / "window", SESSION) as window:
        yield window


def see(window, *texts, script="latin"):
    """Wait for a line that holds all of this, anywhere in the dialog, which fills the screen."""
    def found():
        lines = window.picture().lines((0, 0, window.width * 2 // 3, window.height // 2), script)
        return next((line for line in lines if all(plain(text) in plain(line.text) for text in texts)), None)

    return window.wait_until(f"a line with {texts}", found)


def first_row(window):
    """What the left half of the row below the table's head says."""
    picture = window.picture()
    head = picture.find("Protocol", (0, 0, window.width, 60))
    rows = head and picture.lines((16, head.y + head.height + 3, window.width // 2, 20))
    return plain(rows[0].text) if rows else ""


def head_of(window, title):
    """Where to click to sort by a column; the arrow that appears there may hide a part of the title."""
    return window.wait_until(f"the column {title}", lambda: window.picture().find(title, (0, 0, window.width, 60)))


def click_beside(window, text, where):
    """Click into the field to the right of its label."""
    label = window.wait_until(f"the label {text}", lambda: window.picture().find(text, where()))
    window.click(label._replace(x=label.right + 60, width=10))


@pytest.mark.parametrize("kind, ui, title", [
    (Window, "en", "TCP Connection State, Connections"), (ChineseProfile, "zh_CN", "TCP 连接状态：连接")])
def test_the_table_opens_as_wide_as_installed(tmp_path, kind, ui, title):
    """By what plugin/annotate writes into recent_common; without that it is 587 pixels wide."""
    options = {"as_installed": True} if kind is Window else {}
    with kind(tmp_path / "window", SESSION, ui=ui, **options) as window:
        open_connections(window, title)
        assert area(window)[2:] == (1240, 560)


def test_a_row_for_each_connection_that_can_be_sorted(window):
    open_connections(window)
    fill(window)
    see(window, "127.0.0.1:58984", "127.0.0.1:9010", "client", "server", "HTTP", "closed", "client", "four segments")
    # Before it stands the number, in a frame if the table has the focus by now, and a frame may be read as letters.
    assert "127.0.0.1:51823127.0.0.1:6379rolesunknown" in first_row(window)
    # The arrow of the column by which it is sorted takes no letter; in 4.6's font it touches the point, and both are read as one.
    window.wait_until("the head No.", lambda: any(word.text.startswith("No") for word in window.picture().words((0, 25, 300, 35))))
    outcome = head_of(window, "Outcome")
    sort_by(window, outcome, "the closed ones first", lambda: "closed" in first_row(window))
    sort_by(window, outcome, "the refused ones first", lambda: "127.0.0.1:9229" in first_row(window))
    assert "refused" in first_row(window)
    # The arrow stands behind the head, not on it.
    assert head_of(window, "Outcome").x == outcome.x


def test_from_a_row_to_its_packets_by_the_filter_of_the_table(window):
    open_connections(window)
    fill(window)
    click_beside(window, "Display filter:", lambda: (0, window.height - 130, window.width // 2, 130))
    window.write("tcp.stream == 44")

    def applied():
        window.keys("Return")  # the first one may only shut the list of suggestions
        return "127.0.0.1:59117" in first_row(window)

    window.wait_until("only that row", applied)
    # Wireshark has copied it into the main window's display filter, where it waits for the enter key.
    window.keys("Escape")
    window.wait_until("the main window", lambda: window.active() == SESSION.name)
    window.keys("ctrl+slash", "Return")
    window.wait_until("its packets", lambda: [cell.text for cell in window.cells("No.")][:1] == ["1486"])


def test_from_a_row_to_its_packets_by_the_menu(window):
    open_question(window)
    click_beside(window, "Number (first column of Connections)", lambda: area(window))
    window.write("44")
    window.keys("Return")
    window.wait_until("its packets", lambda: [cell.text for cell in window.cells("No.")][:1] == ["1486"])


def test_a_wrong_number_is_said_to_be_wrong(window):
    open_question(window)
    click_beside(window, "Number (first column of Connections)", lambda: area(window))
    window.write("44x")
    window.keys("Return")
    # Of the message alone: beside it rows of the packet list stand at other heights, and would be read with it.
    window.wait_until("a message", lambda: any('"44x"isnoconnection' in line for line in dialog(window)))


def test_to_the_connection_of_the_selected_packet(tmp_path):
    with Window(tmp_path / "window", SESSION, "-g", "1500") as window:
        window.wait_until("the packet", lambda: "1500" in window.rows("No."))
        filter_to_selected(window)
        # Between 1502 and 1614 other connections have packets.
        window.wait_until("its connection", lambda: "1614" in window.rows("No.") or "1486" in window.rows("No."))


def dialog(window):
    """The lines of the dialog that is open."""
    return [plain(line.text) for line in window.picture().lines(area(window))]


def click_into_host(window):
    """The upper one of two fields, at the right edge of the dialog."""
    x, y, width, _ = area(window)
    window._xdotool("mousemove", x + width - 60, y + 24, "click", 1)


def test_the_sockets_of_a_host_at_a_moment(tmp_path):
    """After frame 1, the client's SYN from port 40001: the lines are those of -z."""
    with Window(tmp_path / "window", SOCKETS) as window:
        open_sockets(window)
        click_into_host(window)
        window.write("10.115.254.2")
        window.keys("Tab")
        window.write("1")
        window.keys("Return")
        # That of the client, on the other host, is not among them.
        sockets = [plain("SYN_RCVD? 10.115.254.2:80 10.115.254.1:40001 0.000"), plain("1 SYN_RCVD 10.115.254.2, 1 inferred")]
        window.wait_until("the sockets", lambda: [line for line in dialog(window) if "SYN" in line] == sockets)


def test_a_host_without_sockets_is_said_to_have_none(tmp_path):
    with Window(tmp_path / "window", SOCKETS) as window:
        open_sockets(window)
        click_into_host(window)
        window.write("10.9.9.9")
        window.keys("Return")
        window.wait_until("that it has none", lambda: plain("The capture holds no TCP segment of 10.9.9.9 up to that moment.") in dialog(window))


def test_the_table_keeps_the_size_that_its_user_gave_it(tmp_path):
    """Wireshark writes it down under the dialog's title, and reads it again only if that has no colon."""
    with Window(tmp_path / "window", SESSION) as window:
        open_connections(window)
        place(window, 30, 60, 1200, 500)
        window.keys("Escape")
        window.wait_until("the main window", lambda: window.active() == SESSION.name)
        open_connections(window)
        window.wait_until("the size", lambda: abs(area(window)[2] - 1200) < 12)


def test_the_table_twice_at_once(window):
    """A second table is fed while the first one is still there and may sort its rows."""
    open_connections(window)
    first, = tables(window)
    activate(window, window._xdotool("search", "--onlyvisible", "--name", "^" + SESSION.name).split()[0])
    open_connections(window)
    window.wait_until("two tables", lambda: len(tables(window)) == 2)
    fill(window)
    outcome = head_of(window, "Outcome")
    sort_by(window, outcome, "sorted", lambda: "127.0.0.1:9229" in first_row(window))
    window.keys("Escape")
    window.wait_until("one table", lambda: tables(window) == [first])
    activate(window, first)
    fill(window)
    window.wait_until("the first one again", lambda: "127.0.0.1:51823" in first_row(window))
    sort_by(window, outcome, "the first one sorted", lambda: "127.0.0.1:9229" in first_row(window))


def test_in_chinese(tmp_path):
    with Window(tmp_path / "window", SESSION, language="zh") as window:
        open_connections(window)
        fill(window)
        see(window, "127.0.0.1:58984", "127.0.0.1:9010", "已关闭", "四次挥手", script="chinese")


def test_statistics_tree(window):
    open_tree(window)
    fill(window)
    see(window, "What became of connections", "85")
    see(window, "refused", "2")
    see(window, "closed", "78")
    see(window, "127.0.0.1:9010", "49")
