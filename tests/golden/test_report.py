# SPDX-License-Identifier: GPL-2.0-or-later
""""tshark -z tcpstate,report": what failed, and display filters that show it when pasted."""
import json
import re

import pytest
from scapy.all import rdpcap, wrpcap

from built import ROOT, TESTS, run
from dialogue import OPEN, capture

SAMPLES, CASES = ROOT / "samples", TESTS / "golden" / "cases"
VIEW = "tcpstate,report"
SESSION = SAMPLES / "websocket-session.pcapng"


def filters_of(printed):
    """[(number of the line, its filter)]"""
    return [(match[1], match[2]) for match in
            (re.match(r"\s+([\d.]+).*?\s{2}((?:tcpstate|tcp)\.\S.*)$", line) for line in printed.splitlines()) if match]


def streams(tshark, capture, display_filter):
    found = tshark("-2", "-r", capture, "-Y", display_filter, "-T", "fields", "-e", "tcpstate.connection")
    return set(found.split())


def test_healthy_capture(tshark):
    printed = tshark("-q", "-r", SAMPLES / "http-server-closes.pcapng", "-z", VIEW)
    assert "Connections: 1, packets: 19" in printed
    assert 'closed  tcpstate.outcome == "closed"' in printed
    assert "No connection was seen to fail, to hang or to be slow." in printed


def test_the_session_of_the_title_page_and_its_filters(tshark):
    printed = tshark("-q", "-r", SESSION, "-z", VIEW)
    found = filters_of(printed)
    assert [(number, text.split(" && ")[0]) for number, text in found] == [
        ("78", 'tcpstate.outcome == "closed"'), ("5", 'tcpstate.outcome == "open"'),
        ("2", 'tcpstate.outcome == "refused"'), ("2", 'tcpstate.outcome == "refused"'),
        # The server's data 5.7 s, 1.8 s and 1.6 s after the client's, by the packets' times.
        ("5.702093", "tcpstate.connection == 44"), ("1.839431", "tcpstate.connection == 24"), ("1.633276", "tcpstate.connection == 32"),
        # What is healthy: all but the refused and the slow.  A filter only where it shows these and no others.
        # Of the open ones two are of the server at 9010: one opened, one whose role its other connections tell.
        ("27", 'tcpstate.outcome == "closed"'), ("3", 'tcpstate.outcome == "open"'), ("2", 'tcpstate.outcome == "open"')]
    assert "Healthy (nothing failed, hangs or was slow): 80" in printed and "        46  127.0.0.1:9010, closed\n" in printed
    assert "127.0.0.1:9229, a RST answered the SYN: the port was closed, or a firewall sent it" in printed
    for number, text in found[:4] + found[7:]:
        assert len(streams(tshark, SESSION, text)) == int(number), text


def merged(tmp_path, *names):
    run("mergecap", "-w", tmp_path / "merged.pcapng", *(SAMPLES / f"{name}.pcapng" for name in names))
    return tmp_path / "merged.pcapng"


def test_every_kind_of_failure_and_its_filter(tshark, tmp_path):
    capture = merged(tmp_path, "syn-unanswered", "icmp-unreachable", "refused", "abort-by-server", "syn-ack-lost",
                     "http-ipv6")
    printed = tshark("-q", "-r", capture, "-z", VIEW)
    titles = [line for line in printed.splitlines() if line and line[0] != " "]
    assert titles[1:-1] == ["Connections: 6, packets: " + titles[1].split("packets: ")[1], "By outcome", "unanswered: 1",
                            "unreachable: 1", "refused: 1", "reset: 1",
                            "Slow handshakes (100 ms and more): 1  tcpstate.time.handshake >= 0.1", "Healthy (nothing failed, hangs or was slow): 1"]
    for number, text in filters_of(printed):
        assert len(streams(tshark, capture, text)) == (int(number) if "." not in number else 1), text


def scan(path, per_port):
    """SYNs to 20 ports of a server that answers none of them, over IPv6: per_port[i] of them to port 1000 + i."""
    head = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000")  # raw IP
    with open(path, "wb") as file:
        file.write(head)
        for i, count in enumerate(per_port):
            for j in range(count):
                tcp = (2000 + 100 * i + j).to_bytes(2, "big") + (1000 + i).to_bytes(2, "big") + bytes.fromhex(
                    "00000001 00000000 5002ffff 00000000")
                ip = bytes.fromhex("60000000 0014 06 40" "20010db8000000000000000000000001"
                                   "20010db8000000000000000000000002")
                file.write(i.to_bytes(4, "little") + j.to_bytes(4, "little") + (60).to_bytes(4, "little") * 2 + ip + tcp)
        # And long after them a packet of another protocol, so that it is not too early to say that nobody answers.
        file.write((100).to_bytes(4, "little") + bytes(4) + (40).to_bytes(4, "little") * 2
                   + bytes.fromhex("60000000 0000 3b 40" "20010db8000000000000000000000001" "20010db8000000000000000000000002"))
    return path


def test_the_worst_servers_first_and_no_more_than_ten(tshark, tmp_path):
    capture = scan(tmp_path / "scan.pcap", [2, 1, 5] + [3] * 17)
    printed = tshark("-q", "-r", capture, "-z", VIEW)
    section = printed[printed.index("unanswered: 59"):]
    found = filters_of(section)
    assert [number for number, _ in found] == ["5"] + ["3"] * 9 and "… and 10 more" in section
    first = found[0][1]
    assert ("ipv6.dst == 2001:db8::2 && tcp.dstport == 1002" in first
            and len(streams(tshark, capture, first)) == 5)


def test_of_as_many_the_longest_wait_comes_first(tshark, tmp_path):
    """All of the kernel's connections in one file: each server has one that hangs, and they were not recorded worst first."""
    run("mergecap", "-F", "pcapng", "-w", tmp_path / "all.pcapng", *sorted((TESTS / "kernel/captures").glob("*.pcapng")))
    printed = tshark("-q", "-r", tmp_path / "all.pcapng", "-z", VIEW)
    waited = {title: [float(time) for time in re.findall(r" for (\d+\.\d) s", part)]
              for title, part in re.findall(r"\n(half-closed|no response|stalled)[^\n]*\n(.*?)(?=\n\n)", printed, re.S)}
    assert all(times == sorted(times, reverse=True) for times in waited.values()), waited
    assert {title: len(times) for title, times in waited.items() if len(times) > 1}.keys() >= {"half-closed", "no response"}


def test_unknown_roles(tshark):
    """A capture that begins with a RST: nobody is called client."""
    printed = tshark("-q", "-r", CASES / "midstream-rst-first.pcap", "-z", VIEW)
    assert "192.0.2.1:40135 ↔ 192.0.2.2:40007, by 192.0.2.1:40135  tcpstate.connection == 0" in printed
    assert "client" not in printed


@pytest.mark.parametrize("words, outcome, after", [
    (">S", "unanswered", 1.0), (OPEN.split(">.")[0], "half-open", 1.0), (OPEN + ">F. <.", "half-closed", 1.002), (OPEN + ">F. <F.", "last-ack-missing", 1.001)])
def test_what_may_have_come_after_the_capture_is_no_trouble(tshark, tmp_path, words, outcome, after):
    """Missing for less than a second: a section of its own, and not among what failed or hangs; a second later it is."""
    early = capture(tmp_path / "early.pcap", words + " +0.5 other")
    for language, title, none in (("en", "Too early to say (the capture ends less than a second later): 1", "No connection was seen to fail"),
                                  ("zh", "尚不能断定（不到一秒抓包就结束了）：1", "未见失败")):
        printed = tshark("-q", "-o", f"tcpstate.language:{language}", "-r", early, "-z", VIEW)
        titles = [line for line in printed.splitlines() if line and line[0] != " "]
        assert [line for line in titles if line.startswith(title)] == [f"{title}  tcpstate.too_early"] == titles[3:4]
        assert titles[4].startswith(none) and len(titles) == 5
    assert streams(tshark, early, f'tcpstate.too_early && tcpstate.outcome == "{outcome}"') == {"0"}
    assert tshark("-2", "-r", early, "-Y", "tcpstate.expert.no_answer || tcpstate.expert.close_unfinished || tcpstate.expert.half_open") == ""
    late = capture(tmp_path / "late.pcap", f"{words} +{after} other")
    printed = tshark("-q", "-r", late, "-z", VIEW)
    assert "Too early" not in printed and "No connection was seen" not in printed
    assert streams(tshark, late, "tcpstate.too_early") == set()


def test_a_filter_leaves_out_what_it_is_too_early_to_say(tshark, tmp_path):
    """Of three SYNs without an answer one was sent as the capture ended."""
    for number, words in enumerate((">S +20 other", ">S +20 other", ">S")):
        capture(tmp_path / f"{number}.pcap", words)
    run("editcap", "-t", "20", tmp_path / "2.pcap", tmp_path / "last.pcap")
    for name, port in (("0", 40000), ("1", 40001), ("last", 40002)):
        packets = rdpcap(str(tmp_path / f"{name}.pcap"))
        packets[0]["TCP"].sport = port
        del packets[0]["TCP"].chksum
        wrpcap(str(tmp_path / f"{name}.pcap"), packets)
    run("mergecap", "-F", "pcap", "-w", tmp_path / "all.pcap", *(tmp_path / f"{name}.pcap" for name in ("0", "1", "last")))
    rows = [json.loads(line) for line in tshark("-q", "-r", tmp_path / "all.pcap", "-z", f"{VIEW},json").splitlines()]
    found = {row["finding"]: row for row in rows if row["record"] == "section"}
    assert [(name, row["class"], row["count"]) for name, row in found.items()] == [("unanswered", "failed", 2), ("too-early", "undecided", 1)]
    for row in rows[1:]:
        assert len(streams(tshark, tmp_path / "all.pcap", row["filter"])) == row["count"], row


def test_inferred_roles_are_marked(tshark, tmp_path):
    """Of the session's connections to port 9010 one was open before the capture began; its role is told by the others.  And
    one connection alone, whose well-known port is all that speaks for it."""
    for language, one, some in (("en", " (roles inferred), closed", " (roles inferred in 1), open "),
                                ("zh", "（角色为推断），已关闭", "（其中1个的角色为推断），尚未关闭 ")):
        chosen = f"tcpstate.language:{language}"
        assert "127.0.0.1:9010" + some in tshark("-q", "-o", chosen, "-r", SESSION, "-z", VIEW)
        assert "10.110.71.2:80" + one in tshark("-q", "-o", chosen, "-r", SAMPLES / "capture-begins-midway.pcapng", "-z", VIEW)
    rows = [json.loads(line) for line in tshark("-q", "-r", SESSION, "-z", f"{VIEW},json").splitlines()]
    healthy = [row for row in rows if row["record"] == "finding" and row["finding"] == "healthy" and row["server.port"] == 9010]
    assert [(row["outcome"], row["roles_inferred"], row["worst"]["roles"]) for row in healthy] == [("closed", 0, "seen"), ("open", 1, "inferred")]


def test_whose_turn_it_is(tshark, tmp_path):
    """One section for a server that is silent since the client's data, and a client to which the server spoke first."""
    greeted, asked = capture(tmp_path / "greeted.pcap", OPEN + "<P.:30 >. +20 other"), capture(tmp_path / "asked.pcap", OPEN + ">P.:9 <P.:9 >. >P.:9 <. +7 other")
    for path, english, chinese in ((greeted, "no data from the client for 20.0 s", "客户端已有20.0秒没有发送数据"),
                                   (asked, "no data from the server for 7.0 s", "服务器已有7.0秒没有发送数据")):
        assert english in tshark("-q", "-r", path, "-z", VIEW)
        printed = tshark("-q", "-o", "tcpstate.language:zh", "-r", path, "-z", VIEW)
        assert chinese in printed and "尚未关闭，对端发送数据后没有回应数据（3秒以上）：1" in printed
        assert streams(tshark, path, 'tcpstate.outcome == "open" && tcpstate.wait') == {"0"}
    for language, said in (("en", "no data from the client since the server spoke first"), ("zh", "服务器先发送数据之后，客户端没有发送数据")):
        assert said in tshark("-2", "-V", "-o", f"tcpstate.language:{language}", "-r", greeted)


def test_in_chinese(tshark):
    printed = tshark("-q", "-o", "tcpstate.language:zh", "-r", SESSION, "-z", VIEW)
    assert "连接数：85" in printed and "被拒绝：2" in printed and "127.0.0.1:9229，SYN得到的应答是RST" in printed


@pytest.mark.parametrize("name", ["websocket-session", "half-open"])
def test_one_pass_and_two_print_the_same(tshark, name):
    arguments = ("-q", "-r", SAMPLES / f"{name}.pcapng", "-z", VIEW)
    assert tshark(*arguments) == tshark("-2", *arguments)


def test_filter(tshark):
    printed = tshark("-q", "-r", SESSION, "-z", f"{VIEW},tcp.port == 9229")
    assert "Filter: tcp.port == 9229" in printed and "Connections: 2, packets: 4" in printed


def test_capture_without_tcp(tshark, tmp_path):
    (tmp_path / "empty.pcap").write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000"))
    assert "Connections: 0, packets: 0, bytes: 0" in tshark("-q", "-r", tmp_path / "empty.pcap", "-z", VIEW)


@pytest.mark.parametrize("view, complaint", [(f"{VIEW}X", 'Invalid "-z tcpstate,reportX"'),
                                             (f"{VIEW},tcp.foo", '"tcp.foo" is invalid')])
def test_wrong_arguments_are_refused(view, complaint):
    done = run("tshark", "-q", "-r", SESSION, "-z", view, check=False)
    assert done.returncode == 1 and complaint in done.stderr and done.stdout == ""


@pytest.mark.parametrize("view", ["report", "connections", "connections,tsv", "connections,json", "ladder"])
@pytest.mark.parametrize("language, said", [("en", "known only at the end of the capture"), ("zh", "抓包结束时才知道")])
def test_a_filter_that_needs_hindsight_says_so_in_one_pass(view, language, said):
    """In one pass no segment of it has that outcome, and the answer would be that there is no such connection."""
    arguments = ("tshark", "-q", "-r", SAMPLES / "fin-lost.pcapng", "-o", f"tcpstate.language:{language}",
                 "-z", f'tcpstate,{view},tcpstate.closed_by == "client" && tcpstate.outcome == "closed"')
    once, twice = run(*arguments), run(*arguments, "-2")
    assert once.stdout == "" and said in once.stderr
    assert twice.stdout != "" and said not in twice.stderr


@pytest.mark.parametrize("text, connections", [
    ('tcpstate.step == "refused"', 2), ("tcpstate.expert.refused", 2), ("tcpstate.frame.answers == 2918", 1), ("tcpstate.connection == 44", 1)])
def test_a_filter_on_what_each_segment_tells_is_answered_in_one_pass(tshark, text, connections):
    assert f"Connections: {connections}, " in tshark("-q", "-r", SESSION, "-z", f"{VIEW},{text}")


def test_what_is_not_marked_as_hindsight_is_the_same_in_one_pass(tshark):
    """plugin/wireshark/fields.def has the marks."""
    rows = re.findall(r'^(FIELD|HINDSIGHT)\(.*?"(tcpstate\.[a-z_.0-9]+)"',
                      (ROOT / "plugin/wireshark/fields.def").read_text(encoding="utf-8"), re.MULTILINE)
    marked, plain = ({name for mark, name in rows if mark == one} for one in ("HINDSIGHT", "FIELD"))
    assert not marked & plain and len(marked) > 25
    names, late = sorted(marked | plain), set()
    options = [option for name in names for option in ("-e", name)]
    for path in sorted(SAMPLES.glob("*.pcapng")):
        once, twice = (tshark(*passes, "-r", path, "-T", "fields", *options).splitlines() for passes in ((), ("-2",)))
        for one, other in zip(once, twice):
            late |= {name for name, before, after in zip(names, one.split("\t"), other.split("\t")) if before != after}
    assert late <= marked and {"tcpstate.outcome", "tcpstate.agreed", "tcpstate.frame.fin"} <= late
