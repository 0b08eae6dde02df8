# test_layouts.py - the structs that we share with Wireshark are laid out as it
# lays them out: those that compat.h copies, on each series, by its source where
# that can be had, and by what its library's machine code does with them; all
# others, whose headers we include, on Windows, where another compiler builds Wireshark.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import built
import release

HERE = built.TESTS / "install"
SOURCES = release.PLUGIN / "wireshark"


def flags():
    return release.output("pkg-config", "--cflags", "glib-2.0").split()


def header_here():
    """epan/sequence_analysis.h of the Wireshark that is installed, and its headers."""
    found = subprocess.run([built.TESTS / "harmless/wireshark-source"], stdout=subprocess.PIPE,
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


# What the library's functions write into the lists that they are handed or make, by the struct's members; of the
# last, which copies addresses as well, these are some. A list is as large as ours; an item has more behind ours.
WRITTEN = {"sequence_analysis_use_color_filter": ("item", {"fg_color", "bg_color", "has_color_filter"}),
           "sequence_analysis_use_col_info_as_label_comment": ("item", {"frame_label", "comment"}),
           "sequence_analysis_info_new": ("info", {"items", "ht"}),
           "sequence_analysis_create_sai_with_addresses": ("item", {"src_addr", "dst_addr", "time_str"})}


def machine_code(library, function):
    """Where a function writes, behind pointers, and how much memory it asks for first."""
    code = release.output("objdump", "-d", "--no-show-raw-insn", f"--disassemble={function}", library)
    written = {int(at, 16) for at in re.findall(r"mov\w*\s+\S+,(0x[0-9a-f]+)\(%r(?!sp|ip)", code)}
    asked = re.search(r"\$(0x[0-9a-f]+),%edi\n.*<g_malloc0@plt>", code)
    return written, int(asked[1], 16) if asked else None


def our_layout(include, place):
    """{(struct, member): where it stands}, and {struct: its size}, of compat.h's copy with a series' headers."""
    members = sorted((struct, member) for struct, some in WRITTEN.values() for member in some)
    (place / "ours.c").write_text("\n".join([
        "#include <stddef.h>", "#define TCPSTATE_OWN_FLOW_GRAPH", '#include "compat.h"', "const unsigned long ours[] = {",
        *(f"offsetof(struct _seq_analysis_{struct}, {member})," for struct, member in members),
        "sizeof(struct _seq_analysis_item), sizeof(struct _seq_analysis_info)};"]))
    code = release.output("cc", "-std=gnu11", "-S", "-o", "-", "-I", SOURCES, "-isystem", include,
                          "-isystem", include / "epan", *flags(), place / "ours.c")
    numbers = [int(number) for number in re.findall(r"\.quad\s+(\d+)", code)]
    assert len(numbers) == len(members) + 2
    return dict(zip(members, numbers)), dict(zip(("item", "info"), numbers[-2:]))


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="NOT TESTED: what is read is the machine code of x86-64")
@pytest.mark.parametrize("suite", ["trixie", "sid"])
def test_library_writes_into_the_flow_graphs_list_where_our_copy_has_the_members(suite, tmp_path):
    """No archive need hold the source of that Wireshark: its library says where it writes."""
    folder = release.CACHE / suite
    done = subprocess.run([release.PLUGIN / "packaging/suite", suite, folder], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode:
        pytest.skip(f"SKIPPED: Wireshark of {suite} cannot be had: " + done.stderr.strip().splitlines()[-1])
    library = next(path for path in folder.glob("usr/lib/*/libwireshark.so.*") if not path.is_symlink())
    places, sizes = our_layout(folder / "usr/include/wireshark", tmp_path)
    for function, (struct, members) in WRITTEN.items():
        written, asked = machine_code(library, function)
        ours = {places[struct, member] for member in members}
        assert ours <= written if "create" in function else ours == written, (function, ours, written)
        if struct == "info":
            assert asked == sizes["info"]
        elif asked is not None:
            assert asked >= sizes["item"]


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
