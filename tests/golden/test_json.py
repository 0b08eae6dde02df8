# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows for programs: what the documents promise (plugin/doc/json.md), and names that others read."""
import base64
import hashlib
import ipaddress
import json
import re
import struct

import pytest

from built import ROOT
from dialogue import CLIENT, OPEN, SERVER, capture

SAMPLES = ROOT / "samples"
DOCUMENT = (ROOT / "plugin/doc/json.md").read_text(encoding="utf-8")


@pytest.fixture
def objects(tshark):
    """objects(capture, view) -> its lines, read."""
    return lambda path, view: [json.loads(line) for line in tshark("-q", "-r", path, "-z", f"tcpstate,{view}").splitlines()]


def documented(heading):
    """The names in the first column of a section's table."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", DOCUMENT, re.DOTALL | re.MULTILINE)[1]
    return {name for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)}


def test_the_document_has_every_name_and_no_other(objects):
    for heading, views, more in (("Connections", ["connections,json"], {"file"}), ("Sockets", ["sockets,json", "sockets,json,every,9"], set()),
                                 ("Report", ["report,json"], {"note", "command"})):  # of captures that are odd: test_capture.py
        names = {name for view in views for row in objects(SAMPLES / "websocket-session.pcapng", view) for name in row} - {"record"}
        assert names | more == documented(heading), heading


def test_a_connection_in_the_words_of_others(objects):
    row, = objects(SAMPLES / "http-ipv6.pcapng", "connections,json")
    assert (row["source.address"], row["source.port"]) == (row["address_a"], row["port_a"])
    assert row["destination.port"] == row["dst_endpoint"]["port"] == 80 and row["dst_endpoint"]["ip"] == row["address_b"]
    assert (row["network.transport"], row["network.type"], row["network.protocol.name"]) == ("tcp", "ipv6", "http")
    assert row["connection_info"]["protocol_num"] == 6 and row["connection_info"]["protocol_ver_id"] == 6
    assert row["connection_info"]["flag_history"] == row["history"] and row["connection_info"]["community_uid"] == row["community_id"]
    assert row["traffic"] == {"packets_out": row["packets_a_to_b"], "bytes_out": row["bytes_a_to_b"],
                              "packets_in": row["packets_b_to_a"], "bytes_in": row["bytes_b_to_a"]}
    assert row["initiator_id"] == 1 and abs(row["end_time"] - row["start_time"] - row["duration"] * 1000) <= 1


@pytest.mark.parametrize("name, activity", [("http-client-closes", 2), ("abort-by-server", 3), ("syn-unanswered", 4),
                                            ("icmp-unreachable", 4), ("refused", 5), ("fin-lost", 2)])
def test_what_ocsf_calls_its_end(objects, name, activity):
    assert [row["activity_id"] for row in objects(SAMPLES / f"{name}.pcapng", "connections,json")] == [activity]


def test_who_began_is_said_only_where_it_was_seen(objects):
    for row in objects(SAMPLES / "websocket-session.pcapng", "connections,json"):
        assert row["initiator_id"] == (1 if row["roles"] == "seen" else 0)


def community_id(one, other):
    """The specification's, of two (address, port)."""
    (low, low_port), (high, high_port) = sorted((ipaddress.ip_address(address).packed, port) for address, port in (one, other))
    digest = hashlib.sha1(struct.pack("!H", 0) + low + high + bytes((6, 0)) + struct.pack("!HH", low_port, high_port)).digest()
    return "1:" + base64.b64encode(digest).decode()


@pytest.mark.parametrize("name", ["http-ipv6", "https", "half-open", "http-loopback"])
def test_the_community_id_is_the_specifications_and_wiresharks(objects, tshark, name):
    path = SAMPLES / f"{name}.pcapng"
    # The line of its tree: its field has another name in 4.6.
    tree = tshark("--enable-protocol", "communityid", "-r", path, "-Y", "tcp", "-O", "communityid")
    wiresharks = set(re.findall(r"^\[?Community ID: ([^\s\]]+)", tree, re.MULTILINE))
    rows = objects(path, "connections,json")
    assert {row["community_id"] for row in rows} == wiresharks
    for row in rows:
        assert row["community_id"] == community_id((row["address_a"], row["port_a"]), (row["address_b"], row["port_b"]))


def test_a_state_says_whether_it_is_inferred(objects, tmp_path):
    """The client has closed and its FIN is acknowledged; nothing that it sent since proves that it knows."""
    path = capture(tmp_path / "closing.pcap", OPEN + ">P.:10 <P.:10 >. >F. <. +95 other")
    row, = objects(path, "connections,json")
    assert [row[name] for name in ("state_a", "inferred_a", "state_b", "inferred_b")] == ["FIN_WAIT_2", True, "CLOSE_WAIT", False]
    sockets = [row for row in objects(path, "sockets,json") if row["record"] == "socket"]
    assert [(row["host"], row["state"], row["inferred"], row["network.connection.state"]) for row in sockets] == [
        (SERVER, "CLOSE_WAIT", False, "close_wait"), (CLIENT, "FIN_WAIT_2", True, "fin_wait_2")]
    assert all(abs(row["since"] - 95.001) < 0.01 for row in sockets)
    counts = [row for row in objects(path, "sockets,json") if row["record"] == "count"]
    assert [(row["host"], row["state"], row["count"], row["count_inferred"], row["owes"]) for row in counts] == [
        (SERVER, "CLOSE_WAIT", 1, 0, "own-fin"), (CLIENT, "FIN_WAIT_2", 1, 1, "peer-fin")]


def test_sockets_of_a_host_at_a_moment(objects, tmp_path):
    path = capture(tmp_path / "opening.pcap", OPEN)
    row, _ = objects(path, f"sockets,json,{SERVER},1")
    assert (row["state"], row["inferred"], row["network.connection.state"]) == ("SYN_RCVD", True, "syn_received")
    assert (row["network.local.address"], row["network.peer.address"], row["network.peer.port"]) == (SERVER, CLIENT, 40000)


def test_the_socket_of_a_four_tuple_is_one(objects):
    """In half-open.pcapng the client has forgotten its connection and opens another one from the same port."""
    assert len(objects(SAMPLES / "half-open.pcapng", "connections,json")) == 2
    assert [row["host"] for row in objects(SAMPLES / "half-open.pcapng", "sockets,json") if row["record"] == "socket"] == [
        "10.148.17.1", "10.148.17.2"]


# ---- The report ----

@pytest.fixture
def findings(objects):
    """findings(capture) -> [(finding, count, seconds, why, causes, filter)] but for what is healthy."""
    return lambda path: [(row["finding"], row["count"], row["seconds"] and round(row["seconds"], 1), row["why"], row["causes"],
                          row["filter"])
                         for row in objects(path, "report,json") if row["record"] == "finding" and row["class"] != "healthy"]


def joined(tmp_path, *words):
    """Several captures, one behind the other: the Nth client has the address 192.0.2.10 + N."""
    from scapy.all import IP, PcapReader, wrpcap
    packets = []
    for number, text in enumerate(words):
        for packet in PcapReader(str(capture(tmp_path / "part.pcap", text))):
            for name in "src", "dst":
                if getattr(packet[IP], name) == CLIENT:
                    setattr(packet[IP], name, f"192.0.2.{10 + number}")
            packets.append(packet)
    wrpcap(str(tmp_path / "joined.pcap"), sorted(packets, key=lambda packet: packet.time))
    return tmp_path / "joined.pcap"


def test_a_report_of_one_of_each(findings, tmp_path):
    """What is expected is read off the segments: who sent what, and how long it is until the last frame, 30 s after the first."""
    path = joined(tmp_path, ">S", OPEN + ">P.:10 <. +20 <P.:10 >.", OPEN + ">P.:10 <P.:10 >. >F. <. +30 other",
                  OPEN + ">P.:10 <P.:10 >. >P.:10 <.", OPEN + ">P.:10 <P.:10 >. +12 <R.")
    found = findings(path)
    assert [row[:5] for row in found] == [
        ("unanswered", 1, 30.0, "no answer to 1 SYN in 30.0 s", []),
        ("reset", 1, None, "after 12.0 s without a segment", ["silence"]),
        ("waiting", 1, 30.0, "no data from the server for 30.0 s", []),
        ("half-closed", 1, 30.0, "the server has not closed its side for 30.0 s", []),
        ("slow-response", 1, 20.0, None, [])]
    assert all(row[5].startswith("tcpstate.connection == ") for row in found)


def test_every_filter_of_a_report_shows_what_it_counts(objects, tshark, tmp_path):
    """Of sections and of groups: as many connections as the row says."""
    path = joined(tmp_path, *[">S"] * 3, *[OPEN + ">P.:10 <P.:10 >. >P.:10 <."] * 2, *[OPEN + ">P.:10 <P.:10 >. >R."] * 2,
                  *[OPEN + ">P.:10 <P.:10 >. >F. <R."] * 2, *[OPEN + ">P.:10 <. +2 <P.:10 >."] * 2,
                  *[OPEN + ">P.:10 <P.:10 >. <R. +0.5 <P.:10 >. >F. <F. >."] * 2, ">S +0.2 <S. >. >F. <F. >.", OPEN + ">F. <F. >. +9 other")
    rows = [row for row in objects(path, "report,json") if row["record"] != "capture"]
    assert {row["finding"] for row in rows if row["record"] == "section"} == {
        "unanswered", "waiting", "reset", "fin-then-reset", "slow-response", "slow-handshake", "reset-disowned", "healthy"}
    for row in rows:
        if row["filter"]:
            shown = tshark("-2", "-r", path, "-Y", row["filter"], "-T", "fields", "-e", "tcpstate.connection").split()
            assert len(set(shown)) == row["count"], row
    worst = [row["worst"] for row in rows if row["record"] == "finding" and row["finding"] == "waiting"]
    assert [one["connection"] for one in worst] == [3] and worst[0]["source.address"] == "192.0.2.13"


def test_text_and_rows_of_a_report_are_one_answer(objects, tshark):
    """Each section and the filter of each of its lines, of every third sample."""
    for path in sorted(SAMPLES.glob("*.pcapng"))[::3]:
        text = tshark("-q", "-r", path, "-z", "tcpstate,report")
        for row in objects(path, "report,json"):
            if row["record"] == "finding" and row["filter"]:
                assert row["filter"] in text and (row["why"] or "") in text, (path.name, row)
            elif row["record"] == "section":
                assert re.search(rf": {row['count']}(  tcpstate.*)?$", text, re.MULTILINE), (path.name, row)


def test_thresholds_are_named(objects, tshark, tmp_path):
    path = capture(tmp_path / "hangs.pcap", OPEN + ">P.:10 <. +20 other")
    assert "no response (for 3 s and more): 1\n" in tshark("-q", "-r", path, "-z", "tcpstate,report")
    assert "no response (for 7 s and more): 1\n" in tshark("-q", "-o", "tcpstate.stalled_after:7", "-r", path, "-z", "tcpstate,report")
    section, = (row for row in objects(path, "report,json") if row["record"] == "section")
    assert (section["finding"], section["class"], section["threshold"]) == ("no-response", "hangs", 3)


def test_the_worst_of_several_alike(tshark, tmp_path):
    """Two that the server leaves half-closed, the later one for less time."""
    path = joined(tmp_path, "+5 " + OPEN + ">F. <.", OPEN + ">F. <. +60 other")
    printed = tshark("-q", "-r", path, "-z", "tcpstate,report")
    assert "2  192.0.2.20:8081, by the client, the worst, connection 0: the server has not closed its side for 60.0 s  " in printed


def test_a_report_for_programs_is_never_translated(tshark):
    arguments = ("-q", "-r", SAMPLES / "fin-lost.pcapng", "-z", "tcpstate,report,json")
    assert tshark("-o", "tcpstate.language:zh", *arguments) == tshark("-o", "tcpstate.language:en", *arguments)


def test_the_same_report_in_one_pass_and_in_two(tshark):
    arguments = ("-q", "-r", SAMPLES / "websocket-session.pcapng", "-z", "tcpstate,report,json")
    assert tshark(*arguments) == tshark("-2", *arguments)


@pytest.mark.parametrize("language, said", [
    ("en", "3  192.0.2.20:8081, by the server, in 2 after 12.0 to 42.0 s without a segment; in 1 before the server sent any data  "),
    ("zh", "3  192.0.2.20:8081，由服务器发起，其中2个：此前12.0～42.0秒没有报文段；其中1个：服务器尚未发送任何数据  ")])
def test_of_several_resets_each_cause_is_told_and_how_many_have_it(tshark, tmp_path, language, said):
    path = joined(tmp_path, OPEN + ">P.:10 <P.:10 >. +12 <R.", OPEN + ">P.:10 <P.:10 >. +42 <R.", OPEN + ">P.:10 <. <R.")
    assert said in tshark("-q", "-o", f"tcpstate.language:{language}", "-r", path, "-z", "tcpstate,report")
