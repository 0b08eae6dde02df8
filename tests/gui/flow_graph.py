# SPDX-License-Identifier: GPL-2.0-or-later
"""The dialog Statistics, Flow Graph of the window, opened and used as its user would.

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


def menus(window):
    return 0, 15, window.width, 30


def open_flow_graph(window):
    before = window.picture()
    # By mouse, or since Qt 6 the menu would not hear the mouse afterwards.
    window.click(window.wait_until("the menu", lambda: window.picture().find("Statistics", menus(window))))
    window.click(window.wait_until("the menu's entry", lambda: window._appeared("Flow Graph", before)))
    window.wait_until("the dialog", lambda: "Flow" in window.active())


def limit_to_display_filter(window):
    """Tick it, unless it is ticked: since 4.4 it is where a filter is applied."""
    label = window.wait_until("the check box", lambda: window.picture().find("Limit to display filter", row(window, 0)))
    middle, picture = round(label.middle), window.picture()
    box = [value for y in range(middle - 4, middle + 5)
           for value in picture._row(y)[max(0, label.x - 16):label.x - 6]]
    if min(box) > 110:                  # no mark in it
        window.click(label)


def choose_flow(window, name):
    flows = window.wait_until("the flow types", lambda: window.picture().find("All Flows", row(window, 1)))
    before = window.picture()
    window.click(flows)
    window.click(window.wait_until(f"the flow type {name}", lambda: window._appeared(name, before)))


def lifelines(window, *heads):
    """The heads of these lifelines, as Words; None for one that is not there."""
    picture = window.picture()
    return [picture.find(head, (0, 25, window.width, 45)) for head in heads]


def comments(window, picture):
    """The column at the right: a Word for each arrow, from the top."""
    # It begins a little left of its head, and where depends on the width of the times and on the version.
    x = window.wait_until("the head Comment", lambda: lifelines(window, "Comment")[0]).x - 9
    return picture.lines((x, 75, window.width - 32 - x, window.height * 4 // 5 - 190))


def arrows(window, left, right):
    """(what stands on the arrow, its comment) of each arrow between two lifelines, from the top."""
    picture = window.picture()
    x, end = (round(head.x + head.width / 2) for head in (left, right))
    # Only what is above the line of the arrow.
    return [(" ".join(word.text for word in picture.words((x + 4, round(comment.middle) - 9, end - x - 8, 12))),
             comment.text) for comment in comments(window, picture)]
