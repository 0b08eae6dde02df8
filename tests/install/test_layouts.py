# test_layouts.py - the structs that we share with Wireshark are laid out as it
# lays them out: those that compat.h copies, on each series; all others, whose
# headers we include, on Windows, where another compiler builds Wireshark.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import re
import shutil
import subprocess

import pytest

import conftest
import release

HERE = conftest.TESTS / "install"
SOURCES = release.PLUGIN / "wireshark"


def flags():
    return release.output("pkg-config", "--cflags", "glib-2.0").split()


def header_here():
    """epan/sequence_analysis.h of the Wireshark that is installed, and its headers."""
    found = subprocess.run([conftest.TESTS / "harmless/wireshark-source"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, encoding="utf-8")
    if found.returncode:
        pytest.skip("SKIPPED: " + found.stderr.strip().splitlines()[-1])
    include = release.output("pkg-config", "--variable=includedir", "wireshark").strip()
    return pathlib.Path(found.stdout.strip()) / "epan/sequence_analysis.h", pathlib.Path(include) / "wireshark"


def header_of(suite):
    """The same of another release of Debian or Ubuntu."""
    if not shutil.which("apt-get"):
        pytest.skip("SKIPPED: no apt here")
    folder = release.CACHE / suite
    done = subprocess.run([release.PLUGIN / "packaging/suite", suite, folder, "epan/sequence_analysis.h"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode:
        # An archive that lists a version need not hold its source any more.
        pytest.skip(f"SKIPPED: Wireshark's source of {suite} cannot be had: " + done.stderr.strip().splitlines()[-1])
    return folder / "source/epan/sequence_analysis.h", folder / "usr/include/wireshark"


@pytest.mark.parametrize("suite", ["here", "noble", "trixie", "sid"])
def test_copy_of_the_flow_graphs_list_is_laid_out_as_wiresharks(suite, tmp_path):
    header, include = header_here() if suite == "here" else header_of(suite)
    # Alone, so that no other header of that source is found; what it takes of this one is not asked for.
    text = header.read_text().replace('#include "wsutil/file_util.h"\n', "")
    (tmp_path / header.name).write_text(text)
    command = ["cc", "-std=c11", "-fsyntax-only", "-I", SOURCES, "-I", tmp_path, "-isystem", include,
               "-isystem", include / "epan", *flags(), HERE / "flow-graph-layout.c"]
    release.output(*command)
    # It can fail: one member of another size.
    changed = re.sub(r"(?:guint16|uint16_t)( conv_num)", r"uint64_t\1", text)
    assert changed != text
    (tmp_path / header.name).write_text(changed)
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode and "another place or size" in done.stderr


def layouts(target, series, *more):
    """{struct or union: how clang lays it out}, of all that Wireshark's and GLib's headers have."""
    glib = release.output("pkg-config", "--modversion", "glib-2.0").strip().split(".")
    headers = release.output("pkg-config", "--variable=includedir", "glib-2.0").strip() + "/glib-2.0"
    out = release.output(
        "clang", f"--target={target}", "-std=c11", "-fsyntax-only", "-w", "-I", SOURCES,
        "-isystem", release.sysroot(series) / "usr/include/wireshark", "-isystem", release.PLUGIN / "packaging/cross",
        "-isystem", headers, "-isystem", "/usr/share/mingw-w64/include", "-D_UCRT", "-D__MSVCRT_VERSION__=0xE00",
        *(f"-DGLIB_{part}_VERSION={number}" for part, number in zip(("MAJOR", "MINOR", "MICRO"), glib)), *more,
        "-Xclang", "-fdump-record-layouts-complete", HERE / "windows-layout.c")
    found = {}
    for block in out.split("*** Dumping AST Record Layout\n")[1:]:
        name = re.match(r"\s*0 \| (.*)", block)[1]
        found[re.sub(r" at .*/([^/]*\))", r" at \1", name)] = block
    return found


@pytest.mark.parametrize("series", ["4.4", "4.6"])
def test_our_compiler_for_windows_lays_out_all_structs_as_microsofts_does(series):
    """Bit fields, enums and long have rules of their own there. clang knows both compilers' rules."""
    release.folder()
    ours = layouts("x86_64-w64-windows-gnu", series)
    theirs = layouts("x86_64-pc-windows-msvc", series, "-fdeclspec", "-fms-compatibility-version=0",
                     "-fno-ms-compatibility", "-U_MSC_VER", "-D__MINGW32__", "-D__MINGW64__", "-D__GNUC__=4",
                     "-D__GNUC_MINOR__=2")
    wireshark = {"struct _packet_info", "struct _frame_data", "struct hf_register_info", "struct field_info",
                 "struct _seq_analysis_item", "struct _stat_tap_table_ui", "struct _address"}
    assert wireshark <= set(ours), sorted(ours)
    # The C library's long double has 10 bytes in one and 8 in the other; nothing of Wireshark's or GLib's has one.
    different = {name for name in ours if ours[name] != theirs.get(name)}
    assert len(ours) > 150
    assert {name for name in different if "long double" not in ours[name]} == set()
    assert not any(re.match(r"struct _?(?:packet|frame|hf|field|seq|stat|tap|G)", name) for name in different)
