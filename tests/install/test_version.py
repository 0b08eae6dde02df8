# test_version.py - one version: plugin/VERSION, which all others are made of.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The package's is looked at in test_package.py, that of the build inside
# Wireshark's source in test_in_source.py.
import datetime
import re
import shutil
import subprocess

import pytest

import built

PLUGIN = built.ROOT / "plugin"
VERSION = (PLUGIN / "VERSION").read_text().strip()


def changes(text):
    return re.findall(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", text, re.M)


def test_version_has_three_numbers():
    assert re.fullmatch(r"\d+\.\d+\.\d+", VERSION)


def test_changelog_begins_with_it():
    headings = changes((PLUGIN / "CHANGELOG.md").read_text())
    assert headings[0][0] == VERSION
    days = [datetime.date.fromisoformat(day) for _, day in headings]
    assert days == sorted(days, reverse=True)


def test_plugin_says_it():
    assert re.search(rf"^tcpstate\.so\s+{re.escape(VERSION)}\s", built.run("tshark", "-G", "plugins").stdout, re.M)


def test_documents_say_it():
    assert f"tcpstate {VERSION}, made by" in (PLUGIN / "doc/fields.md").read_text()
    day = changes((PLUGIN / "CHANGELOG.md").read_text())[0][1]
    page = (built.BUILD / "tcpstate.7").read_text()
    assert f'\n.Os "tcpstate {VERSION}"\n' in page and f"\n.Dd {day}\n" in page


@pytest.fixture(scope="module")
def next_version(tmp_path_factory):
    """The build folder of a copy in which nothing but VERSION and CHANGELOG.md was changed."""
    copy = tmp_path_factory.mktemp("next")
    for name in ("CMakeLists.txt", "README.md"):
        shutil.copy(built.ROOT / name, copy)
    shutil.copytree(PLUGIN, copy / "plugin")
    (copy / "plugin/VERSION").write_text("77.8.9\n")
    log = copy / "plugin/CHANGELOG.md"
    log.write_text(log.read_text().replace("\n## ", "\n## 77.8.9 (2077-08-09)\n\nMore.\n\n## ", 1))
    subprocess.run(["cmake", "-S", copy, "-B", copy / "build", "-G", "Unix Makefiles", "-DTCPSTATE_TESTS=OFF"],
                   stdout=subprocess.DEVNULL, check=True)
    return copy / "build"


def test_all_follow_it(next_version):
    assert "CMAKE_PROJECT_VERSION:STATIC=77.8.9\n" in (next_version / "CMakeCache.txt").read_text()
    assert r'PLUGIN_VERSION=\"77.8.9\"' in (next_version / "plugin/CMakeFiles/tcpstate.dir/flags.make").read_text()
    assert re.search(r'CPACK_PACKAGE_VERSION "77\.8\.9"', (next_version / "CPackConfig.cmake").read_text())
    page = (next_version / "tcpstate.7").read_text()
    assert '\n.Os "tcpstate 77.8.9"\n' in page and "\n.Dd 2077-08-09\n" in page
