# SPDX-License-Identifier: GPL-2.0-or-later
"""One way to optimise: what is measured is what plugin/annotate installs and what the Debian package holds."""
import json
import re
import subprocess

import pytest

from built import ROOT

# How each of them configures (plugin/command/build.sh, plugin/packaging/deb), and tests/run.
WAYS = {"tests/run": [], "annotate": ["-DCMAKE_BUILD_TYPE=Release"], "deb": ["-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-g -O2"]}


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    """{way: {source: the options of the compiler that change what the code does or how fast it is}}"""
    found = {}
    for way, options in WAYS.items():
        build = tmp_path_factory.mktemp("build")
        subprocess.run(["cmake", "-S", ROOT, "-B", build, "-DTCPSTATE_TESTS=OFF", *options], stdout=subprocess.DEVNULL, check=True)
        found[way] = {}
        for entry in json.loads((build / "compile_commands.json").read_text("utf-8")):
            words = entry["command"].split()
            chosen = [word for word in words if re.match(r"-O\w$", word)][-1:]     # the last one counts
            chosen += sorted(word for word in words if re.match(r"-f(?!at|no-fat)|-std|-m", word))
            found[way][entry["file"].removeprefix(str(ROOT)).removeprefix(str(build))] = chosen
    return found


def test_the_ways_are_those_that_the_scripts_take():
    assert "-DCMAKE_BUILD_TYPE=Release" in (ROOT / "plugin/command/build.sh").read_text("utf-8")
    assert "-DCMAKE_BUILD_TYPE=None" in (ROOT / "plugin/packaging/deb").read_text("utf-8")
    assert "CMAKE_BUILD_TYPE" not in (ROOT / "tests/run").read_text("utf-8")


@pytest.mark.parametrize("way", ["annotate", "deb"])
def test_each_source_is_optimised_as_it_is_measured(commands, way):
    assert len(commands["tests/run"]) > 30
    assert commands[way] == commands["tests/run"]
    assert all(options[0] == "-O3" for options in commands[way].values())


def test_no_source_depends_on_assertions_being_compiled():
    """NDEBUG is defined in some of them and not in others: nothing of the plugin may ask."""
    asking = [str(path.relative_to(ROOT)) for path in (ROOT / "plugin").rglob("*.[ch]")
              if re.search(r"\bNDEBUG\b|[^_\w]assert\s*\(", path.read_text("utf-8"))]
    assert asking == []
