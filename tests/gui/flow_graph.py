# SPDX-License-Identifier: GPL-2.0-or-later
"""Room: tests/gui. The dialog Statistics, Flow Graph of the window, opened and used as its user would.

    with Window(...) as window:
        open_flow_graph(window)
        choose_flow(window, "TCP Connection State")
"""


# The dialog takes the width of the screen and four fifths of its height.  At its
# foot stand how much there is, and, in one row, check box, flow types and addresses.
def counts(window):
    return 0, window.height * 4 // 5 - 85, window.width // 3, 25


def row(window, third):
    return window.width * third // 3, window.height * 4 // 5 - 62, window.width // 3, 28


def open_flow_graph(window):
    before = window.picture()
    window.keys("alt+s")                # the menu Statistics
    window.click(window.wait_until("the menu's entry", lambda: window._appeared("Flow Graph", before)))
    window.wait_until("the dialog", lambda: "Flow" in window.active())


def limit_to_display_filter(window):
    window.click(window.wait_until("the check box", lambda: window.picture().find("Limit to display filter",
                                                                                  row(window, 0))))


def choose_flow(window, name):
    flows = window.wait_until("the flow types", lambda: window.picture().find("All Flows", row(window, 1)))
    before = window.picture()
    window.click(flows)
    window.click(window.wait_until(f"the flow type {name}", lambda: window._appeared(name, before)))


def lines_of_graph(window):
    """What stands in the graph, line by line."""
    return window.picture().lines((0, 75, window.width - 30, window.height * 4 // 5 - 190))
