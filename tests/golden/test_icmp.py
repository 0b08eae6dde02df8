# SPDX-License-Identifier: GPL-2.0-or-later
"""What an ICMP error said, of which segment, and who said it.

Captures as a host would leave them (dialogue.py); what is expected is read off the segments themselves.
"""
import pytest
from scapy.all import ICMP, IP, TCP, ICMPv6DestUnreach, IPv6, Raw, rdpcap, wrpcap

from dialogue import CLIENT, OPEN, SERVER, capture
from frames import ETHERNET

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
