# SPDX-License-Identifier: GPL-2.0-or-later
"""C is laid out as .clang-format says, but for what is lined up by hand.

clang-format knows no tables: it would tear apart rows, figures, lists of constants, the rungs of a ?: and one-line cases.
These it is not shown; and columns that are set apart by more than one space may be anywhere."""
import difflib
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from built import ROOT
from files import tracked

OFF, ON = "/* clang-format off */", "/* clang-format on */"
BY_HAND = re.compile(
    r"=\s*\{|\]\)\s*\{|\((const )?struct \w+\)\s*\{|^\s*\{ ?\S"   # initialisers, and rows in them
    r"|^\s*(typedef |static )?(enum|struct|union)\b[^();=]*\{"    # types, with a comment at each member
    r"|^\s*#define |\bFIGURE\(|^\s*[A-Z_]+\(.*\)[,;]"             # macros, and rows made by them
    r"|\?.*\?|\?(?!.*;$)"                                         # ?: with several rungs
    r"|\bcase\b.*(\bcase\b|;)")
FLOW = re.compile(r"\s*(if|for|while|switch|else|do)\b")          # what has other statements in it
NO_CODE = re.compile(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])*\'|/\*.*?\*/|//.*')


def code_of(lines):
    """The lines without strings and comments."""
    without, inside = [], False
    for line in lines:
        if inside or (line.lstrip().startswith("/*") and "*/" not in line):
            inside = "*/" not in line
            line = ""
        without.append(NO_CODE.sub("", line).rstrip())
    return without


def begin_of(code, at, since):
    """The first line of the statement in which a line stands."""
    while at > since and code[at - 1] and not re.search(r"[;{}:]$|^\s*#", code[at - 1]) and not FLOW.match(code[at - 1]):
        at -= 1
    return at


def end_of(code, lines, at):
    """The line behind the statement that begins here."""
    if code[at].lstrip().startswith("#"):
        while lines[at].endswith("\\"):
            at += 1
        return at + 1
    depth = 0
    while at < len(code):
        depth += len(re.findall(r"[({[]", code[at])) - len(re.findall(r"[)}\]]", code[at]))
        at += 1
        if depth <= 0 and re.search(r"[;,}:)]$", code[at - 1]):
            break
    return at


def by_hand(lines):
    """(first, behind) of each statement that is laid out by hand."""
    code, at, since = code_of(lines), 0, 0
    while at < len(lines):
        if not BY_HAND.search(code[at]) or FLOW.match(code[at]):
            at += 1
            continue
        begin = at if code[at].lstrip().startswith("#") else begin_of(code, at, since)
        at = since = max(end_of(code, lines, begin), at + 1)
        yield begin, at


def formatted(lines, name):
    """The lines as clang-format has them."""
    shown, done = [], 0
    for first, behind in by_hand(lines):
        shown += [*lines[done:first], OFF, *lines[first:behind], ON]
        done = behind
    shown += lines[done:]
    text = subprocess.run(["clang-format", "--style=file", f"--assume-filename={ROOT / name}"], input="\n".join(shown) + "\n",
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line for line in text.splitlines() if line.strip() not in (OFF, ON)]


def in_columns(line):
    """A line, whatever sets its columns apart.  clang-format 14 takes (uint8_t)~ for a subtraction's like."""
    text = line.lstrip(" ")
    return line[:len(line) - len(text)] + re.sub(r"\) (?=[~!](?!=))", ")", re.sub(r"  +", " ", text))


def differences(name, text):
    """What clang-format would change, as a unified diff."""
    lines = text.splitlines()
    return list(difflib.unified_diff([in_columns(line) for line in lines],
                                     [in_columns(line) for line in formatted(lines, name)], str(name), "as .clang-format says", n=0, lineterm=""))


@pytest.fixture(autouse=True)
def the_one_version():
    """Each version lays some things out in another way."""
    assert shutil.which("clang-format"), "clang-format is missing: tests/run installs it"
    version = subprocess.run(["clang-format", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if " version 14." not in version:
        pytest.skip(f"the tree is laid out by clang-format 14: this is {version}")


def test_all_of_it():
    sources = [name for name in tracked() if name.suffix in (".c", ".h")]
    assert len(sources) > 200
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda name: differences(name, (ROOT / name).read_text("utf-8")), sources)
        assert "\n".join(line for lines in found for line in lines) == ""


BADLY = """int f(int a)
{
    static const int row[] = { 1,    2,
                               3 };

    if( a )
    return row[ a ];
  return 0;
}
"""


def test_it_would_be_seen():
    """The measure measures, and leaves tables alone."""
    wrong = differences("plugin/text/f.c", BADLY)
    assert [line[1:].strip() for line in wrong if line.startswith("-") and not line.startswith("---")] == [
        "if( a )", "return row[ a ];", "return 0;"]
