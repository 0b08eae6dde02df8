# test_package.py - the Debian package: what it says of itself, what lintian says
# of it, and its life on a clean machine (chroot.py): installed, used, purged.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import re
import shutil
import subprocess

import pytest

import chroot

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "wireshark-plugin-tcpstate"
SAMPLE = ROOT / "samples" / "http-server-closes.pcapng"


def output(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8")
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The package, made anew."""
    if not shutil.which("dpkg-shlibdeps"):
        pytest.skip("SKIPPED: no dpkg-dev here: tests/run --packages")
    folder = tmp_path_factory.mktemp("package")
    return pathlib.Path(output(ROOT / "plugin/packaging/deb", folder).strip())


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    try:
        yield chroot.Chroot(tmp_path_factory.mktemp("machine"))
    except chroot.Unavailable as why:
        pytest.skip(f"SKIPPED: the package was not installed anywhere: {why}")


def satisfies(version, relation, bound):
    return subprocess.run(["dpkg", "--compare-versions", version, relation, bound]).returncode == 0


def test_is_of_our_version(package):
    version = (ROOT / "plugin/VERSION").read_text().strip()
    assert output("dpkg-deb", "-f", package, "Version").startswith(version + "-")
    assert package.name.startswith(f"{NAME}_{version}-")


def test_needs_the_series_it_was_built_for(package):
    depends = output("dpkg-deb", "-f", package, "Depends")
    bounds = re.findall(r"libwireshark\S+ \((<<|>=) ([^)]+)\)", depends)
    assert any(relation == "<<" for relation, _ in bounds), depends
    installed = re.search(r"(\d+)\.(\d+)\.\d+", output("tshark", "--version"))
    major, minor = map(int, installed.groups())

    def all_satisfied(version):
        return all(satisfies(version, relation, bound) for relation, bound in bounds)

    assert all_satisfied(installed[0] + "-1")
    assert not all_satisfied(f"{major}.{minor + 1}.0~rc1-1")
    assert not all_satisfied(f"{major}.{minor + 2}.0-1")
    assert not all_satisfied(f"{major}.{minor - 1}.99-1")


def test_replaces_the_package_of_the_series_before(package):
    version = output("dpkg-deb", "-f", package, "Version").strip()
    here = re.search(r"\d+\.\d+$", version)[0]
    later = version.replace(here, "99.0")
    assert later != version and satisfies(later, "gt", version)


def test_lintian_has_nothing_to_say(package):
    if not shutil.which("lintian"):
        pytest.skip("SKIPPED: no lintian here: tests/run --packages")
    said = output("lintian", "--allow-root", "--display-info", "--pedantic", package)
    assert [line for line in said.splitlines() if not re.search(r"(unused|mismatched)[- ]override", line)] == []


def test_words_are_spelled_right():
    """What lintian's override leaves out is looked at here."""
    if not shutil.which("spellintian"):
        pytest.skip("SKIPPED: no lintian here: tests/run --packages")
    words = [*ROOT.glob("plugin/*/*.def"), *ROOT.glob("plugin/wireshark/*.c"), *ROOT.glob("plugin/*.md"),
             ROOT / "README.md", ROOT / "plugin/doc/fields.md", ROOT / "plugin/doc/tcpstate.7.in"]
    assert len(words) > 20
    said = output("spellintian", *words)     # "struct drawing drawing" is C
    assert [line for line in said.splitlines() if "(duplicate word)" not in line] == []


def test_installed_used_and_purged(package, machine):
    user = ("env", "HOME=/tmp/user")
    shutil.copy(package, machine.path("/srv/" + package.name))
    shutil.copy(SAMPLE, machine.path("/srv/sample.pcapng"))
    machine.path("/tmp").chmod(0o1777)

    # Installed by apt, which finds what it needs; man-db is for the page.
    machine.run("apt-get", "-q", "-y", "install", "/srv/" + package.name, "man-db")
    assert machine.run("dpkg", "--verify", NAME).stdout == ""
    files = machine.run("dpkg", "-L", NAME).stdout.splitlines()
    assert any(name.endswith("/epan/tcpstate.so") for name in files)

    # Used: the plugin, the profile, the page.
    plugins = machine.run("tshark", "-G", "plugins").stdout
    assert re.search(r"^tcpstate\.so\s+\S+\s+dissector\s+/usr/lib/", plugins, re.M), plugins
    lines = machine.run(*user, "tshark", "-C", "TCP State", "-r", "/srv/sample.pcapng").stdout
    assert "Handshake 1/3" in lines and re.search(r"Close 4/4 +CLOSED\? +TIME_WAIT", lines), lines
    assert "does not exist" in machine.run(*user, "tshark", "-C", "No Such", "-r", "/srv/sample.pcapng",
                                           check=False).stdout
    for section, about in ("1", "what became of each TCP connection"), ("7", "the state of TCP connections"):
        assert about in machine.run("man", "-P", "cat", section, "tcpstate").stdout
        assert re.search(rf"^tcpstate \({section}\) +- {about}", machine.run("whatis", "tcpstate").stdout, re.M)

    # Purged: nothing of it is left but what tshark copied for the user.
    machine.run("apt-get", "-q", "-y", "purge", NAME)
    machine.run("rm", "-r", "/srv/" + package.name, "/tmp/user")
    assert "tcpstate" not in machine.run("tshark", "-G", "plugins").stdout
    ours = [name for name in files if "tcpstate" in name or "TCP State" in name]
    assert len(ours) > 10
    for name in ours:
        assert machine.run("test", "!", "-e", name, check=False).returncode == 0, f"{name} is still there"
    # The page as it was shown stays in man-db's cache: man-db's own.
    left = machine.run("find", "/", "-xdev", "-path", "/var/cache/man", "-prune",
                       "-o", "-iname", "*tcpstate*", "-print", "-o", "-iname", "*tcp state*", "-print").stdout
    assert left == "", left
    assert machine.run("dpkg", "-s", NAME, check=False).returncode != 0
