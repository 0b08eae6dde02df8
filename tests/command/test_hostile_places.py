# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate in a home and from a clone whose names a shell would take apart, and
the rights it asks for: a package manager's, where a package is missing, and
none else."""
import argparse
import os
import shutil

import pytest

import accounts
from test_errors import refuses, tools_without

# Several dangers each: every name is an installation of its own, whose linking no cache spares.
NAMES = ["-dash with space a&b`c`d", "it's $(touch broken)", "握手 [a]*? a#b%c"]


class Elsewhere(accounts.Account):
    """An account whose home, and whose clone, have this name."""

    def __init__(self, folder, clone, name):
        super().__init__(folder, clone)
        home = folder / "homes" / name
        home.parent.mkdir()
        self.home = self.home.rename(home)
        self.clone = folder / "clones" / name
        shutil.copytree(clone, self.clone)
        self.quicker = accounts.Account.quicker_builds(argparse.Namespace(clone=clone))

    def quicker_builds(self):
        return self.quicker  # the cache is that of the other tests


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_homes_and_clones_of_any_name(place, clone, name):
    accounts.need_clean_wireshark()
    account = Elsewhere(accounts.new_folder(place), clone, name)
    sample = account.leave("sample.pcapng", accounts.SAMPLE.read_bytes())
    done = account.annotate("--install")
    assert done.returncode == 0, done.stderr
    assert account.plugin.exists() and account.profile.exists()
    done = account.annotate(sample, "-c", "1")
    assert (done.returncode, done.stderr) == (0, "") and "Handshake 1/3" in done.stdout # nothing was to be done
    done = account.annotate("--uninstall")
    assert done.returncode == 0, done.stderr
    assert account.files() == set()
    assert not (account.work / "broken").exists()


@pytest.mark.parametrize("name", ['say "hi"', "back\\slash", "semi;colon", "a|b"])
def test_names_that_cmake_cannot_take(place, clone, name):
    accounts.need_clean_wireshark()
    account = Elsewhere(accounts.new_folder(place), clone, name)
    done = account.annotate("--install")
    assert done.returncode == 1 and "CMake builds nothing where" in done.stderr.splitlines()[-1]
    assert not account.plugin.exists() and not account.profile.exists()


@pytest.mark.parametrize("variable", ["HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"])
def test_a_home_with_two_lines_in_its_name(account, variable):
    """Lists of files have a line for each: better no installation than one that cannot be taken away."""
    home = account.home / "two\nlines"
    home.mkdir()
    os.chmod(home, 0o777)
    assert "line feed" in refuses(account, "--install", env={variable: str(home)})
    assert account.files() == {"two\nlines"}


@pytest.mark.parametrize("view", ["--report", "--ladder"])
@pytest.mark.parametrize("name", ["with space.pcapng", "-dash.pcapng", "it's.pcapng", "two\nlines.pcapng", "a,b.pcapng",
                                  "$(touch broken)"], ids=ascii)
def test_names_of_captures_to_report_on(installed, view, name):
    installed.leave(name, accounts.SAMPLE.read_bytes())
    done = installed.annotate(view, name)
    os.remove(installed.work / name)
    assert (done.returncode, done.stderr) == (0, "")
    assert "closed" in done.stdout and not (installed.work / "broken").exists()


# ---- Rights ----

SUDO = 'printf "%s\\n" "$*" >>"$HOME/sudo.log"\n[ "$1" != -n ] || exit 0\nexec "$@"\n'


def test_sudo_is_for_apt_and_for_nothing_else(account):
    env = tools_without(account, "cmake", sudo=SUDO, apt_get='echo "E: no network" >&2; exit 100\n')
    done = account.annotate("--install", env=env)
    assert done.returncode == 1 and "apt could not install cmake" in done.stderr and "no network" in done.stderr
    first, *others = (account.home / "sudo.log").read_text().splitlines()
    assert first == "-n true"  # whether it would answer
    assert [line.split()[:3] for line in others] == [["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]] * 2
    assert others[0].endswith(" update") and others[1].endswith(" install --no-install-recommends cmake")
    assert not account.plugin.exists()


def test_with_everything_there_sudo_is_not_asked(account):
    env = tools_without(account, sudo=SUDO)
    sample = account.leave("sample.pcapng", accounts.SAMPLE.read_bytes())
    for arguments in (["--install"], [sample], ["--save", "out.pcapng", sample], ["--report", sample], ["--uninstall"]):
        assert account.annotate(*arguments, env=env).returncode == 0
    assert not (account.home / "sudo.log").exists()


def test_a_sudo_that_wants_a_password_nobody_can_give(account):
    env = tools_without(account, "cmake", sudo="exit 1\n")
    line = refuses(account, "--install", env=env)
    assert line == "annotate: missing: cmake; an administrator must run: apt-get install cmake\n"


def test_what_is_installed_gives_nobody_a_right(account):
    done = account.annotate("--install")
    assert done.returncode == 0, done.stderr
    owner = account.home.stat().st_uid
    for path in account.home.rglob("*"):
        mode = path.lstat().st_mode
        assert not mode & 0o7022, f"{path}: {mode:o}"  # not for others to write, no setuid
        assert path.lstat().st_uid == owner
