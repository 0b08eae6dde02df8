# SPDX-License-Identifier: GPL-2.0-or-later
"""The way through the Statistics menu to the plugin's two overviews.

They stand at its end: the tree, then a menu of ours with its entries.
"""
from window import Gone

STATISTICS = "alt+s"
TITLE = 20
ROWS = 60       # higher than a head, which the pointer lights up


def _in_menu(window, *keys):
    """Where the machine is busy the menu comes late, and would not have the keys."""
    before = window.picture()
    window.keys(STATISTICS)
    window.wait_until("the menu", lambda: (window.picture().changed(before) or (0, 0, 0, 0))[3] > 200)
    window.keys(*keys, "Return")


def _open(window, title, *keys):
    _in_menu(window, *keys)
    window.wait_until(title, lambda: title in window.active())


def open_tree(window):
    _open(window, "TCP Connection State: Statistics", "Up", "Up")


def open_connections(window, title="TCP Connection State, Connections"):
    _open(window, title, "Up", "Right")


def open_question(window):
    _open(window, "Filter to One Connection", "Up", "Right", "Down")


def filter_to_selected(window):
    _in_menu(window, "Up", "Right", "Down", "Down")


def open_sockets(window):
    _open(window, "TCP Connection State, Sockets", "Up", "Right", "Up")


def sort_by(window, head, what, seen):
    """Click on a column's head until what should stand first does.

    Each click turns the order round, and none is made before the rows have followed the one before: on a busy
    machine they come late. A click so soon that Qt takes it for the second half of a double click turns nothing.
    """
    def turned():
        before = window.picture()
        window.click(head)
        try:
            window.wait_until("other rows", lambda: (window.picture().changed(before) or (0, 0, 0, 0))[3] > ROWS, seconds=5)
        except Gone:
            pass

    window.wait_until(what, lambda: seen() or turned())


def tables(window):
    """The tables of connections that are open, by their X numbers."""
    return window._xdotool("search", "--onlyvisible", "--name", "TCP Connection State, Connections").split()


def activate(window, number):
    window._xdotool("windowactivate", "--sync", number)


def area(window):
    """Where the dialog that is open is to be seen: x, y, width, height."""
    lines = window._xdotool("getactivewindow", "getwindowgeometry", "--shell").splitlines()
    found = dict(line.split("=") for line in lines)
    x, y, width, height = (int(found[name]) for name in ("X", "Y", "WIDTH", "HEIGHT"))
    return x, y - TITLE, width, height      # xdotool counts what openbox draws above it twice


def place(window, x, y, width, height):
    """Move and size the dialog that is open."""
    window._xdotool("getactivewindow", "windowmove", "--sync", x, y, "windowsize", "--sync", width, height)


def fill(window):
    """Let the dialog that is open fill the screen, without what the window manager draws around it."""
    place(window, 0, 0, window.width, window.height)
