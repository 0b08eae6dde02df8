# test_expert.py - expert information: what somebody finds in Analyze, Expert
# Information, and what tshark prints of it.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The captures are samples; what is worth telling of each stands in
# samples/README.md and in the RFC.  An ordinary connection is worth nothing.
import pathlib
import re

import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"
PASSES = pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
SEVERITY = {"Errors": "error", "Warns": "warn", "Notes": "note", "Chats": "chat"}
# PI_CHAT and so on, as _ws.expert.severity prints them
NUMBERS = {"chat": 0x200000, "note": 0x400000, "warn": 0x600000, "error": 0x800000}

HEALTHY = ["http-client-closes", "http-loopback", "https", "ssh", "smtp-server-speaks-first", "half-closed", "mptcp"]

# What is seen when it happens.
ONE_PASS = {
    "refused": [("warn", "Refused", 1)],
    "icmp-unreachable": [("warn", "Unreachable (ICMP: port unreachable)", 1)],
    "abort-by-server": [("warn", "Aborted by server", 1)],
    "syn-scan": [("warn", "SYN,ACK rejected", 1)],
    "challenge-ack": [("warn", "RST ignored", 1), ("note", "Challenge ACK", 1)],
    "forged-reset": [("warn", "Aborted by client", 1),
                     ("warn", "RST with another TTL than an earlier segment of its sender: perhaps forged", 1),
                     ("note", "Data without a connection", 1), ("chat", "RST after the end", 1)],
    "half-open": [("warn", "Half-open connection reset", 1), ("note", "SYN inside a connection", 1),
                  ("note", "Challenge ACK", 1), ("note", "Handshake 1/3 again (no. 1)", 1)],
    "fin-lost": [("note", "FIN again (no. 1)", 1)],
    "last-ack-lost": [("note", "FIN again, meets TIME_WAIT", 1)],
    "syn-ack-lost": [("note", "Handshake 1/3 again (no. 1)", 1)],
    "last-handshake-ack-lost": [("note", "Handshake 2/3 again (no. 1)", 1)],
    "syn-unanswered": [("note", "Handshake 1/3 again (no. 1)", 1), ("note", "Handshake 1/3 again (no. 2)", 1)],
    "keep-alive-unanswered": [("warn", "Aborted by client", 1), ("note", "Keep-alive again, unanswered (no. 2)", 1)],
    # RFC 9293 figure 8: the SYN,ACK to the old duplicate acknowledges the wrong number.
    "old-duplicate-syn": [("warn", "SYN,ACK rejected", 1), ("warn", "Check failed: ack is the other's ISN + 1", 1),
                          ("note", "SYN,ACK that fits no SYN", 1), ("note", "Handshake 1/3 again (no. 1)", 1)],
    "simultaneous-open": [("chat", "Simultaneous open", 1)],
    "simultaneous-close": [("chat", "Simultaneous close: the other FIN", 1)],
    "port-reused-in-time-wait": [("chat", "Handshake 1/3 (ports reused)", 1)],
}
# What only hindsight tells.
HINDSIGHT = {
    "syn-unanswered": [("warn", "Connection unanswered: no answer to 3 SYNs in 2.0 s", 1)],
    "syn-ack-lost": [("chat", "Connection open: neither side closed before the capture ended", 1)],
    "challenge-ack": [("chat", "Connection open: neither side closed before the capture ended", 1)],
    "http-client-closes": [],
    "refused": [],
    "fin-lost": [],
}


def sample(name):
    return SAMPLES / f"{name}.pcapng"


def statistics(tshark, capture, *options):
    """What -z expert prints of the plugin, as a sorted list of (severity, summary, how often)."""
    found, severity = [], None
    for line in tshark("-r", capture, "-q", "-z", "expert", *options).splitlines():
        if head := re.fullmatch(r"(\w+) \(\d+\)", line):
            severity = SEVERITY[head[1]]
        elif row := re.fullmatch(r" *(\d+) +(\w+) +TCP State  (.*)", line):
            assert row[2] == "Sequence"
            found.append((severity, row[3], int(row[1])))
    return sorted(found)


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_said_of_a_healthy_connection(tshark, name):
    # Two passes say all that one says, and more.
    assert statistics(tshark, sample(name), "-2") == []


@pytest.mark.parametrize("name", ONE_PASS)
def test_in_one_pass(tshark, name):
    assert statistics(tshark, sample(name)) == sorted(ONE_PASS[name])


@pytest.mark.parametrize("name", HINDSIGHT)
def test_with_hindsight(tshark, name):
    assert statistics(tshark, sample(name), "-2") == sorted(ONE_PASS.get(name, []) + HINDSIGHT[name])


@pytest.mark.parametrize("name", ["syn-unanswered", "half-open"])
def test_without_the_plugin_none_of_it_is_there(tshark, name):
    # The tests above can fail.
    assert statistics(tshark, sample(name), "-2", "--disable-protocol", "tcpstate") == []


def test_what_hindsight_tells_stands_at_the_last_segment(fields):
    rows = fields(sample("syn-unanswered"), "frame.number", "tcpstate.expert.no_answer", options=["-2"])
    assert [row[0] for row in rows if row[1]] == ["3"]
    rows = fields(sample("syn-unanswered"), "frame.number", "tcpstate.expert.no_answer")
    assert [row[0] for row in rows if row[1]] == []


@PASSES
@pytest.mark.parametrize("name, expression, numbers", [
    ("refused", "tcpstate.expert.refused", ["2"]),
    ("syn-unanswered", "tcpstate.expert.syn_retransmitted", ["2", "3"]),
    # Nothing here names the plugin.
    ("refused", "_ws.expert.message == \"Refused\"", ["2"]),
    ("syn-unanswered", "_ws.expert.message contains \"Handshake 1/3 again\"", ["2", "3"]),
    ("http-client-closes", "_ws.expert.message contains \"again\"", []),
])
def test_a_display_filter(tshark, passes, name, expression, numbers):
    out = tshark("-r", sample(name), *passes, "-Y", expression, "-T", "fields", "-e", "frame.number")
    assert out.split() == numbers
    # With columns Wireshark leaves protocols out of the tree that nobody names.
    out = tshark("-r", sample(name), *passes, "-Y", expression)
    assert [line.split()[0] for line in out.splitlines()] == numbers


@PASSES
@pytest.mark.parametrize("name", ["half-open", "syn-unanswered"])
def test_every_way_of_asking_gets_the_same_answer(tshark, fields, name, passes):
    """The statistics, the fields of Wireshark's own, our fields, with and without another reason to look."""
    told = statistics(tshark, sample(name), *passes)
    asked = [fields(sample(name), *names, options=["-E", "aggregator=|", *passes])
             for names in (["_ws.expert.severity", "_ws.expert.message"],
                           ["_ws.expert.severity", "_ws.expert.message", "tcpstate.step"])]
    assert [row[:2] for row in asked[1]] == asked[0]
    found = [(int(severity), message) for severities, messages in asked[0] if severities
             for severity, message in zip(severities.split("|"), messages.split("|"))]
    for severity, summary, count in told:
        assert found.count((NUMBERS[severity], summary)) == count, summary


def test_the_groups_and_severities_of_the_statistics_can_be_chosen(tshark):
    # As `-z expert,note` takes them; the user may also give a field another severity.
    worst = tshark("-r", sample("half-open"), "-q", "-z", "expert,warn")
    assert "Half-open connection reset" in worst and "Challenge ACK" not in worst
    changed = statistics(tshark, sample("refused"), "-o", 'uat:expert_severity:"tcpstate.expert.refused","Note"')
    assert changed == [("note", "Refused", 1)]


def test_in_chinese(tshark):
    zh = ("-o", "tcpstate.language:zh")
    assert statistics(tshark, sample("syn-unanswered"), "-2", *zh) == [
        ("note", "第一次握手重传（第1次）", 1), ("note", "第一次握手重传（第2次）", 1),
        ("warn", "连接无应答：2.0秒内3个SYN均无应答", 1)]
    told = statistics(tshark, sample("old-duplicate-syn"), *zh)
    assert ("warn", "检查未通过：ack等于对方初始序号+1", 1) in told
    assert all(re.search("[\u4e00-\u9fff]", summary) for _, summary, _ in told)
    told = statistics(tshark, sample("forged-reset"), *zh)
    assert ("warn", "RST的TTL与其发送方较早的报文段不同：可能是伪造的", 1) in told


@PASSES
def test_the_explanation_says_so_too(fields, passes):
    """Frame 8 comes with a TTL of 99, all others of that end with 64; frame 10 is the server's own."""
    told = [row[0] for row in fields(sample("forged-reset"), "tcpstate.explanation", options=passes)]
    assert told[7].endswith("Its TTL is not that of an earlier segment of its sender: somebody else may have sent one of them in that name, or it took another way.")
    assert not any("TTL" in text for text in told[:7] + told[8:])


def test_a_label_of_ones_own_is_used(tshark):
    own = 'uat:tcpstate_labels:"refused","en","Nobody home"'
    assert statistics(tshark, sample("refused"), "-o", own) == [("warn", "Nobody home", 1)]


@PASSES
def test_the_severity_column_keeps_what_is_worse(tshark, passes):
    # Frame 2 is a note of TCP's (a retransmission) and of ours; frame 3 of the
    # unanswered SYNs ends, with hindsight, in a warning.
    columns = ("-o", 'gui.column.format:"No.","%m","Expert","%a"', "-T", "tabs", *passes)
    rows = dict(line.split("\t")[:2] for line in tshark("-r", sample("syn-unanswered"), *columns).splitlines())
    rows = {number.strip(): severity.strip() for number, severity in rows.items()}
    assert rows == {"1": "Chat", "2": "Note", "3": "Warning" if passes else "Note"}
    # A chat of ours (simultaneous open) does not hide TCP's chat or anything worse.
    ours = tshark("-r", sample("forged-reset"), *columns)
    without = tshark("-r", sample("forged-reset"), *columns, plugin=False)
    rank = ["", "Chat", "Note", "Warning", "Error"]
    for a, b in zip(ours.splitlines(), without.splitlines()):
        assert rank.index(a.split("\t")[1].strip()) >= rank.index(b.split("\t")[1].strip())


def test_it_is_below_the_plugins_own_tree(tshark):
    lines = tshark("-r", sample("refused"), "-V", "-Y", "frame.number == 2").splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("[TCP Connection State"))
    at = next(i for i, line in enumerate(lines) if "Refused]" in line and "Expert Info" in line)
    assert at > head and "(Warning/Sequence): Refused" in lines[at]
