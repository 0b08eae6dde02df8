# SPDX-License-Identifier: GPL-2.0-or-later
"""Every shell script of the tree passes shellcheck; those that do much say what, when they are asked."""
import shutil
import subprocess

import pytest

from conftest import ROOT
from source.files import is_script, tracked

# Of its notes, two are no faults here: what stands in single quotes is for another
# shell, and `A && B || die` ends where A or B fails, which is meant.
NOT_ASKED = "SC2016,SC2015"


def test_shellcheck_has_nothing_to_say():
    assert shutil.which("shellcheck"), "shellcheck is missing: tests/run installs it"
    scripts = [path for path in tracked() if is_script(path)]
    assert len(scripts) > 25
    # With what each sources: the parts of plugin/annotate share their variables.
    done = subprocess.run(["shellcheck", "--norc", "-x", "-a", "-f", "gcc", "-e", NOT_ASKED, *scripts], cwd=ROOT,
                          stdout=subprocess.PIPE, text=True, check=False)
    assert done.stdout == "" and done.returncode == 0


def test_each_part_of_annotate_is_checked():
    parts = {path.name for path in tracked() if str(path.parent) == "plugin/command" and path.suffix == ".sh"}
    sourced = (ROOT / "plugin" / "annotate").read_text("utf-8")
    assert parts and [part for part in sorted(parts) if f"command/{part}" not in sourced] == []


@pytest.mark.parametrize("script", ["tests/run", "tests/matrix/run", "tests/matrix/upgrade", "tests/sanitized",
                                    "plugin/packaging/release", "plugin/packaging/deb"])
def test_who_asks_for_help_gets_it_and_nothing_else(script, tmp_path):
    """They install, build or make chroots, and take what they do not know for a folder or for ctest."""
    done = subprocess.run([ROOT / script, "--help"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=20, check=True)
    assert done.stdout.startswith(script.rpartition("/")[2] + ": ") and f"\n  {script}" in done.stdout
    assert not any(tmp_path.iterdir())
