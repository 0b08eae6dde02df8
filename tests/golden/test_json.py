# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows for programs: what the documents promise (plugin/doc/json.md), and names that others read."""
import base64
import hashlib
import ipaddress
import json
import re
import struct

import pytest

from conftest import ROOT
from test_why import CLIENT, OPEN, SERVER, capture

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
    for heading, view, more in ("Connections", "connections,json", {"file"}), ("Sockets", "sockets,json", set()):
        names = {name for row in objects(SAMPLES / "websocket-session.pcapng", view) for name in row} - {"record"}
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
    wiresharks = set(tshark("--enable-protocol", "communityid", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "communityid").split())
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
        (CLIENT, "FIN_WAIT_2", True, "fin_wait_2"), (SERVER, "CLOSE_WAIT", False, "close_wait")]
    assert all(abs(row["since"] - 95.001) < 0.01 for row in sockets)
    counts = [row for row in objects(path, "sockets,json") if row["record"] == "count"]
    assert [(row["host"], row["state"], row["count"], row["count_inferred"], row["owes"]) for row in counts] == [
        (CLIENT, "FIN_WAIT_2", 1, 1, "peer-fin"), (SERVER, "CLOSE_WAIT", 1, 0, "own-fin")]


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
