# SPDX-License-Identifier: GPL-2.0-or-later
"""Who closed first, who ended it, and what came before a RST.

Captures as a host would leave them (dialogue.py); what is expected is read off the segments themselves.
"""
import pytest
from scapy.all import IP, TCP, Ether, rdpcap, wrpcap

from built import ROOT
from dialogue import CLIENT, OPEN, SERVER, capture
from frames import ETHERNET

SAMPLES = ROOT / "samples"


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


def test_a_rst_after_the_one_that_its_sender_outlived(told):
    """The first was nobody's, and stays so; the second ends the connection."""
    words = OPEN + ">P.:10 <P.:10 >. <R. +1 <P.:10 >. +1 <R."
    assert "disowned" in told(words, "reset.cause", frame=6)[0].split(",")
    assert "disowned" not in told(words, "reset.cause")[0].split(",")


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
