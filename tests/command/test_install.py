# SPDX-License-Identifier: GPL-2.0-or-later
"""What annotate puts in place, when it does so again, and what it takes away."""
import os
import pathlib
import resource
import signal
import subprocess
import time

import pytest

SAMPLE = (pathlib.Path(__file__).resolve().parents[2] / "samples/http-loopback.pcapng").read_bytes()


def does(account, *arguments, **options):
    """What annotate says about itself while it succeeds."""
    done = account.annotate(*arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture
def own_clone(account, make_clone):
    """The account's clone becomes one that the test may change."""
    account.clone = make_clone("own-clone")
    return account.clone


def change(path, more):
    path.write_bytes(path.read_bytes() + more)


def test_the_first_call_installs_and_prints(account):
    name = account.leave("sample.pcapng", SAMPLE)
    done = account.annotate(name)
    assert done.returncode == 0
    assert "Handshake 1/3" in done.stdout
    assert all(line.startswith("annotate: ") for line in done.stderr.splitlines())
    assert "building" in done.stderr and "installed" in done.stderr
    assert 'it works: the first packet of samples/http-loopback.pcapng is "Handshake 1/3"' in done.stderr
    assert account.plugin.exists()
    assert {path.name for path in account.profile.iterdir()} >= {"preferences", "recent"}
    chinese = account.profile.parent / "TCP 状态"
    assert {path.name for path in chinese.iterdir()} == {path.name for path in account.profile.iterdir()}
    assert "tcpstate.language: zh" in (chinese / "preferences").read_text("utf-8")


def test_the_profile_shows_in_plain_tshark(installed):
    name = installed.leave("sample.pcapng", SAMPLE)
    done = installed.run("tshark", "-C", "TCP State", "-r", name, "-c", "1")
    assert done.returncode == 0 and "Handshake 1/3" in done.stdout
    # Nothing changes for those who do not ask for the profile.
    assert "Handshake" not in installed.run("tshark", "-r", name, "-c", "1").stdout


def test_uninstall_leaves_no_trace(account):
    assert account.files() == set()
    does(account, "--install")
    assert account.plugin.exists()
    assert does(account, "--uninstall") == "annotate: uninstalled\n"
    assert account.files() == set()
    assert does(account, "--uninstall") == "annotate: nothing is installed\n"


def test_uninstall_leaves_what_others_put_there(account):
    neighbour = account.plugin.parent / "another.so.disabled"
    neighbour.parent.mkdir(parents=True)
    neighbour.write_text("not ours")
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", "65534:65534", account.home], check=True)
    before = account.files()
    does(account, "--install")
    does(account, "--uninstall")
    assert account.files() == before


def test_later_calls_do_nothing_and_cost_nothing(installed):
    def times():
        return {path: path.stat().st_mtime_ns for path in installed.home.rglob("*")}

    def processor_time():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before, durations = times(), []
    for _ in range(5):
        start = processor_time()    # not the clock's: other tests may be running
        assert does(installed, "--install").startswith("annotate: already installed")
        durations.append(processor_time() - start)
    name = installed.leave("sample.pcapng", SAMPLE)
    assert does(installed, name, "-c", "1") == ""
    assert times() == before
    assert min(durations) < 0.2


def test_changed_sources_are_built_again(account, own_clone):
    """Also when their time stamps are old: unpacking another release over the clone may do that."""
    does(account, "--install")
    before = account.plugin.stat()
    source = own_clone / "plugin/core/states.c"
    change(source, b"\n/* changed */\n")
    os.utime(source, (1, 1))
    said = does(account, "--install")
    assert "sources were changed" in said and "building" in said
    # A new file under the old name: a running Wireshark keeps what it has mapped.
    assert account.plugin.stat().st_ino != before.st_ino
    assert not list(account.plugin.parent.glob(".tcpstate-*"))
    assert "already installed" in does(account, "--install")


def test_a_lost_plugin_comes_back(account):
    does(account, "--install")
    account.plugin.unlink()
    assert "gone" in does(account, "--install")
    assert account.plugin.exists()


def test_sources_that_do_not_build(account, own_clone):
    does(account, "--install")
    good = account.plugin.read_bytes()
    change(own_clone / "plugin/core/states.c", b"\n#error this cannot be built\n")
    done = account.annotate("--install")
    assert done.returncode == 1
    log = account.home / ".cache/tcpstate/build.log"
    assert f"the build failed; the end of {log}:" in done.stderr
    assert "this cannot be built" in done.stderr and len(done.stderr.splitlines()) <= 20
    assert "this cannot be built" in log.read_text()
    assert account.plugin.read_bytes() == good


def test_ctrl_c_in_the_middle_leaves_the_old_plugin(account, own_clone):
    does(account, "--install")
    good, before = account.plugin.read_bytes(), account.files()
    change(own_clone / "plugin/core/states.c", b"\n/* changed */\n")
    process = subprocess.Popen(account.command(own_clone / "plugin/annotate", "--install"), env=account.environment(),
                               cwd=account.work, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(account.home.glob(".cache/tcpstate/build-*")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert account.plugin.read_bytes() == good
    assert account.files() == before
    assert "building" in does(account, "--install")


def test_two_calls_at_once(account):
    command = account.command(account.clone / "plugin/annotate", "--install")
    both = [subprocess.Popen(command, env=account.environment(), cwd=account.work, stdin=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("building" in text for text in said) == 1


def test_a_new_version_of_the_profile_replaces_the_old(account, own_clone):
    does(account, "--install")
    change(own_clone / "plugin/profile/preferences", b"\n# version 2\n")
    assert "building" not in does(account, "--install")     # only the profile is new
    assert "# version 2" in (account.profile / "preferences").read_text()
    assert not (account.profile / "preferences.new").exists()


def test_a_changed_profile_is_kept_and_the_new_version_laid_beside_it(account, own_clone):
    does(account, "--install")
    mine = account.profile / "preferences"
    change(mine, b"\n# mine\n")
    change(own_clone / "plugin/profile/preferences", b"\n# version 2\n")
    said = does(account, "--install")
    assert f"you changed {mine}: kept, the new version is beside it as preferences.new\n" in said
    assert "# mine" in mine.read_text() and "# version 2" not in mine.read_text()
    assert "# version 2" in (account.profile / "preferences.new").read_text()
    change(own_clone / "plugin/profile/recent", b"\n# version 2\n")
    assert "preferences" not in does(account, "--install")     # said once


def test_a_file_that_the_new_version_has_no_longer_goes(account, own_clone):
    """Unless the user changed it."""
    for name in ("colorfilters.old", "dfilter_buttons.old"):
        (own_clone / "plugin/profile" / name).write_text("# version 1\n")
    does(account, "--install")
    change(account.profile / "dfilter_buttons.old", b"# mine\n")
    for name in ("colorfilters.old", "dfilter_buttons.old"):
        (own_clone / "plugin/profile" / name).unlink()
    does(account, "--install")
    assert not (account.profile / "colorfilters.old").exists()
    assert "# mine" in (account.profile / "dfilter_buttons.old").read_text()


def test_uninstall_leaves_files_that_wireshark_made_in_the_profile(account):
    does(account, "--install")
    (account.profile / "decode_as_entries").write_text("# the user's own\n")
    assert f"kept, because other files are in it: {account.profile}\n" in does(account, "--uninstall")
    assert [path.name for path in account.profile.iterdir()] == ["decode_as_entries"]


def test_uninstall_keeps_a_changed_profile(account):
    does(account, "--install")
    mine = account.profile / "preferences"
    change(mine, b"\n# mine\n")
    assert f"kept, because it was changed: {mine}\n" in does(account, "--uninstall")
    assert "# mine" in mine.read_text()
    assert not account.plugin.exists()
    assert not account.state.exists()


def test_column_widths_that_wireshark_wrote_do_not_keep_the_profile(account):
    """Wireshark writes `recent` each time it ends."""
    does(account, "--install")
    (account.profile / "recent").write_text("# Recent settings file for Wireshark\n")
    assert does(account, "--uninstall") == "annotate: uninstalled\n"
    assert account.files() == set()


def test_the_table_of_connections_has_a_size_until_its_user_gives_it_another(account):
    """Wireshark's own file: what else is in it stays, byte for byte."""
    key = "gui.geom.TCP Connection State, Connections."
    recent = account.profile.parent.parent / "recent_common"
    does(account, "--install")
    assert f"{key}width: 1240\n" in recent.read_text() and "gui.geom.TCP 连接状态：连接.width: 1240\n" in recent.read_text()
    does(account, "--uninstall")
    assert account.files() == set()

    others = "# Recent settings file for Wireshark\ngui.geometry_main_width: 900\n"
    mine = f"{key}x: 3\n{key}width: 700\n"
    recent.parent.mkdir(parents=True)
    recent.write_text((others + mine).rstrip("\n"))
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", "65534:65534", account.home], check=True)
    does(account, "--install")
    text = recent.read_text()
    assert text.startswith(others + mine) and "1240" in text[len(others + mine):] and f"{key}width: 1240" not in text
    does(account, "--uninstall")
    assert recent.read_text() == others


def test_a_full_disk_leaves_nothing_half_written(account):
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = f'mount -t tmpfs -o size=64k,mode=777 none "{account.home}" || exit 125; '
    script = 'find "$HOME" -name "*.so*" -o -name ".tcpstate-*"'
    done = account.run("sh", "-c", f'"{account.clone}/plugin/annotate" --install; echo status $?; {script}', mount=disk)
    assert done.stdout == "status 1\n"
    assert done.stderr.splitlines()[0].startswith("annotate: ")


def test_a_full_disk_does_not_disturb_printing(account):
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    name = account.leave("sample.pcapng", SAMPLE)
    disk = f'mount -t tmpfs -o size=64m,mode=777 none "{account.home}" || exit 125; '
    script = f'"{account.clone}/plugin/annotate" --install && cat /dev/zero >"$HOME/fill" 2>/dev/null; ' \
             f'exec "{account.clone}/plugin/annotate" {name} -c 1'
    done = account.run("sh", "-c", script, mount=disk)
    assert done.returncode == 0 and "Handshake 1/3" in done.stdout


def test_root_installs_for_everybody(root_account, account):
    """One after the other on the same machine: a user, then root, then root leaves again."""
    account.system = root_account.system
    name = account.leave("sample.pcapng", SAMPLE)
    does(account, "--install")
    personal = account.plugin
    assert personal.exists()

    assert str(root_account.system.name) and "building" in does(root_account, "--install")
    assert root_account.plugin.exists() and oct(root_account.plugin.stat().st_mode & 0o777) == "0o644"
    said = does(account, "--install")
    assert "installed for everybody" in said and "other sources" not in said
    assert not personal.exists()        # Wireshark would complain of two
    assert does(account, name, "-c", "1") == ""

    does(root_account, "--uninstall")
    assert not root_account.plugin.exists() and root_account.files() == set()
    assert "building" in does(account, name, "-c", "1")
    assert personal.exists()


def test_a_plugin_for_everybody_from_other_sources_is_said_so(root_account, account, own_clone):
    account.system = root_account.system
    does(root_account, "--install")
    change(own_clone / "plugin/core/states.c", b"\n/* changed */\n")
    assert "other sources than these; an administrator updates it" in does(account, "--install")
    assert "already installed" in does(account, "--install")
