# SPDX-License-Identifier: GPL-2.0-or-later
"""The architecture (plugin/README.md): what may be written where in plugin/.

Read from the sources, not from a capture; the compiler would not mind any of it.
"""
import re

from built import ROOT

PLUGIN = ROOT / "plugin"
# Less what stands in for other systems' headers and libraries where archives for them are made.
SOURCES = sorted(path for path in PLUGIN.rglob("*") if path.suffix in (".c", ".h", ".def") and "packaging" not in path.parts)
COMPAT = PLUGIN / "wireshark" / "compat.h"


def lines(path):
    """(where, line) of each line of a file; one that ends with a backslash has its continuation."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    return [(f"{path.relative_to(ROOT)}: {line.strip()}", line) for line in text.splitlines()]


def test_there_is_something_to_read():
    assert COMPAT in SOURCES and len(SOURCES) > 40
    assert any("AT_LEAST(4, 4)" in line for _, line in lines(COMPAT) if line.startswith("#if"))


def test_only_compat_knows_versions():
    """No other file compiles something or nothing, but for guards: #ifndef NAME, #define NAME."""
    conditions = []
    for path in SOURCES:
        if path == COMPAT:
            continue
        read = lines(path)
        for (where, line), (_, following) in zip(read, read[1:] + [("", "")]):
            if not re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b", line):
                continue
            guard = re.match(r"#ifndef (\w+)$", line)
            if not (guard and re.match(rf"#define {guard[1]}\b", following)):
                conditions.append(where)
    assert conditions == []


def test_versions_are_named_by_compat_and_by_what_wiresharks_loader_reads():
    named = [where for path in SOURCES if path != COMPAT for where, line in lines(path)
             if re.search(r"\bWIRESHARK_VERSION|\bTCPSTATE_WIRESHARK_AT_LEAST|\bVERSION_(MAJOR|MINOR|MICRO)\b", line)]
    assert [where.split(": ")[0] for where in named] == ["plugin/wireshark/plugin.c"] * 2
    assert all("plugin_want_m" in where for where in named)


def test_how_long_a_second_is_stands_once():
    """TCPSTATE_SECOND; a number with nine zeros elsewhere would be it again."""
    named = [where.split(": ")[0] for path in SOURCES for where, line in lines(path) if re.search(r"\b10{9}\b", line)]
    assert named == ["plugin/core/tcpstate.h"]


def test_core_and_words_know_no_wireshark():
    wiresharks = r"""\s*#\s*include\s*[<"](epan|wsutil|wiretap|ws_|wireshark|glib)"""
    foreign = [where for room in ("core", "text") for path in SOURCES if path.parent == PLUGIN / room
               for where, line in lines(path) if re.match(wiresharks, line)]
    assert foreign == []


def test_only_one_folder_and_one_file_include_epan():
    including = {str(path.relative_to(PLUGIN)) for path in SOURCES for _, line in lines(path)
                 if re.match(r"""\s*#\s*include\s*[<"]epan/""", line)}
    assert "wireshark/packet-tcpstate.c" in including
    assert {name for name in including if not name.startswith("wireshark/")} <= {"program/dissect.c"}


# One header for files of one job, each of which stands beside it by another name.
SHARED_HEADERS = {"packet/layer.h": ("links.c", "tunnels.c"), "text/catalogue.h": ("environment.c",),
                  "program/settings.h": ("host.c",), "wireshark/compat.h": ("environment.c",)}
FUNCTION = r"^(?!static\b|typedef\b|#)[\w ][\w *]*?\b(tcpstate_\w+)\([^;{]*\)"


def belongs(header, source):
    """NAME.h to NAME.c, NAME-PART.c and, if it is of many, views.h to view-NAME.c, tree-parts.h to tree-NAME.c."""
    parts = (header.stem + "-", header.stem.removesuffix("s").removesuffix("-part") + "-")
    return (source.stem == header.stem or source.stem.startswith(parts)
            or source.name in SHARED_HEADERS.get(str(header.relative_to(PLUGIN)), ()))


def test_no_table_has_wiresharks_hashes():
    """plugin/wireshark/hash.h says why."""
    assert [where for path in SOURCES for where, line in lines(path)
            if re.search(r"\bwmem_(map|multimap|strong_hash|str_hash|int64_hash|double_hash)", line)] == []


def test_a_header_declares_what_its_own_source_defines():
    """But for the core's, which are three: for others, for its files, for its judges."""
    defined = {}
    for path in SOURCES:
        if path.suffix == ".c":
            for name in re.findall(FUNCTION + r"\s*\{", path.read_text("utf-8"), re.M):
                defined.setdefault(name, []).append(path)
    seen, elsewhere = 0, []
    for path in SOURCES:
        if path.suffix != ".h" or path.parent == PLUGIN / "core":
            continue
        code = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        for name in re.findall(FUNCTION + r";", code, re.M):
            seen += 1
            if not any(belongs(path, source) for source in defined.get(name, [])):
                elsewhere.append(f"{path.relative_to(PLUGIN)}: {name}()")
    assert seen > 150
    assert elsewhere == []


def test_no_test_asks_the_network_whose_address_it_is():
    """Scapy does (ARP), for each frame that does not name its receiver, and waits: frames.py has an Ethernet header."""
    made = re.compile(r"\bEther\((?!raw\)).*")
    frames = [found[0] for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "source"
              for found in made.finditer(path.read_text("utf-8"))]
    assert len(frames) >= 4 and [frame for frame in frames if "dst=" not in frame] == []


def test_no_two_modules_of_the_tests_share_a_name():
    """pytest could not collect them in one call; and what is shared is no conftest's, of which there are several."""
    modules = [path for path in ROOT.glob("tests/**/*.py") if path.name != "conftest.py"]
    names = [path.name for path in modules]
    assert len(modules) > 80
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
    assert [str(path) for path in modules if re.search(r"^\s*(from|import) conftest\b", path.read_text("utf-8"), re.M)] == []
