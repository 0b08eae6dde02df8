# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate where things are against it: names that a shell would take apart, a
full disk, a home that cannot be written to, Ctrl-C in the middle.  No
half-written file ever takes the place of a good one."""
import os
import pathlib
import shlex
import signal
import subprocess
import time

import pytest

import blocks

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"
SAMPLE = (SAMPLES / "http-loopback.pcapng").read_bytes()
NAMES = ["with space.pcapng", "-dash.pcapng", "--save", "it's.pcapng", 'say "hi", twice.pcapng', "two\nlines.pcapng",
         "end\n", "$(touch broken)", "tab\t.pcapng", "*?[a].pcapng", "back\\slash.pcapng", "握手.pcapng",
         b"latin\xe9.pcapng"]


def path_of(account, name):
    return os.path.join(os.fsencode(account.work), os.fsencode(name))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_to_save_as(installed, sample, name):
    name = os.fsdecode(name)
    done = installed.annotate("--save", name, sample)
    try:
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("\n") == 1 and done.stderr.startswith("annotate: saved ")
        with open(path_of(installed, name), "rb") as file:
            assert blocks.stripped(file.read()) == SAMPLE
    finally:
        if os.path.exists(path_of(installed, name)):
            os.remove(path_of(installed, name))
    assert not (installed.work / "broken").exists()


@pytest.mark.parametrize("name", NAMES[:2] + NAMES[3:], ids=ascii)
def test_names_of_captures_to_save(installed, name):
    installed.leave(name, SAMPLE)
    done = installed.annotate("--save", "out.pcapng", os.fsdecode(name))
    os.remove(path_of(installed, name))
    assert done.returncode == 0, done.stderr
    assert blocks.stripped((installed.work / "out.pcapng").read_bytes()) == SAMPLE


def test_a_full_disk_keeps_the_older_file(installed):
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    name = installed.leave("websocket.pcapng", (SAMPLES / "websocket-session.pcapng").read_bytes())
    folder = installed.work / "disk"
    folder.mkdir(exist_ok=True)
    disk = f'mount -t tmpfs -o size=64k,mode=777 none "{folder}" || exit 125; '
    script = f'echo good >disk/out.pcapng; {shlex.quote(str(installed.clone))}/plugin/annotate --save disk/out.pcapng ' \
             f'{name}; echo $?; cat disk/out.pcapng; ls -A disk'
    done = installed.run("sh", "-c", script, mount=disk)
    assert done.stdout.split() == ["1", "good", "out.pcapng"]
    assert "No space left" in done.stderr and "nothing was saved" in done.stderr
    done = installed.run("sh", "-c", script.replace(f" {name};", f" - <{name};"), mount=disk)
    assert done.stdout.split() == ["1", "good", "out.pcapng"]
    assert "nothing was saved" in done.stderr


def test_a_folder_that_cannot_be_written_to(installed, sample):
    folder = installed.work / "locked"
    folder.mkdir()
    (folder / "out.pcapng").write_bytes(b"good")
    folder.chmod(0o555)
    done = installed.annotate("--save", "locked/out.pcapng", sample)
    folder.chmod(0o755)
    assert done.returncode == 1 and "permission" in done.stderr
    assert (folder / "out.pcapng").read_bytes() == b"good"


def test_a_home_that_became_read_only_does_not_disturb(installed, sample):
    if os.getuid() != 0:
        pytest.skip("only root can mount it so")
    read_only = f'mount --bind "{installed.home}" "{installed.home}" && mount -o remount,ro,bind "{installed.home}" || exit 125; '
    done = installed.annotate(sample, "-c", "1", mount=read_only)
    assert done.returncode == 0 and "Handshake 1/3" in done.stdout
    done = installed.annotate("--save", "out.pcapng", sample, mount=read_only)
    assert done.returncode == 0, done.stderr
    done = installed.annotate("--install", "--into", "Default", mount=read_only)
    assert done.returncode == 1 and done.stderr.startswith("annotate: cannot write")


@pytest.fixture
def slow(installed):
    """A capture that takes a while: the websocket session many times over."""
    content = (SAMPLES / "websocket-session.pcapng").read_bytes()
    return installed.leave("slow.pcapng", content * 40)


@pytest.mark.parametrize("number, group", [(signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, True)],
                         ids=["Ctrl-C", "SIGTERM to the command", "a terminal that is closed"])
def test_a_signal_in_the_middle_leaves_the_older_file(installed, slow, number, group):
    out = installed.work / installed.leave("out.pcapng", b"good")
    process = subprocess.Popen(installed.command(installed.clone / "plugin/annotate", "--save", "out.pcapng", slow),
                               env=installed.environment(), cwd=installed.work, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while not any(part.stat().st_size > 100000 for part in installed.work.glob(".tcpstate-*")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    (os.killpg if group else os.kill)(process.pid, number)
    process.communicate(timeout=30)
    assert process.returncode != 0
    assert out.read_bytes() == b"good"
    assert not list(installed.work.glob(".tcpstate-*"))
    deadline = time.monotonic() + 10
    while subprocess.run(["pgrep", "-r", "R,S,D", "-s", str(process.pid)], stdout=subprocess.DEVNULL).returncode == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not out.with_name(".tcpstate").exists() and out.read_bytes() == b"good"
