# SPDX-License-Identifier: GPL-2.0-or-later
"""What hangs, for how long, and who is waited for.

Captures as a host would leave them (dialogue.py); what is expected is read off the segments themselves.
"""
import json

import pytest
from scapy.all import IP, UDP, TCP, wrpcap

from built import ROOT
from dialogue import CLIENT, OPEN, SERVER, capture
from frames import ETHERNET

UNSEEN = "the capture may lack the last that the server sent, and with it the FIN"


@pytest.mark.parametrize("words, expected", [
    # Sent six times, and nobody acknowledges it; the capture goes on for 9.006 s after it was first sent.
    (OPEN + ">P.:10 " + "+1.5 >P.:10:again " * 5 + "+1.5 other", ["stalled", "unacknowledged", "9.005000000"]),
    (OPEN + ">P.:10 <. +20 other", ["no-response", "no-response", "20.001"]),
    # A sender that goes on without a response (logs, measurements) needs none: its pauses are no request without response.
    (OPEN + ">P.:10 <. +10 " * 4 + "other", ["open", "", ""]),
    (OPEN + ">P.:10 <. +10 " * 4 + "+60 other", ["no-response", "no-response", "70.001"]),     # but an upload, then silence, is
    (OPEN + ">P.:10 <.:w0 +30 other", ["stalled", "zero-window", "30.000"]),
    (OPEN + ">P.:10 <.:w0 +2 >P.:1000 +30 other", ["no-response", "no-response", "30.000"]),     # no probe: it had been opened
    (OPEN + ">P.:10 <P.:10 >. >P.:10 <. +7 other", ["open", "silent", "7.001"]),
    # The same sender behind a first response (TLS), and one that asks twice at once.
    (OPEN + ">P.:10 <P.:10 >. " + ">P.:10 <. +10 " * 4 + "other", ["open", "", ""]),
    (OPEN + ">P.:10 <P.:10 >. " + ">P.:10 <. +10 " * 4 + "+60 other", ["open", "silent", "70.001"]),
    (OPEN + ">P.:10 <P.:10 >. >P.:10 <. +10 >P.:10 <. +4 <P.:10 >. >P.:10 <. +7 other", ["open", "silent", "7.001"]),
    (OPEN + ">P.:10 <P.:10 >. >P.:10 >P.:10 <. +7 other", ["open", "silent", "7.001"]),
    (OPEN + ">P.:10 <. +1 other", ["open", "", ""]),       # not long enough to tell
    # The server speaks first (SMTP, FTP, SSH): then it is the client's turn, until it has sent any data.
    (OPEN + "<P.:30 >. +20 other", ["open", "silent", "20.002"]),
    (OPEN + "<P.:30 >. <P.:30 >. +20 other", ["open", "silent", "20.004"]),
    (OPEN + "<P.:30 >. +1 other", ["open", "", ""]),
    (OPEN + "<P.:30 >. >P.:10 <. <P.:10 >. +20 other", ["open", "", ""]),
    (OPEN + "<P.:30 >. " + "<P.:1400 >. " * 4 + "+20 other", ["open", "", ""]),     # a stream waits for no answer
    (OPEN + "<P.:30 >. >F. <. +20 other", ["half-closed", "", ""]),
    (OPEN + "<P.:30 >. >P.:10:lost <. +20 other", ["unknown", "", ""]),    # it has answered: the server acknowledges it
    (OPEN + "+20 other", ["open", "", ""]),     # nobody has spoken, and who should nobody can tell
    (OPEN + ">P.:10 <P.:10 >. +60 other", ["open", "", ""]),  # nobody owes anything
    # One direction alone was captured: whether the server answered nobody can say.
    (">S <S.:lost >. >P.:10 <.:lost +20 other", ["one-direction", "", ""]),
    (">S <S.:lost >. >P.:10 >P.:10:again +1 >P.:10:again +20 other", ["one-direction", "", ""]),
    (">S <S.:lost >. >P.:10 " + "+10 >.:1:again " * 3 + "other", ["one-direction", "", ""]),     # keep-alives
    (OPEN + ">P.:10 <P.:10:lost >. +20 other", ["unknown", "", ""]),   # acknowledged: the answer came, and was not captured
])
def test_what_hangs(told, words, expected):
    outcome, wait, time = told(words, "outcome", "wait", "wait.time")
    assert [outcome, wait] == expected[:2]
    assert not expected[2] and not time or abs(float(time) - float(expected[2])) < 0.01


@pytest.mark.parametrize("words, missing", [
    (">S +3600 other", "no answer to 1 SYN in 3600.0 s"),
    (OPEN + ">F. <. +95 other", "the server has not closed its side for 95.0 s"),
    (OPEN + ">F. +1 >F.:sent +2 >F.:sent +20 other", "the server has not acknowledged the client's FIN for 23.0 s, though it was sent 3 times"),
    # The client is gone: it is not the server that hangs.
    (OPEN + ">P.:10 <. >F. <. +1 <P.:9 +1 <P.:9:again +3 <P.:9:again +60 other",
     "the server has not closed its side for 65.0 s; the client has acknowledged nothing for 64.0 s of data that was sent again (2 times)"),
    (OPEN + ">P.:10 <. >F.:w0 <. +30 other", "the server has not closed its side for 30.0 s; the receive window of the client has been 0 for 30.0 s"),
    (OPEN + ">F. <. +0.2 other", "too early to say: the capture ends 0.202 s later"),
    # The server's FIN was not captured: the client acknowledges a number that follows all of its data, or it goes on behind one.
    (OPEN + ">F. <.:1:lost >. +95 other", UNSEEN),
    (OPEN + ">P.:10 <.:20 <.:1:lost >F. <. +95 other", UNSEEN),
    (OPEN + ">F. <.:10:lost <.:10 >. +95 other", "the server has not closed its side for 95.0 s"),    # data follows the hole
    (">S <S.:lost >. >F. <.:1:lost >. +95 other", "nothing that the server sent was captured"),
    (OPEN + ">F. <. <F. +20 other", "the server's FIN has not been acknowledged for 20.0 s"),
    (">S <S. +8 other", "the client has not completed the handshake for 8.0 s"),
    # A client that sends its SYN again long after the SYN,ACK did not get that; one that did so once may have sent it before that came.
    (">S <S. +1 >S:sent <S.:sent +2 >S:sent <S.:sent +20 other",
     "the client has not completed the handshake for 23.0 s; the client sent its SYN again 3.0 s after the SYN,ACK: that did not arrive, or was not accepted"),
    (">S <S. +1 >S:sent <S.:sent +2 <S.:sent +20 other", "the client has not completed the handshake for 23.0 s"),
    (OPEN + ">P.:10 <.:w0 +30 other", "the receive window of the server has been 0 for 30.0 s"),
    (OPEN + "+20 other", "neither side has closed; the capture goes on for 20.0 s after the last segment"),
    (OPEN + "+0.9 other", "neither side closed before the capture ended"),
    (OPEN + ">P.:10 <. +20 other", "the server has sent no data for 20.0 s since the request"),
    (">S <S.:lost >. >P.:10 +20 other", "nothing that the server sent was captured"),
    (">S:lost <S. +20 other", "nothing that the client sent was captured"),
])
def test_absence_is_measured_to_the_end_of_the_capture(told, words, missing):
    assert told(words, "missing") == [missing]


def test_a_syn_in_a_capture_of_one_direction(tshark, tmp_path):
    """Of another connection the client's segments alone were captured, which acknowledge the server's: the SYN's answer may lack, too."""
    path = tmp_path / "one.pcap"
    ends = dict(src=CLIENT, dst=SERVER)
    segments = [TCP(sport=40001, dport=8081, flags="S", seq=1000), TCP(sport=40001, dport=8081, flags="A", seq=1001, ack=9001),
                TCP(sport=40000, dport=8081, flags="S", seq=5000), UDP(sport=53000, dport=53001)]
    packets = [ETHERNET / IP(id=number, **ends) / segment
               for number, segment in enumerate(segments, 1)]
    for number, packet in enumerate(packets):
        packet.time = 1_700_000_000 + 10 * number
    wrpcap(str(path), packets[:3])
    early = "too early to say: the capture ends 0.000 s later"
    assert tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.missing").splitlines()[-1] == early
    wrpcap(str(path), packets)
    said = "no answer to 1 SYN was captured in 10.0 s, but of other connections the capture has one direction only"
    assert tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.missing").splitlines()[2] == said
    report = tshark("-q", "-r", path, "-z", "tcpstate,report")
    assert said in report and "Healthy" not in report
    assert "10.0秒内没有抓到对1个SYN的应答" in tshark("-q", "-o", "tcpstate.language:zh", "-r", path, "-z", "tcpstate,connections")


def test_a_slow_response(tshark, tmp_path):
    path = capture(tmp_path / "slow.pcap", OPEN + ">P.:10 <. +25 <P.:10 >.")
    lines = tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.time.slowest_response").splitlines()
    assert [number for number, line in enumerate(lines, 1) if line] == [6] and lines[5] == "25.002000000"
    assert tshark("-2", "-r", path, "-Y", "tcpstate.expert.slow_response", "-T", "fields", "-e", "frame.number").split() == ["6"]


@pytest.mark.parametrize("words", [
    ">P.:10 <. +25 <P.:10:lost <P.:10",                     # the answer began with what was not captured, 25 s ago or sooner
    "<P.:10:lost >P.:10 <. +25 <P.:10:lost <P.:10",
    ">P.:10 +25 <P.:10:lost <P.:10 <P.:10",
])
def test_a_response_that_began_unseen_is_not_called_slow(tshark, tmp_path, words):
    path = capture(tmp_path / "hole.pcap", OPEN + words)
    assert tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.time.slowest_response").split() == []
    assert "Slow responses" not in tshark("-q", "-r", path, "-z", "tcpstate,report")


def test_data_that_crosses_the_question_is_no_response(tshark):
    """Client and server of SSH both speak at once: the server's data acknowledges nothing of the client's."""
    path = ROOT / "tests" / "golden" / "cases" / "both-speak-at-once.pcap"
    assert tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.time.to_first_response").split() == []
    assert tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.time.slowest_response").split() == []


@pytest.mark.parametrize("words, kind, seconds, frame, said, chinese", [
    # The client's window was shut for 20 s, then it opened (and the server had asked in between).
    (OPEN + ">P.:10 <P.:100 >.:w0 +10 <.:sent >.:w0 +10 >. <P.:100 >.", "zero-window", 20.003, "9",
     "the receive window of the client was 0 for 20.0 s", "客户端的接收窗口有20.0秒为0"),
    # The server acknowledged only the third sending.
    (OPEN + ">P.:10 +1 >P.:10:again +3 >P.:10:again <. <P.:10 >.", "unacknowledged", 4.003, "7",
     "the server acknowledged nothing for 4.0 s of data that was sent again", "数据重传之后，服务器有4.0秒没有确认"),
])
def test_a_stall_that_ended(tshark, tmp_path, words, kind, seconds, frame, said, chinese):
    path = capture(tmp_path / "stall.pcap", words)
    fields = ("-T", "fields", "-e", "frame.number", "-e", "tcpstate.stall", "-e", "tcpstate.time.longest_stall")
    told = tshark("-2", "-r", path, "-Y", "tcpstate.time.longest_stall >= 3", *fields).split()
    assert told[:2] == [frame, kind] and float(told[2]) == pytest.approx(seconds)
    assert tshark("-2", "-r", path, "-Y", "tcpstate.expert.stall_ended", "-T", "fields", "-e", "frame.number").split() == [frame]
    report = tshark("-q", "-r", path, "-z", "tcpstate,report")
    assert "Stalls that ended (3000 ms and more): 1  tcpstate.time.longest_stall >= 3\n" in report and said in report
    assert chinese in tshark("-o", "tcpstate.language:zh", "-q", "-r", path, "-z", "tcpstate,report")
    rows = [json.loads(line) for line in tshark("-q", "-r", path, "-z", "tcpstate,report,json").splitlines()]
    assert [row["why"] for row in rows if row.get("finding") == "stall-ended" and row["record"] == "finding"] == [said]
    # Its length is the preference's that decides what hangs.
    assert "Stalls that ended" not in tshark("-o", "tcpstate.stalled_after:30", "-q", "-r", path, "-z", "tcpstate,report")


@pytest.mark.parametrize("words, outcome, missing", [
    # Met midway: one end shows only that it is there.
    ("<P.:100 >.:w0 +2 <.:sent >.:w0 +4 <.:sent >.:w0 +9 other", "stalled", "the receive window of 192.0.2.10:40000 has been 0 for 15.0 s"),
    ("<P.:100 >. >P.:100 +1 >P.:100:again +3 >P.:100:again +9 other", "stalled",
     "192.0.2.20:8081 has acknowledged nothing for 13.0 s of data that was sent again (2 times)"),
    (">P.:100 <P.:20 >. +1 >F. <. +9 other", "half-closed", "192.0.2.20:8081 has not closed its side for 9.0 s"),
    # The window opened again.
    ("<P.:100 >.:w0 +2 <.:sent >.:w0 +4 <.:sent >. +9 other", "unknown", ""),
])
def test_what_hangs_in_a_connection_met_midway(told, words, outcome, missing):
    """Nobody is client there: the end that owes something is called by its address."""
    assert told(words, "outcome", "missing")[:2] == [outcome, missing]


@pytest.mark.parametrize("words, told_of_it", [
    # The server's queue of connections to accept is full: it drops the third segment and sends its SYN,ACK again.
    (OPEN + ">P.:100 +1 <S.:sent >. +2 <S.:sent >. +9 other", True),
    # The two crossed: the SYN,ACK came again at once, and says nothing.
    (OPEN + ">P.:100 <S.:sent >. +9 other", False),
    # It did take the third segment, later.
    (OPEN + ">P.:100 +1 <S.:sent >. <. +9 other", False),
])
def test_a_third_segment_that_the_server_did_not_take(told, words, told_of_it):
    outcome, missing = told(words, "outcome", "missing")
    assert outcome == "no-response" and "the server has sent no data for" in missing
    assert ("sent its SYN,ACK again" in missing) == told_of_it
