# SPDX-License-Identifier: GPL-2.0-or-later
"""What comments and documents name is there: files, and functions where they are said to be."""
import re

from built import ROOT
from source.files import comments, text, tracked

FILE_NAME = re.compile(r"[\w.+/-]*\w\.(?:c|h|def|py|sh|md|cmake|js|css|lua)\b(?![\w.(/])")

# Of others: Wireshark's, the kernel's, the C libraries' of several systems, and what
# a build makes.  A name with a part in capitals stands for many.
FOREIGN = {"prefs.c", "language.c", "ftypes.h", "tshark.c", "pint.h", "sequence_analysis.h", "ws_version.h", "proto.h",
           "errno.h", "poll.h", "socket.h", "sched.h", "if_tun.h", "prctl.h", "tcp.h", "mount.h", "tcp_states.h",
           "corecrt_stdio_config.h", "winnt.h", "fat.h", "loader.h", "cs_blobs.h",
           "CPackConfig.cmake"}
PLACEHOLDER = re.compile(r"\b(test_)?[A-Z]{3,}\.\w+$")


def test_there_is_something_to_read():
    read = [path for path in tracked() if comments(path)]
    assert len(read) > 150


def test_files_that_comments_name_exist():
    files = set(map(str, tracked()))
    names = {path.name for path in tracked()}
    missing = []
    for path in tracked():
        for comment in comments(path):
            for name in FILE_NAME.findall(comment):
                base = name.rpartition("/")[2]
                if base in FOREIGN or PLACEHOLDER.search(base) and base not in names:
                    continue
                near = any((folder / name).resolve().is_file() for folder in (
                    (ROOT / path).parent, ROOT, ROOT / "plugin", ROOT / "tests"))
                if not (near if "/" in name else base in names or name in files):
                    missing.append(f"{path}: {name}")
    assert missing == []


def test_links_of_documents_lead_somewhere():
    """[text](FILE) and [text](FILE#heading), beside the document."""
    broken, seen = [], 0
    for path in tracked():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)\s]+)\)", text(path)):
            name, _, heading = target.partition("#")
            if re.match(r"\w+:", target):
                continue
            seen += 1
            file = (ROOT / path).parent / name if name else ROOT / path
            headings = [re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
                        for line in file.read_text("utf-8").splitlines() if line.startswith("#")] if file.suffix == ".md" and file.is_file() else []
            if not file.exists() or heading and heading not in headings:
                broken.append(f"{path}: {target}")
    assert seen > 50
    assert broken == []


def test_functions_are_in_the_files_that_comments_say():
    """`name()` or some_name, then "in FILE", "of FILE" or "(FILE)": FILE has the name."""
    said = re.compile(r"`?\b(\w+(?=\(\))|\w+_\w+)(?:\(\))?`?,?\s+(?:in\s+|of\s+|\()\[?(?:\w+/)*([\w-]+\.(?:c|h|py|def))\b")
    where = {}
    for path in tracked():
        where.setdefault(path.name, []).append(path)
    wrong, seen = [], 0
    for path in tracked():
        for comment in comments(path):
            for function, file in said.findall(comment):
                if file in where:
                    seen += 1
                    if not any(re.search(rf"\b{function}\b", text(one)) for one in where[file]):
                        wrong.append(f"{path}: {function}() is not in {file}")
    assert seen >= 2
    assert wrong == []
