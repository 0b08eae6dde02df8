# SPDX-License-Identifier: GPL-2.0-or-later
"""What annotate says when it cannot do what it was asked for: one clear line on
standard error, nothing on standard output, an exit status other than 0.  All of
this is found out before anything is built, so the home stays empty."""
import os
import re
import shutil

import pytest

from accounts import ROOT, SAMPLE

PNG = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000100000001080200000090774b53de")


def refuses(account, *arguments, **options):
    """The one line that annotate says."""
    done = account.annotate(*arguments, **options)
    assert done.returncode not in (0, 125, 126, 127)
    assert done.stdout == ""
    assert done.stderr.startswith("annotate: ") and done.stderr.endswith("\n")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_missing_file(account):
    assert refuses(account, "gone.pcapng") == "annotate: no such file: gone.pcapng\n"
    assert account.files() == set()


@pytest.mark.parametrize("words, locale, line", [
    (("--language", "zh", "gone.pcapng"), {}, "annotate: 没有这个文件：gone.pcapng\n"),
    (("gone.pcapng",), {"LANGUAGE": "zh_CN"}, "annotate: 没有这个文件：gone.pcapng\n"),
    (("gone.pcapng",), {"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "annotate: 没有这个文件：gone.pcapng\n"),
    (("--language", "en", "gone.pcapng"), {"LANGUAGE": "zh_CN"}, "annotate: no such file: gone.pcapng\n"),
    (("gone.pcapng",), {"LC_ALL": "C", "LANGUAGE": "zh_CN"}, "annotate: no such file: gone.pcapng\n"),
    (("--language", "zh", "--save"), {}, "annotate: --save后面要有新文件的名称（plugin/annotate --help有说明）\n"),
])
def test_in_the_readers_language(account, words, locale, line):
    assert refuses(account, *words, env=locale) == line


def test_a_missing_file_whose_name_would_break_the_line(account):
    line = refuses(account, "two\nlines\x1b[31m")
    assert "two" in line and "\x1b" not in line


def test_a_folder_that_is_missing(account):
    assert refuses(account, account.work / "gone" / "deep.pcapng") == f"annotate: no such folder: {account.work}/gone\n"


@pytest.mark.skipif(os.getuid() != 0, reason="who owns the folder may look into it")
def test_a_folder_that_may_not_be_looked_into(account):
    folder = account.work / "secret"
    folder.mkdir(mode=0o700)
    shutil.copy(SAMPLE, folder / "there.pcapng")
    line = refuses(account, folder / "there.pcapng")
    assert line.startswith(f"annotate: no permission to look into the folder {folder}: ")


def test_a_second_capture(account):
    shutil.copy(SAMPLE, account.work / "one.pcapng")
    shutil.copy(SAMPLE, account.work / "two.pcapng")
    line = refuses(account, "one.pcapng", "two.pcapng")
    assert "one capture at a time, and two.pcapng is another" in line and "mergecap" in line
    assert account.files() == set()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can put another dumpcap in the place of this one")
def test_no_right_to_capture(account):
    """As Debian has it: dumpcap is for the group wireshark."""
    dumpcap = account.home.parent / "dumpcap"
    shutil.copy("/usr/bin/dumpcap", dumpcap)
    dumpcap.chmod(0o750)
    done = account.annotate("-i", "lo", mount=f"mount --bind {dumpcap} /usr/bin/dumpcap || exit 125;")
    assert (done.returncode, done.stdout) == (1, "") and done.stderr.count("\n") == 1
    assert done.stderr.startswith("annotate: no right to capture; an administrator gives it: dpkg-reconfigure wireshark-common")
    assert account.files() == set()         # said before anything is built


def test_the_version(account):
    done = account.annotate("--version")
    assert done.stdout.splitlines()[0] == "tcpstate " + (ROOT / "plugin/VERSION").read_text().strip()
    assert "Wireshark" in done.stdout and account.files() == set()


def test_an_empty_name(account):
    assert "no such file: ''" in refuses(account, "")


def test_a_folder(account):
    assert "folder" in refuses(account, account.home)


def test_an_empty_file(account):
    assert "empty" in refuses(account, account.leave("empty.pcapng", b""))


def test_a_file_without_read_permission(account):
    account.leave("secret.pcapng", b"something")
    os.chmod(account.work / "secret.pcapng", 0)
    assert "permission" in refuses(account, "secret.pcapng")


@pytest.mark.parametrize("name, content", [
    ("notes.txt", b"hello\n"),
    ("long.txt", b"a line of text\n" * 10000),
    ("picture.png", PNG),
    ("data.json", b'{"a": [1, 2, 3]}\n'),
    ("program", b"\x7fELF\x02\x01\x01" + bytes(200)),
    ("certificate.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    ("zeros", bytes(4096)),
], ids=lambda value: value if isinstance(value, str) else "")
def test_a_file_that_is_no_capture(account, name, content):
    account.leave(name, content)
    assert "not a capture" in refuses(account, name)
    assert account.files() == set()


def test_a_file_that_is_no_capture_with_two_lines_in_its_name(account):
    account.leave("no\ncapture", b"a line of text\n")
    assert "not a capture" in refuses(account, "no\ncapture")


def test_options_without_a_file(account):
    assert "file comes first" in refuses(account, "-Y", "tcp")
    assert account.files() == set()


def test_a_language_that_does_not_exist(account):
    assert "auto, en or zh" in refuses(account, "--language", "fr", "x.pcapng")
    assert "auto, en or zh" in refuses(account, "--language")


def test_install_and_uninstall_take_no_file(account):
    assert "--install" in refuses(account, "--install", "x.pcapng")
    assert "--uninstall" in refuses(account, "x.pcapng", "--uninstall")


def test_no_arguments_show_the_usage(account):
    done = account.annotate()
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("Usage: ")


def test_help_explains_every_option(account):
    done = account.annotate("--help")
    assert done.returncode == 0 and done.stderr == ""
    for option in ("-i INTERFACE", "--install", "--uninstall", "--language", "FILE",
                   "--save OUT", "--report", "--ladder", "--into PROFILE"):
        assert option in done.stdout
    assert account.files() == set()


@pytest.mark.parametrize("asked, environment, beginning", [
    (["--help", "--language", "zh"], {"LC_ALL": "C"}, "用法："),
    (["--help"], {"LC_ALL": "zh_CN.UTF-8"}, "用法："),
    (["--help"], {"LC_ALL": "C", "LANGUAGE": "zh"}, "Usage:"),
    (["--language=en", "--help"], {"LC_ALL": "zh_CN.UTF-8"}, "Usage:")])
def test_help_in_the_readers_language_explains_the_same(account, asked, environment, beginning):
    done = account.annotate(*asked, env=environment)
    assert done.returncode == 0 and done.stdout.startswith(beginning)  # where the machine lacks the locale, bash says so
    described = set(re.findall(r"^  (-\S+|[A-Z]+)", done.stdout, re.MULTILINE))
    assert described == set(re.findall(r"^  (-\S+|[A-Z]+)", account.annotate("--help", env={"LC_ALL": "C"}).stdout, re.MULTILINE))
    assert {"--save", "--page", "FILTER", "-q"} <= described


def test_no_home(account):
    assert "HOME" in refuses(account, "--install", env={"HOME": ""})


def test_a_home_that_cannot_be_written_to(account):
    account.home.chmod(0o555)
    try:
        assert "cannot make the folder" in refuses(account, "--install")
    finally:
        account.home.chmod(0o755)


def tools_without(account, *absent, **scripts):
    """A folder for PATH with all of this machine's programs but some; some others replaced."""
    folder = account.work / "bin"
    folder.mkdir()
    for directory in ("/usr/local/bin", "/usr/sbin", "/usr/bin"):
        for name in os.listdir(directory):
            if name not in absent and not os.path.lexists(folder / name):
                os.symlink(os.path.join(directory, name), folder / name)
    for name, text in scripts.items():
        path = folder / name.replace("_", "-")
        path.unlink(missing_ok=True)
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
    return {"PATH": str(folder)}


def test_missing_tools_without_sudo_tell_what_an_administrator_must_run(account):
    env = tools_without(account, "sudo", "cmake", "make")
    assert "an administrator must run: apt-get install cmake make\n" in refuses(account, "--install", env=env)
    assert not account.plugin.exists()


def test_missing_tshark_without_sudo(account):
    env = tools_without(account, "sudo", "tshark")
    assert "apt-get install tshark" in refuses(account, "--install", env=env)


def test_missing_tools_without_apt(account):
    env = tools_without(account, "sudo", "cmake", "apt-get")
    assert "package manager" in refuses(account, "--install", env=env)


def test_headers_of_another_wireshark(account):
    real = shutil.which("pkg-config")
    env = tools_without(account, pkg_config=f'[ "$1" != --modversion ] || {{ echo 3.6.1; exit; }}; exec {real} "$@"\n')
    line = refuses(account, "--install", env=env)
    assert "wireshark-dev is 3.6.1" in line
    assert not account.plugin.exists()
