# test_hostile_preferences.py - preferences and the table of labels hold
# anything: what can be shown is shown as the text it is, what a terminal would
# obey is refused, and nothing crashes.  A profile may come from anybody, and so
# may the names that a capture brings along.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import random
import re
import struct
import subprocess
import xml.etree.ElementTree

import pytest

import built
from command import blocks

SAMPLES = built.ROOT / "samples"
SAMPLE = SAMPLES / "refused.pcapng"  # SYN; RST,ACK
LABELS = ["Handshake 1/3", "Refused"]
# For many texts at once, each on a step of its own; tshark takes its time to start.
MANY = [SAMPLES / f"{name}.pcapng" for name in ("http-client-closes", "half-closed", "refused", "fin-lost", "syn-ack-lost",
                                                "keep-alive-unanswered")]
STEPS = ["syn", "syn-ack", "handshake-ack", "first-request", "first-response", "fin", "fin-acked", "passive-fin", "last-ack",
         "fin-acked-passive-fin", "refused", "abort", "syn-retransmitted", "fin-retransmitted", "keep-alive-unanswered"]

SHOWN = {
    "empty": "", "blank": " ", "format": "%s%n%d%99999999s", "place": "{nonsense} {", "braces": "{{{{}}}}{",
    "shell": "$(touch /tmp/x) `id`; 'x'", "markup": "<b>&amp;</b>", "Chinese": "第一次握手", "emoji": "🤝",
    "huge": "x" * 100000, "huge Chinese": "握" * 30000, "huge with a place": "{n}" + "握" * 30000,
}
LONGEST = 120 # bytes of a label that are shown
REFUSED = {
    "escape": "\x1b[31mred", "title": "\x1b]0;x\x07", "bell": "a\a", "return": "a\rb", "line feed": "a\nb", "tab": "a\tb",
    "C1": "\x9b31m", "delete": "a\x7f", "override": "\u202eabc", "isolate": "a\u2066b", "line separator": "a\u2028b",
    "invalid": b"a\xff", "half a character": b"a\xe6\x8f", "surrogate": b"\xed\xa0\x80", "overlong": b"\xc0\x9b",
}

# Whatever prints a label, or may.
VIEWS = {
    "fields": ["-T", "fields", "-e", "tcpstate.analysis", "-e", "tcpstate.explanation"],
    "column": ["-T", "tabs", "-o", 'gui.column.format:"No.","%m","Analysis","%Cus:tcpstate.analysis:0:R"'],
    "info": ["-o", "tcpstate.info_label:TRUE"],
    "verbose": ["-V"], "json": ["-T", "json"], "pdml": ["-T", "pdml"], "ek": ["-T", "ek"], "text": ["-T", "text", "-P", "-V"],
    "ladder": ["-q", "-z", "tcpstate,ladder"], "report": ["-q", "-z", "tcpstate,report"],
    "connections": ["-q", "-z", "tcpstate,connections"], "tsv": ["-q", "-z", "tcpstate,connections,tsv"],
    "flow": ["-q", "-z", "flow,tcpstate,network"], "tree": ["-q", "-z", "tcpstate,tree"], "expert": ["-q", "-z", "expert"],
}
# Line feed and tab are the views' own.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]")


def uat(text, step="syn"):
    """A row of the table "Labels", as its file and -o have it."""
    data = text if isinstance(text, bytes) else text.encode()
    return b'"%s","en","%s"' % (step.encode(), data.replace(b"\\", b"\\x5c").replace(b'"', b"\\x22"))


def escaped(text, step="syn"):
    data = text if isinstance(text, bytes) else text.encode()
    return b'"%s","en","%s"' % (step.encode(), b"".join(b"\\x%02x" % byte for byte in data))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    merged = tmp_path_factory.mktemp("hostile") / "many.pcapng"
    subprocess.run(["mergecap", "-a", "-w", merged, *MANY], check=True)
    return merged


@pytest.fixture
def profile(tmp_path):
    """profile(*rows) -> options for run(): a user with this table of labels."""

    def profile(*rows, **files):
        folder = tmp_path / "home/.config/wireshark"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tcpstate_labels").write_bytes(b"".join(row + b"\n" for row in rows))
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return {"env": {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "home/.config")}}

    return profile


def tshark(*arguments, capture=SAMPLE, **options):
    """The output, which may be no UTF-8; tshark must not crash."""
    launcher = [built.TESTS / "with-plugin", built.BUILD]
    done = subprocess.run([*launcher, "tshark", "-r", capture, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=built.environment(**options.get("env", {})))
    assert 0 <= done.returncode < 128, done.stderr
    return done


def labels(done):
    """The first column. (Of a broken table Wireshark's reader of tables prints parts on stdout, before the rest.)"""
    return [line.split("\t")[0] for line in done.stdout.decode(errors="replace").split("\n")[-3:-1]]


# ---- The table of labels ----

@pytest.fixture
def own_words(profile):
    return profile(*(uat(text, step) for text, step in zip(SHOWN.values(), STEPS)))


def by_step(capture, **options):
    """{step: the labels that its frames have}"""
    found = {}
    for line in tshark("-T", "fields", "-e", "tcpstate.step", "-e", "tcpstate.analysis", capture=capture,
                       **options).stdout.decode().splitlines():
        step, _, label = line.partition("\t")
        found.setdefault(step, set()).add(label)
    return found


def test_any_text_is_shown_as_it_is(many, own_words):
    found = by_step(many, **own_words)
    assert found.keys() >= set(STEPS)
    for text, step in zip(SHOWN.values(), STEPS):
        for label in found[step]:
            expected = re.sub("{n}", lambda _: label[:1], text)
            if len(expected.encode()) > LONGEST: # cut, and never within a character
                expected = expected.encode()[:LONGEST - len("…".encode())].decode(errors="ignore") + "…"
            assert label == expected, step


@pytest.mark.parametrize("view", VIEWS)
def test_any_text_in_every_view(many, own_words, view):
    done = tshark(*VIEWS[view], capture=many, **own_words)
    output = done.stdout.decode() # valid UTF-8
    assert done.returncode == 0 and output
    assert not OBEYED.search(output.replace("\r", "") if view == "pdml" else output) # PDML has what HTTP had
    if view == "json":
        json.loads(output)
    if view == "pdml":
        xml.etree.ElementTree.fromstring(output)
    if view in ("column", "info", "verbose", "ladder", "flow"):
        for name in ("format", "braces", "shell", "markup", "Chinese", "emoji", "huge"):
            assert SHOWN[name][:12] in output, name


@pytest.mark.parametrize("write", [uat, escaped], ids=["as it is", "escaped"])
def test_what_a_terminal_would_obey_is_refused(many, profile, write):
    assert len(REFUSED) <= len(STEPS)
    options = profile(*(write(text, step) for text, step in zip(REFUSED.values(), STEPS)), uat("own words", "unrelated"),
                      uat("own words", "copy"))
    assert by_step(many, **options) == by_step(many)
    for view in ("column", "verbose", "ladder"):
        done = tshark(*VIEWS[view], capture=many, **options)
        assert done.returncode == 0 and not OBEYED.search(done.stdout.decode()), view


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_on_the_command_line(text):
    done = tshark("-o", b"uat:tcpstate_labels:" + escaped(text))
    assert done.returncode == 1 and not done.stdout
    assert b"valid UTF-8 without control characters" in done.stderr
    assert not OBEYED.search(done.stderr.decode())


@pytest.mark.parametrize("step", ["", "%s%n", "no-such-step", "\x1b[31m", "\u202esyn", "x" * 10000, "SYN"], ids=ascii)
def test_a_step_that_is_none(profile, step):
    row = escaped(step).replace(b'"syn","en",', b"") + b',"en","own words"'
    assert labels(tshark(*VIEWS["fields"], **profile(row))) == LABELS
    done = tshark("-o", b"uat:tcpstate_labels:" + row)
    assert done.returncode == 1 and b"is not a step" in done.stderr
    # tshark repeats the argument as it was given; it is the words after it that are ours.
    assert not OBEYED.search(done.stderr.decode()) and len(done.stderr) < len(row) + 500


def test_many_rows_of_which_the_last_counts(profile):
    rows = [uat(f"label {i}") for i in range(20000)]
    assert labels(tshark(*VIEWS["fields"], **profile(*rows))) == ["label 19999", LABELS[1]]


@pytest.mark.parametrize("content", [b"\0" * 1000, random.Random(6).randbytes(5000), b'"syn"', b'"syn","en","x', b'"syn","xx","y"\n', b",,,\n" * 100,
                                     b'"syn","zh","\\x' * 50, b"#" * 100000], ids=["NUL", "random", "short", "open", "language", "commas", "half an escape", "comments"])
def test_a_table_that_is_none(profile, content):
    done = tshark(*VIEWS["fields"], **profile(content))
    assert done.returncode == 0
    first, second = labels(done)
    # A quote that is never closed makes no row for 4.0; 4.4 and later take it for a letter.
    assert first.endswith(LABELS[0]) or (content == b'"syn","en","x' and first == '"x')
    assert second == LABELS[1]


# ---- The comments of --save ----

def test_labels_in_comments(many, own_words, tmp_path):
    saved = tmp_path / "saved.pcapng"
    tshark("-q", "-z", f"tcpstate,comments,{many},{saved}", capture=many, **own_words)
    assert blocks.stripped(saved.read_bytes()) == many.read_bytes()
    text = subprocess.run(["tshark", "-r", saved, "-T", "fields", "-e", "frame.comment"], stdout=subprocess.PIPE,
                          check=True).stdout.decode()
    assert not OBEYED.search(text)
    comments = [line for line in text.splitlines() if line]
    assert all(line.startswith("tcpstate: ") and len(line.encode()) < 5000 for line in comments)
    for name in ("blank", "format", "braces", "shell", "markup", "Chinese", "emoji", "huge"):
        assert any(line.startswith("tcpstate: " + SHOWN[name][:100 if name == "huge" else None]) for line in comments), name


# ---- The other preferences ----

@pytest.mark.parametrize("name", ["language", "two_msl", "label_all", "info_label", "nonsense"])
@pytest.mark.parametrize("value", ["", "%s%n%s", "-1", "4294967295", "99999999999999999999", "x" * 100000, "\x1b[31m", b"\xff"],
                         ids=ascii)
def test_other_preferences(profile, name, value):
    data = value if isinstance(value, bytes) else value.encode()
    done = tshark(*VIEWS["fields"], "-o", b"tcpstate." + name.encode() + b":" + data)
    assert done.returncode == 1 or labels(done) == LABELS
    done = tshark(*VIEWS["fields"], **profile(preferences=b"tcpstate." + name.encode() + b": " + data + b"\n"))
    assert done.returncode == 0 and labels(done) == LABELS


@pytest.mark.parametrize("seconds", ["0", "1", "4294967295"])
def test_any_length_of_time_wait(seconds):
    assert labels(tshark(*VIEWS["fields"], "-o", "tcpstate.two_msl:" + seconds)) == LABELS


# ---- Names that the capture brings along ----

def with_name(capture, name):
    """The capture, with a name resolution block that names its server (pcapng, section 4.5)."""
    data = capture.read_bytes()
    record = bytes([10, 77, 0, 20]) + name + b"\0"
    body = struct.pack("<HH", 1, len(record)) + record + b"\0" * (-len(record) % 4) + struct.pack("<HH", 0, 0)
    block = struct.pack("<II", 4, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    at = struct.unpack("<I", data[4:8])[0]           # behind the section header
    at += struct.unpack("<I", data[at + 4:at + 8])[0]  # and the interface
    return data[:at] + block + data[at:]


@pytest.mark.parametrize("name", [b"\x1b[31mred\x07", b"two\nlines\r", b"%s%n%s%n", b"\xff\xfe", "\u202eabc".encode()], ids=ascii)
def test_names_of_hosts_in_our_views(tmp_path, name):
    capture = tmp_path / "named.pcapng"
    capture.write_bytes(with_name(SAMPLE, name))
    for view in ("ladder", "report", "connections", "tsv", "flow", "tree"):
        done = tshark("-N", "n", *VIEWS[view], capture=capture)
        text = done.stdout.decode() # valid UTF-8
        assert done.returncode == 0 and not OBEYED.search(text.replace("\ufffd", "")), view
        if b"%s" in name and view != "tsv":
            assert "%s%n%s%n" in text, view
