# SPDX-License-Identifier: GPL-2.0-or-later
"""Every field of ours, of every frame of every capture of samples, cases and kinds, written into one file of the build:
all-fields.txt, a line for each frame that has any.  What is right stands in the other tests; this one is for comparing:
tests/matrix/run compares the files of several Wiresharks line by line (issue "Everywhere": the same fields everywhere).

The captures of a folder are read one behind the other, so that one run of tshark does; some share their four-tuples, and
so are also told apart, or not, alike.
"""
import re

from conftest import BUILD, ROOT, run

FOLDERS = ("samples", "tests/golden/cases", "tests/golden/kinds")
DUMP = BUILD / "all-fields.txt"
NAMES = sorted(set(re.findall(r'^(?:FIELD|HINDSIGHT)\(.*?"(tcpstate\.[a-z_.0-9]+)"',
                              (ROOT / "plugin/wireshark/fields.def").read_text(encoding="utf-8"), re.MULTILINE)))


def places(captures):
    """["capture, its frame"], for each frame of all of them, in their order."""
    counts = [line.split("\t") for line in run("capinfos", "-T", "-r", "-c", "-M", *captures).stdout.splitlines()]
    return [f"{name.removeprefix(f'{ROOT}/')}\t{frame}" for name, count in counts for frame in range(1, int(count) + 1)]


def test_every_field_of_every_capture_is_written_down(fields, tmp_path):
    dump = []
    for folder in FOLDERS:
        captures = sorted((ROOT / folder).glob("*.pcap*"))
        joined = tmp_path / "joined.pcapng"
        run("mergecap", "-a", "-w", joined, *captures)
        rows = fields(joined, *NAMES, options=("-2", "-o", "tcpstate.language:en"))
        names = places(captures)
        assert len(captures) > 20 and len(rows) == len(names)
        for name, row in zip(names, rows):
            found = [f"{field}={value}" for field, value in zip(NAMES, row) if value]
            if found:
                dump.append("\t".join((name, *found)))
    DUMP.write_text("\n".join(dump) + "\n", encoding="utf-8")

    seen = {name for line in dump for name in re.findall(r"\t(tcpstate[a-z_.0-9]*)=", line)}
    assert len(NAMES) > 60 and set(NAMES) - seen == set()       # a field that is nowhere would be compared in vain
