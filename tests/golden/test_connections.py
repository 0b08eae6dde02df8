# SPDX-License-Identifier: GPL-2.0-or-later
""""tshark -z tcpstate,connections": a row per connection.

Expected is what the packets of the samples say, counted by hand.
"""
import unicodedata

import pytest
import scapy.all as scapy

from built import ROOT, TESTS, run

SAMPLES, CASES = ROOT / "samples", TESTS / "golden" / "cases"
VIEW = "tcpstate,connections"
NAMES = ("stream roles address_a port_a address_b port_b protocol opened handshake to_first_request to_first_response "
         "closed_by close_kind outcome conn_state duration packets_a_to_b bytes_a_to_b packets_b_to_a bytes_b_to_a "
         "missing ended_by history connection capture mss_a mss_b window_scale window_shift_a window_shift_b timestamps "
         "may_send_sack_a may_send_sack_b ecn mptcp fast_open unanswered state_a inferred_a state_b inferred_b "
         "icmp icmp_from").split()


@pytest.fixture
def rows(tshark):
    """rows(capture, filter, tshark_options) -> a dict per connection."""

    def rows(capture, display_filter="", options=()):
        view = f"{VIEW},tsv" + (f",{display_filter}" if display_filter else "")
        head, *lines = tshark("-q", *options, "-r", capture, "-z", view).splitlines()
        assert head.split("\t") == NAMES
        return [dict(zip(NAMES, line.split("\t"))) for line in lines]

    return rows


def sample(name):
    return SAMPLES / f"{name}.pcapng"


def test_refused(rows):
    """A SYN of 74 bytes and a RST,ACK of 54, 61 microseconds later."""
    row, = rows(sample("refused"))
    assert row == {
        "stream": "0", "roles": "seen", "address_a": "10.77.0.10", "port_a": "59462", "address_b": "10.77.0.20",
        "port_b": "80", "protocol": "", "opened": "none", "handshake": "", "to_first_request": "",
        "to_first_response": "", "closed_by": "none", "close_kind": "reset", "outcome": "refused",
        "conn_state": "REJ", "duration": "0.000061000", "packets_a_to_b": "1", "bytes_a_to_b": "74",
        "packets_b_to_a": "1", "bytes_b_to_a": "54", "missing": "",
        "ended_by": "server", "history": "Sr", "connection": "0", "capture": "",
        "mss_a": "1460", "mss_b": "", **dict.fromkeys(NAMES[27:], ""),  # a RST agrees to nothing
        "state_a": "CLOSED", "inferred_a": "true", "state_b": "CLOSED", "inferred_b": "true"}


def test_http_session_that_its_server_closes(rows, fields):
    row, = rows(sample("http-server-closes"))
    assert (row["protocol"], row["opened"], row["closed_by"], row["close_kind"], row["outcome"], row["conn_state"]) == (
        "http", "handshake", "server", "four-segments", "closed", "SF")
    assert (row["port_b"], row["missing"]) == ("80", "")
    # Times and bytes from the frames themselves: the handshake is frames 1 to 3, the request 4, the response 6.
    frames = fields(sample("http-server-closes"), "frame.time_epoch", "frame.len", "tcp.srcport")
    at = [int(time.replace(".", "")) for time, _, _ in frames]
    for name, first, last in (("handshake", 1, 3), ("to_first_request", 3, 4), ("to_first_response", 4, 6),
                              ("duration", 1, len(frames))):
        assert int(row[name].replace(".", "")) == at[last - 1] - at[first - 1], name
    for there, port in (("a_to_b", row["port_a"]), ("b_to_a", "80")):
        sent = [int(length) for _, length, source in frames if source == port]
        assert (row[f"packets_{there}"], row[f"bytes_{there}"]) == (str(len(sent)), str(sum(sent)))


def test_the_session_of_the_title_page(rows):
    found = rows(sample("websocket-session"))
    assert len(found) == 85
    websocket, = (row for row in found if row["port_a"] == "59117")
    assert (websocket["stream"], websocket["protocol"], websocket["closed_by"], websocket["outcome"]) == (
        "44", "http", "server", "closed")
    assert sorted(row["port_b"] for row in found if row["outcome"] == "refused") == ["9229", "9229"]
    assert sum(int(row["packets_a_to_b"]) + int(row["packets_b_to_a"]) for row in found) == 2921 - NOT_TCP


NOT_TCP = 150  # of the 2921 frames, by tshark -Y '!tcp'


def test_the_other_frames_are_no_tcp(tshark):
    assert len(tshark("-r", sample("websocket-session"), "-Y", "!tcp").splitlines()) == NOT_TCP


def test_bytes_are_those_of_wiresharks_conversations(rows, tshark):
    """Address A of that table may be either end; so both directions are compared as a set."""
    theirs = set()
    for line in tshark("-q", "-r", sample("https"), "-z", "conv,tcp").splitlines():
        words = line.split()
        if len(words) > 8 and words[1] == "<->":
            numbers = [int(word) for word in words[3:] if word.isdigit()]
            theirs |= {(numbers[0], numbers[1]), (numbers[2], numbers[3])}
    row, = rows(sample("https"))
    assert {(int(row["packets_a_to_b"]), int(row["bytes_a_to_b"])),
            (int(row["packets_b_to_a"]), int(row["bytes_b_to_a"]))} == theirs


def test_a_reset_that_its_sender_outlives_is_nobodys(rows, tshark, fields):
    """Frame 8 is a RST in the client's name, and in frame 9 the client goes on: it never sent it.  In one pass frame 8
    cannot know."""
    forged = sample("forged-reset")
    row, = rows(forged)
    assert (row["outcome"], row["closed_by"], row["close_kind"]) == ("reset", "none", "reset")
    assert row["ended_by"] == "unknown"
    assert "Outcome: reset [RSTR]" in tshark("-q", "-r", forged, "-z", "tcpstate,ladder")
    assert fields(forged, "tcpstate.ended_by")[7] == ["client"]
    hindsight = tshark("-2", "-r", forged, "-T", "fields", "-e", "tcpstate.ended_by").splitlines()
    assert set(hindsight) == {"unknown"} and len(hindsight) == 10


def test_unknown_roles_call_nobody_client(rows, tshark):
    """192.0.2.1 sends the first segment and the first FIN."""
    row, = rows(CASES / "midstream-data-first.pcap")
    assert (row["roles"], row["opened"], row["handshake"], row["closed_by"]) == ("unknown", "unseen", "", "a")
    assert (row["address_a"], row["close_kind"]) == ("192.0.2.1", "four-segments")
    printed = tshark("-q", "-r", CASES / "midstream-data-first.pcap", "-z", VIEW)
    assert "roles unknown" in printed and "client" not in printed and "server" not in printed


def test_roles_inferred_from_a_port(rows):
    row, = rows(CASES / "midstream-data-first-known-port.pcap")
    assert row["roles"] == "inferred"


A, B = "10.0.0.1", "10.0.0.2"


def talk(path, *segments):
    """A capture of (source, port, destination, port, flags, seq, ack, length)."""
    packets = [scapy.IP(src=source, dst=destination, id=number)
               / scapy.TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack) / bytes(length)
               for number, (source, sport, destination, dport, flags, seq, ack, length) in enumerate(segments, 1)]
    for number, packet in enumerate(packets):
        packet.time = 1e9 + number / 100
    scapy.wrpcap(str(path), packets)
    return path


def accepts(client, server, port):
    """The beginning of a handshake."""
    return ((client, 50000, server, port, "S", 100, 0, 0), (server, port, client, 50000, "SA", 900, 101, 0))


OLD = ((A, 40000, B, 9010, "PA", 5, 7, 10), (B, 9010, A, 40000, "A", 7, 15, 0))     # begun before the capture


@pytest.mark.parametrize("segments, roles", [
    (OLD + accepts(A, B, 9010) + ((A, 40000, B, 9010, "PA", 15, 7, 10), (B, 9010, A, 40000, "A", 7, 25, 0)),
     ["unknown"] * 2 + ["seen"] * 2 + ["inferred"] * 2),                                            # from then on
    (accepts(A, B, 9010) + OLD, ["seen"] * 2 + ["inferred"] * 2),
    (accepts(A, B, 9010)[:1] + OLD, ["seen"] + ["unknown"] * 2),                                   # asked, not accepted
    (accepts(A, B, 9011) + OLD, ["seen"] * 2 + ["unknown"] * 2),                                   # another port
    (accepts(B, A, 9010) + OLD, ["seen"] * 2 + ["unknown"] * 2),                                   # another address
    (accepts(A, B, 9010) + accepts(B, A, 40000) + OLD, ["seen"] * 4 + ["unknown"] * 2),            # both accept
    (((A, 50000, B, 9010, "S", 100, 0, 0), (B, 9010, A, 50000, "S", 900, 0, 0),                    # ... or call at once
      (B, 9010, A, 50000, "SA", 900, 101, 0)) + OLD, ["seen"] * 3 + ["unknown"] * 2),
    # What a connection shows is better evidence than a port's number.
    (accepts(A, B, 9010) + ((A, 1000, B, 9010, "PA", 5, 7, 10),), ["seen"] * 2 + ["inferred"]),
])
def test_roles_inferred_from_another_connection(segments, roles, fields, rows, tmp_path):
    capture = talk(tmp_path / "talk.pcap", *segments)
    names = "tcpstate.roles", "tcpstate.sender"
    for options in (), ("-2",), ("-o", "tcpstate.label_all:TRUE"):
        seen = fields(capture, *names, options=options)
        assert [row[0] for row in seen] == roles
        assert all(row[1] == ("client" if segment[0] == A else "server")
                   for row, segment, known in zip(seen, segments, roles) if known == "inferred")
    old = next(row for row in rows(capture) if {row["port_a"], row["port_b"]} & {"40000", "1000"} and "50000" != row["port_a"])
    assert old["roles"] == roles[-1] and (roles[-1] == "unknown" or (old["address_a"], old["port_b"]) == (A, "9010"))


def test_inferred_roles_are_said_to_be_no_more(tshark, tmp_path):
    """Neither port is well known: another connection told who is the server, so no text may name the ports."""
    capture = talk(tmp_path / "talk.pcap", *accepts(A, B, 9010), *OLD)
    ladder = tshark("-q", "-r", capture, "-z", "tcpstate,ladder,tcp.port == 40000")
    tree = tshark("-r", capture, "-Y", "frame.number == 3", "-V", "-O", "tcpstate")
    assert "Connection 1: 10.0.0.1:40000 -> 10.0.0.2:9010 (client and server inferred)" in ladder
    assert "[Roles: client and server inferred]" in tree


def test_icmp_that_quotes_a_segment_is_no_packet_of_the_connection(rows):
    row, = rows(sample("icmp-unreachable"))
    assert (row["outcome"], row["packets_b_to_a"]) == ("unreachable", "0")


def test_ipv6(rows, tshark):
    row, = rows(sample("http-ipv6"))
    assert ":" in row["address_a"] and row["port_b"] == "80"
    assert f"[{row['address_b']}]:80" in tshark("-q", "-r", sample("http-ipv6"), "-z", VIEW)


@pytest.mark.parametrize("name", ["websocket-session", "half-open", "old-duplicate-syn", "port-reused-in-time-wait",
                                  "icmp-unreachable"])
def test_one_pass_and_two_say_the_same(tshark, name):
    arguments = ("-q", "-r", sample(name), "-z", f"{VIEW},tsv")
    assert tshark(*arguments) == tshark("-2", *arguments)


def test_filter_chooses_connections(rows):
    row, = rows(sample("websocket-session"), "tcp.port == 59117")
    assert row["port_a"] == "59117"


def test_filter_with_a_comma(rows):
    assert len(rows(sample("websocket-session"), "tcp.port in {59117, 58984}")) == 2


def test_filter_that_lets_a_part_through_counts_that_part(rows):
    """Only the SYN; but what became of the connection is known all the same."""
    row, = rows(sample("http-server-closes"), "tcp.flags.syn == 1 && tcp.flags.ack == 0")
    assert (row["packets_a_to_b"], row["packets_b_to_a"], row["outcome"]) == ("1", "0", "closed")


def cells(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@pytest.mark.parametrize("language, client", [("en", "client → server"), ("zh", "客户端 → 服务器")])
def test_columns_are_aligned(tshark, language, client):
    printed = tshark("-q", "-o", f"tcpstate.language:{language}", "-r", sample("websocket-session"), "-z", VIEW)
    table = [line for line in printed.splitlines() if client in line]
    assert len(table) == 82                      # of 85, 4 began before the capture; a server shows in another one
    assert len({cells(line[:line.index(client)]) for line in table}) == 1
    http = [line for line in table if "HTTP" in line]
    assert len({cells(line[:line.index("HTTP")]) for line in http}) == 1
    assert len({cells(line[:line.index(" SF ")]) for line in table if " SF " in line}) == 1


def test_machines_get_no_translation(tshark):
    arguments = ("-q", "-r", sample("syn-unanswered"), "-z", f"{VIEW},tsv")
    assert tshark("-o", "tcpstate.language:zh", *arguments) == tshark("-o", "tcpstate.language:en", *arguments)


def many_connections(path, count):
    """count SYNs, each from a port of its own, as a pcap file."""
    head = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000")           # raw IP
    with open(path, "wb") as file:
        file.write(head)
        for i in range(count):
            tcp = (1024 + i).to_bytes(2, "big") + bytes.fromhex("0050 00000001 00000000 5002 ffff 0000 0000")
            ip = bytes.fromhex("4500 0028 0000 0000 4006 0000 0a000001 0a000002")
            file.write(i.to_bytes(4, "little") + bytes(4) + (40).to_bytes(4, "little") * 2 + ip + tcp)
    return path


def test_people_get_the_first_thousand_and_machines_all(tshark, tmp_path):
    capture = many_connections(tmp_path / "many.pcap", 1005)

    def count(view):
        return sum(" 10.0.0.1:" in line or "\t10.0.0.1\t" in line
                   for line in tshark("-q", "-r", capture, "-z", view).splitlines())

    assert (count(VIEW), count(f"{VIEW},all"), count(f"{VIEW},tsv")) == (1000, 1005, 1005)
    printed = tshark("-q", "-r", capture, "-z", VIEW)
    assert "Connections: 1005" in printed and "5 more are left out" in printed


@pytest.mark.parametrize("view, complaint", [
    (f"{VIEW}X", 'Invalid "-z tcpstate,connectionsX"'),
    (f"{VIEW},tcp.foo", '"tcp.foo" is invalid'),
    (f"{VIEW},tsv,ip.src ==", '"ip.src ==" is invalid'),
    (f"{VIEW},all,nonsense ~", '"nonsense ~" is invalid'),
])
def test_wrong_arguments_are_refused(view, complaint):
    done = run("tshark", "-q", "-r", sample("refused"), "-z", view, check=False)
    assert done.returncode == 1 and complaint in done.stderr and done.stdout == ""


def test_several_views_in_one_run(tshark):
    printed = tshark("-q", "-r", sample("websocket-session"), "-z", f"{VIEW},tsv,tcp.port == 59117",
                     "-z", f"{VIEW},tsv,tcp.port == 58984")
    assert [line.split("\t")[3] for line in printed.splitlines() if not line.startswith("stream")] in (
        ["59117", "58984"], ["58984", "59117"])
