# SPDX-License-Identifier: GPL-2.0-or-later
"""The README's pictures of the window, taken anew: samples/images/*.png.

    /usr/bin/python3 -B tests/gui/screenshots.py        after a build in build/; then look at them
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from flow_graph import choose_flow, lifelines, limit_to_display_filter, open_flow_graph  # noqa: E402
from picture import tool  # noqa: E402
from statistics_window import open_connections, place, sort_by  # noqa: E402
from window import ROOT, ChineseProfile, Window, plain  # noqa: E402

SESSION = ROOT / "samples" / "websocket-session.pcapng"
IMAGES = ROOT / "samples" / "images"

# One connection's steps, with the tree of the third segment of its handshake.
FILTER = "tcpstate.analysis && tcp.port == 59117"
PACKET, STEP = "1488", {"en": "Handshake 3/3", "zh": "第三次握手"}


def take(language, **options):
    with tempfile.TemporaryDirectory() as folder:
        with Window(pathlib.Path(folder) / "window", SESSION, "-Y", FILTER, language=language, **options) as window:
            window.wait_until("the list", lambda: plain(STEP[language]) in window.rows("Analysis").values())
            window.select(PACKET)
            branch = window.wait_until("the tree", lambda: next(
                (line for line in window.details() if line.text.startswith("[TCP") and plain(STEP[language])
                 in plain(line.text)), None))
            window.click(branch)
            window.keys("Right")
            window.wait_until("the open tree", lambda: len(window.details()) > 15)
            save(window.screenshot(pathlib.Path(folder) / "screen.png"), f"window-{language}.png")


def take_chinese():
    """The same in a Chinese Wireshark, with the Chinese profile."""
    with tempfile.TemporaryDirectory() as folder:
        with ChineseProfile(pathlib.Path(folder) / "window", SESSION, "-Y", FILTER, "-g", PACKET, ui="zh_CN") as window:
            window.click(window.wait_until("the tree", lambda: next(
                (line for line in window.details() if line.text.startswith("[TCP")), None)))
            window.keys("Right")
            window.wait_until("the open tree", lambda: len(window.details()) > 12)
            save(window.screenshot(pathlib.Path(folder) / "screen.png"), "window-zh.png")


def save(raw, name, *changes):
    # 255 colours are all that are there, nearly.
    subprocess.run([tool("convert"), str(raw), *changes, "+dither", "-colors", "255", "-strip",
                    "-define", "png:compression-level=9", f"PNG8:{IMAGES / name}"], check=True)


def take_flow_graph():
    """The dialog alone, which takes four fifths of the screen's height."""
    with tempfile.TemporaryDirectory() as folder:
        with Window(pathlib.Path(folder) / "window", SESSION, "-Y", "tcp.port == 59117", width=1180, height=640,
                    packet_list=180) as window:
            open_flow_graph(window)
            limit_to_display_filter(window)
            choose_flow(window, "TCP Connection State")
            window.wait_until("the graph", lambda: all(lifelines(window, "127.0.0.1:59117", "127.0.0.1:9010")))
            save(window.screenshot(pathlib.Path(folder) / "screen.png"), "flow-graph.png",
                 "-crop", f"{window.width}x{window.height * 4 // 5 + 3}+0+0", "+repage")


def take_connections():
    """The table of connections, with those that were refused at its top."""
    with tempfile.TemporaryDirectory() as folder:
        with Window(pathlib.Path(folder) / "window", SESSION, font=None, width=1500, height=520) as window:
            open_connections(window)
            place(window, 1, 22, window.width - 2, window.height - 24)
            outcome = window.wait_until("the table", lambda: window.picture().find("Outcome", (0, 0, window.width, 90)))
            sort_by(window, outcome, "the refused ones first", lambda: window.picture().find(
                "refused", (outcome.x - 2, outcome.y + 12, outcome.width + 6, 25)))
            save(window.screenshot(pathlib.Path(folder) / "screen.png"), "connections.png")


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    take("en", as_installed=True)
    take_chinese()
    take_connections()
    take_flow_graph()
