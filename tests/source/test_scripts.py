# SPDX-License-Identifier: GPL-2.0-or-later
"""Every shell script of the tree passes shellcheck; those that do much say what, when they are asked."""
import re
import shutil
import subprocess

import pytest

from built import ROOT
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


SPEAKS = re.compile(r"(?<![\w-])(say|die|usage_error|failed|not_saved|problem|told) +(?=[\"'])")
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*|\d)", re.ASCII)


def end_of_quotes(text, start):
    """Where the word in quotes that begins at `start` ends; between $( and ) there may be others."""
    quote, i = text[start], start + 1
    while text[i] != quote:
        if quote == '"' and text[i] == "\\":
            i += 1
        elif quote == '"' and text.startswith("$(", i):
            depth = 0
            while depth != 1 or text[i] != ")":
                depth += {"(": 1, ")": -1}.get(text[i], 0)
                i = end_of_quotes(text, i) if text[i] in "\"'" else i + 1
        i += 1
    return i + 1


def words_said(text):
    """Of each call of a function that tells the user something, its first two words."""
    for call in SPEAKS.finditer(text):
        words, at = [], call.end()
        while at < len(text) and text[at] in "\"'" and len(words) < 2:
            end = end_of_quotes(text, at)
            words.append(text[at + 1:end - 1])
            at = end + (text[end:end + 1] == " ")
        yield words


def test_each_message_of_annotate_is_there_in_both_languages():
    """With the same names in it; a text of another program stands in both as it is."""
    said = []
    for path in (path for path in tracked() if str(path) == "plugin/annotate" or str(path.parent) == "plugin/command"):
        text = re.sub(r"^ *#.*", "", (ROOT / path).read_text("utf-8"), flags=re.MULTILINE)
        said += words_said(re.sub(r"\\\n *", "", text))
    assert len(said) > 80
    for words in said:
        if words in (["$@"], ["$1", "$2"], ["$note", "$note"]):
            continue
        english, chinese = words
        assert english.isascii() and re.search("[\u4e00-\u9fff]", chinese), words
        if not {"$1", "$2"} & {english[:2], chinese[:2]}:
            assert sorted(set(VARIABLE.findall(english))) == sorted(set(VARIABLE.findall(chinese))), words


def test_a_name_ends_where_a_letter_that_is_not_ascii_begins():
    """In a locale of one byte a letter bash takes it for a part of the name: "${name}：", never "$name："."""
    for path in (path for path in tracked() if is_script(path)):
        assert not re.search(r"\$[A-Za-z_][A-Za-z_0-9]*[^\x00-\x7f]", (ROOT / path).read_text("utf-8")), path


@pytest.mark.parametrize("script", ["tests/run", "tests/matrix/run", "tests/matrix/upgrade", "tests/sanitized",
                                    "plugin/packaging/release", "plugin/packaging/deb"])
def test_who_asks_for_help_gets_it_and_nothing_else(script, tmp_path):
    """They install, build or make chroots, and take what they do not know for a folder or for ctest."""
    done = subprocess.run([ROOT / script, "--help"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=20, check=True)
    assert done.stdout.startswith(script.rpartition("/")[2] + ": ") and f"\n  {script}" in done.stdout
    assert not any(tmp_path.iterdir())
