# SPDX-License-Identifier: GPL-2.0-or-later
""""tshark -z tcpstate,tree": how many connections were opened and ended, and how.

A node is written here as its path, the count as the packets of the samples have it.
"""
import re

import pytest

from built import ROOT, TESTS

SAMPLES, CASES = ROOT / "samples", TESTS / "golden" / "cases"


@pytest.fixture
def tree(tshark):
    """tree(capture, filter, tshark_options) -> {("What became of connections", "closed"): 78, ...}"""

    def tree(capture, display_filter="", options=()):
        view = "tcpstate,tree" + (f",{display_filter}" if display_filter else "")
        return parsed(tshark("-q", *options, "-r", capture, "-z", view))

    return tree


def parsed(printed):
    """Wireshark indents a node by one blank more than its parent."""
    found, path = {}, []
    lines = printed.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("----"))
    for line in lines[start + 1:]:
        node = re.match(r"( *)(\S.*?) {2,}(\d+)\s", line + " ")
        if not node:
            break
        path = path[:len(node[1])] + [node[2]]
        assert tuple(path) not in found
        found[tuple(path)] = int(node[3])
    return found


BECAME, OPENED, SERVERS, TIMES = ("What became of connections", "How connections were opened", "Servers",
                                  "Handshake time (ms)")


def test_the_session_of_the_title_page(tree):
    """85 connections: 4 from before the capture, 2 refused, 79 handshakes, of which one was not closed in time."""
    assert tree(SAMPLES / "websocket-session.pcapng") == {
        (OPENED,): 85, (OPENED, "by a handshake"): 79, (OPENED, "before the capture began"): 4,
        (OPENED, "not opened"): 2,
        (BECAME,): 85, (BECAME, "open"): 5,
        (BECAME, "closed"): 78,
        (BECAME, "closed", "by the client"): 50, (BECAME, "closed", "by the client", "in four segments"): 50,
        (BECAME, "closed", "by the server"): 28, (BECAME, "closed", "by the server", "in four segments"): 28,
        (BECAME, "refused"): 2,
        (SERVERS,): 85,
        (SERVERS, "127.0.0.1:9010"): 49, (SERVERS, "127.0.0.1:9010", "closed"): 47,
        (SERVERS, "127.0.0.1:9010", "open"): 2,      # one from before the capture, of an inferred role
        (SERVERS, "127.0.0.1:8000"): 27, (SERVERS, "127.0.0.1:8000", "closed"): 27,
        (SERVERS, "127.0.0.1:8848"): 4, (SERVERS, "127.0.0.1:8848", "closed"): 4,
        (SERVERS, "127.0.0.1:9229"): 2, (SERVERS, "127.0.0.1:9229", "refused"): 2,
        (SERVERS, "(roles unknown)"): 3, (SERVERS, "(roles unknown)", "open"): 3,
        (TIMES,): 79, (TIMES, "under 1 ms"): 79,
    }


@pytest.mark.parametrize("name, ending", [
    ("samples/http-client-closes", ("closed", "by the client", "in three segments")),
    ("samples/http-server-closes", ("closed", "by the server", "in four segments")),
    ("samples/simultaneous-close", ("closed", "by both at once")),
    ("samples/abort-by-server", ("reset", "by the server")),
    ("samples/syn-unanswered", ("unanswered",)),
    ("samples/refused", ("refused",)),      # by whom, a server or a firewall, nobody can say
    ("cases/midstream-data-first", ("closed", "by an end whose role is unknown", "in four segments")),
])
def test_an_ending(tree, name, ending):
    folder, stem = name.split("/")
    capture = next((SAMPLES if folder == "samples" else CASES).glob(f"{stem}.pcap*"))
    found = tree(capture)
    for depth in range(len(ending) + 1):
        assert found[(BECAME, *ending[:depth])] == 1
    assert sum(path[0] == BECAME for path in found) == len(ending) + 1


def test_every_connection_counts_once(tree):
    """Two lives of one four-tuple, each of whose outcomes changes while the capture is read."""
    found = tree(SAMPLES / "port-reused-in-time-wait.pcapng")
    assert found[(BECAME,)] == sum(count for path, count in found.items() if path[0] == BECAME and len(path) == 2)
    assert found[(BECAME,)] == found[(OPENED,)] == found[(SERVERS,)]


def test_slow_handshake(tree):
    """The SYN,ACK was lost: the SYN is sent again after a second."""
    assert tree(SAMPLES / "syn-ack-lost.pcapng")[(TIMES, "1 s and more")] == 1


@pytest.mark.parametrize("name", ["websocket-session", "half-open"])
def test_one_pass_and_two_print_the_same(tshark, name):
    arguments = ("-q", "-r", SAMPLES / f"{name}.pcapng", "-z", "tcpstate,tree")
    assert tshark(*arguments) == tshark("-2", *arguments)


def test_filter(tree):
    """Only its SYN gets through; its end is known all the same."""
    found = tree(SAMPLES / "websocket-session.pcapng", "tcp.port == 59117 && tcp.flags.syn == 1")
    assert found[(OPENED,)] == 1 and found[(BECAME, "closed", "by the server")] == 1


def test_in_chinese(tshark):
    printed = tshark("-q", "-o", "tcpstate.language:zh", "-r", SAMPLES / "http-client-closes.pcapng",
                     "-z", "tcpstate,tree")
    for words in "连接的结果", "已关闭", "由客户端", "三次挥手", "服务器", "握手时间（毫秒）", "1毫秒以内":
        assert words in printed


def test_many_servers_get_one_node_together(tree, tmp_path):
    """A scan: 600 servers, of which the first 500 have nodes of their own."""
    head = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000")  # raw IP
    with open(tmp_path / "scan.pcap", "wb") as file:
        file.write(head)
        for i in range(600):
            tcp = bytes.fromhex("c000") + (1 + i).to_bytes(2, "big") + bytes.fromhex("00000001000000005002ffff00000000")
            ip = bytes.fromhex("45000028000000004006 00000a0000010a000002")
            file.write(i.to_bytes(4, "little") + bytes(4) + (40).to_bytes(4, "little") * 2 + ip + tcp)
    found = tree(tmp_path / "scan.pcap")
    assert found[(SERVERS,)] == 600 and found[(SERVERS, "(other servers)")] == 100
    assert sum(path[0] == SERVERS and len(path) == 2 for path in found) == 501


def test_bad_filter_is_refused(tshark):
    """Wireshark's own tree code answers here; it goes on, and prints no tree."""
    from built import run
    done = run("tshark", "-q", "-r", SAMPLES / "refused.pcapng", "-z", "tcpstate,tree,tcp.foo", check=False)
    assert '"tcp.foo" is invalid' in done.stderr and "Count" not in done.stdout
