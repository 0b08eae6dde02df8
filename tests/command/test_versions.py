# SPDX-License-Identifier: GPL-2.0-or-later
"""A plugin that is not fit for the Wireshark that runs: annotate says so, and builds anew.

The unfit plugin is a real build, from these sources and against the real headers, but for the number of the series that
plugin.c writes into it: the one to come.  (Where other files see that number, too, they use what is not in the headers of
4.6.  What an upgrade from one Debian to the next does: tests/matrix/upgrade.)
"""
import pathlib
import re
import shutil
import subprocess

import pytest

from accounts import IS_ROOT, NOBODY

SAMPLE = (pathlib.Path(__file__).resolve().parents[2] / "samples/http-loopback.pcapng").read_bytes()
HEADER = pathlib.Path(subprocess.run(["pkg-config", "--variable=includedir", "wireshark"], stdout=subprocess.PIPE,
                                     text=True, check=True).stdout.strip()) / "wireshark/ws_version.h"
NUMBERS = dict(re.findall(r"#define WIRESHARK_VERSION_(\w+) (\d+)", HEADER.read_text()))
NEXT = f"{NUMBERS['MAJOR']}.{int(NUMBERS['MINOR']) + 1}"


def header_of_another(place, part, to="defined WS_BUILD_DLL"):
    """A folder with the header of a Wireshark whose number is, to plugin.c or to all files ("1"), higher by one in this part."""
    folder = place / f"another-{part}"
    folder.mkdir()
    (folder / HEADER.name).write_text(f"""{HEADER.read_text()}
#if {to}
#undef WIRESHARK_VERSION_{part}
#define WIRESHARK_VERSION_{part} {int(NUMBERS[part]) + 1}
#endif
""")
    return folder


@pytest.fixture(scope="module")
def built_for(place, clone):
    """built_for("MINOR") -> tcpstate.so for a Wireshark whose MINOR is higher by one."""

    def built_for(part):
        folder = header_of_another(place, part)
        for command in (["cmake", "-S", clone, "-B", folder, "-DTCPSTATE_TESTS=OFF", f"-DCMAKE_C_FLAGS=-I{folder}"],
                        ["cmake", "--build", folder, "--target", "tcpstate"]):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return folder / "tcpstate.so"

    return built_for


@pytest.fixture(scope="module")
def of_next_series(built_for):
    return built_for("MINOR")


def put(plugin, account):
    """Where the account's Wireshark looks for it."""
    account.plugin.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(plugin, account.plugin)
    if IS_ROOT and not account.root:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", account.home], check=True)


def test_wireshark_refuses_a_plugin_of_another_series(account, of_next_series):
    """The tests below can fail: without annotate it does not load."""
    put(of_next_series, account)
    done = account.run("tshark", "-G", "plugins")
    assert "tcpstate" not in done.stdout
    assert f"was compiled for Wireshark version {NEXT}" in done.stderr


def test_a_plugin_of_another_series_is_named_and_built_anew(account, of_next_series):
    put(of_next_series, account)
    name = account.leave("sample.pcapng", SAMPLE)
    done = account.annotate(name, "-c", "1")
    assert f"annotate: not fit for this Wireshark: {account.plugin} (" in done.stderr and NEXT in done.stderr
    assert "building for Wireshark" in done.stderr
    assert done.returncode == 0 and "Handshake 1/3" in done.stdout
    # And silent from then on.
    assert account.annotate(name, "-c", "1").stderr == ""


def test_a_plugin_for_everybody_of_another_series_needs_an_administrator(account, root_account, of_next_series):
    account.system = root_account.system
    put(of_next_series, root_account)
    done = account.annotate("--install")
    assert done.returncode == 1
    assert f"compiled for Wireshark version {NEXT}" in done.stderr
    assert "an administrator builds it anew: plugin/annotate --install" in done.stderr
    assert root_account.plugin.read_bytes() == of_next_series.read_bytes()

    done = root_account.annotate("--install")
    assert done.returncode == 0 and NEXT in done.stderr and "building for Wireshark" in done.stderr
    done = account.annotate("--install")
    assert done.returncode == 0 and "installed for everybody" in done.stderr


def test_a_plugin_of_the_same_series_stays(account, built_for):
    """Built for 4.0.18, run by 4.0.17: within a series Wireshark takes it."""
    account.annotate("--install")
    put(built_for("MICRO"), account)
    done = account.run("tshark", "-C", "TCP State", "-r", account.leave("sample.pcapng", SAMPLE), "-c", "1")
    assert "Handshake 1/3" in done.stdout and "tcpstate" not in done.stderr


def test_another_wireshark_of_the_same_series_takes_the_plugin_as_it_is(account):
    account.annotate("--install")
    before = account.plugin.stat()
    folder = account.work / "bin"
    folder.mkdir()
    tshark = folder / "tshark"
    tshark.write_text('#!/bin/sh\nexec /usr/bin/tshark "$@"\n')
    tshark.chmod(0o755)
    env = {"PATH": f"{folder}:{account.environment()['PATH']}"}
    said = account.annotate("--install", env=env).stderr
    assert "Wireshark was changed since the plugin was built, but takes it as it is" in said
    assert "building" not in said and account.plugin.stat() == before
    assert "already installed" in account.annotate("--install", env=env).stderr


@pytest.mark.parametrize("part, left_out", [("MINOR", True), ("MICRO", False)])
def test_of_a_series_that_is_not_known_annotate_says_what_is_left_out(account, part, left_out):
    """compat.h has the flow graph's list of some series, and guesses at no other's."""
    if NEXT == "4.7" and part == "MINOR":
        pytest.skip("compat.h uses of 4.7 what is not in these headers")
    folder = header_of_another(account.work, part, "1")
    done = account.annotate("--install", env={"CFLAGS": f"-I{folder}"})
    assert "building for Wireshark" in done.stderr
    assert ("annotate: the flow graph is left out" in done.stderr) == left_out, done.stderr
    assert done.returncode == (1 if left_out else 0)    # the Wireshark that is here takes none of the next series
