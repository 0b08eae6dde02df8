# SPDX-License-Identifier: GPL-2.0-or-later
"""The words: one term for one thing (plugin/doc/glossary.md), in every file that speaks to a reader,
and no value of a fixed set left in English in a Chinese line."""
import re

import pytest

from built import ROOT

GLOSSARY = ROOT / "plugin" / "doc" / "glossary.md"
SPEAKING = sorted(path for pattern in ("plugin/text/*.def", "plugin/text/*.c", "plugin/wireshark/*.def", "plugin/wireshark/*.c",
                                       "plugin/profile*/**/*", "plugin/page/*", "plugin/command/*.sh", "README.md", "plugin/doc/README.zh.md",
                                       "samples/README.md")
                  for path in ROOT.glob(pattern) if path.is_file())
CJK = re.compile(r"[\u4e00-\u9fff]")


def never():
    """What the glossary's third column forbids, as patterns."""
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
            if line.startswith("|")][2:]
    assert len(rows) > 20 and all(len(row) == 3 for row in rows)
    words = {word.strip() for row in rows for word in row[2].split(",") if word.strip()}
    patterns = {word: re.escape(word) for word in words if "（" not in word}
    patterns["报文"] = "(?<!差错)报文(?!段)"          # part of the right words, too
    return patterns


def test_no_text_uses_a_word_that_the_glossary_forbids():
    wrong = []
    for path in SPEAKING:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            wrong += [f"{path.relative_to(ROOT)}:{number}: {word}" for word, pattern in never().items() if re.search(pattern, line)]
    assert wrong == []


def test_the_check_finds_what_it_looks_for():
    text = "同一报文再次发送，捕获的结局"
    assert {word for word, pattern in never().items() if re.search(pattern, text)} == {"报文", "捕获", "结局"}
    assert not re.search(never()["报文"], "报文段，ICMP差错报文")


def tree(tshark, capture, language, *options):
    return tshark("-r", capture, "-2", "-V", "-O", "tcpstate", "-o", f"tcpstate.language:{language}", *options)


def our_lines(text):
    """The lines of our tree: what stands under the protocol's own, down to the next one that is not indented."""
    lines, inside = [], False
    for line in text.splitlines():
        if not line.startswith(" "):
            inside = line.startswith("[TCP 连接状态") or line.startswith("[TCP Connection State")
        if inside and not re.match(r" +\[(Severity level|Group): ", line):   # Wireshark's own
            lines.append(line)
    return lines


@pytest.mark.parametrize("capture", ["websocket-session", "forged-reset", "challenge-ack", "refused", "syn-unanswered",
                                     "capture-begins-midway", "half-closed", "keep-alive-unanswered", "mptcp"])
def test_each_line_of_the_chinese_tree_is_chinese(capture, tshark):
    """A name and a value: the name is Chinese, and a value is a number, a name that is never translated, or Chinese."""
    lines = our_lines(tree(tshark, ROOT / "samples" / f"{capture}.pcapng", "zh", "-Y", "tcpstate.step"))
    assert len(lines) > 10
    for line in lines:
        assert CJK.search(line) or line.strip("[] ").startswith("MPTCP: "), line
        value = "" if "步骤: " in line else line.partition(": ")[2].rstrip("]")     # a step's name is never translated
        assert not re.search(r"\b(exact|in-window|outside|yes|no|NO|unknown|closed|server|client|both|none|segments)\b", value), line


def test_a_resets_number_is_told_in_the_readers_language(tshark):
    sample = ROOT / "samples" / "challenge-ack.pcapng"
    chinese = tree(tshark, sample, "zh", "-Y", "tcp.flags.reset == 1")
    english = tree(tshark, sample, "en", "-Y", "tcp.flags.reset == 1")
    assert "[RST的序号: 窗口内]" in chinese and "[Sequence number of the RST: in the window]" in english
    # The field's value is for programs and stays what it is.
    assert tshark("-r", sample, "-Y", "tcp.flags.reset == 1", "-T", "fields", "-e", "tcpstate.reset.number").split()[0] == "in-window"


def test_a_healthy_reset_does_not_say_no_about_its_ttl(tshark):
    healthy = tree(tshark, ROOT / "samples" / "abort-by-server.pcapng", "en", "-Y", "tcp.flags.reset == 1")
    assert "[Sequence number of the RST: exact]" in healthy and "TTL of the RST" not in healthy and ": NO" not in healthy
    forged = tree(tshark, ROOT / "samples" / "forged-reset.pcapng", "en", "-Y", "tcpstate.reset.ttl_differs == 1")
    assert "[TTL of the RST differs: yes]" in forged


@pytest.mark.parametrize("language, says", [("en", "[Roles: unknown; A is 127.0.0.1:6379, B is 127.0.0.1:51823]"),
                                            ("zh", "[角色依据: 未知；A为127.0.0.1:6379，B为127.0.0.1:51823]")])
def test_where_nobody_knows_the_client_the_tree_says_who_a_and_b_of_the_columns_are(tshark, language, says):
    assert says in tree(tshark, ROOT / "samples" / "websocket-session.pcapng", language, "-Y", "tcp.stream == 0", "-c", "200")


def ladder(tshark, capture, language="en", argument=""):
    return tshark("-q", "-r", capture, "-z", f"tcpstate,ladder{argument}", "-o", f"tcpstate.language:{language}").splitlines()


@pytest.mark.parametrize("name, english, chinese", [
    ("http-server-closes", "Outcome: closed, the server first, in four segments [SF]; ", "结果：已关闭，由服务器主动关闭，四次挥手 [SF]；"),
    ("http-client-closes", "Outcome: closed, the client first, in three segments [SF]; ", "结果：已关闭，由客户端主动关闭，三次挥手 [SF]；"),
    ("simultaneous-close", "Outcome: closed by both ends at once [SF]; ", "结果：已关闭，由双方同时关闭 [SF]；"),
    ("refused", "Outcome: refused: a RST answered the SYN [REJ]; ", "结果：被拒绝：SYN得到的应答是RST [REJ]；"),
    ("abort-by-server", "Outcome: reset by the server [RSTR]; ", "结果：被服务器重置 [RSTR]；"),
    ("../tests/golden/cases/close-fin-never-answered", "Outcome: half-closed by the client [S2]; ", "结果：半关闭，由客户端先关闭 [S2]；"),
    ("syn-unanswered", "Outcome: unanswered [S0]; ", "结果：无应答 [S0]；"),
])
def test_the_outcome_is_a_phrase_that_a_reader_would_say(name, english, chinese, tshark):
    for language, text in ("en", english), ("zh", chinese):
        lines = ladder(tshark, next((ROOT / "samples").glob(f"{name}.pcap*")), language)
        assert any(line.startswith(text) for line in lines), [line for line in lines if line.startswith(("Outcome", "结果"))]


@pytest.mark.parametrize("capture", sorted((ROOT / "samples").glob("*.pcapng")), ids=lambda path: path.stem)
def test_every_symbol_of_a_ladder_stands_in_its_legend(capture, tshark):
    lines = ladder(tshark, capture)
    end = max(number for number, line in enumerate(lines) if line.startswith("Outcome:")) + 1
    drawing, legend = "\n".join(lines[:end]), "\n".join(lines[end:])
    for symbol, line in ((r"[A-Z]\?(\s|$)", "? inferred"), (r"(==|<=) ", "==> "), ("=~", "~ "), (r"<\. ICMP", "<.. ")):
        assert bool(re.search(symbol, drawing)) == bool(re.search("^" + re.escape(line), legend, re.MULTILINE)), symbol
    for code in set(re.findall(r"^Outcome: .*\[(\w+)\]", drawing, re.MULTILINE)):
        assert re.search(rf"^\[{code}\] in Zeek's codes \(conn_state\): .+\.$", legend, re.MULTILINE), code
    assert not re.search(r"(seq|ack)=-", drawing)           # no number is negative


def test_every_code_of_zeeks_says_what_it_means():
    text = (ROOT / "plugin" / "text" / "catalogue.c").read_text(encoding="utf-8")
    field = re.search(r"Zeek's codes: ([A-Z0-9 ]+)\"", (ROOT / "plugin" / "wireshark" / "fields.def").read_text())
    assert len(field[1].split()) == 13
    for code in field[1].split():
        assert f'{{ "{code}", {{ "' in text, code
