"""Why: who ended it, what came before a RST, what hangs and for how long.

SPDX-License-Identifier: GPL-2.0-or-later

Captures as a host would leave them; what is expected is read off the segments themselves.  A word is a segment:
">" from the client or "<" from the server, its flags as tcpdump writes them, the bytes of its data, and what else it has
("again": the number of the last data once more, "sent": the FIN once more, "w0": window 0, "lost": it was not captured).  "+N": so many seconds pass; else a millisecond does.
"""
import json

import pytest
from scapy.all import ICMP, IP, UDP, TCP, Ether, ICMPv6DestUnreach, IPv6, Raw, rdpcap, wrpcap

from conftest import ROOT
from frames import ETHERNET

SAMPLES = ROOT / "samples"
CLIENT, SERVER = "192.0.2.10", "192.0.2.20"
OPEN = ">S <S. >. "
UNSEEN = "the capture may lack the last that the server sent, and with it the FIN"


def capture(path, words, **options):
    at, packets, following, last = 1_700_000_000.0, [], {">": 1000, "<": 9000}, {}
    for word in words.split():
        if word.startswith("+"):
            at += float(word[1:])
            continue
        if word == "other":     # a frame of another protocol, so that the capture goes on
            frame = ETHERNET / IP(src=CLIENT, dst=SERVER) / UDP(sport=53000, dport=53001) / Raw(b"x")
            frame.time = at
            packets.append(frame)
            continue
        side, other = word[0], "<" if word[0] == ">" else ">"
        flags, *more = word[1:].split(":")
        size = next((int(part) for part in more if part.isdigit()), 0)
        seq = last.get(side, following[side]) if "again" in more else following[side] - ("sent" in more)
        letters = flags.replace(".", "A")
        segment = TCP(sport=40000 if side == ">" else 8081, dport=8081 if side == ">" else 40000, flags=letters, seq=seq,
                      ack=following[other] if "." in flags else 0, window=0 if "w0" in more else 8000,
                      options=options.get(side, []) if "S" in flags else [])
        frame = (ETHERNET / IP(src=CLIENT if side == ">" else SERVER, dst=SERVER if side == ">" else CLIENT,
                              id=len(packets) + 1, ttl=33 if "ttl" in more else 64) / segment / Raw(b"d" * size))
        frame.time = at
        if "lost" not in more:
            packets.append(frame)
        if "again" not in more and "sent" not in more and "R" not in flags:
            if size:
                last[side] = following[side]
            following[side] += size + ("S" in flags) + ("F" in flags)
        at += 0.001
    wrpcap(str(path), packets)
    return path


@pytest.fixture
def told(tshark, tmp_path):
    """told(words, field, ...) -> with two passes, the fields of the last TCP frame."""

    def told(words, *fields, frame=-1):
        path = capture(tmp_path / "why.pcap", words)
        names = [part for field in fields for part in ("-e", f"tcpstate.{field}")]
        # The number first, or a line without any other field would be empty.
        lines = tshark("-2", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "frame.number", *names).splitlines()
        return lines[frame].split("\t")[1:]

    return told


@pytest.mark.parametrize("words, expected", [
    (OPEN + ">P.:10 <.  >F. <. >R.", ["client", "client", "fin-then-reset", "RSTO"]),
    (OPEN + ">P.:10 <.  >F. <R.", ["client", "server", "fin-then-reset", "RSTR"]),
    (OPEN + ">P.:10 <.  <F. >R.", ["server", "client", "fin-then-reset", "RSTO"]),
    (OPEN + ">P.:10 <.  >R.", ["none", "client", "reset", "RSTO"]),
    (OPEN + ">F. <F. >.", ["client", "client", "three-segments", "SF"]),
    (">S <R.", ["none", "server", "reset", "REJ"]),
    (OPEN + ">P.:10 <.", ["none", "none", "none", "S1"]),
])
def test_who_closed_first_and_who_ended_it(told, words, expected):
    assert told(words, "closed_by", "ended_by", "close_kind", "conn_state") == expected


@pytest.mark.parametrize("words, expected", [
    # The one FIN that was captured acknowledges what may be the other's: who was first nobody can tell.
    (OPEN + ">P.:10 <.:20 >. <F.:lost >F. +1 >R.", ["unknown", "client", "fin-then-reset"]),
    (">S <S.:lost >. >F.", ["unknown", "none", "none"]),
])
def test_a_fin_that_was_not_captured_may_have_been_the_first(told, words, expected):
    assert told(words, "closed_by", "ended_by", "close_kind") == expected


@pytest.mark.parametrize("name, number, expected", [
    # The FIN was recorded ahead of data before it: the client's socket went to FIN_WAIT_1 first.
    ("fin_out_of_order", 0, ["client", "client", "closed", ""]),
    ("syn_ack_with_fin", 0, ["server", "none", "half-closed", "too early to say: the capture ends 0.005 s later"]),
    # A SYN that the other end, in CLOSE_WAIT, only challenges: the FIN is of the connection before.
    ("syn_in_close_wait", 1, ["none", "none", "unanswered", "too early to say: the capture ends 0.002 s later"]),
])
def test_a_fin_that_is_no_step_is_the_first_too(tshark, name, number, expected):
    capture = ROOT / "tests/kernel/captures" / f"{name}.pcapng"
    names = [part for field in ("closed_by", "ended_by", "outcome", "missing") for part in ("-e", f"tcpstate.{field}")]
    told = tshark("-2", "-r", capture, "-Y", f"tcpstate.connection == {number}", "-T", "fields", "-e", "frame.number", *names)
    assert told.splitlines()[-1].split("\t")[1:] == expected


@pytest.mark.parametrize("words, causes", [
    (OPEN + ">P.:10 <. >F. <. <P.:20 >R", "data-after-close"),
    (OPEN + ">P.:10 <P.:10 >. +42 <R.", "silence"),
    # An idle connection that the server's side has forgotten: it answers the first thing that comes.
    (OPEN + ">P.:10 <P.:10 >. +600 >P.:10 <R", "pause"),
    (OPEN + ">P.:10 <P.:10 >. +600 >F. <R", "pause"),
    (OPEN + ">P.:10 <P.:10 >. +600 >.:sent <R", "pause"),
    (OPEN + ">P.:10 <P.:10 >. +600 >P.:10 <. >P.:10 <R.", ""),  # the pause was over before
    # A window that stayed shut: the sender gave up, or the reader went.
    (OPEN + ">P.:10 <P.:10 >.:w0 +2 <.:sent >.:w0 +4 <.:sent >.:w0 +1 <R.", "zero-window"),
    (OPEN + ">P.:10 <P.:10 >.:w0 +2 <.:sent >.:w0 +4 <.:sent >.:w0 +1 >R.", "own-zero-window"),
    (OPEN + ">P.:10 <P.:10 >.:w0 +0.5 >. +1 <R.", ""),    # it had opened
    (OPEN + ">P.:10 <P.:10 >.:w0 +0.5 <R.", ""),
    (OPEN + ">P.:10 <P.:10 >. >P.:10 >P.:10:again +1 >P.:10:again >R.", "retransmissions"),
    (OPEN + ">P.:10 <. <R.", "no-response-yet"),
    (OPEN + ">P.:10 <P.:10 >. <R.:ttl", "other-ttl"),
    (OPEN + ">P.:10 <P.:10 >. <R.:9", "payload"),
    (OPEN + ">P.:10 <P.:10:lost >. <R.", ""),   # the server did send data: its RST has the number behind that
    # One direction alone was captured: what the other end answered, and when, nobody can say.
    (">S <S.:lost >. >P.:10 >P.:10:again +1 >P.:10:again +42 >R.", ""),
    (OPEN + ">P.:10 <P.:10 >. >R.", ""),    # unread data, linger 0, a crash: outside nobody can tell
])
def test_what_came_before_a_rst(told, words, causes):
    assert told(words, "reset.cause") == [causes]


def test_a_rst_after_keep_alives(tshark):
    assert tshark("-2", "-r", SAMPLES / "keep-alive-unanswered.pcapng", "-Y", "tcp.flags.reset == 1", "-T", "fields",
                  "-e", "tcpstate.reset.cause") == "keep-alives-unanswered\n"


@pytest.mark.parametrize("end, causes", [(None, "unsigned"), (54, "")])
def test_a_rst_without_the_signature_that_both_syns_have(tshark, tmp_path, end, causes):
    """RFC 2385: the option is in every segment.  Of a RST whose options the capture cut off nobody knows."""
    signed = {side: [("MD5", bytes(16))] for side in "<>"}
    path = capture(tmp_path / "signed.pcap", OPEN + ">P.:10 <P.:10 >. <R.", **signed)
    if end:
        *packets, reset = rdpcap(str(path))
        signature = TCP(sport=8081, dport=40000, flags="RA", seq=reset[TCP].seq, ack=reset[TCP].ack, options=signed["<"])
        whole = bytes(ETHERNET / IP(src=SERVER, dst=CLIENT, id=99) / signature)
        raw = whole[:end]
        cut = Ether(raw)
        cut.time, cut.wirelen = reset.time, len(whole)
        wrpcap(str(path), [*packets, cut])
    told = tshark("-2", "-r", path, "-Y", "tcp.flags.reset == 1", "-T", "fields", "-e", "frame.number", "-e", "tcpstate.reset.cause")
    assert told.splitlines()[-1].split("\t") == ["7", causes]


def test_rsts_in_the_names_of_both_ends(told):
    assert told(OPEN + ">P.:10 <P.:10 >. >R. <R.", "reset.cause", "reset.cause.source", frame=-2) == ["both-ends", "hindsight"]


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


@pytest.mark.parametrize("words", [">F. <. <F.", ">F. <F."])
def test_how_many_segments_a_close_takes_is_said_once_it_is_over(told, tshark, tmp_path, words):
    assert told(OPEN + words, "outcome", "close_kind") == ["last-ack-missing", "none"]
    for view in "report", "ladder", "connections":
        assert "segments" not in tshark("-q", "-r", tmp_path / "why.pcap", "-z", f"tcpstate,{view}").replace("to last\n    segment", ""), view


def test_every_view_names_all_that_came_before_a_rst(tshark, tmp_path):
    """And what speaks against its sender."""
    path = capture(tmp_path / "reset.pcap", OPEN + ">P.:10 <. +42 <R.:ttl")
    why = "after 42.0 s without a segment; before the server sent any data; the RST's TTL is not that of an earlier segment of its sender"
    said = {view: " ".join(tshark("-q", "-r", path, "-z", f"tcpstate,{view}").split())
            for view in ("report", "ladder", "connections", "connections,tsv", "connections,json")}
    for view, text in said.items():
        assert why in text, view
    assert "by the server, " + why in said["report"] and "Missing, or why" in said["connections"]
    tshark("-q", "-r", path, "-z", f"tcpstate,page,{tmp_path / 'page.html'}")
    assert why in (tmp_path / "page.html").read_text(encoding="utf-8").replace("\\u0027", "'")


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


def test_the_sockets_of_each_host(tshark, tmp_path):
    """What ss -tan would show: the client's FIN is acknowledged, and the server has not sent its own for 95 s."""
    path = capture(tmp_path / "sockets.pcap", OPEN + ">P.:10 <P.:10 >. >F. <. +95 other")
    lines = [line.split() for line in tshark("-q", "-r", path, "-z", "tcpstate,sockets").splitlines()]
    assert lines[1] == ["State", "Local", "Peer", "For", "(s)"]
    assert ["FIN_WAIT_2?", f"{CLIENT}:40000", f"{SERVER}:8081", "95.0"] in lines
    assert ["CLOSE_WAIT", f"{SERVER}:8081", f"{CLIENT}:40000", "95.0"] in lines
    assert ["1", "CLOSE_WAIT", SERVER, "it", "owes", "its", "FIN"] in lines
    assert ["1", "FIN_WAIT_2", f"{CLIENT},", "1", "inferred", "if", "it", "is", "so,", "the", "peer", "owes", "its", "FIN"] in lines
    early = [line.split() for line in tshark("-q", "-r", path, "-z", f"tcpstate,sockets,{SERVER},1").splitlines()]
    assert [line[0] for line in early if len(line) == 4 and ":" in line[1]] == ["SYN_RCVD?"]
    chinese = tshark("-o", "tcpstate.language:zh", "-q", "-r", path, "-z", "tcpstate,sockets")
    assert chinese.splitlines()[1].split() == ["状态", "本端", "对端", "已持续(秒)"]
    assert "尚未发送自己的FIN" in chinese


@pytest.mark.parametrize("given, english, chinese", [
    ("192.0.2.99", "The capture holds no TCP segment of 192.0.2.99 up to that moment.", "没有192.0.2.99的TCP报文段"),
    (f"{CLIENT},0", f"The capture holds no TCP segment of {CLIENT} up to that moment.", f"没有{CLIENT}的TCP报文段"),
    ("a.example", '"a.example" is neither an IP address nor a moment.', "“a.example”既不是IP地址，也不是时刻。"),
    (CLIENT, "No socket at that moment.", "该时刻没有套接字。"),     # refused: both ends are CLOSED
])
def test_a_host_without_a_socket_is_said_to_have_none(tshark, tmp_path, given, english, chinese):
    path = capture(tmp_path / "none.pcap", ">S <R.")
    arguments = "-q", "-r", path, "-z"
    assert tshark(*arguments, f"tcpstate,sockets,{given}").splitlines()[1:] == [english]
    assert chinese in tshark("-o", "tcpstate.language:zh", *arguments, f"tcpstate,sockets,{given}")
    assert tshark(*arguments, f"tcpstate,sockets,json,{given}") == ""


def test_a_host_is_known_however_its_address_is_written(tshark):
    path = ROOT / "tests" / "golden" / "cases" / "tunnel-ipv6-in-ipv4.pcap"
    one, other = (tshark("-q", "-r", path, "-z", f"tcpstate,sockets,{host},3") for host in ("2001:db8::2", "2001:0DB8:0::2"))
    assert one == other and "[2001:db8::2]:" in one


def test_a_rst_after_which_its_sender_went_on(tshark):
    """Frame 8 is a RST in the client's name; in frame 9 the client goes on.  Only who has seen that says so, and then tree,
    expert information and report do."""
    forged = SAMPLES / "forged-reset.pcapng"
    said = "RST whose sender went on afterwards: perhaps somebody else sent it in that name"
    arguments = ("-r", forged, "-Y", "frame.number == 8", "-T", "fields", "-e", "tcpstate.reset.cause", "-e",
                 "tcpstate.reset.cause.source", "-e", "_ws.expert.message")
    causes, sources, expert = tshark("-2", *arguments).rstrip("\n").split("\t")
    assert "disowned" in causes.split(",") and "hindsight" in sources.split(",") and said in expert
    assert "disowned" not in tshark(*arguments)     # in one pass nobody knows yet
    assert "the RST's sender went on afterwards" in tshark("-q", "-r", forged, "-z", "tcpstate,report")


@pytest.mark.parametrize("words, disowned", [
    (">S <R. +0.5 >S:sent <S. >. >P.:10", False),   # the port has opened meanwhile: the SYN,ACK answers the second SYN
    (">S <R. <S. >. >P.:10", True),                 # there was one SYN only
])
def test_who_refused_one_syn_may_answer_the_next(told, words, disowned):
    assert ("disowned" in told(words, "reset.cause", frame=1)[0].split(",")) == disowned


def test_data_that_crosses_the_question_is_no_response(tshark):
    """Client and server of SSH both speak at once: the server's data acknowledges nothing of the client's."""
    path = ROOT / "tests" / "golden" / "cases" / "both-speak-at-once.pcap"
    assert tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.time.to_first_response").split() == []
    assert tshark("-2", "-r", path, "-T", "fields", "-e", "tcpstate.time.slowest_response").split() == []


def test_who_answers_a_syn_did_not_refuse_it(told):
    """A firewall refused it in the server's name; the client, which believed that, rejects the SYN,ACK."""
    assert told(">S <R. <S. >R", "outcome", "ended_by") == ["rejected", "client"]
    assert told(">S <R. <S. >. >P.:10 <.", "outcome", "ended_by")[1] in ("", "none")


def test_a_rst_after_the_one_that_its_sender_outlived(told):
    """The first was nobody's, and stays so; the second ends the connection."""
    words = OPEN + ">P.:10 <P.:10 >. <R. +1 <P.:10 >. +1 <R."
    assert "disowned" in told(words, "reset.cause", frame=6)[0].split(",")
    assert "disowned" not in told(words, "reset.cause")[0].split(",")


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


def test_a_reason_that_mptcp_gives(tshark, tmp_path):
    """MP_TCPRST (RFC 8684 section 3.6): kind 30, length 4, subtype 8, reason 2: lack of resources."""
    path = tmp_path / "reason.pcap"
    ends = dict(sport=40000, dport=8081)
    segments = [(CLIENT, TCP(flags="S", seq=1000, **ends)), (SERVER, TCP(flags="SA", seq=9000, ack=1001, sport=8081, dport=40000)),
                (CLIENT, TCP(flags="A", seq=1001, ack=9001, **ends)),
                (CLIENT, TCP(flags="R", seq=1001, options=[(30, bytes((0x80, 2)))], **ends))]
    wrpcap(str(path), [ETHERNET / IP(src=source, dst=SERVER if source == CLIENT else CLIENT, id=number) / segment
                       for number, (source, segment) in enumerate(segments, 1)])
    causes, tree = tshark("-r", path, "-T", "fields", "-e", "tcpstate.reset.cause").splitlines()[-1], tshark("-r", path, "-V")
    assert "mptcp-reason" in causes and "the packet says: MP_TCPRST reason 2 (RFC 8684)" in tree


ROUTER = "192.0.2.254"


def with_icmp(path, words, kind, code, quotes, number=None, after=0.001):
    """The capture of these words, and an ICMP error that quotes its frame of this number, behind the last frame; `number`: with
    another sequence number."""
    capture(path, words)
    frames = rdpcap(str(path))
    quoted = frames[quotes - 1]
    if number is not None:
        quoted = quoted.copy()
        quoted[TCP].seq = number
    error = ETHERNET / IP(src=ROUTER, dst=quoted[IP].src, id=7) / ICMP(type=kind, code=code) / Raw(bytes(quoted[IP])[:28])
    error.time = float(frames[-1].time) + after
    wrpcap(str(path), [*frames, error])
    return path


SOFT, HARD = " (it may pass: TCP should go on trying)", " (TCP should give up)"
SENT_AGAIN = OPEN + ">P.:10 <. >P.:10 +1 >P.:10:again +5 >P.:10:again"
NOT_ACKNOWLEDGED = "the server has acknowledged nothing for 6.0 s of data that was sent again (2 times); "


@pytest.mark.parametrize("words, kind, code, quotes, icmp, why", [
    (">S", 3, 3, 1, ["port-unreachable", ROUTER, "hard"], f"ICMP from {ROUTER}: port unreachable" + HARD),
    (">S", 3, 13, 1, ["communication-prohibited", ROUTER, ""], f"ICMP from {ROUTER}: communication administratively prohibited"),
    (">S", 3, 1, 1, ["host-unreachable", ROUTER, "soft"], f"ICMP from {ROUTER}: host unreachable" + SOFT),
    (">S", 3, 99, 1, ["unreachable", ROUTER, ""], f"ICMP from {ROUTER}: destination unreachable"),
    (">S", 11, 0, 1, ["time-exceeded", ROUTER, "soft"], f"ICMP from {ROUTER}: time exceeded on the way (TTL or hop limit)" + SOFT),
    # Data that does not arrive: the error says why, of whose segment.
    (SENT_AGAIN, 3, 1, 8, ["host-unreachable", ROUTER, "soft"],
     NOT_ACKNOWLEDGED + f"ICMP from {ROUTER}: host unreachable{SOFT}, of a segment of the client"),
    (SENT_AGAIN, 3, 4, 8, ["fragmentation-needed", ROUTER, ""],
     NOT_ACKNOWLEDGED + f"ICMP from {ROUTER}: the packet was too big for the path, of a segment of the client"),
    # What was acknowledged did arrive: the error is old, or a guess (RFC 5927).
    (SENT_AGAIN, 3, 1, 4, ["", "", ""], NOT_ACKNOWLEDGED[:-2]),
])
def test_what_icmp_said_and_who(tshark, tmp_path, words, kind, code, quotes, icmp, why):
    path = with_icmp(tmp_path / "icmp.pcap", words, kind, code, quotes)
    fields = [part for name in ("icmp", "icmp.from", "icmp.kind") for part in ("-e", f"tcpstate.{name}")]
    told = tshark("-2", "-r", path, "-Y", "!icmp", "-T", "fields", "-e", "frame.number", *fields)
    assert all(line.split("\t")[1:] == icmp for line in told.splitlines())
    row = dict(zip(*(line.split("\t") for line in tshark("-q", "-r", path, "-z", "tcpstate,connections,tsv").splitlines())))
    assert (row["missing"], row["icmp"], row["icmp_from"]) == (why, *icmp[:2])
    assert why in tshark("-q", "-r", path, "-z", "tcpstate,report")
    page = tmp_path / "page.html"
    tshark("-q", "-r", path, "-z", f"tcpstate,page,{page}")
    assert why in page.read_text().replace("\\/", "/")
    assert why in " ".join(tshark("-q", "-r", path, "-z", "tcpstate,ladder").split())


def test_what_icmp_said_in_chinese(tshark, tmp_path):
    path = with_icmp(tmp_path / "icmp.pcap", ">S", 3, 3, 1)
    assert "不可达（ICMP：端口不可达）" in tshark("-o", "tcpstate.language:zh", "-r", path, "-T", "fields", "-e", "tcpstate.analysis")
    assert f"来自{ROUTER}的ICMP：端口不可达（TCP应放弃）" in tshark("-o", "tcpstate.language:zh", "-q", "-r", path, "-z", "tcpstate,report")


NO_HOST = f"ICMP from {ROUTER}: host unreachable{SOFT}"


@pytest.mark.parametrize("words, kind, code, quotes, step, label, says", [
    (">S", 3, 1, 1, "unreachable", "Unreachable (ICMP: host unreachable)", NO_HOST),
    # Of data that was not acknowledged; and of the FIN, which nobody acknowledges either.
    (SENT_AGAIN, 3, 1, 8, "not-delivered", "Not delivered (ICMP: host unreachable)", f"{NO_HOST}, of a segment of the client"),
    (OPEN + ">F.", 3, 4, 4, "not-delivered", "Not delivered (ICMP: the packet was too big for the path)",
     f"ICMP from {ROUTER}: the packet was too big for the path, of a segment of the client"),
    (OPEN + "<P.:10", 3, 3, 4, "not-delivered", "Not delivered (ICMP: port unreachable)",
     f"ICMP from {ROUTER}: port unreachable{HARD}, of a segment of the server"),
])
def test_an_icmp_error_has_a_row_in_each_view(tshark, tmp_path, words, kind, code, quotes, step, label, says):
    """The error itself: its label has the reason, its explanation who says so; where it is not of the SYN, no end moves."""
    path = with_icmp(tmp_path / "icmp.pcap", words, kind, code, quotes)
    names = [part for name in ("step", "analysis", "explanation", "client", "server") for part in ("-e", f"tcpstate.{name}")]
    for passes in ([], ["-2"]):
        *_, before, error = tshark(*passes, "-r", path, "-T", "fields", *names).splitlines()
        before, error = before.split("\t"), error.split("\t")
        assert error[:2] == [step, label] and says in error[2]
        assert step == "unreachable" or error[3:] == before[3:]
    row, = (line for line in tshark("-q", "-r", path, "-z", "tcpstate,ladder").splitlines() if "<. ICMP" in line or "ICMP from" in line and ".>" in line)
    assert f"ICMP from {ROUTER}" in row
    assert label in " ".join(tshark("-q", "-r", path, "-z", "tcpstate,ladder").split())
    assert label[:20] in tshark("-q", "-r", path, "-z", "flow,tcpstate,network")
    page = tmp_path / "page.html"
    tshark("-q", "-r", path, "-z", f"tcpstate,page,{page}")
    text = page.read_text().replace("\\/", "/")
    assert f'"icmp":"{ROUTER}"' in text and label in text and says in text
    assert tshark("-2", "-r", path, "-Y", "tcpstate.expert.not_delivered or tcpstate.expert.unreachable", "-T", "fields", "-e",
                  "frame.number").split() == [str(len(rdpcap(str(path))))]


@pytest.mark.parametrize("words, quotes, number", [
    (SENT_AGAIN, 4, None),          # what was acknowledged did arrive: the error is old, or a guess (RFC 5927 section 4.1)
    (">S", 1, 999),                 # and nothing was ever sent before the initial number,
    (SENT_AGAIN, 8, 5_000_000),     # nor is beyond all that was sent
])
def test_an_icmp_error_that_cannot_be_of_a_segment_on_its_way_is_nothing(tshark, tmp_path, words, quotes, number):
    path = with_icmp(tmp_path / "icmp.pcap", words, 3, 1, quotes, number)
    assert tshark("-2", "-r", path, "-Y", "icmp", "-T", "fields", "-e", "frame.number", "-e", "tcpstate.step").split("\t")[1:] in ([], ["\n"])
    assert "icmp" not in tshark("-2", "-r", path, "-Y", "tcpstate.icmp")
    assert "ICMP" not in tshark("-q", "-r", path, "-z", "tcpstate,ladder")


def test_what_icmpv6_said(tshark, tmp_path):
    syn = ETHERNET / IPv6(src="2001:db8::1", dst="2001:db8::2") / TCP(sport=40000, dport=8081, flags="S", seq=1000)
    error = ETHERNET / IPv6(src="2001:db8::f", dst="2001:db8::1") / ICMPv6DestUnreach(code=0) / Raw(bytes(syn[IPv6]))
    wrpcap(str(tmp_path / "six.pcap"), [syn, error])
    report = tshark("-q", "-r", tmp_path / "six.pcap", "-z", "tcpstate,report")
    assert "ICMP from 2001:db8::f: no route to the destination" + SOFT in report


def test_the_report_tells_apart_what_icmp_said(tshark, tmp_path):
    """Two SYNs that a firewall prohibits are a group, one whose port is unreachable is another; each by its filter."""
    frames = []
    for port, code in ((40001, 13), (40002, 13), (40003, 3)):
        syn = ETHERNET / IP(src=CLIENT, dst=SERVER, id=port) / TCP(sport=port, dport=8081, flags="S", seq=1000)
        error = ETHERNET / IP(src=ROUTER, dst=CLIENT, id=7) / ICMP(type=3, code=code) / Raw(bytes(syn[IP])[:28])
        syn.time, error.time = 1_700_000_000 + port - 40000, 1_700_000_000.5 + port - 40000
        frames += [syn, error]
    path = tmp_path / "two.pcap"
    wrpcap(str(path), frames)
    line = next(line for line in tshark("-q", "-r", path, "-z", "tcpstate,report").splitlines() if "the worst" in line)
    assert line.split()[0] == "2" and "communication administratively prohibited" in line
    shown = tshark("-2", "-r", path, "-Y", line[line.index("tcpstate.outcome"):], "-T", "fields", "-e", "tcpstate.connection")
    assert sorted(set(shown.split())) == ["0", "1"]


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


@pytest.mark.parametrize("language, said", [("en", "server or firewall"), ("zh", "服务器或防火墙")])
def test_who_refused_is_not_known(tshark, language, said):
    """A firewall's RST looks like the server's."""
    table = tshark("-o", f"tcpstate.language:{language}", "-q", "-r", SAMPLES / "refused.pcapng", "-z", "tcpstate,connections")
    assert said in table.splitlines()[2]
