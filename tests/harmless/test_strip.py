# test_strip.py - tests/harmless/run finds what it is there to find: outputs as tshark
# prints them, and what a plugin that does harm would make of them.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

import built
from harmless import check, strip

SAMPLE = built.ROOT / "samples" / "http-loopback.pcapng"


@pytest.fixture(scope="module")
def outputs():
    """{form: (with the plugin, without)}"""
    return {form: tuple(built.run("tshark", "-n", "-r", SAMPLE, *options, plugin=plugin).stdout.encode()
                        for plugin in (True, False))
            for form, options in strip.OPTIONS.items()}


FORMS = list(strip.OPTIONS)
TREES = ["verbose", "json", "pdml"]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_left_but_what_was(outputs, form):
    difference, parts, wrong = strip.compare(form, *outputs[form])
    assert (difference, wrong) == (None, set())
    assert parts == (0 if form == "columns" else 12)
    text = strip.less_ours(form, outputs[form][0])
    assert b'"tcpstate' not in text and b"TCP Connection State" not in text # without quotes it is in the page that is sent


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", [0.01, 0.5, 0.99])
def test_one_byte_is_found(outputs, form, place):
    with_it, without = outputs[form]
    at = int(len(without) * place)
    while without[at:at + 1].isspace():
        at += 1
    changed = without[:at] + bytes([without[at] ^ 1]) + without[at + 1:]
    difference, _, _ = strip.compare(form, with_it, changed)
    assert difference and difference.with_it != difference.without


@pytest.mark.parametrize("form", FORMS)
def test_a_line_too_many_and_a_line_too_few_are_found(outputs, form):
    with_it, without = outputs[form]
    assert strip.compare(form, with_it + b"more\n", without)[0]
    assert strip.compare(form, with_it, without + b"more\n")[0]
    assert strip.compare(form, with_it, without[:without.rindex(b"\n", 0, -1) + 1])[0]
    assert strip.compare(form, b"", without)[0]


@pytest.mark.parametrize("form", TREES)
def test_a_label_outside_of_our_tree_is_found(outputs, form):
    with_it, without = outputs[form]
    assert strip.compare(form, with_it.replace(b"58622", b"58622 > Analysis: Handshake 1/3", 1), without)[0]


def test_only_a_head_at_the_beginning_of_a_line_is_ours():
    text = b"Frame 1\nData\n    [TCP Connection State: not ours\n        more\n\n"
    assert strip.less_ours("verbose", text) == text
    ours = b"[TCP Connection State: CLOSED\n    Step: syn\n        more\n"
    assert strip.less_ours("verbose", b"Frame 1\n" + ours + b"Other\n    x\n\n") == b"Frame 1\nOther\n    x\n\n"
    assert strip.less_ours("verbose", b"Frame 1\n" + ours + ours + b"\nFrame 2\n") == b"Frame 1\n\nFrame 2\n"


def test_the_comma_before_our_key_is_ours():
    for end in (b"\n      }\n", b',\n        "other": "x"\n      }\n'):
        before = b'        "tcp": {\n          "a": "b"\n        }'
        ours = b',\n        "tcpstate": {\n          "tcpstate.step": "syn"\n        }'
        assert strip.less_ours("json", before + ours + ours + end) == before + end


@pytest.mark.parametrize("form, text", [("verbose", b"[Dissector bug, protocol TCPSTATE: x]"),
                                        ("json", b'"x": "Malformed Packet"'), ("pdml", b'"Malformed Packet"')])
def test_what_went_wrong_within_our_part_is_told(outputs, form, text):
    with_it, without = outputs[form]
    head = strip.OURS[form].search(with_it)[0]
    line = head.split(b"\n")[1 if form != "json" else 2]
    spoilt = with_it.replace(line, line + text, 1)
    difference, _, wrong = strip.compare(form, spoilt, without)
    assert difference is None and wrong


# ---- Programs that end badly ----

def fake(monkeypatch, script):
    """tshark with the plugin does this instead: in the checker's eyes a bad plugin."""
    start = check.Checker.start

    def started(self, name, plugin, *arguments):
        if not plugin:
            return start(self, name, plugin, *arguments)
        base = self.folder / (name + "-with")
        output = check.Output(base.with_suffix(".out"), base.with_suffix(".err"), None)
        with open(output.out, "wb") as out, open(output.err, "wb") as err:
            return check.subprocess.Popen(["sh", "-c", script], stdout=out, stderr=err, start_new_session=True), output

    monkeypatch.setattr(check.Checker, "start", started)
    return check.check(SAMPLE, 5, ["columns"], False).findings


def test_a_crash_is_told(monkeypatch):
    assert any("SIGSEGV" in finding for finding in fake(monkeypatch, "kill -SEGV $$"))


def test_an_endless_run_is_told(monkeypatch):
    assert any("took too long" in finding for finding in fake(monkeypatch, "sleep 100"))


def test_a_bad_end_is_told(monkeypatch):
    assert any("ended with 2" in finding for finding in fake(monkeypatch, "exit 2"))


def test_other_words_on_stderr_are_told(monkeypatch):
    script = f"tshark -n -r {SAMPLE}; echo '** (tshark:1) 10:00:00.1 [Epan WARNING] -- Dissector bug, protocol X' >&2"
    assert any("Dissector bug" in finding for finding in fake(monkeypatch, script))
