# test_docs.py - the manual page and the list of fields say what the plugin has.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import re
import shutil
import subprocess

import pytest

import built

DOC = built.ROOT / "plugin" / "doc"


@pytest.fixture(scope="module")
def page():
    """The manual page as it is read."""
    if not shutil.which("man"):
        pytest.skip("SKIPPED: no man here: tests/run --packages")
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-P", "cat",
                           built.BUILD / "tcpstate.7"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", env=built.environment(MANWIDTH="200", GROFF_NO_SGR="1"))
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return re.sub(r".\x08", "", done.stdout)


def test_fields_are_those_of_the_plugin():
    """To renew: plugin/doc/make-fields tests/with-plugin build tshark >plugin/doc/fields.md"""
    made = subprocess.run([DOC / "make-fields", built.TESTS / "with-plugin", built.BUILD, "tshark"],
                          stdout=subprocess.PIPE, encoding="utf-8", check=True, env=built.environment()).stdout
    assert (DOC / "fields.md").read_text() == made
    # And that is what is in the packets' tree.
    shown = built.run("tshark", "-r", built.ROOT / "samples/http-server-closes.pcapng", "-T", "pdml").stdout
    names = set(re.findall(r'<field name="(tcpstate\.[^"]+)"', shown))
    assert len(names) > 20
    assert {name for name in names if f"| `{name}` |" not in made} == set()


def test_page_reads_without_a_warning(page):
    assert page.startswith("TCPSTATE(7)")
    # From groff 1.24 on the dash is two dashes long.
    assert re.search("tcpstate —{1,2} the state of TCP connections", page)


def test_page_has_every_preference(page):
    prefs = built.run("tshark", "-G", "currentprefs").stdout
    names = re.findall(r"^#?tcpstate\.([a-z_]+):", prefs, re.M)
    assert "language" in names
    section = page[page.index("\nPREFERENCES"):page.index("\nFILES")]
    assert [name for name in [*names, "labels"] if not re.search(rf"^ +{name}\b", section, re.M)] == []


def test_page_has_every_view(page):
    views = re.findall(r"^ +(\S*tcpstate\S*)", built.run("tshark", "-z", "help", check=False).stderr, re.M)
    assert "tcpstate,ladder" in views and "flow,tcpstate" in views
    section = page[page.index("\nVIEWS"):page.index("\nFIELDS")]
    assert [view for view in views if not re.search(rf"^ +{view}\b", section, re.M)] == []


def test_page_speaks_of_fields_that_exist(page):
    fields = (DOC / "fields.md").read_text()
    views = r"tcpstate\.(so|7|language|two_msl|label_all|info_label)\b"
    named = {name.rstrip(".") for name in re.findall(r"\btcpstate\.[a-z_.]+", page)}
    named = {name for name in named if not re.match(views, name)} - {"tcpstate.name"}
    assert len(named) > 8
    assert [name for name in named if f"| `{name}` |" not in fields] == []
