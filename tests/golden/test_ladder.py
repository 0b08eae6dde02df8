# SPDX-License-Identifier: GPL-2.0-or-later
"""The text ladder, tshark -z tcpstate,ladder: what a person reads in the terminal.

The states of RFC 9293's figures are written here as the RFC prints them, a state
that only an arrival would bring marked "?", as nothing in the capture proves it.
"""
import re
import unicodedata

import pytest

import figures
from built import ROOT, run
from dialogue import OPEN, capture

SESSION = ROOT / "samples" / "websocket-session.pcapng"
CAPTURES = ROOT / "samples"
CASES = figures.CASES

ARROW = re.compile(r"^ *(\d*) +([-\d.]*)  (\S*) +(?:(--|==|<-|<=|<\.| \. ) (.*?) ?(?:[-=.]*>|[-=]+|) )? *(\S*)$")


def ladder(tshark, capture, argument="", *options, language="en"):
    out = tshark("-q", "-r", capture, "-z", "tcpstate,ladder" + argument, "-o", f"tcpstate.language:{language}", *options)
    return out.splitlines()


def columns(text):
    """As a terminal counts (the East Asian Width of Unicode annex 11; combining marks take none)."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def rows(lines):
    """(frame, left state, direction, text of the arrow, right state) of the rungs, without the rows of before."""
    found = []
    for line in lines:
        match = ARROW.match(line)
        if match and match[1]:
            found.append((match[1], match[3], "<" if match[4].startswith("<") else ">", match[5].strip(), match[6]))
    return found


def states(lines):
    """The states line by line, as in the RFC's figures, with the rows without an arrow."""
    begin = next(number for number, line in enumerate(lines) if line.lstrip().startswith("No."))
    end = next(number for number, line in enumerate(lines) if line.startswith("Outcome:"))
    return [tuple(re.findall(r"[A-Z][A-Z_0-9]{3,}\??(?=$|\s)", re.sub(r"(--|<-) .*?(-->|--|->) (?=\S+$)", " ", line)))
            for line in lines[begin + 1:end]]


# ---- RFC 9293, line by line ----

def test_figure_6_basic_connection_synchronization(tshark):
    assert states(ladder(tshark, CASES / "rfc9293-06-basic-open.pcap")) == [
        ("CLOSED?", "LISTEN?"),                         # 1.
        ("SYN_SENT", "SYN_RCVD?"),                      # 2. -->
        ("ESTABLISHED?", "SYN_RCVD"),                   # 3. <--
        ("ESTABLISHED", "ESTABLISHED?"),                # 4. -->
        ("ESTABLISHED", "ESTABLISHED?"),                # 5. --> <DATA>
        ("ESTABLISHED", "ESTABLISHED"),                 # its acknowledgment, which the RFC does not draw
    ]


def test_figure_12_normal_close_sequence(tshark):
    assert states(ladder(tshark, CASES / "rfc9293-12-normal-close.pcap"))[3:] == [
        ("ESTABLISHED", "ESTABLISHED?"),                # 1.
        ("FIN_WAIT_1", "CLOSE_WAIT?"),                  # 2. (Close) -->
        ("FIN_WAIT_2?", "CLOSE_WAIT"),                  # 3. <--
        ("TIME_WAIT?", "LAST_ACK"),                     # 4. <-- (Close)
        ("TIME_WAIT", "CLOSED?"),                       # 5. -->
    ]


def test_figure_13_simultaneous_close_sequence(tshark):
    # Seen near A, who cannot know yet that B has closed too: B's FIN then corrects it, in a row of its own.
    assert states(ladder(tshark, CASES / "rfc9293-13-simultaneous-close-1.pcap"))[3:] == [
        ("ESTABLISHED", "ESTABLISHED?"),                # 1.
        ("FIN_WAIT_1", "CLOSE_WAIT?"),                  # 2. (Close) --> ...
        ("FIN_WAIT_1",),                                # 2.             ... (Close) FIN-WAIT-1
        ("CLOSING?", "CLOSING?"),                       # 2. <--, 3.
        ("CLOSING?", "TIME_WAIT?"),                     # 3. -->
        ("TIME_WAIT?", "TIME_WAIT?"),                   # 4.
    ]


# ---- As a textbook draws it ----

def test_a_session_reads_like_the_textbooks_two_figures(tshark):
    lines = ladder(tshark, SESSION, ",tcp.port == 59117")
    assert "Connection 44: 127.0.0.1:59117 -> 127.0.0.1:9010, HTTP, closed" in lines
    assert rows(lines) == [
        ("1486", "SYN_SENT", ">", "SYN seq=0  Handshake 1/3", "SYN_RCVD?"),
        ("1487", "ESTABLISHED?", "<", "SYN,ACK seq=0 ack=1  Handshake 2/3", "SYN_RCVD"),
        ("1488", "ESTABLISHED", ">", "ACK seq=1 ack=1  Handshake 3/3", "ESTABLISHED?"),
        ("1489", "ESTABLISHED", ">", "ACK seq=1 ack=1 Connected: client sends HTTP request", "ESTABLISHED?"),
        ("1490", "ESTABLISHED", "<", "ACK seq=1 ack=596", "ESTABLISHED"),
        ("1491", "ESTABLISHED", "<", "ACK seq=1 ack=596  First HTTP response from server", "ESTABLISHED"),
        ("1492", "ESTABLISHED", ">", "24 segments, 818 bytes, to frame 2917", "ESTABLISHED"),
        ("1494", "ESTABLISHED", "<", "23 segments, 664 bytes, to frame 2916", "ESTABLISHED"),
        ("2918", "CLOSE_WAIT?", "<", "FIN,ACK seq=1226 ack=1414  Close 1/4", "FIN_WAIT_1"),
        ("2919", "CLOSE_WAIT", ">", "ACK seq=1414 ack=1227  Close 2/4", "FIN_WAIT_2?"),
        ("2920", "LAST_ACK", ">", "FIN,ACK seq=1414 ack=1227  Close 3/4", "TIME_WAIT?"),
        ("2921", "CLOSED?", "<", "ACK seq=1227 ack=1415  Close 4/4", "TIME_WAIT"),
    ]


def test_the_numbers_and_sums_are_those_that_wireshark_shows(tshark, fields):
    lines = rows(ladder(tshark, SESSION, ",tcp.stream == 44"))
    shown = {row[0]: row[1:] for row in fields(SESSION, "frame.number", "tcp.seq", "tcp.ack", "tcp.len", "tcp.srcport",
                                               options=("-Y", "tcp.stream == 44"))}
    for frame, _, _, text, _ in lines:
        if match := re.search(r"seq=(\d+)(?: ack=(\d+))?", text):
            assert [match[1], match[2] or "0"] == shown[frame][:2]
    for port, text in ("59117", "24 segments, 818 bytes"), ("9010", "23 segments, 664 bytes"):
        # All between the first response (1491) and the first FIN (2918).
        between = [int(row[2]) for frame, row in shown.items() if 1491 < int(frame) < 2918 and row[3] == port]
        assert text == f"{len(between)} segments, {sum(between)} bytes"


def test_chinese_stands_in_the_same_columns_as_english(tshark):
    chinese = ladder(tshark, SESSION, ",tcp.port == 59117", language="zh")
    rungs = [line for line in chinese if re.match(r" *\d+ +\d", line)]
    assert len(rungs) == 12 and any("第一次握手" in line for line in rungs)
    # Each row has its right state where the head "服务器" stands.
    head = next(line for line in chinese if line.endswith("服务器"))
    place = columns(head[:-3])
    for line in rungs:
        left, _, state = line.rpartition(" ")
        assert state.rstrip("?").replace("_", "").isalnum() and columns(left) + 1 == place, line


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("capture", [SESSION, CAPTURES / "fast-open.pcapng", CAPTURES / "capture-begins-midway.pcapng",
                                     CASES / "copies-ipv6.pcap"], ids=lambda path: path.stem)
def test_no_line_is_wider_than_100_columns(capture, language, tshark):
    assert max(map(columns, ladder(tshark, capture, language=language))) <= 100


def test_a_long_label_of_the_users_own_goes_below_its_arrow_in_as_many_lines_as_it_needs(tshark):
    label = "a label of somebody's own that is longer than any arrow could be, in English and in 中文"
    lines = ladder(tshark, CASES / "rfc9293-06-basic-open.pcap", "", "-o", f'uat:tcpstate_labels:"syn","en","{label}"')
    first = next(number for number, line in enumerate(lines) if "a label of somebody" in line)
    below = lines[first:first + 2]
    assert " ".join(" ".join(below).split()) == label
    assert max(map(columns, below)) <= 100 and "-->" not in "".join(below)


# ---- What is told and what is not ----

def test_connections_stand_one_after_another_in_the_order_of_their_first_frame(tshark, fields):
    lines = ladder(tshark, SESSION)
    streams = [int(match[1]) for line in lines if (match := re.match(r"Connection (\d+): ", line))]
    seen = dict.fromkeys(int(row[0]) for row in fields(SESSION, "tcp.stream", options=("-Y", "tcp")))
    assert len(streams) > 40 and streams == list(seen)


def test_a_filter_chooses_segments(tshark):
    lines = ladder(tshark, SESSION, ",tcp.stream == 44 && tcp.flags.fin == 1")
    assert [row[0] for row in rows(lines)] == ["2918", "2920"]
    assert "Filter: tcp.stream == 44 && tcp.flags.fin == 1" in lines


def test_icmp_is_not_drawn_as_the_other_ends_segment(tshark):
    frame, left, _, text, _ = rows(ladder(tshark, CAPTURES / "icmp-unreachable.pcapng"))[1]
    assert (frame, left) == ("2", "SYN_SENT?") and text.startswith("ICMP from 10.42.119.2  Unreachable (ICMP: port unreachable)")
    assert "RST" not in text and "seq=" not in text


def test_a_refused_server_is_corrected_to_closed(tshark):
    lines = ladder(tshark, CAPTURES / "refused.pcapng", ",tcp.stream == 0")
    assert states(lines) == [("CLOSED?", "LISTEN?"), ("SYN_SENT", "SYN_RCVD?"), ("CLOSED?",), ("CLOSED?", "CLOSED?")]
    assert any(line.startswith("Outcome: refused: a RST answered the SYN") for line in lines)


def test_what_is_missing_is_said_in_the_closing_line(tshark):
    lines = ladder(tshark, CAPTURES / "syn-unanswered.pcapng")
    assert any(re.match(r"Outcome: unanswered .*; no answer to 3 SYNs in 2\.0 s$", line) for line in lines)


def test_a_capture_that_begins_midway_says_so_and_shows_numbers_as_captured(tshark):
    lines = ladder(tshark, CAPTURES / "capture-begins-midway.pcapng")
    assert "The beginning of this connection was not captured" in lines
    assert any("seq=~" in line for line in lines) and any(line.startswith("~ ") for line in lines)


def test_who_is_client_is_not_claimed_where_nobody_knows(tshark):
    lines = ladder(tshark, SESSION, ",tcp.stream == 0")
    assert any(line.startswith("Connection 0: 127.0.0.1:51823 -- 127.0.0.1:6379 (client and server unknown)") for line in lines)
    assert not any(re.search(r"\bclient +server$", line) for line in lines)


def test_with_every_segment_labelled_nothing_is_folded(tshark, fields):
    lines = ladder(tshark, SESSION, ",tcp.stream == 44", "-o", "tcpstate.label_all:TRUE")
    frames = [row[0] for row in fields(SESSION, "frame.number", options=("-Y", "tcp.stream == 44"))]
    assert [row[0] for row in rows(lines)] == frames


@pytest.mark.parametrize("capture", ["websocket-session", "half-open", "icmp-unreachable", "forged-reset",
                                     "capture-begins-midway", "old-duplicate-syn"])
def test_one_pass_and_two_print_the_same(capture, tshark):
    path = CAPTURES / f"{capture}.pcapng"
    assert ladder(tshark, path) == ladder(tshark, path, "", "-2")


# ---- Time, and what was sent again ----

def test_a_pause_is_a_row(tshark):
    lines = ladder(tshark, CASES / "transfer-keep-alive-unanswered.pcap")
    # As the figure's times are: a keep-alive 7200 s after the last ACK, the next one 7200 s after its answer, and
    # then every 75 s.
    assert [line.strip() for line in lines if "without a segment" in line] == [
        f"... {seconds} s without a segment ..." for seconds in ("7199.9", "7199.9", "75.0", "75.0", "75.0")]
    # What lies before a pause and what lies after it are not one arrow.
    assert [row[0] for row in rows(lines)] == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]


def test_with_a_filter_a_pause_claims_no_more_than_the_filter_shows(tshark):
    lines = ladder(tshark, CASES / "transfer-keep-alive-unanswered.pcap", ",frame.number == 1 || frame.number == 12")
    assert "... 14625.0 s without a segment that the filter shows ..." in [line.strip() for line in lines]


def test_a_shut_window_is_not_among_plain_segments(tshark, tmp_path):
    """The client's window shuts, the server asks twice, and it opens: what an end does not let in is told where it says so."""
    path = capture(tmp_path / "shut.pcap", OPEN + ">P.:10 <P.:100 >. <P.:100 >.:w0 +1 <.:sent >.:w0 +2 <.:sent >.:w0 +4 >.")
    assert [(row[0], row[3]) for row in rows(ladder(tshark, path))][3:] == [
        ("4", "ACK seq=1 ack=1  Connected: client sends first data"),
        ("5", "ACK seq=1 ack=11  First response from server"),
        ("6", "ACK seq=11 ack=101"),
        ("7", "ACK seq=101 ack=11  1 segment, 100 bytes"),
        ("8", "3 ACKs, window 0, to frame 12"),
        ("9", "2 ACKs, to frame 11"),
        ("13", "ACK seq=11 ack=201"),
    ]
    chinese = [row[3] for row in rows(ladder(tshark, path, language="zh"))]
    assert "3个确认，窗口为0，至帧12" in chinese
    flow = tshark("-q", "-r", path, "-z", "flow,tcpstate,network")
    assert "3 ACKs, window 0" in flow and "2 ACKs" in flow


@pytest.fixture(scope="module")
def lossy(tmp_path_factory):
    """A request that is sent three times; then ten segments, of which the third is sent again after the sixth and the
    fifth was captured only when it was sent again; one of them is recorded twice."""
    from scapy.all import IP, TCP, PcapWriter
    path = tmp_path_factory.mktemp("lossy") / "lossy.pcap"
    number = 0
    with PcapWriter(str(path), linktype=101) as writer:
        def send(time, to_server, flags, seq, ack, length=0, identification=None):
            nonlocal number
            number += 1
            ends = ("192.0.2.1", "192.0.2.2"), (40000, 80)
            source, target = (0, 1) if to_server else (1, 0)
            packet = IP(src=ends[0][source], dst=ends[0][target], id=identification or number) / TCP(
                sport=ends[1][source], dport=ends[1][target], flags=flags, seq=seq, ack=ack) / (b"x" * length)
            packet.time = 1700000000 + time
            writer.write(packet)
        send(0.00, True, "S", 1000, 0)
        send(0.01, False, "SA", 5000, 1001)
        send(0.02, True, "A", 1001, 5001)
        send(0.03, True, "PA", 1001, 5001, 50)
        send(0.33, True, "PA", 1001, 5001, 50)
        send(0.93, True, "PA", 1001, 5001, 50)
        send(0.94, False, "A", 5001, 1051)
        for index in (0, 1, 2, 3, 5, 2, 6, 7, 4, 8, 9):
            send(1 + 0.01 * number, False, "A", 5001 + 100 * index, 1051, 100)
        send(1.2, False, "A", 5901, 1051, 100, number)  # as it was: the capture saw it twice
        send(1.3, True, "A", 1051, 6001)
    return path


def test_what_was_sent_again_is_not_among_plain_segments(tshark, lossy):
    assert [(frame, text) for frame, _, _, text, _ in rows(ladder(tshark, lossy))][3:] == [
        ("4", "PSH,ACK seq=1 ack=1  Connected: client sends HTTP request".replace("PSH,", "")),
        ("5", "2 retransmissions, 100 bytes, to frame 6"),
        ("7", "ACK seq=1 ack=51"),
        ("8", "ACK seq=1 ack=51  First HTTP response from server"),
        ("9", "4 segments, 400 bytes, to frame 12"),
        ("13", "ACK seq=201 ack=51  1 retransmission, 100 bytes"),
        ("14", "5 segments, 500 bytes, to frame 18"),  # frame 16 fills the hole; 19 is frame 18 once more
        ("20", "ACK seq=51 ack=1001"),
    ]


# ---- Many, and long ----

@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """1003 connections of one SYN each, the last with 300 retransmissions."""
    from scapy.all import IP, TCP, PcapWriter
    path = tmp_path_factory.mktemp("many") / "many.pcap"
    with PcapWriter(str(path), linktype=101) as writer:
        for number in range(1003 + 300):
            port = 10000 + min(number, 1002)
            packet = IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=port, dport=80, flags="S", seq=1000)
            packet.time = 1700000000 + number
            writer.write(packet)
    return path


def test_of_very_many_connections_the_first_thousand_are_printed_and_the_others_counted(tshark, many):
    lines = ladder(tshark, many)
    assert sum(line.startswith("Connection ") for line in lines) == 1000
    assert lines[-1].startswith("3 more connections are not shown")
    everything = ladder(tshark, many, ",all")
    assert sum(line.startswith("Connection ") for line in everything) == 1003
    assert sum("Handshake 1/3 again" in line for line in everything) == 300


def test_of_a_very_long_connection_beginning_and_end_are_printed(tshark, many):
    lines = ladder(tshark, many, ",tcp.srcport == 11002")
    shown = [int(row[0]) for row in rows(lines)]
    assert shown == [*range(1003, 1103), *range(1204, 1304)]
    assert "(101 lines left out here; -z tcpstate,ladder,all prints them)" in lines
    assert len(rows(ladder(tshark, many, ",all,tcp.srcport == 11002"))) == 301


# ---- Wrong arguments ----

@pytest.mark.parametrize("argument, message", [
    ("tcpstate,ladder,tcp.port ==", "tshark: Couldn't register tcpstate,ladder tap: "),
    ("tcpstate,laddering", 'Invalid "-z tcpstate,laddering"'),
    ("tcpstate,snake", 'tshark: Invalid -z argument "tcpstate,snake"; it must be one of:'),
])
def test_a_wrong_argument_is_told_as_tshark_does(argument, message):
    done = run("tshark", "-q", "-r", SESSION, "-z", argument, check=False)
    assert done.returncode != 0 and message in done.stderr and done.stdout == ""


def test_without_tcp_there_is_nothing_to_draw(tshark):
    assert "No TCP connection." in ladder(tshark, SESSION, ",udp")



@pytest.mark.parametrize("words, last", [
    (">F. <. +95 other", "... 95.0 s without a segment, then the capture ends ..."),   # the server owes its FIN
    (">P.:10 <P.:10 >. +3600 other", "... 3600.0 s without a segment, then the capture ends ..."),
    (">F. <. +5 other", ""),                    # no pause yet
    (">F. <F. >. +95 other", ""),               # closed: nothing could have come
    (">P.:10 <P.:10 >. >R. +95 other", ""),
])
def test_the_pause_before_the_captures_end_is_a_row(tshark, tmp_path, words, last):
    path = capture(tmp_path / "end.pcap", OPEN + words)
    lines = tshark("-q", "-r", path, "-z", "tcpstate,ladder").splitlines()
    outcome = next(number for number, line in enumerate(lines) if line.startswith("Outcome: "))
    assert (lines[outcome - 1].strip() == last) if last else ("capture ends" not in "".join(lines))
