# SPDX-License-Identifier: GPL-2.0-or-later
"""Every field of ours, of every frame of every capture that tests and samples have, and of 300 worlds, written into
one file of the build: all-fields.txt, a line for each frame that has any, in one pass and with -2.  What is right stands in
the other tests; this one is for comparing: tests/matrix/run compares the files of several Wiresharks line by line (issue
"Everywhere": the same fields everywhere).

What is Wireshark's to say is left out: its number of the connection (tcp.stream: it splits otherwise in each series), and
what it calls the protocol of the data, which one series' dissectors take and another's do not: a label that names it is
written as where nobody knows it.  From 4.4 on tshark prints
True where 4.0 prints 1.

The captures of a folder are read one behind the other, so that one run of tshark does; some share their four-tuples, and
so are also told apart, or not, alike.
"""
import re
import subprocess

import pytest

from built import BUILD, ROOT, run

FOLDERS = ("samples", "tests/golden/cases", "tests/golden/kinds", "tests/kernel/captures", "tests/kernel/sightings")
DUMP = BUILD / "all-fields.txt"
KINDS = {name: kind for kind, name in re.findall(r'^(?:FIELD|HINDSIGHT)\(\w+, (\w+), .*?"(tcpstate\.[a-z_.0-9]+)"',
                                                 (ROOT / "plugin/wireshark/fields.def").read_text(encoding="utf-8"), re.MULTILINE)}
NAMES = sorted(KINDS)
WIRESHARKS = {"tcpstate.stream", "tcpstate.protocol"}
# (what matches a label that names the protocol, the label without it)
NAMING = [(re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(label))), without) for label, without in
          re.findall(r'^    "(.*\{PROTO\}.*)", "(.*)",$', (ROOT / "plugin/text/catalogue.def").read_text(encoding="utf-8"), re.MULTILINE)]


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    """{folder: its captures}"""
    found = {folder: sorted((ROOT / folder).glob("*.pcap*")) for folder in FOLDERS}
    assert min(map(len, found.values())) >= 8 and sum(map(len, found.values())) > 250
    worlds = tmp_path_factory.mktemp("worlds") / "worlds.pcap"
    subprocess.run([BUILD / "tests/worlds", "--worlds", "300", "--seed", "1", "--counts", "--write", worlds], check=True)
    # Read alone: only what is missing when everything ends is too early to say.
    return {**found, "worlds": [worlds], "tests/kernel/captures, alone": [ROOT / "tests/kernel/captures/syn_ack_with_fin.pcapng"]}


def places(folder, captures):
    """["capture, its frame"], for each frame of all of them, in their order."""
    counts = [line.split("\t") for line in run("capinfos", "-T", "-r", "-c", "-M", *captures).stdout.splitlines()]
    return [f"{folder}/{name.rsplit('/', 1)[1]}\t{frame}" for name, count in counts for frame in range(1, int(count) + 1)]


def without_protocol(label):
    for naming, without in NAMING:
        found = naming.fullmatch(label)
        if found:
            return without.format(**found.groupdict())
    return label


def test_a_label_without_the_protocols_name():
    assert len(NAMING) == 6
    assert without_protocol("Connected: client sends HTTP request") == "Connected: client sends first data"
    assert without_protocol("Handshake 3/3 with TLSv1.3 data") == without_protocol("Handshake 3/3 with data") == "Handshake 3/3 with data"


def comparable(values):
    """["field=value"] of those that are the same on every Wireshark."""
    if "tcpstate.analysis" in values:
        values["tcpstate.analysis"] = without_protocol(values["tcpstate.analysis"])
    for name in values:
        if KINDS[name] == "BOOLEAN":        # several in a packet with a tunnel
            values[name] = values[name].replace("1", "True").replace("0", "False")
    return [f"{name}={value}" for name, value in values.items() if name not in WIRESHARKS]


def test_every_field_of_every_capture_is_written_down(fields, captures, tmp_path):
    dump, seen = [], set()
    for folder, its in captures.items():
        joined = tmp_path / "joined.pcapng"
        run("mergecap", "-a", "-w", joined, *its)
        names = places(folder, its)
        for passes, options in (("one pass", ()), ("-2", ("-2",))):
            rows = fields(joined, *NAMES, options=(*options, "-o", "tcpstate.language:en"))
            assert len(rows) == len(names) >= 5
            for name, row in zip(names, rows):
                values = {field: value for field, value in zip(NAMES, row) if value}
                seen |= set(values)
                if values:
                    dump.append("\t".join((name, passes, *comparable(values))))
    DUMP.write_text("\n".join(dump) + "\n", encoding="utf-8")

    assert len(NAMES) > 60 and set(NAMES) - seen == set()       # a field that is nowhere would be compared in vain
