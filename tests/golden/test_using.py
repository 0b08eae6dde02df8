# SPDX-License-Identifier: GPL-2.0-or-later
"""The table "Why" of plugin/doc/using.md: each row's command answers, its fields are there, its columns have these names.
And its overview of fields has each one."""
import re
import shlex

import pytest

from built import ROOT

SESSION = ROOT / "samples" / "websocket-session.pcapng"
DOC = ROOT / "plugin/doc"
USING = (DOC / "using.md").read_text(encoding="utf-8")
WHY = USING.split("\n## From a question to its answer\n")[1]
OVERVIEW = USING.split("\n## Fields\n")[1].split("\n## ")[0]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in WHY.splitlines() if line.startswith("| ")][1:]
FIELDS = set(re.findall(r"^\| `(tcpstate\.[^`]+)`", (DOC / "fields.md").read_text(encoding="utf-8"), re.MULTILINE))


def test_each_field_is_in_the_overview():
    """Under its name, or, of one that goes with another, under that one's and what it adds: "each with `….time`"."""
    rows = [set(re.findall("`([a-z_.…0-9]+)`", line)) for line in OVERVIEW.splitlines() if line.startswith("| `")]
    named = {f"tcpstate.{name}" for row in rows for name in row if not name.startswith("….")}
    named |= {f"tcpstate.{name}{more[1:]}" for row in rows for more in row if more.startswith("….") for name in row}
    assert len(rows) > 25
    # Of expert information there is one row, with examples.
    assert {name for name in FIELDS - named if not name.startswith("tcpstate.expert.")} == set()
    assert {name for name in named - FIELDS if re.match(r"tcpstate\.(expert|time|frame|count|reset)\.", name)} == set()


def test_there_are_rows():
    assert len(ROWS) >= 14 and all(len(row) == 4 and row[0] and row[1] and row[3] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row(tshark, row):
    _, command, click, fields = row
    words = shlex.split(re.sub(r"\[[^]]*\]", "", command.strip("`")))
    if words[0] == "tshark":
        arguments = [str(SESSION) if word == "FILE" else word for word in words[1:]]
    else:       # plugin/annotate asks tshark for this (tests/command has it); a filter makes it read twice where that is needed
        view = ",".join(["tcpstate", words[1].removeprefix("--"), *(["json"] if "--json" in words else [])])
        expression = words[words.index("FILE") + 1:]
        arguments = ["-2", "-q", "-r", SESSION, "-z", ",".join([view, *expression])]
        assert set(re.findall("tcpstate[.a-z_]+", " ".join(expression))) <= FIELDS
    assert tshark(*arguments).strip()
    named = re.findall(r"`(tcpstate[^`]+)`", fields)
    assert named and set(named) <= FIELDS or "json.md" in fields
    heads = tshark("-q", "-r", SESSION, "-z", "tcpstate,connections").split("client → server")[0]
    for columns in re.findall(r"columns? ([^;|]+)", click):
        assert all(column in heads for column in columns.split(" and ")), columns
