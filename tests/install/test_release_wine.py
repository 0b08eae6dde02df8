# test_release_wine.py - the release's DLL is loaded and run under Wine, between
# stand-ins of Wireshark's libraries.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is real: the DLL's machine code, Wine's loader and Wine's C library.  A
# stand-in has the names that the DLL imports of that library (test_release.py
# says that the library of that series exports them), tells that it was called,
# and returns 0, but for memory, which is real.
import os
import re
import shutil
import subprocess

import pytest

import built
import release
from test_release import imports

HERE = built.TESTS / "install"
CROSS = release.PLUGIN / "packaging/cross"
FLAGS = ["clang", "--target=x86_64-w64-windows-gnu", "-isystem", "/usr/share/mingw-w64/include", "-D_UCRT",
         "-D__MSVCRT_VERSION__=0xE00", "-D__USE_MINGW_ANSI_STDIO=0", "-O1", "-fuse-ld=lld", "-nostdlib", "-w"]
# What real memory needs, and what the plugin reads before it has called anything.
REAL = {
    "g_malloc": "void *g_malloc(size_t size) { return malloc(size); }",
    "g_malloc0": "void *g_malloc0(size_t size) { return calloc(1, size); }",
    "proto_register_plugin": "const void *registered_plugin;\n"
                             "void proto_register_plugin(const void *p) { said(\"proto_register_plugin\"); registered_plugin = p; }",
    "proto_register_protocol": "int proto_register_protocol(const char *name, const char *short_name, const char *filter)\n"
                               "{ printf(\"protocol %s|%s|%s\\n\", name, short_name, filter); return 1; }",
    "proto_register_field_array": "struct row { int *id; const char *name, *abbrev; };\n"
                                  "void proto_register_field_array(int parent, const char *rows, int count)\n"
                                  "{ for (int i = 0; i < count; i++) { const struct row *row = (const void *)(rows + i * ROW);\n"
                                  "  printf(\"field %s\\n\", row->abbrev); *row->id = 1; } }",
}
DATA = {"proto_expert", "expert_severity_vals", "g_ascii_table", "g_utf8_skip"}


def compiled(output, *arguments):
    release.output(*FLAGS, "-o", output, *arguments)


def list_of(place, library, names):
    """An import library of a library that Wine has."""
    (place / f"{library}.def").write_text(f'LIBRARY "{library}"\nEXPORTS\n' + "\n".join(names) + "\n")
    release.output("llvm-dlltool", "-m", "i386:x86-64", "-d", place / f"{library}.def", "-l", place / f"{library}.lib")
    return place / f"{library}.lib"


def stand_in(place, library, names, systems):
    text = ["#include <stdio.h>", "#include <stdlib.h>", f"#define ROW {ROW}",
            "static void said(const char *name) { printf(\"call %s\\n\", name); fflush(stdout); }"]
    for name in sorted(names):
        if name in DATA:
            text.append(f"char {name}[4096];")
        else:
            text.append(REAL.get(name) or f'void *{name}(void) {{ said("{name}"); return NULL; }}')
    source = place / f"{library}.c"
    source.write_text("\n".join(text) + "\n")
    exported = [name for name in names] + (["registered_plugin"] if "proto_register_plugin" in names else [])
    definitions = place / f"{library}.exports.def"
    definitions.write_text("EXPORTS\n" + "\n".join(exported) + "\n")
    compiled(place / library, "-shared", source, CROSS / "windows-runtime.c", definitions, *systems)


# sizeof(hf_register_info) on Windows x64: a pointer and header_field_info.
ROW = 80


@pytest.fixture(scope="module")
def wine(tmp_path_factory):
    """wine(program, folder) -> its output; with a home of its own, made once."""
    if not os.access("/usr/lib/wine/wine64", os.X_OK):
        pytest.skip("SKIPPED: no wine64 here: tests/run --packages")
    home = tmp_path_factory.mktemp("wine")
    env = built.environment(HOME=str(home), WINEPREFIX=str(home / "prefix"), WINEDEBUG="-all",
                               WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe,winedbg.exe=", WINEARCH="win64")
    env.pop("DISPLAY", None)

    def wine(*command, folder):
        return subprocess.run(["/usr/lib/wine/wine64", *command], cwd=folder, env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, encoding="utf-8", timeout=600)

    wine("wineboot", "--init", folder=home)
    yield wine
    subprocess.run(["/usr/lib/wine/wineserver64", "-k"], env=env)


@pytest.fixture(scope="module", params=["4.4", "4.6"])
def place(request, tmp_path_factory):
    """A folder with the DLL of a series, stand-ins, and the program that loads it."""
    place = tmp_path_factory.mktemp(request.param)
    plugin = release.plugin_of(release.unpacked(release.archives("windows")[request.param, "x64"], place))
    shutil.copy(plugin, place)
    needed = imports(plugin)
    systems = [list_of(place, "ucrtbase.dll", ["__acrt_iob_func", "__stdio_common_vfprintf", "__stdio_common_vsprintf",
                                               "fflush", "malloc", "calloc", "puts", "putchar"]),
               list_of(place, "kernel32.dll", ["LoadLibraryA", "GetProcAddress", "GetModuleHandleA", "GetLastError",
                                               "ExitProcess"])]
    for library, names in needed.items():
        if library != "ucrtbase.dll":
            stand_in(place, library, names, systems)
    compiled(place / "load-dll.exe", HERE / "load-dll.c", CROSS / "windows-runtime.c", "-Wl,--entry=start",
             "-Wl,--subsystem=console", *systems)
    return request.param, place


def test_windows_loader_resolves_each_import_and_the_plugin_registers(place, wine):
    series, folder = place
    done = wine("load-dll.exe", folder=folder)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines[-1] == "done", done.stdout[-2000:] + done.stderr[-2000:]
    assert lines[0] == f"imports {sum(map(len, imports(folder / 'tcpstate.dll').values()))}"
    assert lines[1:4] == [f"version {release.VERSION}", f"wants {series}", "describes 1"]     # WS_PLUGIN_DESC_DISSECTOR
    assert lines[4:6] == ["call proto_register_plugin", "registers"]
    assert "protocol TCP Connection State|TCP State|tcpstate" in lines
    fields = {line.split()[1] for line in lines if line.startswith("field ")}
    listed = set(re.findall(r"^\| `(tcpstate\.[^`]+)`", (release.PLUGIN / "doc/fields.md").read_text(), re.M))
    assert fields == {name for name in listed if not name.startswith("tcpstate.expert.")}
    for call in ("register_postdissector", "register_tap", "expert_register_field_array", "uat_new"):
        assert f"call {call}" in lines


def test_is_refused_where_one_import_is_missing(place, wine, tmp_path):
    """So the test above can fail."""
    _, folder = place
    there = tmp_path / "there"
    shutil.copytree(folder, there)
    needed = imports(there / "tcpstate.dll")
    systems = [there / "ucrtbase.dll.lib", there / "kernel32.dll.lib"]
    stand_in(there, "libwsutil.dll", sorted(needed["libwsutil.dll"])[1:], systems)
    done = wine("load-dll.exe", folder=there)
    assert done.returncode == 4 and done.stdout.startswith("no "), done.stdout[-2000:]
