# test_hostile_shapes.py - traffic that nobody means well with: floods, reuse,
# numbers at their ends, clocks that run backwards, headers cut short, tunnels in
# tunnels.  What is right to say of it is written down here by hand, from RFC
# 9293; and one pass, -2 and the views of the whole capture say it alike.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import itertools
import os
import pathlib
import struct
import subprocess
import sys

import pytest

import built
from harmless import visits

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import captures  # noqa: E402
from captures import ACK, CLIENT, FIN, PSH, RST, SERVER, SYN, Connection, Network  # noqa: E402

BEGINNING = 1660780800 * 1000000
OPENING = ["syn", "syn-ack", "handshake-ack"]
CLOSING = ["fin", "fin-acked-passive-fin", "last-ack"]


@pytest.fixture
def capture(tmp_path):
    """capture(frames, ...) -> a file; a frame is bytes, or (bytes, how many of them are captured)."""

    def capture(frames, gap=1000, beginning=BEGINNING):
        path = tmp_path / "hostile.pcap"
        with open(path, "wb") as out:
            out.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for number, frame in enumerate(frames):
                frame, captured = frame if isinstance(frame, tuple) else (frame, len(frame))
                now = beginning + number * gap
                out.write(struct.pack("<IIII", now // 1000000, now % 1000000, min(captured, len(frame)), len(frame)))
                out.write(frame[:captured])
        return path

    return capture


def read(tshark, path, *options):
    """{field: [its values, a frame each]} of the one pass and of -2, which agree."""
    once, twice = (visits.rows(tshark("-n", "-r", path, *visits.arguments(), *options, *passes))
                   for passes in ((), ("-2",)))
    assert visits.differences(once, twice) == []
    return {name: [values[i] for values in once.values()] for i, name in enumerate(visits.NAMES)}


def said(tshark, path, *names):
    text = tshark("-n", "-2", "-r", path, "-T", "fields", *(a for name in names for a in ("-e", name)))
    return [tuple(line.split("\t")) for line in text.splitlines()]


def connections(tshark, path):
    """The rows of the table, as dictionaries."""
    head, *lines = tshark("-n", "-r", path, "-q", "-z", "tcpstate,connections,tsv").rstrip("\n").split("\n")
    return [dict(zip(head.split("\t"), line.split("\t"))) for line in lines]


def connection(**more):
    return Connection(Network(), CLIENT, SERVER, 50000, 4000, **more)


def whole(a, b=b"answer"):
    """Opens, carries a question and an answer, closes."""
    yield from a.handshake()
    yield a.send(0, PSH | ACK, b"question")
    yield a.send(1, PSH | ACK, b)
    yield from a.close()


WHOLE = [*OPENING, "first-request", "first-response", *CLOSING]


# ---- Many ----

def largest(*command):
    """(what it printed, the largest memory it had, in bytes)"""
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=built.environment()) as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return printed.decode(), usage.ru_maxrss * 1024


@pytest.fixture(scope="module")
def flood(tmp_path_factory):
    path = tmp_path_factory.mktemp("flood") / "flood.pcap"
    captures.write("syn-flood", 1000000, path)
    yield path
    path.unlink()


def test_a_million_syns_from_random_addresses(flood):
    launcher = [built.TESTS / "with-plugin", built.BUILD]
    base = [built.TESTS / "with-plugin", "-n", built.BUILD]
    _, without = largest(*base, "tshark", "-n", "-r", flood, "-q", "-z", "io,stat,0")
    report, with_it = largest(*launcher, "tshark", "-n", "-r", flood, "-q", "-z", "tcpstate,report")
    lines = [line.split() for line in report.splitlines()]
    assert ["1000000", "100.0%", "unanswered", "tcpstate.outcome", "==", '"unanswered"'] in lines
    assert "Connections: 1000000, packets: 1000000" in report
    # tshark's own TCP keeps 1.6 KB of each; ours has its address, its state and a row of the view.
    if "TCPSTATE_PRELOAD" not in os.environ: # tests/sanitized: AddressSanitizer's own memory is not ours
        assert with_it - without < 400 * 1000000


def test_every_syn_of_a_flood_is_the_first_of_its_connection(flood, tmp_path):
    fields = tmp_path / "fields"
    with open(fields, "wb") as out:
        subprocess.run([built.TESTS / "with-plugin", built.BUILD, "tshark", "-n", "-r", flood, "-c", "200000",
                        "-T", "fields", "-e", "tcpstate.step", "-e", "tcpstate.client", "-e", "tcpstate.server"],
                       stdout=out, stderr=subprocess.DEVNULL, env=built.environment(), check=True)
    # The SYN proves its sender's state; the receiver's is a guess, and stays one.
    assert fields.read_bytes() == b"syn\tSYN_SENT\tSYN_RCVD?\n" * 200000


# ---- One four-tuple ----

def test_a_four_tuple_that_every_packet_uses_anew(tshark, capture):
    network, count = Network(), 3000
    path = capture((Connection(network, CLIENT, SERVER, 50000, 80, (i * 64021, 0)).send(0, SYN) for i in range(count)),
                   gap=1000000)
    rows = read(tshark, path)
    # A new initial sequence number is a new attempt, not the old one again (section 3.4.1).
    assert rows["step"] == ["syn"] + ["port-reused"] * (count - 1)
    assert rows["stream"] == [str(i) for i in range(count)]
    assert rows["client.state"] == ["SYN_SENT"] * count
    table = connections(tshark, path)
    assert [row["outcome"] for row in table] == ["unanswered"] * count
    assert {row["packets_a_to_b"] for row in table} == {"1"}


def test_a_four_tuple_that_is_refused_again_and_again(tshark, capture):
    network, count = Network(), 1000

    def frames():
        for i in range(count):
            a = Connection(network, CLIENT, SERVER, 50000, 80, (i * 64021, 0))
            yield a.send(0, SYN)
            yield a.send(1, RST | ACK)

    rows = read(tshark, capture(frames()))
    assert rows["step"] == ["syn", "refused"] + ["port-reused", "refused"] * (count - 1)
    assert rows["server.state"] == ["SYN_RCVD", "CLOSED"] * count
    assert [int(stream) for stream in rows["stream"]] == [i // 2 for i in range(2 * count)]


# ---- Numbers at their ends ----

@pytest.mark.parametrize("isn", [(2**32 - 1, 2**32 - 2), (2**32 - 1 - 8, 2**32 - 4), (2**31 - 1, 2**31 - 3), (0, 2**32 - 1)], ids=str)
def test_sequence_numbers_across_the_end(tshark, capture, isn):
    rows = read(tshark, capture(whole(connection(isn=isn))))
    assert rows["step"] == WHOLE
    assert not any(rows["check.failed"])
    # Modulo 2^32 (section 3.4): the SYN takes a number, and so do 8 and 6 octets, and each FIN.
    a, b = isn
    assert rows["next_seq"] == [str(number % 2**32) for number in
                                (a + 1, b + 1, a + 1, a + 9, b + 7, a + 10, b + 8, a + 10)]
    assert rows["client.state"][-1] == "TIME_WAIT"


@pytest.mark.parametrize("window_scale", [0, 14])
def test_four_gigabytes_wrap_more_than_once(tshark, capture, window_scale):
    a = connection(isn=(7, 2**32 - 5))
    frames = list(a.handshake())
    for _ in range(9): # each of 2^30 octets, of which the last segment was captured
        a.next[0] += 2**30 - 1460
        frames += [a.send(0, ACK, captures.BULK), a.send(1, ACK)]
    frames += a.close()
    rows = read(tshark, capture(frames))
    assert rows["step"][:3] == OPENING
    # The gaps are lost to the capture, not to the ends: no step may be made of them, and the close is one.
    assert rows["step"][-3:] == CLOSING
    assert not any(step in ("abort", "fin-retransmitted") for step in rows["step"])


# ---- Clocks ----

@pytest.mark.parametrize("gap, beginning", [(-1000000, BEGINNING), (-1, BEGINNING), (0, BEGINNING), (-1000, 10000), (0, 0),
                                            (2**32 * 1000000 // 9, 0)],
                         ids=["seconds back", "microseconds back", "standing still", "towards 1970", "in 1970", "until 2106"])
def test_time_stamps_that_go_backwards(tshark, capture, gap, beginning):
    path = capture(whole(connection()), gap=gap, beginning=beginning)
    rows = read(tshark, path)
    if gap <= 0: # numbers make the states, not clocks
        assert rows["step"] == WHOLE
        assert rows["client.state"][-1] == "TIME_WAIT" and rows["server.state"][-1] == "CLOSED"
    names = [f"tcpstate.time.{name}" for name in ("syn_to_syn_ack", "syn_ack_to_ack", "handshake", "to_first_request",
                                                  "to_first_response", "close", "lifetime")]
    for values in said(tshark, path, *names, "tcpstate.client.state.previous.time", "tcpstate.server.state.previous.time"):
        # Nothing takes less than no time: what is not known is not said.
        assert not any(value.startswith("-") for value in values)
    [row] = connections(tshark, path)
    assert row["outcome"] == "closed" and not any(value.startswith("-") for value in row.values())


# ---- Sizes ----

def test_segments_of_no_octet_and_of_as_many_as_ip_can_carry(tshark, capture):
    a = connection()
    most = 65535 - 20 - 20 # of the datagram, less both headers
    frames = [*a.handshake(), a.send(0, ACK), a.send(0, PSH | ACK, b"x" * most), a.send(1, ACK), a.send(1, PSH | ACK),
              a.send(1, PSH | ACK, b"y" * most), a.send(0, ACK), *a.close()]
    assert max(map(len, frames)) == 14 + 65535
    rows = read(tshark, capture(frames))
    assert rows["step"] == [*OPENING, "", "first-request", "", "", "first-response", "", *CLOSING]
    assert rows["next_seq"][4] == str(1001 + most) and rows["next_seq"][7] == str(5001 + most)
    assert rows["next_seq"][3] == "1001" and rows["next_seq"][6] == "5001" # no octet, no number
    assert rows["client.state"][-1] == "TIME_WAIT"


def test_segments_that_the_network_card_cut_up_later(tshark, capture):
    a = connection()
    frames = [*a.handshake(), a.send(0, PSH | ACK, b"x" * 3000), a.send(1, ACK), *a.close()]
    # Segmentation offload leaves IP's total length 0: the frame's own length says how long it is.
    frames[3] = frames[3][:16] + b"\0\0" + frames[3][18:]
    rows = read(tshark, capture(frames))
    assert rows["next_seq"][3] == "4001"
    assert rows["step"] == [*OPENING, "first-request", "", *CLOSING]


# ---- Headers cut short ----

BAD_OPTIONS = {"MSS without its value": "01010204", "a kind and no more": "01010102", "length 0": "020005b4",
               "length 1": "020105b4", "longer than the header": "1eff0181", "time stamp cut": "080a0000",
               "window scale cut": "01010303", "Fast Open cut": "01012212", "all ones": "ffffffff", "experimental cut": "fd0cf989"}


@pytest.mark.parametrize("options", BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_options_cut_short(tshark, capture, options):
    network, options = Network(), bytes.fromhex(options)
    forth, back = (CLIENT, SERVER, (50000, 4000)), (SERVER, CLIENT, (4000, 50000))
    rows = read(tshark, capture([network.tcp(*forth, 1000, 0, SYN, options=options),
                                 network.tcp(*back, 5000, 1001, SYN | ACK, options=options),
                                 network.tcp(*forth, 1001, 5001, ACK, options=options),
                                 network.tcp(*forth, 1001, 5001, FIN | ACK, options=options)]))
    # An option that cannot be read changes no flag and no number.
    assert rows["step"] == [*OPENING, "fin"]
    assert rows["next_seq"] == ["1001", "5001", "1001", "1002"]


@pytest.mark.parametrize("offset", [0, 1, 4, 15])
def test_a_header_that_cannot_be(tshark, capture, offset):
    """Less than five words, or longer than the segment: it is dropped (section 3.1)."""
    a = connection()
    frames = list(a.handshake())
    bad = bytearray(frames[0])
    bad[14 + 20 + 12] = offset << 4
    rows = read(tshark, capture([bytes(bad), *frames, bytes(bad)]))
    assert rows["step"] == ["", *OPENING, ""]


@pytest.mark.parametrize("captured", [14 + 20 + length for length in (0, 3, 4, 12, 13, 14, 19)])
def test_a_header_of_which_the_capture_holds_a_part(tshark, capture, captured):
    a = connection()
    frames = list(a.handshake())
    rows = read(tshark, capture([frames[0], (frames[1], captured), frames[2]]))
    flags_are_there = captured >= 14 + 20 + 14
    assert rows["step"][0] == "syn"
    if not flags_are_there: # nothing is said of what was not seen
        assert rows["step"][1] == "" and rows["client.state"][1] == ""


# ---- Tunnels ----

def tunnels(levels):
    """Connections one within the other, by the protocol in which Wireshark finds TCP in TCP (RPCAP): each is opened in
    the data of the one above it, then tells its link type, then carries the next."""
    network = Network()
    ends = [Connection(network, CLIENT + i, SERVER + i, 40000 + i, 2002, (100 + i, 300 + i)) for i in range(levels)]

    def wrapped(level, frame):
        for outer in reversed(ends[:level]):
            message = struct.pack("!BBHIIIIII", 0, 7, 0, 20 + len(frame), 1660780800, 0, len(frame), len(frame), 1)
            frame = outer.send(1, PSH | ACK, message + frame)
        return frame

    for level, a in enumerate(ends):
        for frame in a.handshake():
            yield wrapped(level, frame)
        yield wrapped(level, a.send(1, PSH | ACK, struct.pack("!BBHIII", 0, 0x83, 0, 8, 1, 0)))


def test_tcp_over_tcp_five_tunnels_deep(tshark, capture):
    rows = read(tshark, capture(tunnels(6)))
    # Whatever carries them are plain data; what is carried opens, and speaks first, as it would on a wire.
    assert rows["step"] == [*OPENING, "server-speaks-first"] * 6
    for number, states in enumerate(rows["client.state"]):
        level = number // 4
        assert states.split(",") == ["ESTABLISHED"] * level + [["SYN_SENT", "ESTABLISHED"][number % 4 > 0]]
    assert [len(streams.split(",")) for streams in rows["stream"]] == [1 + number // 4 for number in range(24)]


def test_deeper_than_anybody_digs(tshark, capture):
    rows = read(tshark, capture(tunnels(20)))
    assert rows["step"][:32] == [*OPENING, "server-speaks-first"] * 8 # of a frame's segments eight are followed
    assert len(rows["step"]) == 80


# ---- The same again ----

def test_the_same_frame_twice(tshark, capture):
    frames = list(whole(connection()))
    rows = read(tshark, capture(itertools.chain.from_iterable(zip(frames, frames)), gap=3))
    # A mirror port hands each over twice; the hosts sent, and received, one.
    assert rows["step"][::2] == WHOLE
    assert set(rows["step"][1::2]) <= {"", "copy"}
    assert rows["client.state"][1::2] == rows["client.state"][::2]
    assert rows["server.state"][1::2] == rows["server.state"][::2]


def test_the_whole_capture_twice(tshark, capture):
    frames = list(whole(connection()))
    rows = read(tshark, capture([*frames, *frames]))
    assert rows["step"][:8] == WHOLE
    # Old duplicates, whoever sends them: what is closed stays closed, and nothing opens.
    assert not {"syn", "port-reused", "handshake-ack", "fin"} & set(rows["step"][8:])
    assert set(rows["client.state"][8:]) == {"TIME_WAIT"}
    # Since 4.4 the second SYN is a stream of its own to Wireshark; our number is Wireshark's.
    path = capture([*frames, *frames])
    assert rows["stream"] == [stream for stream, in said(tshark, path, "tcp.stream")]
    [row] = connections(tshark, path)
    assert row["outcome"] == "closed"


# ---- Ports and addresses ----

@pytest.mark.parametrize("ports", [(0, 0), (0, 80), (50000, 0), (65535, 65535)], ids=str)
def test_port_0(tshark, capture, ports):
    a = Connection(Network(), CLIENT, SERVER, *ports)
    rows = read(tshark, capture(whole(a)))
    assert rows["step"] == WHOLE # a number like another, for a passer-by
    assert rows["sender"][:2] == ["client", "server"] and rows["client.state"][-1] == "TIME_WAIT"
    [row] = connections(tshark, capture(whole(Connection(Network(), CLIENT, SERVER, *ports))))
    assert (row["port_a"], row["port_b"]) == tuple(map(str, ports))


@pytest.mark.parametrize("ports", [(80, 80), (0, 0)], ids=str)
def test_land(tshark, capture, ports):
    """Source equals destination, port too: were it a socket connected to itself it would have got its SYN; never more than that."""
    a = Connection(Network(), SERVER, SERVER, *ports)
    rows = read(tshark, capture([a.send(0, SYN), a.send(0, SYN, again=True)], gap=1000000))
    assert rows["step"] == ["syn", "syn-retransmitted"]
    for end in ("client", "server"):
        assert rows[f"{end}.state"] == ["SYN_RCVD"] * 2 and rows[f"{end}.inferred"] in (["1"] * 2, ["True"] * 2) # before and since 4.2
    [row] = connections(tshark, capture([Connection(Network(), SERVER, SERVER, *ports).send(0, SYN)]))
    assert row["outcome"] == "unanswered"


@pytest.mark.parametrize("flags", [SYN | ACK, ACK, FIN | ACK, RST, RST | ACK, SYN | FIN | RST | ACK, 0, 0xFF], ids=hex)
def test_land_with_other_flags(tshark, capture, flags):
    a = Connection(Network(), SERVER, SERVER, 80, 80)
    rows = read(tshark, capture([a.send(0, flags), a.send(0, flags), a.send(0, SYN), a.send(0, flags), a.send(1, flags)]))
    # There is one end, so nothing is ever an answer of the other's.
    assert set(rows["sender"]) <= {"client", "unknown"} | ({"server"} if flags == SYN | ACK else set())
    assert "CLOSED" not in rows["server.state"] or flags & RST


# ---- Applications ----

def test_a_request_in_two_segments_on_ports_that_nobody_is_set_for(tshark, capture):
    """Wireshark knows HTTP by its first line, and waits for the rest (its own capture grpc_web.pcapng.gz showed
    that -2, whose first pass makes no tree, knew more than one pass did)."""
    a = Connection(Network(), CLIENT, SERVER, 50000, 50001)
    frames = [*a.handshake(), a.send(0, PSH | ACK, b"POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\n0123456789"), a.send(1, ACK),
              a.send(0, PSH | ACK, b"0123456789"), a.send(1, PSH | ACK, captures.RESPONSE), *a.close()]
    rows = read(tshark, capture(frames))
    assert rows["protocol"][3] == "http" and rows["analysis"][3] == "Connected: client sends HTTP request"
