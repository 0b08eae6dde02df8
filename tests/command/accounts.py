# SPDX-License-Identifier: GPL-2.0-or-later
"""plugin/annotate as a user meets it: an empty home, a
clone that belongs to somebody else, a Wireshark without the plugin.

Nothing outside of a temporary folder changes.  When root runs the tests,
`annotate` runs as nobody, in a mount namespace whose global plugin folder is a
copy; a test of what root gets has the copy to itself.
"""
import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TCPSTATE_BUILD_DIR", ROOT / "build"))
KEPT = BUILD / "ccache-of-command"      # what one file's tests compiled, for the next file's
SAMPLE = ROOT / "samples" / "http-loopback.pcapng"
IS_ROOT = os.getuid() == 0
NOBODY = 65534
GLOBAL = pathlib.Path(subprocess.run(["pkg-config", "--variable=plugindir", "wireshark"],
                                     stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
PLUGIN = "epan/tcpstate.so"


class Account:
    """A user with a home and with Wireshark, and the clone that `annotate` is called from."""

    def __init__(self, folder, clone, root=False):
        self.clone, self.root = clone, root
        self.home = folder / "home"
        self.home.mkdir()
        self.work = folder / "work"         # current directory
        self.work.mkdir()
        self.system = folder / "system"     # stands in for the global plugin folder
        if IS_ROOT:
            shutil.copytree(GLOBAL, self.system)
            (self.system / PLUGIN).unlink(missing_ok=True)
            if not root:
                for path in (self.home, self.work):
                    os.chown(path, NOBODY, NOBODY)

    @property
    def plugin(self):
        if self.root:
            return self.system / PLUGIN
        return self.home / ".local/lib/wireshark/plugins" / GLOBAL.name / PLUGIN

    @property
    def profile(self):
        return self.home / ".config/wireshark/profiles/TCP State"

    @property
    def state(self):
        return self.home / ".local/state/tcpstate"

    def command(self, *command, mount=""):
        """The command line that runs a command as this user."""
        if not IS_ROOT:
            return list(map(str, command))
        drop = () if self.root else ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                f'mount --bind "$1" "$2" || exit 125; {mount} shift 2; exec "$@"',
                "sh", str(self.system), str(GLOBAL), *drop, *map(str, command)]

    def environment(self, **more):
        return {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LC_ALL": "C.UTF-8", **self.quicker_builds(), **more}

    def quicker_builds(self):
        """Each test builds in an empty home; with ccache the compiler works for the first of all only."""
        if not shutil.which("ccache"):
            return {}
        return {"CMAKE_C_COMPILER_LAUNCHER": "ccache", "CCACHE_DIR": str(self.clone.parent / "ccache"),
                "CCACHE_UMASK": "000", "CCACHE_NOHASHDIR": "1", "CCACHE_BASEDIR": str(self.clone.parent)}

    def run(self, *command, env=None, mount="", **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(self.command(*command, mount=mount), env=self.environment(**(env or {})), cwd=self.work,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                              errors="surrogateescape", timeout=300, **options)

    def annotate(self, *arguments, **options):
        return self.run(self.clone / "plugin/annotate", *arguments, **options)

    def files(self):
        """Everything below the home, folders as well."""
        return {str(path.relative_to(self.home)) for path in self.home.rglob("*")}

    def leave(self, name, content):
        """A file in the current directory, readable for this user."""
        path = os.path.join(os.fsencode(self.work), os.fsencode(name))
        with open(path, "wb") as file:
            file.write(content)
        return name


def need_clean_wireshark():
    if not IS_ROOT and (GLOBAL / PLUGIN).exists():
        pytest.skip("the plugin is installed for everybody; only root can test without it")


def new_folder(place):
    folder = pathlib.Path(tempfile.mkdtemp(dir=place))
    folder.chmod(0o755)
    return folder


@contextlib.contextmanager
def kept_alone():
    """Nobody else copies compiled files to the kept ones, or from them, meanwhile."""
    KEPT.mkdir(exist_ok=True)
    with open(f"{KEPT}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
