# test_in_source.py - plugin/ inside Wireshark's own source, where people build
# it who have no wireshark-dev: on Windows, on macOS, from git.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Configured and compiled by Wireshark's own CMake files and with its warnings,
# as errors.  Only our objects: the target tcpstate would first build all of
# libwireshark, for linking.  They are linked with the library that is installed,
# which is of the same version.
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

import built

PLACE = "plugins/epan/tcpstate"
PARTS = "core", "packet", "text", "wireshark"   # the plugin; the program "tcpstate" is not built there


def run(*command, **options):
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", **options)


@pytest.fixture(scope="module")
def source():
    """A copy of Wireshark's source with ours in it."""
    found = subprocess.run([built.TESTS / "harmless/wireshark-source"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, encoding="utf-8")
    if found.returncode == 3:
        pytest.skip("SKIPPED: not built inside Wireshark: " + found.stderr.strip())
    assert found.returncode == 0, found.stderr
    original = pathlib.Path(found.stdout.strip())
    # Hard links, so beside it: thousands of files that nobody changes.
    with tempfile.TemporaryDirectory(dir=original.parent, prefix="in-source.") as folder:
        copy = pathlib.Path(folder) / "wireshark"
        subprocess.run(["cp", "-al", original, copy], check=True)
        shutil.copytree(built.ROOT / "plugin", copy / PLACE)
        custom = copy / "CMakeListsCustom.txt"
        custom.unlink(missing_ok=True)
        custom.write_text(f"set(CUSTOM_PLUGIN_SRC_DIR {PLACE})\n")
        yield copy


@pytest.fixture(scope="module")
def build(source):
    """Configured with nothing but what a plugin needs."""
    folder = source.parent / "build"
    options = re.findall(r"^\s*option\(((?:BUILD|ENABLE)_\w+)", (source / "CMakeOptions.txt").read_text(), re.M)
    off = [f"-D{name}=OFF" for name in options if name not in ("ENABLE_PLUGINS", "ENABLE_WERROR")]
    assert "-DBUILD_wireshark=OFF" in off
    done = run("cmake", "-S", source, "-B", folder, "-G", "Unix Makefiles", "-DENABLE_WERROR=ON", *off)
    missing = re.search(r"Could NOT find .*", done.stdout[done.stdout.find("CMake Error"):])
    if done.returncode and missing and "tcpstate" not in done.stdout:
        pytest.skip(f"SKIPPED: Wireshark's source cannot be configured here: {missing[0]}")
    assert done.returncode == 0, done.stdout[-3000:]
    return folder


@pytest.fixture(scope="module")
def plugin(build):
    """The folder with what was compiled in there."""
    target = f"{PLACE}/CMakeFiles/tcpstate.dir"
    rules = f"{target}/build.make"
    objects = sorted(set(re.findall(rf"^({target}/\S+\.o):", (build / rules).read_text(), re.M)))
    ours = {str(path.relative_to(built.ROOT / "plugin"))
            for part in PARTS for path in (built.ROOT / "plugin" / part).glob("*.c")} | {"page-assets.c"}
    assert {name.removeprefix(target + "/").removesuffix(".o") for name in objects} == ours
    done = run("make", "-j2", "-k", "-f", rules, *objects, cwd=build)
    assert done.returncode == 0 and "warning:" not in done.stdout, done.stdout[-5000:]
    flags = (build / target / "flags.make").read_text()
    assert str(build.parent / "wireshark") in flags and "/usr/include/wireshark" not in flags
    libraries = run("pkg-config", "--libs", "wireshark", "glib-2.0").stdout.split()
    folder = build.parent / "linked"
    folder.mkdir()
    done = run("cc", "-shared", "-Wl,-z,defs", "-o", folder / "tcpstate.so", *objects, *libraries, cwd=build)
    assert done.returncode == 0, done.stdout[-3000:]
    return folder


def tshark(folder, *options):
    return run(built.TESTS / "with-plugin", folder, "tshark", *options, env=built.environment()).stdout


def test_is_the_same_plugin(plugin):
    version = (built.ROOT / "plugin/VERSION").read_text().strip()
    assert re.search(rf"^tcpstate\.so\s+{re.escape(version)}\s+dissector", tshark(plugin, "-G", "plugins"), re.M)


def test_labels_a_capture(plugin):
    lines = tshark(plugin, "-r", built.ROOT / "samples/http-server-closes.pcapng", "-T", "fields",
                   "-e", "tcpstate.step", "-e", "tcpstate.client", "-e", "tcpstate.server", "-Y", "tcp.flags.syn == 1")
    assert lines.splitlines()[-2:] == ["syn\tSYN_SENT\tSYN_RCVD?", "syn-ack\tESTABLISHED?\tSYN_RCVD"]
