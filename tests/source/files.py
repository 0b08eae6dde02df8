# SPDX-License-Identifier: GPL-2.0-or-later
"""The files of the tree, as git knows them or, without git, as they lie there; and what their comments say."""
import pathlib
import re
import subprocess

from built import ROOT

# Not ours to read: what the fuzzer made.
NOT_OURS = ("tests/fuzz/seeds/",)


def tracked():
    """Every file of the tree, as a path from its root."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    names = listed.stdout.splitlines() if listed.returncode == 0 else [
        str(path.relative_to(ROOT)) for top in ("plugin", "tests", "samples", "findings") for path in (ROOT / top).rglob("*")]
    return [pathlib.Path(name) for name in names if (ROOT / name).is_file() and not name.startswith(NOT_OURS)]


def text(path):
    """What is in a file, or None where that is no text."""
    try:
        return (ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return None


def is_script(path):
    """Whether it is a shell's."""
    first = (text(path) or "").partition("\n")[0]
    return bool(re.match(r"#!.*(bash|/sh)\b", first))


def comments(path):
    """The comments of a source, or all of a document."""
    content = text(path)
    if content is None or path.parts[0] == "findings":
        return []
    if path.suffix in (".c", ".h", ".def", ".js", ".css"):
        return re.findall(r"/\*.*?\*/|(?<!:)//[^\n]*", content, re.S)
    if path.suffix in (".md", ".in"):
        return [content]
    if path.suffix in (".py", ".sh", ".cmake", ".txt", ""):
        return [*re.findall(r"(?:^|\s)#[^\n]*", content), *re.findall(r'"""(.*?)"""', content, re.S)]
    return []
