# SPDX-License-Identifier: GPL-2.0-or-later
"""What the page says is what the plugin says.

Of every sample, in both languages: each step that the page shows has the label,
the explanation and the states that tshark prints for its frame.
"""
import pytest

from browser import *  # noqa: F403

NAMES = sorted(path.stem for path in SAMPLES.glob("*.pcapng"))

# Walks through the whole page as a reader does, and brings back what stands there.
WALK = """
    const rows = [];
    for (const connection of connections)
        connection.steps.forEach((step, index) => {
            choose(connection.index, index, 'key');
            const cells = [...document.querySelectorAll('#step .states tbody td')].map(cell => cell.firstChild.textContent);
            rows.push({ frame: step.frame, stream: connection.stream, run: Boolean(step.run), roles: connection.roles,
                        icmp: Boolean(step.icmp), label: document.querySelector('#step-head').textContent,
                        explanation: document.querySelector('#step .explanation').textContent,
                        before: [cells[0], cells[2]], after: [cells[1], cells[3]] });
        });
    return rows;
"""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_every_step_says_what_tshark_says(browser, page_of, fields, name, language):  # noqa: F811
    told = {}
    wanted = ["frame.number", "tcpstate.stream", "tcpstate.analysis", "tcpstate.explanation", "tcpstate.client", "tcpstate.server",
              "tcpstate.roles"]
    for row in fields(SAMPLES / f"{name}.pcapng", *wanted, options=["-Y", "tcpstate", "-o", f"tcpstate.language:{language}"]):
        told[row[0]] = row[1:]
    browser.open(page_of(name)) if language == "en" else browser.open(page_of(name)).click("#language")
    shown = browser.js(WALK)
    assert shown
    steps = {row["frame"] for row in shown if not row["run"]}
    assert steps == {int(frame) for frame, row in told.items() if row[1]}
    for row in shown:
        if row["run"]:
            continue
        stream, label, explanation, client, server, roles = told[str(row["frame"])]
        assert (row["label"], row["explanation"]) == (label, explanation)
        if roles != "unknown" and row["roles"] != "unknown":
            assert row["after"] == [client, server], row


def test_runs_fold_what_is_no_step(browser, page_of, fields):  # noqa: F811
    """Every segment of the capture is a step or in a run."""
    segments = len(fields(SAMPLES / "ssh.pcapng", "frame.number", options=["-Y", "tcp"]))
    browser.open(page_of("ssh"))
    counted = browser.js("return connections.flatMap(c => c.steps).reduce((sum, s) => sum + (s.run ? s.run[0] : 1), 0)")
    assert counted == segments


def test_the_list_says_what_the_table_of_connections_says(browser, page_of, tshark):  # noqa: F811
    lines = tshark("-q", "-r", SAMPLES / "websocket-session.pcapng", "-z", "tcpstate,connections,tsv").splitlines()
    head = lines[0].split("\t")
    rows = [dict(zip(head, line.split("\t"))) for line in lines[1:]]
    browser.open(page_of("websocket-session"))
    shown = browser.js("return connections.map(c => [c.number, c.a, c.b, c.result, c.closed_by, c.ended_by, c.packets[0], c.packets[1],"
                       " c.bytes[0], c.bytes[1], c.conn_state])")
    expected = [[int(row["connection"]), f"{row['address_a']}:{row['port_a']}", f"{row['address_b']}:{row['port_b']}", row["outcome"],
                 row["closed_by"], row["ended_by"], int(row["packets_a_to_b"]), int(row["packets_b_to_a"]), int(row["bytes_a_to_b"]),
                 int(row["bytes_b_to_a"]), row["conn_state"]] for row in rows]
    assert sorted(shown) == sorted(expected)
    assert len(shown) == 85


# ---- The figure: RFC 9293, line by line ----

def lit(browser, index):
    """Which edges are lit at a step: (which ends, edge)."""
    browser.js("choose(0, arguments[0], 'key')", index)
    return browser.js("""return [...document.querySelectorAll('#diagram .edge.lit')].map(e =>
        [e.classList.contains('both') ? 'both' : e.classList.contains('a') ? 'client' : 'server', e.dataset.edge]).sort()""")


def places(browser):
    return browser.js("return [...document.querySelectorAll('#diagram .token')].map(e => e.dataset.place)")


def test_both_ends_walk_the_figure_as_figures_6_and_12_of_the_rfc_tell(browser, page_of):
    """http-server-closes: open (figure 6), closed by the server in four segments (figure 12)."""
    browser.open(page_of("http-server-closes"))
    steps = browser.js("return connections[0].steps.map(s => s.kind || 'run')")
    walked = [lit(browser, index) + [places(browser)] for index in range(len(steps))]
    by_kind = dict(zip(steps, walked))
    assert by_kind["syn"] == [["client", "CLOSED>SYN_SENT"], ["server", "LISTEN>SYN_RCVD"], ["SYN_SENT", "SYN_RCVD"]]
    assert by_kind["syn-ack"] == [["client", "SYN_SENT>ESTABLISHED"], ["ESTABLISHED", "SYN_RCVD"]]
    assert by_kind["handshake-ack"] == [["server", "SYN_RCVD>ESTABLISHED"], ["ESTABLISHED", "ESTABLISHED"]]
    assert by_kind["fin"] == [["client", "ESTABLISHED>CLOSE_WAIT"], ["server", "ESTABLISHED>FIN_WAIT_1"],
                              ["CLOSE_WAIT", "FIN_WAIT_1"]]
    assert by_kind["fin-acked"] == [["server", "FIN_WAIT_1>FIN_WAIT_2"], ["CLOSE_WAIT", "FIN_WAIT_2"]]
    assert by_kind["passive-fin"] == [["client", "CLOSE_WAIT>LAST_ACK"], ["server", "FIN_WAIT_2>TIME_WAIT"],
                                      ["LAST_ACK", "TIME_WAIT"]]
    assert by_kind["last-ack"] == [["client", "LAST_ACK>ENDED"], ["ENDED", "TIME_WAIT"]]


def test_simultaneous_open_takes_the_edge_between_syn_sent_and_syn_rcvd(browser, page_of):
    """RFC 9293, figure 7: both go from SYN_SENT to SYN_RCVD when the other's SYN arrives."""
    browser.open(page_of("simultaneous-open"))
    assert lit(browser, 1) == [["both", "SYN_SENT>SYN_RCVD"]]
    assert lit(browser, 2) == [["server", "SYN_RCVD>ESTABLISHED"]]
    # That the server listened was only thought so until its own SYN came.
    assert "LISTEN>SYN_RCVD" not in browser.js("return [...document.querySelectorAll('#diagram .edge.walked')].map(e => e.dataset.edge)")


def test_a_way_that_the_figure_does_not_have_is_dashed_and_said(browser, page_of):
    browser.open(page_of("abort-by-server"))
    last = browser.js("return connections[0].steps.findIndex(s => s.reset)")
    assert ["both", "ESTABLISHED>ENDED"] in lit(browser, last) or ["server", "ESTABLISHED>ENDED"] in lit(browser, last)
    assert browser.all("#diagram .edge.jump")
    assert "not drawn in the figure" in browser.text("#taken")


def test_what_was_inferred_and_never_was_is_not_walked(browser, page_of):
    """A SYN answered by RST: the server never was in SYN_RCVD."""
    browser.open(page_of("refused"))
    assert ["server", "LISTEN>SYN_RCVD"] in lit(browser, 0)
    lit(browser, 1)
    walked = browser.js("return [...document.querySelectorAll('#diagram .edge.walked, #diagram .edge.lit')].map(e => e.dataset.edge)")
    assert "LISTEN>SYN_RCVD" not in walked and "CLOSED>SYN_SENT" in walked
    assert places(browser) == ["CLOSED", "CLOSED"]


def test_checks_stand_with_their_numbers(browser, page_of, fields):  # noqa: F811
    browser.open(page_of("http-ipv6"))
    ack = fields(SAMPLES / "http-ipv6.pcapng", "tcp.ack_raw", options=["-Y", "tcpstate.step == \"syn-ack\"", "-c", "3"])[0][0]
    browser.js("choose(0, 1, 'key')")
    assert browser.texts("#step .checks li") == [f"✓ ack is the other’s initial sequence number + 1passed: {ack}"]


def test_a_check_that_fails_says_what_was_expected(browser, tmp_path, fields):  # noqa: F811
    """A SYN,ACK that acknowledges another number than the SYN's + 1 (RFC 9293, 3.10.7.3)."""
    capture = SAMPLES.parent / "tests/golden/cases/open-bad-syn-ack.pcap"
    rows = fields(capture, "frame.number", "tcpstate.check.failed", options=["-Y", "tcpstate.check.failed"])
    assert len(rows) == 1
    found, expected = rows[0][1].split(" != ")
    browser.open(make_page(capture, tmp_path))
    browser.js("choose(0, connections[0].steps.findIndex(s => s.frame === arguments[0]), 'key')", int(rows[0][0]))
    assert browser.texts("#step .checks .failed") == [
        f"✗ ack is the other’s initial sequence number + 1failed: {found}, expected {expected}"]
    assert browser.all("#ladder .current .label.bad")
