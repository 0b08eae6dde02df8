# chroot.py - a clean machine to install on: this Debian, or another release of
# it or of Ubuntu, without anything that is installed here.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: the chroot, and nothing about what is installed in it.  debootstrap makes
# it once, in tests/matrix/run's folder; it is never changed afterwards: each
# test lays a folder of its own over it (overlayfs), and what is mounted ends
# with the mount namespace of the command.
import fcntl
import os
import pathlib
import shutil
import subprocess

from built import TESTS

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
KEPT = pathlib.Path(os.environ.get("TCPSTATE_MATRIX_DIR") or CACHE / "tcpstate-matrix")

IN_NAMESPACE = r"""
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER/upper,workdir=$UPPER/work" "$UPPER/root" &&
    mount -t proc proc "$UPPER/root/proc" && mount --rbind /dev "$UPPER/root/dev" &&
    mount --bind "$DEBS" "$UPPER/root/var/cache/apt/archives" || exit 125
exec chroot "$UPPER/root" env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
"""


class Unavailable(Exception):
    """Why there is no chroot today: nothing that is wrong with us."""


def archives():
    """[(URI, release, components)] of this Debian, as apt is set up here."""
    if not shutil.which("apt-get"):
        raise Unavailable("no apt here")
    rows = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
                           "Created-By: Packages"], stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
    found = {tuple(row.split("|")[1:]) for row in rows.splitlines() if row.startswith("Debian|")}
    if not found:
        raise Unavailable("apt has no lists of Debian's archive: apt-get update")
    return sorted(found)


class Chroot:
    def __init__(self, folder, suite=None):
        """`folder` is where what is changed in the chroot goes; `suite` another release than this machine's."""
        if os.geteuid() != 0:
            raise Unavailable("chroots need root")
        if not shutil.which("debootstrap"):
            raise Unavailable("debootstrap is missing: tests/run --packages")
        sources = archives()
        # bookworm, not bookworm-updates or bookworm-security.
        _, here, _ = min((row for row in sources if row[2] == "main"), key=lambda row: len(row[1]))
        suite = suite or here
        self.lower = KEPT / f"{suite}-clean"
        self.debs = KEPT / f"{suite}-clean-packages"
        (self.debs / "partial").mkdir(parents=True, exist_ok=True)
        with open(KEPT / "clean.lock", "w") as lock:     # two test runs may come at once
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.lower.is_dir():
                self._make(suite)
        self.folder = pathlib.Path(folder)
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir()
        if self.run("true", check=False).returncode:
            raise Unavailable("overlayfs cannot be mounted here")
        if suite == here:       # another's is what debootstrap wrote
            self.write("/etc/apt/sources.list", "".join(f"deb {uri} {release} {component}\n"
                                                        for uri, release, component in sources))
        shutil.copy("/etc/resolv.conf", self.path("/etc/resolv.conf"))
        # Where apt here takes an archive that is kept as it was some weeks ago, it does so there.
        settings = subprocess.run(["apt-config", "dump"], stdout=subprocess.PIPE, encoding="utf-8").stdout
        self.write("/etc/apt/apt.conf.d/90as-outside", "".join(line + "\n" for line in settings.splitlines()
                                                               if line.startswith("Acquire::Check-")))
        updated = self.run("apt-get", "-q", "update", "-o", "APT::Update::Error-Mode=any", check=False)
        if updated.returncode:
            raise Unavailable("the archive cannot be reached: " + updated.stdout.strip().splitlines()[-1])

    def _make(self, suite):
        half = self.lower.with_name(self.lower.name + ".new")
        shutil.rmtree(half, ignore_errors=True)
        made = subprocess.run([TESTS / "matrix/bootstrap", suite, half, KEPT / "keys"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        if made.returncode:
            shutil.rmtree(half, ignore_errors=True)
            raise Unavailable(f"debootstrap {suite}: " + made.stdout.strip().splitlines()[-1])
        half.rename(self.lower)

    def path(self, name):
        """Where a file that is written from outside goes; only between two runs."""
        path = self.folder / "upper" / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name, text):
        self.path(name).write_text(text)

    def run(self, *command, check=True):
        """Run it in the chroot; standard output and error are one text."""
        env = {**os.environ, "LOWER": str(self.lower), "UPPER": str(self.folder), "DEBS": str(self.debs)}
        done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private",
                               "sh", "-c", IN_NAMESPACE, "sh", *map(str, command)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=env)
        if check and done.returncode:
            raise AssertionError(f"{command} failed with {done.returncode}:\n{done.stdout}")
        return done
