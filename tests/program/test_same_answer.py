# SPDX-License-Identifier: GPL-2.0-or-later
"""The program says of each capture at hand what the plugin says under tshark."""
import json
import pathlib
import struct
import subprocess
import sys

import pytest
from scapy.all import IP, TCP, UDP, PcapWriter, Raw, rdpcap, wrpcap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from built import ROOT, TESTS  # noqa: E402
from frames import ETHERNET  # noqa: E402
import same  # noqa: E402

# What only dissection with the capture's own secrets can see (WireGuard's key log in a block of the file).
DECRYPTED = {"wireguard-ping-tcp-dsb.pcapng"}

# A known gap: a nonsense TCP header within a frame that had to be dissected has a stream in Wireshark, and is not
# counted by the program, so later connections have lower numbers.
MISCOUNTED = {"nonsense-header-before-another-2.pcap"}


def captures(folder):
    return sorted(path for path in folder.iterdir()
                  if path.suffix in (".pcap", ".pcapng") and path.name not in MISCOUNTED)


def wiresharks_own():
    """The captures of Wireshark's own tests, where its source was fetched."""
    found = subprocess.run([TESTS / "harmless" / "wireshark-source", "--cached"], stdout=subprocess.PIPE,
                           encoding="utf-8")
    if found.returncode != 0:
        pytest.skip("Wireshark's source is not here: tests/harmless/wireshark-source fetches it")
    return [path for path in sorted((pathlib.Path(found.stdout.strip()) / "test" / "captures").iterdir())
            if path.name not in DECRYPTED]


@pytest.mark.parametrize("folder", [ROOT / "samples", TESTS / "golden" / "cases", TESTS / "kernel" / "captures",
                                    TESTS / "fuzz" / "seeds" / "capture"], ids=lambda path: path.name)
def test_captures_of(folder):
    files = captures(folder)
    assert len(files) > 10
    assert same.all_differences(files) == []


def test_captures_of_wireshark():
    assert same.all_differences(wiresharks_own()) == []


# The program names no protocol, for only dissection tells it: these are what the samples hold above TCP.
ABOVE_TCP = [option for protocol in ("http", "tls", "ssh", "smtp", "websocket") for option in ("--disable-protocol", protocol)]


@pytest.mark.parametrize("view", ["report", "ladder"])
def test_views_are_the_plugins_own(tshark, view):
    """Where no protocol is named."""
    samples = captures(ROOT / "samples")
    assert len(samples) > 10
    for capture in samples:
        assert same.program(view, "--language", "en", capture).stdout == \
            tshark("-q", *ABOVE_TCP, "-r", capture, "-z", f"tcpstate,{view}"), capture.name


@pytest.mark.parametrize("moment", ["", "40", "0.01", "1.5"])
def test_sockets_are_the_plugins_own(tshark, moment):
    """Of every third sample, at the end and at moments: frames, and seconds since the first."""
    for capture in captures(ROOT / "samples")[::3]:
        at = ["--at", moment] if moment else []
        assert same.program("sockets", "--language", "en", *at, capture).stdout == \
            tshark("-q", "-r", capture, "-z", f"tcpstate,sockets,{moment}".rstrip(",")), capture.name


def test_sockets_over_time_are_the_plugins_own(tshark):
    for capture in captures(ROOT / "samples")[::4]:
        assert same.program("sockets", "--language", "en", "--every", "0.7", capture).stdout == \
            tshark("-q", "-r", capture, "-z", "tcpstate,sockets,every,0.7"), capture.name


def test_sockets_of_a_host_are_the_plugins_own(tshark):
    """However its address is written."""
    capture = TESTS / "golden" / "cases" / "tunnel-ipv6-in-ipv4.pcap"
    for host, written in ("2001:db8::2", "2001:0DB8:0::2"), ("192.0.2.1", "192.0.2.1"):
        theirs = tshark("-q", "-r", capture, "-z", f"tcpstate,sockets,{host},3")
        assert same.program("sockets", "--language", "en", "--host", written, "--at", "3", capture).stdout == theirs
        assert ("[2001:db8::1]:40157" in theirs) == (host == "2001:db8::2")


@pytest.mark.parametrize("expression", [
    "frame.time_relative > 0.02 && frame.time_delta < 0.5", "tcp.analysis.flags || tcp.flags.reset == 1", "http"])
def test_filters_are_wiresharks_own(expression):
    """In the rows: which connections, and how much of each was let through."""
    for capture in captures(ROOT / "samples")[::3]:
        done = same.run("tshark", "-q", "-r", capture, "-z", f"tcpstate,connections,tsv,{expression}")
        assert same.rows_of_program(capture, "--filter", expression) == \
            [same.without_protocol(line) for line in done.stdout.splitlines()], capture.name


def test_rows_for_programs_are_the_plugins_own(tshark):
    """But for the file's name, which only the program tells, and the protocol, which only dissection does."""
    for view in "report", "connections", "sockets":
        for capture in captures(ROOT / "samples")[::3]:
            ours = [json.loads(line) for line in same.program(view, "--json", capture).stdout.splitlines()]
            for row in ours:
                for place in row, row.get("worst") or {}:
                    place.pop("file", None)
            assert ours == [json.loads(line) for line in tshark("-q", *ABOVE_TCP, "-r", capture, "-z", f"tcpstate,{view},json").splitlines()], \
                (view, capture.name)


def test_filtered_views_are_the_plugins_own(tshark):
    for view in "report", "ladder":
        for capture in captures(ROOT / "samples")[::3]:
            expression = "frame.time_relative > 0.01"
            assert same.program(view, "--language", "en", "--filter", expression, capture).stdout == \
                tshark("-q", *ABOVE_TCP, "-r", capture, "-z", f"tcpstate,{view},{expression}"), capture.name


def test_pages_are_the_plugins_own(tshark, tmp_path):
    """Where no protocol is named; and of a capture that a filter leaves little of."""
    theirs, ours = tmp_path / "theirs.html", tmp_path / "ours.html"
    for capture, options, words in [(capture, (), "") for capture in captures(ROOT / "samples")] + [
            (ROOT / "samples" / "websocket-session.pcapng", ("--filter", "tcp.port == 9229"), ",tcp.port == 9229")]:
        tshark("-q", *ABOVE_TCP, "-r", capture, "-z", f"tcpstate,page,{theirs}{words}",
               env={"TCPSTATE_PAGE_NAME": capture.name})
        same.program("page", "--language", "en", capture, "-o", ours, *options)
        same_bytes = ours.read_bytes() == theirs.read_bytes()  # pytest's own difference takes minutes
        assert same_bytes, capture.name


def test_saved_captures_are_the_plugins_own(tshark, tmp_path):
    theirs, ours = tmp_path / "theirs.pcapng", tmp_path / "ours.pcapng"
    for capture in captures(ROOT / "samples"):
        said = tshark("-q", "-n", *ABOVE_TCP, "-r", capture, "-z", f"tcpstate,comments,{capture},{theirs}")
        assert same.program("save", "--language", "en", capture, "-o", ours).stdout == said
        same_bytes = ours.read_bytes() == theirs.read_bytes()
        assert same_bytes, capture.name


def test_a_capture_lasts_as_long_as_other_protocols_do(tmp_path):
    syn = ETHERNET / IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=40001, dport=80, flags="S", seq=1000)
    query = ETHERNET / IP(src="192.0.2.1", dst="192.0.2.3") / UDP(sport=40001, dport=53)
    syn.time, query.time = 1000, 1010
    capture = tmp_path / "end.pcap"
    wrpcap(str(capture), [syn, query])
    assert same.rows_of_program(capture) == same.rows_of_plugin(capture)
    assert "no answer to 1 SYN in 10.0 s" in same.program("report", "--language", "en", capture).stdout


def test_what_was_learnt_before_the_first_frame_is_dissected_stays_known(tmp_path):
    """Who accepted a connection (port 9999), then a frame for Wireshark, then the same server midway."""
    frames = [("192.0.2.1", 40000, "192.0.2.9", 9999, "S", 1000, 0), ("192.0.2.9", 9999, "192.0.2.1", 40000, "SA", 5000, 1001),
              ("192.0.2.1", 40000, "192.0.2.9", 9999, "A", 1001, 5001), ("192.0.2.7", 6653, "192.0.2.8", 40002, "PA", 1, 1),
              ("192.0.2.2", 40001, "192.0.2.9", 9999, "PA", 1000, 7000), ("192.0.2.9", 9999, "192.0.2.2", 40001, "A", 7000, 1001)]
    capture = tmp_path / "servers.pcap"
    wrpcap(str(capture), [ETHERNET / IP(src=a, dst=b) / TCP(sport=from_port, dport=to_port, flags=flags, seq=seq, ack=ack)
                          / (b"x" if "P" in flags else b"") for a, from_port, b, to_port, flags, seq, ack in frames])
    assert same.program("report", capture).stderr == "tcpstate: 1 of 6 frames went through Wireshark's dissection\n"
    assert [row.split("\t")[1] for row in same.rows_of_program(capture)[1:]] == ["seen", "unknown", "inferred"]
    assert same.differences(capture) == ""


@pytest.mark.parametrize("behind, more, odd", [(0, 0, 0), (6, 0, 1), (0, 6, 1), (6, -6, 1)])
def test_what_a_tunnel_holds_is_read_where_wireshark_reads_it(tmp_path, behind, more, odd):
    """GTP-U with more in it than its packet says: Wireshark 4.4 finds a segment there, 4.6 does not."""
    packet = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=40001, dport=80, flags="S", seq=1000)) + bytes(behind)
    plain = ETHERNET / IP(src="192.0.2.3", dst="192.0.2.4") / TCP(sport=40003, dport=80, flags="S", seq=1000)
    capture = tmp_path / "tunnel.pcap"
    wrpcap(str(capture), [ETHERNET / IP(src="198.51.100.1", dst="198.51.100.2") / UDP(sport=2152, dport=2152)
                          / Raw(struct.pack("!BBHI", 0x30, 0xff, len(packet) + more, 7) + packet), plain])
    assert len(same.rows_of_program(capture)) > 1
    assert same.differences(capture) == ""
    assert f"{odd} of 2 frames" in (same.program("report", capture).stderr or "0 of 2 frames")


def test_a_capture_longer_than_what_the_reader_holds(tmp_path):
    """And what of it is cut short (program/reader.c: four batches of 1,024)."""
    session = ROOT / "samples" / "websocket-session.pcapng"
    days = []
    for day in range(3):
        days.append(tmp_path / f"{day}.pcapng")
        subprocess.run(["editcap", "-t", str(86400 * day), session, days[-1]], check=True)
    capture, cut = tmp_path / "days.pcapng", tmp_path / "cut.pcapng"
    subprocess.run(["mergecap", "-a", "-w", capture, *days], check=True)
    assert same.differences(capture) == ""
    cut.write_bytes(capture.read_bytes()[:-10])
    done = same.program("connections", "--tsv", cut, check=False)
    assert done.returncode == 1 and "the answer is that of the 8762 packets before" in done.stderr
    assert len(done.stdout.splitlines()) == len(same.rows_of_program(capture))


def test_every_frame_dissected_says_the_same():
    """What the table of layers finds, and what Wireshark finds: the same segments."""
    capture = ROOT / "samples" / "websocket-session.pcapng"
    slow = same.program("connections", "--tsv", "--dissect-all", capture)
    assert slow.stdout == same.program("connections", "--tsv", capture).stdout
    assert "2921 of 2921 frames went through Wireshark's dissection" in slow.stderr


@pytest.mark.parametrize("name", ["link-vlan", "link-vlan-in-vlan", "link-mpls", "tunnel-gre", "tunnel-ip-in-ip",
                                  "tunnel-ipv6-in-ipv4", "tunnel-ipv4-in-ipv6", "tunnel-vxlan", "ipv4-options",
                                  "ipv6-extension-headers", "icmp-quotes-eight-bytes"])
def test_the_table_places(name):
    assert same.program("report", TESTS / "golden" / "cases" / f"{name}.pcap").stderr == ""


def test_the_table_places_the_commonest_services_whatever_the_clients_port(tmp_path, tshark):
    """Ports at which a tunnel would be looked for, of clients of DNS and NTP."""
    packets = [ETHERNET / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=a, dport=b) / bytes(48)
               for port in (4789, 2152, 6081, 30030, 5000) for service in (53, 123)
               for a, b in ((port, service), (service, port))]
    capture = tmp_path / "services.pcap"
    wrpcap(str(capture), packets)
    found = set(tshark("-r", capture, "-T", "fields", "-e", "frame.protocols").split())
    assert found == {"eth:ethertype:ip:udp:dns", "eth:ethertype:ip:udp:ntp"}
    assert same.program("report", capture).stderr == ""


WLAN, RADIOTAP = 105, 127  # link types of pcap
TO_ACCESS_POINT, MORE_FRAGMENTS, PROTECTED = 0x01, 0x04, 0x40


def in_wlan(frame, kind, flags=TO_ACCESS_POINT, qos=b"", part=0):
    """What an Ethernet frame's host sends to its access point (IEEE 802.11-2020 section 9.3.2.1)."""
    header = bytes([kind, flags, 0, 0]) + b"\x02" * 6 + frame[6:12] + frame[:6] + bytes([part, 0])
    return header + qos + bytes.fromhex("aaaa03000000") + frame[12:]


def as_link(path, link, change, source="http-server-closes.pcapng"):
    with PcapWriter(str(path), linktype=link, sync=True) as out:
        for frame in rdpcap(str(ROOT / "samples" / source)):
            out.write(Raw(change(bytes(frame))))
    return path


@pytest.mark.parametrize("link, change", [
    (WLAN, lambda frame: in_wlan(frame, 0x08)),
    (WLAN, lambda frame: in_wlan(frame, 0x88, qos=b"\x05\0")),
    (RADIOTAP, lambda frame: bytes.fromhex("00000a0006000000 1002") + in_wlan(frame, 0x08) + b"sums"),
    (RADIOTAP, lambda frame: bytes.fromhex("0000190003000080 03000000 00000000 0102030405060708 00") + in_wlan(frame, 0x88, qos=b"\0\0")),
], ids=["data", "quality of service", "radiotap, with checksums", "radiotap, with more words and times"])
def test_the_table_places_data_of_802_11(tmp_path, link, change):
    capture = as_link(tmp_path / "wlan.pcap", link, change)
    assert len(same.rows_of_program(capture)) == 2 and same.differences(capture) == ""
    assert same.program("report", capture).stderr == ""


@pytest.mark.parametrize("link, change", [
    (WLAN, lambda frame: in_wlan(frame, 0x08, TO_ACCESS_POINT | PROTECTED)),
    (WLAN, lambda frame: in_wlan(frame, 0x08, TO_ACCESS_POINT | MORE_FRAGMENTS)),
    (WLAN, lambda frame: in_wlan(frame, 0x08, part=1)),
    (WLAN, lambda frame: in_wlan(frame, 0x88, qos=b"\x80\0")),
    (WLAN, lambda frame: in_wlan(frame, 0x08)[:24] + frame),
    (RADIOTAP, lambda frame: bytes.fromhex("0000090002000000 20") + in_wlan(frame, 0x08)),
    (RADIOTAP, lambda frame: bytes.fromhex("0000090002000000 40") + in_wlan(frame, 0x08)),
], ids=["encrypted", "a fragment", "a later fragment", "several packets", "an Ethernet frame within", "padded", "damaged"])
def test_of_other_802_11_wireshark_is_asked(tmp_path, link, change):
    capture = as_link(tmp_path / "wlan.pcap", link, change)
    assert same.differences(capture) == ""
    assert "19 of 19 frames went through Wireshark's dissection" in same.program("report", capture).stderr


def test_fragments_are_dissected():
    done = same.program("connections", "--tsv", TESTS / "golden" / "cases" / "fragments.pcap")
    assert "frames went through Wireshark's dissection" in done.stderr
