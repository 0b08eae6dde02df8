# test_release.py - what is in the release folder, and what can be said of its
# files without Windows and macOS.  (Running them: test_release_wine.py.)
#
# SPDX-License-Identifier: GPL-2.0-or-later
import hashlib
import pathlib
import re
import struct
import zipfile

import pytest

import release

SYSTEMS = {("4.4", "windows", "x64"), ("4.4", "windows", "arm64"), ("4.4", "macos", "universal"),
           ("4.6", "windows", "x64"), ("4.6", "windows", "arm64"), ("4.6", "macos", "universal")}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """{(series, system, machine): folder}"""
    place = tmp_path_factory.mktemp("unpacked")
    return {(series, system, machine): release.unpacked(path, place) for system in ("windows", "macos")
            for (series, machine), path in release.archives(system).items()}


def of(unpacked, system):
    found = [(series, machine, release.plugin_of(folder)) for (series, its, machine), folder in unpacked.items()
             if its == system]
    assert found
    return found


def test_every_system_has_its_archive(unpacked):
    assert set(unpacked) == SYSTEMS
    assert all(f"tcpstate-{release.VERSION}-" in folder.name for folder in unpacked.values())


def test_checksums_are_those_of_the_files():
    rows = [line.split() for line in (release.folder() / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in rows} == {path.name for path in release.folder().glob("*.zip")}
    for checksum, name in rows:
        assert hashlib.sha256((release.folder() / name).read_bytes()).hexdigest() == checksum


def test_archive_is_laid_out_as_the_folders_it_is_copied_to(unpacked):
    """With the profile as it is, and a note whose every line fits a terminal."""
    profile = {path.name: path.read_bytes() for path in (release.PLUGIN / "profile").iterdir()}
    for (series, system, _), folder in unpacked.items():
        name = {"windows": f"{series}/epan/tcpstate.dll", "macos": f"{series.replace('.', '-')}/epan/tcpstate.so"}[system]
        assert (folder / "plugins" / name).is_file()
        assert {path.name: path.read_bytes() for path in (folder / "profiles/TCP State").iterdir()} == profile
        assert {path.name for path in (folder / "profiles").iterdir()} == {"TCP State", "TCP 状态"}
        note = (folder / "INSTALL.txt").read_bytes().decode("ascii")
        assert "@" not in note and f"Wireshark {series}" in note and release.VERSION in note
        assert pathlib.PurePosixPath(name).name in note
        assert max(map(len, note.splitlines())) <= 100
        assert (b"\r\n" in (folder / "INSTALL.txt").read_bytes()) == (system == "windows")
        assert (folder / "LICENSE").is_file()


def test_an_archive_made_again_is_the_same_byte_for_byte(tmp_path):
    """No day, no path and no order of this build is in it: looked for, since making it again takes long."""
    for path in release.folder().glob("*.zip"):
        with zipfile.ZipFile(path) as opened:
            names = opened.namelist()
            assert names == sorted(names)
            assert {entry.date_time[:3] for entry in opened.infolist()} == {tuple(
                map(int, re.search(r"^## .*\((\d+)-(\d+)-(\d+)\)$", (release.PLUGIN / "CHANGELOG.md").read_text(),
                                   re.M).groups()))}
            data = b"".join(opened.read(name) for name in names)
        assert b"/tmp/" not in data and str(release.PLUGIN).encode() not in data


def test_glibconfig_has_each_name_of_debians():
    """Of the version's numbers CMake hands over; of what no header of GLib's needs there is nothing."""
    def names(path):
        text = path.read_text()
        return set(re.findall(r"^#\s*define (\w+)", text, re.M)) | set(re.findall(r"^typedef .*?(\w+);", text, re.M))
    debian = pathlib.Path(release.output("pkg-config", "--variable=libdir", "glib-2.0").strip())
    wanted = names(debian / "glib-2.0/include/glibconfig.h")
    assert len(wanted) > 90
    missing = wanted - names(release.PLUGIN / "packaging/cross/glibconfig.h")
    assert {name for name in missing if not re.match("__|GLIB_(MAJOR|MINOR|MICRO)_VERSION$", name)} == set()


# Windows: PE files, read by llvm-readobj.

def imports(path):
    """{DLL: names}"""
    blocks = re.split(r"^Import \{$", release.output("llvm-readobj", "--coff-imports", path), flags=re.M)[1:]
    return {re.search(r"Name: (\S+)", block)[1]: set(re.findall(r"Symbol: (\S+)", block)) for block in blocks}


def test_dll_exports_what_wiresharks_loader_asks_for_and_no_more(unpacked):
    for _, _, path in of(unpacked, "windows"):
        text = release.output("llvm-readobj", "--coff-exports", path)
        assert set(re.findall(r"Name: (\S+)", text)) == release.EXPORTS


def test_dll_imports_only_what_wireshark_brings_and_the_c_library(unpacked):
    for series, _, path in of(unpacked, "windows"):
        needed = imports(path)
        assert set(needed) <= {"libwireshark.dll", "libwsutil.dll", "glib-2.0-0.dll", "KERNEL32.dll", "ucrtbase.dll"}
        assert {"proto_register_plugin", "proto_expert"} <= needed["libwireshark.dll"]
        for library, names in release.exported(series).items():
            missing = needed[library] - names
            # Of GLib's for Windows there is no list here.
            assert {name for name in missing if not re.match("g_win32_getlocale$", name)} == set(), library


def test_dll_asks_windows_only_for_what_it_has(unpacked):
    """Much that C's headers declare no Windows library exports: the compiler's own runtime would bring it."""
    libraries = pathlib.Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
    if not libraries.is_dir():
        pytest.skip("SKIPPED: no wine64 here, whose lists are Windows': tests/run --packages")
    for _, _, path in of(unpacked, "windows"):
        for library, names in imports(path).items():
            if library.lower() in ("ucrtbase.dll", "kernel32.dll"):
                listed = release.output("llvm-readobj", "--coff-exports", libraries / library.lower())
                assert names - set(re.findall(r"Name: (\S+)", listed)) == set(), library


def test_dll_is_for_its_machine(unpacked):
    for _, machine, path in of(unpacked, "windows"):
        wanted = {"x64": "IMAGE_FILE_MACHINE_AMD64", "arm64": "IMAGE_FILE_MACHINE_ARM64"}[machine]
        assert wanted in release.output("llvm-readobj", "--file-headers", path)


# macOS: Mach-O files, read by llvm-objdump and here.

def slices(path):
    """{machine: bytes} of a universal file (fat header: mach-o/fat.h)."""
    data = path.read_bytes()
    magic, count = struct.unpack(">II", data[:8])
    assert magic == 0xCAFEBABE
    names = {0x0100000C: "arm64", 0x01000007: "x86_64"}
    rows = [struct.unpack(">5I", data[8 + 20 * i:28 + 20 * i]) for i in range(count)]
    return {names[cpu]: data[offset:offset + size] for cpu, _, offset, size, _ in rows}


def commands(data):
    """[(command, bytes)] of a 64-bit Mach-O file (mach-o/loader.h)."""
    magic, _, _, filetype, count = struct.unpack("<5I", data[:20])
    assert (magic, filetype) == (0xFEEDFACF, 8)      # MH_BUNDLE, as Wireshark's own plugins
    found, at = [], 32
    for _ in range(count):
        command, size = struct.unpack("<2I", data[at:at + 8])
        found.append((command, data[at:at + size]))
        at += size
    return found


def bundles(unpacked):
    for series, _, path in of(unpacked, "macos"):
        parts = slices(path)
        assert set(parts) == {"arm64", "x86_64"}
        for machine, data in parts.items():
            yield series, machine, path, data


def names_of(path, machine, option):
    lines = release.output("llvm-nm", "-arch", machine, "-g", option, "--format=just-symbols", path).splitlines()
    return {line.strip().removeprefix("_") for line in lines if line.startswith("_")}


def test_bundle_exports_what_wiresharks_loader_asks_for_and_no_more(unpacked):
    for _, machine, path, _ in bundles(unpacked):
        assert names_of(path, machine, "--defined-only") == release.EXPORTS


def test_bundle_runs_from_macos_11_on(unpacked):
    for _, _, _, data in bundles(unpacked):
        versions = [struct.unpack("<2I", body[8:16]) for command, body in commands(data) if command == 0x32]
        assert versions == [(1, 11 << 16)]      # LC_BUILD_VERSION: PLATFORM_MACOS, minos 11.0


def test_bundle_needs_no_library_but_the_systems_own(unpacked):
    for _, _, _, data in bundles(unpacked):
        libraries = [body[24:].rstrip(b"\0") for command, body in commands(data) if command == 0xC]
        assert libraries in ([b"/usr/lib/libSystem.B.dylib"], [])


def test_bundle_needs_only_names_that_somebody_exports(unpacked):
    system = (release.CACHE / "darwin-11/usr/lib/libSystem.tbd").read_text()
    listed = {name.strip("'\"").removeprefix("_") for name in re.findall(r"[\w$'\"]+", system)}
    for series, machine, path, _ in bundles(unpacked):
        needed = names_of(path, machine, "--undefined-only") - {"dyld_stub_binder"}
        ours = set().union(*release.exported(series).values())
        assert {"proto_register_plugin", "g_malloc"} <= needed & ours
        assert needed - ours - listed == set()


def test_apple_silicon_gets_a_signature_that_fits_each_page(unpacked):
    """arm64 macOS loads nothing unsigned.  Layout: Apple's open cs_blobs.h, big-endian."""
    for _, machine, _, data in bundles(unpacked):
        signatures = [struct.unpack("<2I", body[8:16]) for command, body in commands(data) if command == 0x1D]
        if machine != "arm64":
            continue
        (offset, size), = signatures
        blob = data[offset:offset + size]
        magic, _, count = struct.unpack(">3I", blob[:12])
        assert magic == 0xFADE0CC0 and count >= 1
        kind, start = struct.unpack(">2I", blob[12:20])
        directory = blob[start:]
        (magic, _, _, flags, hashes, _, _, slots, limit, hash_size, hash_type, _, page) = \
            struct.unpack(">IIIIIIIIIBBBB", directory[:40])
        assert (kind, magic, hash_size, hash_type) == (0, 0xFADE0C02, 32, 2)     # SHA-256
        assert flags & 2 and limit == offset                                     # ad hoc; all before the signature
        page = 1 << page
        assert slots == -(-limit // page)
        for slot in range(slots):
            piece = data[slot * page:min((slot + 1) * page, limit)]
            assert hashlib.sha256(piece).digest() == directory[hashes + 32 * slot:hashes + 32 * slot + 32], slot


def constant(path, machine, data, name):
    """The int of that name in a bundle."""
    address = int(next(line.split()[0] for line in release.output("llvm-nm", "-arch", machine, path).splitlines()
                       if line.endswith(" _" + name)), 16)
    for command, body in commands(data):
        if command == 0x19:     # LC_SEGMENT_64
            start, size, offset = struct.unpack("<3Q", body[24:48])
            if start <= address < start + size:
                return struct.unpack("<i", data[offset + address - start:][:4])[0]
    raise AssertionError(f"{name} is in no segment")


def test_bundle_says_the_series_it_is_for(unpacked):
    for series, machine, path, data in bundles(unpacked):
        assert series == ".".join(str(constant(path, machine, data, f"plugin_want_{part}")) for part in ("major", "minor"))
