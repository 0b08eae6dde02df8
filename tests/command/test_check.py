# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate --check: one line for each thing that is wrong, and nothing is changed.

Each fault is made for real, as a user makes it: a plugin built for another series, copied into the wrong folder, a
protocol switched off.
"""
import shutil
import subprocess

import pytest

from accounts import GLOBAL, IS_ROOT, NOBODY, PLUGIN
from test_versions import NEXT, built_for, of_next_series, put  # noqa: F401  (fixtures)


def check(account, **options):
    """(exit code, lines); nothing is written, neither to the home nor to standard error."""
    before = account.files()
    done = account.annotate("--check", **options)
    assert done.stderr == "" and account.files() == before
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def installed_account(account, installed):
    """A user of their own with what `installed` has in place."""
    for name in (".local/lib", ".config"):
        shutil.copytree(installed.home / name, account.home / name)
    if IS_ROOT:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", account.home], check=True)
    return account


def test_nothing_is_wrong(installed_account):
    code, lines = check(installed_account)
    assert code == 0 and len(lines) == 1 and lines[0].startswith("nothing is wrong: Wireshark ")


def test_in_chinese(installed_account):
    code, lines = check(installed_account, env={"LANGUAGE": "zh_CN"})
    assert code == 0 and len(lines) == 1 and lines[0].startswith("一切正常：Wireshark ")
    shutil.rmtree(installed_account.profile)
    code, lines = check(installed_account, env={"LANGUAGE": "zh_CN"})
    assert code == 1 and len(lines) == 1 and lines[0].startswith("缺少配置文件“TCP State”：")


def test_nothing_is_installed(account):
    code, lines = check(account)
    assert code == 1 and len(lines) == 2
    assert lines[0].startswith("not installed: ") and str(account.plugin.parent) in lines[0]
    assert lines[1].startswith('the profile "TCP State" is missing: ')


def test_a_plugin_of_another_series(installed_account, of_next_series):  # noqa: F811
    put(of_next_series, installed_account)
    code, lines = check(installed_account)
    assert code == 1 and len(lines) == 1
    assert f"does not load {installed_account.plugin}: " in lines[0]
    assert f"was compiled for Wireshark version {NEXT}" in lines[0]


@pytest.mark.parametrize("where", ["tcpstate.so", f"{GLOBAL.name}/tcpstate.so", f"{NEXT}/epan/tcpstate.so"])
def test_a_plugin_in_a_folder_where_wireshark_does_not_look(installed_account, where):
    right = installed_account.plugin
    wrong = right.parents[2] / where
    wrong.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(right, wrong)
    code, lines = check(installed_account)
    assert code == 1 and len(lines) == 1
    assert lines[0].startswith("not where Wireshark ") and f" looks: {wrong} (it looks in {right.parent}" in lines[0]


def test_a_disabled_protocol(installed_account):
    for profile, name in ((installed_account.profile, "TCP State"), (installed_account.profile.parents[1], "Default")):
        (profile / "disabled_protos").write_text("# comment\nhttp\ntcpstate\n")
        code, lines = check(installed_account)
        assert code == 1 and len(lines) == 1
        assert lines[0].startswith(f"the protocol is disabled in the profile {name}: ")
        (profile / "disabled_protos").unlink()


def test_a_missing_profile(installed_account):
    shutil.rmtree(installed_account.profile)
    code, lines = check(installed_account)
    assert code == 1 and len(lines) == 1 and lines[0].startswith('the profile "TCP State" is missing: ')


def test_personal_plugins_and_root(root_account, installed):
    """What a user installed is nothing to root."""
    shutil.copytree(installed.home / ".local/lib", root_account.home / ".local/lib")
    code, lines = check(root_account)
    personal = root_account.home / ".local/lib/wireshark/plugins" / GLOBAL.name / PLUGIN
    assert code == 1 and lines[0].startswith(f"root's Wireshark loads no personal plugins: {personal} ")


def test_two_plugins(installed_account):
    if not IS_ROOT:
        pytest.skip("only root can put a plugin beside Wireshark's own")
    shutil.copy(installed_account.plugin, installed_account.system / PLUGIN)
    code, lines = check(installed_account)
    assert code == 1 and len(lines) == 1 and f"does not load {installed_account.plugin}: " in lines[0]


def tshark_that_says(account, version):
    """Wireshark's own, but for what it says of its version."""
    folder = account.work / "bin"
    folder.mkdir()
    tshark = folder / "tshark"
    tshark.write_text(f'#!/bin/sh\n[ "$1" != --version ] || {{ echo "TShark (Wireshark) {version}."; exit; }}\n'
                      'exec /usr/bin/tshark "$@"\n')
    tshark.chmod(0o755)
    return {"PATH": f"{folder}:{account.environment()['PATH']}"}


def test_an_old_wireshark(installed_account):
    code, lines = check(installed_account, env=tshark_that_says(installed_account, "3.6.14"))
    assert code == 1 and lines[0] == "Wireshark 3.6.14 is too old: 4.0 or later is needed"


def test_a_wireshark_before_the_binary_interface_changed(installed_account):
    """The plugin came as a file, for 4.6.3 or later; what annotate built for that very Wireshark is not blamed."""
    env = tshark_that_says(installed_account, "4.6.2")
    code, lines = check(installed_account, env=env)
    assert code == 1 and lines[0].startswith("Wireshark 4.6.2 has another binary interface than 4.6.3")
    stamp = installed_account.state / "stamp"
    stamp.parent.mkdir(parents=True)
    stamp.write_text("built here\n")
    assert check(installed_account, env=env)[0] == 0


def test_no_wireshark(account):
    """With nothing in PATH but what a shell has."""
    for name in ("sh", "bash", "env", "readlink", "cat", "sed", "tr", "head"):
        (account.work / name).symlink_to(shutil.which(name))
    done = account.run("env", f"PATH={account.work}", "bash", account.clone / "plugin/annotate", "--check")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "there is no tshark here: install Wireshark, or put its folder into PATH\n"


def test_a_tshark_that_does_not_run(installed_account):
    """A library of it is gone: half an upgrade."""
    env = tshark_that_says(installed_account, "4.4.1")
    (installed_account.work / "bin/tshark").write_text(
        "#!/bin/sh\necho 'tshark: error while loading shared libraries: libwireshark.so.18: gone' >&2\nexit 127\n")
    code, lines = check(installed_account, env=env)
    assert code == 1 and lines == ["tshark does not run: tshark: error while loading shared libraries: libwireshark.so.18: gone"]


def test_other_sources(installed_account, make_clone):
    installed_account.clone = make_clone("other-version")
    (installed_account.clone / "plugin/VERSION").write_text("77.8.9\n")
    code, lines = check(installed_account)
    assert code == 1 and len(lines) == 1 and lines[0].endswith(", these sources are 77.8.9")


def test_takes_nothing_else(account):
    done = account.annotate("--check", "file.pcapng")
    assert done.returncode == 2 and "--check takes no file" in done.stderr
