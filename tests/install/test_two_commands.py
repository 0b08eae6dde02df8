# test_two_commands.py - a machine on which nothing is installed, of each Debian
# that has another Wireshark, and of Ubuntu 24.04: two commands bring the plugin and print a capture,
# first as root in what a container is, then as a user without any rights.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import re
import shutil

import pytest

import chroot
import built

SAMPLE = "/srv/tcpstate/samples/http-loopback.pcapng"
ANNOTATE = "/srv/tcpstate/plugin/annotate"
# As nobody, with a home; setpriv is in each Debian's util-linux.
USER = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/home/user", "USER=nobody")


@pytest.fixture(scope="module", params=["this Debian", "noble", "trixie", "sid"])
def machine(request, tmp_path_factory):
    try:
        machine = chroot.Chroot(tmp_path_factory.mktemp(request.param.split()[0]),
                                None if request.param == "this Debian" else request.param)
    except chroot.Unavailable as why:
        pytest.skip(f"SKIPPED: {request.param}: {why}")
    copy = machine.path("/srv/tcpstate/CMakeLists.txt").parent
    shutil.copy(built.ROOT / "CMakeLists.txt", copy)
    shutil.copy(built.ROOT / "README.md", copy)
    shutil.copytree(built.ROOT / "plugin", copy / "plugin")
    shutil.copytree(built.ROOT / "samples", copy / "samples")
    home = machine.path("/home/user/x").parent
    os.chown(home, 65534, 65534)
    machine.path("/tmp").chmod(0o1777)
    return machine


SIZE = r"annotate: with what they need: \d+ packages, \d[^\n]*B to download, \d[^\n]*B on disk\n"


def two_commands(machine, *who):
    installed = machine.run(*who, ANNOTATE, "--install", check=False)
    assert installed.returncode == 0, installed.stdout[-3000:]
    assert "annotate: installed for Wireshark: " in installed.stdout and "annotate: it works: " in installed.stdout
    if not who:         # the first on this machine: what apt is to bring, before it does
        assert re.search(r"annotate: installing with apt: .*tshark.*\n" + SIZE, installed.stdout), installed.stdout[:2000]
    printed = machine.run(*who, ANNOTATE, SAMPLE, "-c", "3").stdout
    assert [f"Handshake {i}/3" in line for i, line in enumerate(printed.splitlines()[-3:], 1)] == [True] * 3, printed
    checked = machine.run(*who, ANNOTATE, "--check")
    assert checked.stdout.splitlines()[-1].startswith("nothing is wrong: "), checked.stdout


def test_as_root_on_a_clean_machine(machine):
    done = machine.run("sh", "-c", "command -v tshark cmake cc", check=False)
    assert done.stdout == ""
    two_commands(machine)
    assert "annotate: uninstalled" in machine.run(ANNOTATE, "--uninstall").stdout


def test_as_a_user_where_the_packages_are(machine):
    """After the test above: without root's plugin, and without sudo."""
    two_commands(machine, *USER)
    assert machine.run("find", "/home/user", "-name", "tcpstate.so").stdout.startswith("/home/user/.local/lib/wireshark")
