# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of a SYN: refused, answered by something else, or by nothing; and what came before.

Captures as a host would leave them (dialogue.py); what is expected is read off the segments themselves.
"""
import pytest
from scapy.all import IP, UDP, TCP, wrpcap

from built import ROOT
from dialogue import CLIENT, SERVER
from frames import ETHERNET

SAMPLES = ROOT / "samples"


@pytest.mark.parametrize("words, disowned", [
    (">S <R. +0.5 >S:sent <S. >. >P.:10", False),   # the port has opened meanwhile: the SYN,ACK answers the second SYN
    (">S <R. <S. >. >P.:10", True),                 # there was one SYN only
])
def test_who_refused_one_syn_may_answer_the_next(told, words, disowned):
    assert ("disowned" in told(words, "reset.cause", frame=1)[0].split(",")) == disowned


def test_who_answers_a_syn_did_not_refuse_it(told):
    """A firewall refused it in the server's name; the client, which believed that, rejects the SYN,ACK."""
    assert told(">S <R. <S. >R", "outcome", "ended_by") == ["rejected", "client"]
    assert told(">S <R. <S. >. >P.:10 <.", "outcome", "ended_by")[1] in ("", "none")


def again_from_the_same_port(path, stamp, pause):
    """A connection that the server closes, its last time stamps 100 and 200; then SYNs from the same port."""
    at, packets = 1_700_000_000.0, []

    def send(side, flags, seq, ack, value):
        nonlocal at
        ends = (CLIENT, SERVER) if side == ">" else (SERVER, CLIENT)
        segment = TCP(sport=40000 if side == ">" else 8081, dport=8081 if side == ">" else 40000, flags=flags, seq=seq,
                      ack=ack, options=[("MSS", 1460), ("Timestamp", (value, 0))] if "S" in flags else [("Timestamp", (value, 0))])
        packets.append(ETHERNET / IP(src=ends[0], dst=ends[1],
                                                                                  id=len(packets) + 1) / segment)
        packets[-1].time = at
        at += 0.001

    for line in ((">", "S", 1000, 0, 97), ("<", "SA", 9000, 1001, 198), (">", "A", 1001, 9001, 98), ("<", "FA", 9001, 1001, 199),
                 (">", "A", 1001, 9002, 99), (">", "FA", 1001, 9002, 100), ("<", "A", 9002, 1002, 200)):
        send(*line)
    at += pause
    for _ in range(2):
        send(">", "S", 500000, 0, stamp)
        at += 3
    wrpcap(str(path), packets)
    return path


@pytest.mark.parametrize("stamp, pause, causes, said", [
    (90, 10, "reused,time-wait,old-time-stamp", "ended 10.0 s earlier, its other end was still in TIME_WAIT (inferred), which ignores"),
    (5000, 10, "reused,time-wait", "ended 10.0 s earlier, its other end was still in TIME_WAIT (inferred)"),
    (5000, 100, "reused", "ended 100.0 s earlier"),
    (90, 100, "reused,old-time-stamp", "ended 100.0 s earlier, and this SYN's time stamp is older than the last of that one"),
])
def test_what_came_before_a_syn_without_answer(tshark, tmp_path, stamp, pause, causes, said):
    path = again_from_the_same_port(tmp_path / "reused.pcap", stamp, pause)
    told = tshark("-2", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "tcpstate.outcome", "-e",
                  "tcpstate.unanswered.before").splitlines()
    assert told[-1].split("\t")[1:] == ["unanswered", causes]
    assert [line.split("\t")[2] for line in told[:7]] == [""] * 7
    for view in "report", "connections", "ladder":
        assert said in " ".join(tshark("-q", "-r", path, "-z", f"tcpstate,{view}").split()), view
    rows = [line.split("\t") for line in tshark("-q", "-r", path, "-z", "tcpstate,connections,tsv").splitlines()]
    assert [row[rows[0].index("unanswered")] for row in rows[1:]] == ["", causes]
    assert said in rows[2][rows[0].index("missing")]


def test_a_time_wait_that_a_reset_ended_keeps_no_answer_back(tshark):
    told = tshark("-q", "-r", ROOT / "tests/golden/kinds/unanswered-after-a-time-wait-that-a-reset-ended.pcap", "-z", "tcpstate,report")
    assert "the connection before, with the same ports, ended 9.9 s earlier" in told
    assert "TIME_WAIT" not in told


@pytest.mark.parametrize("language, said", [("en", "and this SYN's time stamp is older than the last of that one"),
                                            ("zh", "而此SYN的时间戳比该连接最后的时间戳更旧")])
def test_an_older_time_stamp_is_said_where_the_client_had_closed_first(tshark, language, said):
    """Another host behind the NAT took the port; the server, which is not in TIME_WAIT, stays silent."""
    capture = ROOT / "tests/golden/kinds/f07-older-timestamp-syn-unanswered.pcap"
    assert said in tshark("-o", f"tcpstate.language:{language}", "-q", "-r", capture, "-z", "tcpstate,report")


def number_of(path, segments):
    """(side, flags, seq, ack), a number: seconds.  Then another protocol's frame, 10 s later."""
    at, packets = 1_700_000_000.0, []
    for side, flags, *numbers in segments:
        if side == "+":
            at += flags
            continue
        ends = (CLIENT, SERVER) if side == ">" else (SERVER, CLIENT)
        packets.append(ETHERNET / IP(src=ends[0], dst=ends[1], id=len(packets) + 1)
                       / TCP(sport=40000 if side == ">" else 8081, dport=8081 if side == ">" else 40000, flags=flags,
                             seq=numbers[0], ack=numbers[1]))
        packets[-1].time = at
        at += 0.001
    packets.append(ETHERNET / IP(src=CLIENT, dst=SERVER) / UDP(sport=53000, dport=53001))
    packets[-1].time = at + 10
    wrpcap(str(path), packets)
    return path


@pytest.mark.parametrize("segments, by, missing, chinese", [
    # RFC 9293 section 3.10.7.3: an ACK that is not SND.NXT of the SYN is answered by a RST, or goes unanswered; SYN_SENT stays.
    ([(">", "S", 1000, 0), ("<", "SA", 9000, 5555), (">", "R", 5555, 0)], "wrong-syn-ack",
     "a SYN,ACK came, but not to this SYN: it acknowledges 5555, not 1001", "但不是对此SYN的应答"),
    # An end that holds another connection answers each SYN with a challenge ACK (RFC 5961 section 4).
    ([(">", "S", 1000, 0), ("<", "A", 2_000_000_000, 3_000_000_000), ("+", 1.0), (">", "S", 1000, 0),
      ("<", "A", 2_000_000_000, 3_000_000_000)], "wrong-ack",
     "no answer to 2 SYNs in 11.0 s; a segment came that is no answer to this SYN: its acknowledgment number is 3000000000, not 1001", "仍持有旧连接"),
    # The same, where the capture shows that other connection.
    ([(">", "S", 1000, 0), ("<", "SA", 9000, 1001), (">", "A", 1001, 9001), ("<", "PA", 9001, 1001), ("+", 100.0),
      (">", "S", 500_000_000, 0), ("<", "A", 9001, 1001)], "wrong-ack",
     "its acknowledgment number is 1001, not 500000001; its sender may hold an older connection", "仍持有旧连接"),
    # It fits: what is missing is the client's.
    ([(">", "S", 1000, 0), ("<", "SA", 9000, 1001)], "", "the client has not completed the handshake for 10.0 s", "客户端"),
])
def test_an_answer_that_is_none_to_the_syn(tshark, tmp_path, segments, by, missing, chinese):
    path = number_of(tmp_path / "misfit.pcap", segments)
    told = tshark("-2", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "frame.number", "-e", "tcpstate.unanswered.by", "-e",
                  "tcpstate.missing", "-e", "tcpstate.outcome").splitlines()[-1].split("\t")[1:]
    assert told[0] == by and missing in told[1]
    if by == "wrong-syn-ack":   # as for any SYN without an answer, and for how long
        assert told[2] == "unanswered" and told[1].startswith("no answer to 1 SYN in 10.0 s; ")
    assert missing in tshark("-q", "-r", path, "-z", "tcpstate,connections")
    assert chinese in tshark("-q", "-o", "tcpstate.language:zh", "-r", path, "-z", "tcpstate,connections")
    row = tshark("-q", "-r", path, "-z", "tcpstate,connections,json").splitlines()[-1]
    assert f'"unanswered":"{by}"' in row if by else '"unanswered":null' in row


@pytest.mark.parametrize("language, said", [("en", "server or firewall"), ("zh", "服务器或防火墙")])
def test_who_refused_is_not_known(tshark, language, said):
    """A firewall's RST looks like the server's."""
    table = tshark("-o", f"tcpstate.language:{language}", "-q", "-r", SAMPLES / "refused.pcapng", "-z", "tcpstate,connections")
    assert said in table.splitlines()[2]
