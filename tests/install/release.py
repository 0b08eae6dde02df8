# release.py - the release folder, made once for all tests that look into it.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: making it anew where a source is newer, and unpacking.  What is asked of
# it is in the tests.
import fcntl
import functools
import os
import pathlib
import re
import shutil
import subprocess
import zipfile

import pytest

import built

PLUGIN = built.ROOT / "plugin"
VERSION = (PLUGIN / "VERSION").read_text().strip()
FOLDER = built.BUILD / "release"
CACHE = pathlib.Path(os.environ.get("TCPSTATE_RELEASE_CACHE")
                     or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
                     / "tcpstate-release")
EXPORTS = {"plugin_describe", "plugin_register", "plugin_version", "plugin_want_major", "plugin_want_minor"}


def output(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", **options)
    assert done.returncode == 0, f"{command}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


@functools.lru_cache(None)
def folder():
    """The archives for Windows and macOS, of these sources."""
    if not shutil.which("apt-get"):
        pytest.skip("SKIPPED: no release is made here: no apt")
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sums = FOLDER / "SHA256SUMS"
        newest = max(path.stat().st_mtime for path in PLUGIN.rglob("*") if path.is_file())
        if not sums.exists() or sums.stat().st_mtime < newest:
            for old in [*FOLDER.glob("*.zip"), sums]:
                old.unlink(missing_ok=True)
            done = subprocess.run([PLUGIN / "packaging/release", FOLDER, "windows", "macos"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, encoding="utf-8")
            if re.search(r"^E: (Failed to fetch|Unable to (fetch|locate)|The repository)|Could not resolve|no lists of",
                         done.stdout, re.M):
                pytest.skip("SKIPPED: no release was made: " + done.stdout.strip().splitlines()[-1])
            assert done.returncode == 0, done.stdout[-5000:]
    return FOLDER


def archives(system):
    """{(series, machine): path of the zip} of "windows" or "macos"."""
    found = {}
    for path in folder().glob(f"tcpstate-*-{system}-*.zip"):
        series, machine = re.fullmatch(rf"tcpstate-.*-wireshark-(\d+\.\d+)-{system}-(\w+)\.zip", path.name).groups()
        found[series, machine] = path
    return found


def sysroot(series):
    """Where the Wireshark of that series, whose headers were used, lies unpacked."""
    for header in CACHE.glob("*/usr/include/wireshark/ws_version.h"):
        numbers = re.findall(r"WIRESHARK_VERSION_(?:MAJOR|MINOR)\s+(\d+)", header.read_text())
        if ".".join(numbers) == series:
            return header.parents[3]
    raise AssertionError(f"no Wireshark {series} in {CACHE}")


def unpacked(archive, place):
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(place)
    return place / archive.stem


def plugin_of(place):
    found = list(place.glob("plugins/*/epan/tcpstate.*"))
    assert len(found) == 1
    return found[0]


@functools.lru_cache(None)
def exported(series):
    """{library: names} that the libraries of a series, and GLib, export."""
    root = sysroot(series)
    glib = output("pkg-config", "--variable=libdir", "glib-2.0").strip()
    paths = {"libwireshark.dll": next(root.glob("usr/lib/*/libwireshark.so")),
             "libwsutil.dll": next(root.glob("usr/lib/*/libwsutil.so")),
             "glib-2.0-0.dll": pathlib.Path(glib) / "libglib-2.0.so"}
    return {name: {line.split()[0].split("@")[0] for line in
                   output("nm", "-D", "--defined-only", "--format=posix", path).splitlines()}
            for name, path in paths.items()}
