# SPDX-License-Identifier: GPL-2.0-or-later
"""The flow graph, as tshark -z flow,tcpstate,network writes it; its window is in tests/gui."""
import re

import pytest

import figures
from built import ROOT, run
from dialogue import OPEN, capture

SESSION = ROOT / "samples" / "websocket-session.pcapng"


def flow(tshark, capture, argument="", *options):
    return tshark("-q", "-r", capture, "-z", "flow,tcpstate,network" + argument, "-o", "tcpstate.language:en",
                  *options).splitlines()


def lifelines(lines):
    """From the left: Wireshark writes every second one a line lower."""
    upper, lower = (re.sub(r"^(Conv\.)?\|[^|]*(?=\|)|^ *\|[^|]*(?=\|)", "", line) for line in lines[:2])
    return [name for _, name in sorted((match.start(), match[0]) for line in (upper, lower)
                                       for match in re.finditer(r"\S+:\d+|\S+ ICMP", line))]


def arrows(lines):
    """(label as far as there is room, direction, comment) of each."""
    found = []
    for text, drawn in zip(lines[2::2], lines[3::2]):
        _, _, rest = text.partition("|")[2].partition("|")
        # The states have a bar, too, between blanks.
        match = re.fullmatch(r"(.*)\|(?! )(.*)", rest)
        label, comment = match.groups() if match else (rest.partition("|")[0], "")
        found.append((label.strip(" |"), ">" if "->" in drawn else "<", comment))
    return found


def test_a_connection_on_one_machine_has_two_lifelines_the_client_at_the_left(tshark):
    lines = flow(tshark, SESSION, ",tcp.stream == 44")
    assert lifelines(lines) == ["127.0.0.1:59117", "127.0.0.1:9010"]


def test_the_client_stands_at_the_left_although_the_server_is_seen_first(tshark):
    lines = flow(tshark, SESSION, ",tcp.stream == 44 && frame.number > 2917")
    assert lifelines(lines) == ["127.0.0.1:59117", "127.0.0.1:9010"]
    assert arrows(lines)[0][:2] == ("Close 1/4", "<")


def test_all_clients_stand_left_of_all_servers(tshark):
    # Three connections, the second to another server; the third's client comes when both servers are there.
    lines = flow(tshark, SESSION, ",tcp.stream in {1, 4, 6}")
    assert lifelines(lines) == ["127.0.0.1:58984", "127.0.0.1:58988", "127.0.0.1:58990",
                                "127.0.0.1:9010", "127.0.0.1:8000"]
    assert all(direction == ">" for label, direction, _ in arrows(lines) if label == "Handshake 1/3")


def test_each_step_is_an_arrow_and_the_comment_has_the_states_of_both_ends(tshark):
    assert arrows(flow(tshark, SESSION, ",tcp.stream == 44")) == [
        ("Handshake 1/3", ">", "SYN_SENT | SYN_RCVD?; SYN seq=0"),
        ("Handshake 2/3", "<", "ESTABLISHED? | SYN_RCVD; SYN,ACK seq=0 ack=1"),
        ("Handshake 3/3", ">", "ESTABLISHED | ESTABLISHED?; ACK seq=1 ack=1"),
        ("Connected: client se", ">", "ESTABLISHED | ESTABLISHED?; ACK seq=1 ack=1; "
                                      "Connected: client sends HTTP request"),
        ("1 ACK", "<", "ESTABLISHED | ESTABLISHED; 1 ACK"),
        ("First HTTP response", "<", "ESTABLISHED | ESTABLISHED; ACK seq=1 ack=596; "
                                     "First HTTP response from server"),
        ("24 segments, 818 byt", ">", "ESTABLISHED | ESTABLISHED; 24 segments, 818 bytes, to frame 2917"),
        ("23 segments, 664 byt", "<", "ESTABLISHED | ESTABLISHED; 23 segments, 664 bytes, to frame 2916"),
        ("Close 1/4", "<", "CLOSE_WAIT? | FIN_WAIT_1; FIN,ACK seq=1226 ack=1414"),
        ("Close 2/4", ">", "CLOSE_WAIT | FIN_WAIT_2?; ACK seq=1414 ack=1227"),
        ("Close 3/4", ">", "LAST_ACK | TIME_WAIT?; FIN,ACK seq=1414 ack=1227"),
        ("Close 4/4", "<", "CLOSED? | TIME_WAIT; ACK seq=1227 ack=1415"),
    ]


def test_where_nobody_knows_the_client_the_states_are_as_short_and_stand_as_the_lifelines_do(tshark):
    lines = flow(tshark, SESSION, ",tcp.stream == 0")
    # The first to send stands at the left, though its port is the higher one. It acknowledges data in the fourth arrow,
    # which proves its own state and nothing of the other's.
    assert lifelines(lines) == ["127.0.0.1:51823", "127.0.0.1:6379"]
    assert [comment.split("; ")[0] for _, _, comment in arrows(lines)[:4]] == [
        "ESTABLISHED? | UNKNOWN", "ESTABLISHED? | UNKNOWN", "ESTABLISHED? | ESTABLISHED?", "ESTABLISHED | ESTABLISHED?"]


def test_with_every_segment_labelled_each_has_its_own_arrow(tshark):
    lines = flow(tshark, SESSION, ",tcp.stream == 44", "-o", "tcpstate.label_all:TRUE")
    assert len(arrows(lines)) == 57 and not any("segments" in line for line in lines)


def test_icmp_has_a_lifeline_of_its_own(tshark):
    lines = flow(tshark, ROOT / "samples" / "icmp-unreachable.pcapng")
    assert lifelines(lines) == ["10.42.119.1:40001", "10.42.119.2:80", "10.42.119.2 ICMP"]


def test_an_end_that_calls_itself_has_two_lifelines_and_no_complaint_of_glib():
    done = run("tshark", "-q", "-r", figures.CASES / "odd-land.pcap", "-z", "flow,tcpstate,network")
    assert "CRITICAL" not in done.stderr and "192.0.2.9:44444'" in done.stdout


def test_connections_that_do_not_fit_are_counted(tshark, fields):
    done = run("tshark", "-q", "-r", SESSION, "-z", "flow,tcpstate,network", "-o", "tcpstate.language:en")
    lines = done.stdout.splitlines()
    streams = {row[0] for row in fields(SESSION, "tcp.stream", options=("-Y", "tcp"))}
    drawn = {line.split("|")[0].strip() for line in lines[2:] if re.match(r"\d+ *\|", line)}
    left_out = int(next(re.search(r"\[(\d+) more connections do not fit: use a filter\]", line) for line in lines
                        if "do not fit" in line)[1])
    assert "CRITICAL" not in done.stderr
    assert 20 <= len(drawn) < 40 and len(drawn) + left_out == len(streams)


@pytest.mark.parametrize("capture", ["websocket-session", "half-open", "icmp-unreachable", "capture-begins-midway"])
def test_one_pass_and_two_draw_the_same(capture, tshark):
    path = ROOT / "samples" / f"{capture}.pcapng"
    assert flow(tshark, path) == flow(tshark, path, "", "-2")


def test_a_wrong_filter_is_told_as_tshark_does():
    done = run("tshark", "-q", "-r", SESSION, "-z", "flow,tcpstate,network,tcp.port ==", check=False)
    # Wireshark's own words; the others since 4.6.
    words = "tshark: flow - ", "tshark: Couldn't register tcpstate tap: "
    assert done.returncode != 0 and any(each in done.stderr for each in words)


@pytest.mark.parametrize("words, runs", [
    # An ACK and two segments with data, the second of which is sent again twice, then new data: three arrows, and not one.
    (">P.:10 <P.:10 >. >P.:20 >P.:30 +1 >P.:30:again +2 >P.:30:again >P.:40 <.", [
        "3 segments, 50 bytes, to frame 8", "2 retransmissions, 60 bytes, to frame 10", "1 segment, 40 bytes", "1 ACK"]),
    (">P.:10 <P.:10 >. >P.:20 >P.:30 >P.:40 <.", ["4 segments, 90 bytes, to frame 9", "1 ACK"]),
])
def test_what_is_sent_again_is_not_folded_into_what_is_new(tshark, tmp_path, words, runs):
    path = capture(tmp_path / "again.pcap", OPEN + words)
    assert [comment.split("; ")[1] for _, _, comment in arrows(flow(tshark, path))][-len(runs):] == runs
