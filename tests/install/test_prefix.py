# test_prefix.py - cmake --install: everything below the prefix, nothing beside it.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import built

# With Wireshark's own folders read-only: what a mistake would put there fails.
READ_ONLY = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             'mount --bind /usr /usr && mount -o remount,ro,bind /usr && exec "$@"', "sh"]


def variable(name):
    return subprocess.run(["pkg-config", "--variable=" + name, "wireshark"], stdout=subprocess.PIPE,
                          encoding="utf-8", check=True).stdout.strip()


PLUGINS = os.path.relpath(variable("plugindir"), variable("prefix"))
# What the program loads lies beside Wireshark's folder of plugins: lib/MACHINE/tcpstate.
PROGRAM_LIBRARIES = PLUGINS[:PLUGINS.index("/wireshark/")] + "/tcpstate"
EXPECTED = {
    f"{PLUGINS}/epan/tcpstate.so",
    "bin/tcpstate", f"{PROGRAM_LIBRARIES}/tcpstate-dissect.so", "share/man/man1/tcpstate.1",
    "share/man/man7/tcpstate.7",
    "share/doc/tcpstate/README.md", "share/doc/tcpstate/CHANGELOG.md",
    *(f"share/doc/tcpstate/{path.name}" for path in (built.ROOT / "plugin/doc").glob("*.md")),
    *(f"share/wireshark/profiles/{profile}/{name}" for profile in ("TCP State", "TCP 状态") for name in
      ("colorfilters", "dfilter_buttons", "dfilter_macros", "dmacros", "io_graphs", "plots", "preferences", "recent")),
}


@pytest.fixture(scope="module")
def install(tmp_path_factory):
    """install(*options, **env) -> what cmake --install says it installed, from a
    folder that was configured without saying anything about places."""
    build = tmp_path_factory.mktemp("build")
    subprocess.run(["cmake", "-S", built.ROOT, "-B", build, "-DTCPSTATE_TESTS=OFF"],
                   stdout=subprocess.DEVNULL, check=True)
    for name in ("tcpstate.so", "tcpstate", "tcpstate-dissect.so"):
        shutil.copy(built.BUILD / name, build)

    def install(*options, **env):
        guard = READ_ONLY if os.geteuid() == 0 else []
        done = subprocess.run([*guard, "cmake", "--install", str(build), *map(str, options)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              env={**os.environ, **env})
        assert done.returncode == 0, done.stdout
        return re.findall(r"^-- (?:Installing|Up-to-date): (.*)$", done.stdout, re.M)

    return install


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def prefix(install, tmp_path_factory):
    folder = tmp_path_factory.mktemp("a prefix")
    put = install("--prefix", folder)
    assert put and all(name.startswith(f"{folder}/") for name in put), put
    return folder


def test_all_of_it_is_below_the_prefix(prefix):
    assert files(prefix) == EXPECTED


def test_can_be_read_by_everybody(prefix):
    for path in prefix.rglob("*"):
        assert path.stat().st_mode & 0o777 in ((0o755,) if path.is_dir() else (0o644, 0o755)), path


def test_works_from_there(prefix, tmp_path):
    """Wireshark takes the plugin, and the profile from its data folder's likes."""
    (tmp_path / "tcpstate.so").symlink_to(prefix / PLUGINS / "epan" / "tcpstate.so")
    profiles = tmp_path / ".config" / "wireshark" / "profiles"
    shutil.copytree(prefix / "share/wireshark/profiles/TCP State", profiles / "TCP State")
    done = subprocess.run([built.TESTS / "with-plugin", tmp_path, "tshark", "-C", "TCP State", "-r",
                           built.ROOT / "samples/http-server-closes.pcapng", "-c", "1"],
                          stdout=subprocess.PIPE, encoding="utf-8",
                          env=built.environment(HOME=str(tmp_path), XDG_CONFIG_HOME=f"{tmp_path}/.config"))
    assert re.search(r"Handshake 1/3 +SYN_SENT +SYN_RCVD\?", done.stdout), done.stdout


def test_without_a_prefix_it_is_where_wireshark_looks(install, tmp_path):
    """DESTDIR goes before the names that an administrator's cmake --install uses."""
    install(DESTDIR=str(tmp_path))
    assert pathlib.Path(f"{tmp_path}{variable('plugindir')}/epan/tcpstate.so").is_file()
    assert pathlib.Path(f"{tmp_path}{variable('prefix')}/share/wireshark/profiles/TCP State/preferences").is_file()
