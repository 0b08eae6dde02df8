# test_cases.py - the plugin against the figures of cases/: every line of every
# figure, in one pass, in two, and as columns.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# All captures are put one behind the other in one file, so that three runs of
# tshark do; this also shows that no connection knows of another.  A figure
# that needs a preference of its own, or shares its addresses with another, is
# read alone.
import concurrent.futures
import pathlib
import re
import subprocess

import pytest

import drawn
import figures

STEPS = pathlib.Path(__file__).resolve().parents[2] / "plugin" / "core" / "steps.def"
FIGURES = {figure.name: figure for figure in figures.read_figures()}
ALONE = [name for name, figure in FIGURES.items() if "tshark" in figure.header]
TOGETHER = [name for name in FIGURES if name not in ALONE]
WAYS = {"one-pass": (), "two-passes": ("-2",), "columns": ("-2",)}

ENDS = ("client", "server")
BOOLEANS = ("client.inferred", "server.inferred", "reset.ttl_differs", "midstream",
            *("check." + check for check in figures.CHECKS))
EXTRAS = sorted({key for figure in FIGURES.values() for line in figure.lines
                 for segment in (line, *line.inner) for key in segment.more} - {"failed"})
OUTCOME = ("outcome", "closed_by", "close_kind", "conn_state", "ended_by")
NAMES = list(dict.fromkeys(
    ["connection", "step", "analysis", "sender", "sender.state", "receiver.state",
     *(f"{end}.{what}" for end in ENDS for what in ("state", "state.previous", "inferred")),
     *("check." + check for check in figures.CHECKS), "check.failed", *EXTRAS,
     *OUTCOME]))


# ---- What tshark says: {name of the figure: [{field: value}, one per frame]} ----

def read_rows(tshark, capture, way, options):
    if way == "columns":
        layout = ",".join(f'"{name}","%Cus:tcpstate.{name}:0:R"' for name in NAMES)
        text = tshark("-r", capture, "-T", "tabs", "-o", "gui.column.format:" + layout, *WAYS[way], *options)
    else:
        selected = [argument for name in NAMES for argument in ("-e", "tcpstate." + name)]
        text = tshark("-r", capture, "-T", "fields", *selected, *WAYS[way], *options)
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        assert len(cells) <= len(NAMES), line
        rows.append(dict(zip(NAMES, cells + [""] * (len(NAMES) - len(cells)))))
    return rows


@pytest.fixture(scope="session")
def together(tmp_path_factory):
    capture = tmp_path_factory.mktemp("cases") / "together.pcap"
    subprocess.run(["mergecap", "-a", "-F", "pcap", "-w", capture, *(FIGURES[name].capture for name in TOGETHER)],
                   check=True)
    return capture


@pytest.fixture(scope="session")
def answers(tshark, together):
    """answers(figure, way) -> its rows, and how many frames stand before it."""
    jobs = {(name, way): (FIGURES[name].capture, way, FIGURES[name].header["tshark"].split())
            for name in ALONE for way in WAYS}
    jobs |= {("", way): (together, way, ()) for way in WAYS}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        got = dict(zip(jobs, pool.map(lambda job: read_rows(tshark, *job), jobs.values())))

    def answers(name, way):
        if name in ALONE:
            return got[name, way], 0
        before = 0
        for other in TOGETHER[:TOGETHER.index(name)]:
            before += len(FIGURES[other].lines)
        return got["", way][before:before + len(FIGURES[name].lines)], before

    return answers


# ---- What a figure says ----

def expected_of(line, states, offset):
    """{field: value} for one segment; `states` are those that the lines before it left."""
    ends, expected = line.ends, {}
    client = line.client
    sender = "unknown" if client == "unknown" else "client" if line.sender == client else "server"
    if line.flags == "ICMP":  # a router may have sent it; no end has
        expected["sender"] = "unknown"
    else:
        expected["sender"] = sender
        expected["sender.state"] = ends[line.sender].state
        expected["receiver.state"] = ends[line.receiver].state
    for end in ENDS:
        if client == "unknown":
            expected |= {f"{end}.state": "UNKNOWN", f"{end}.state.previous": "UNKNOWN"}
            continue
        name = client if end == "client" else line.left if line.right == client else line.right
        expected[f"{end}.state"] = ends[name].state
        expected[f"{end}.inferred"] = "1" if ends[name].inferred else "0"
        previous = ends[name].previous or states.get((line.left, line.right, name))
        if previous:
            expected[f"{end}.state.previous"] = previous
        if ends[name].state == "~":
            del expected[f"{end}.inferred"]
    if line.step:
        expected["step"] = line.step
    for key, value in line.more.items():
        if key != "failed" and value != "-":
            expected[key] = str(int(value) + offset) if key.startswith("frame.") else value
    return {key: value for key, value in expected.items() if value != "~"}


def assert_figure(figure, rows, offset):
    """Every line of the figure is what tshark says of its frame."""
    states, wrong = {}, []
    assert len(rows) == len(figure.lines)
    for line, row in zip(figure.lines, rows):
        segments = [segment for segment in (line, *line.inner) if segment.is_segment]
        every = []
        for segment in segments:
            every.append(expected_of(segment, states, offset))
            for name, end in segment.ends.items():
                states[segment.left, segment.right, name] = end.state
        problems = []
        # A frame with several segments shows the values of each, in their order.
        for name in dict.fromkeys(name for expected in every for name in expected):
            expected = ",".join(expected[name] for expected in every if name in expected)
            got = row[name]
            if name in BOOLEANS:
                got = got.replace("True", "1").replace("False", "0")
            if expected != got:
                meaning = {"0": ": the figure has no ?", "1": ": the figure has a ?"} if name.endswith(".inferred") else {}
                problems.append(f"{name} is {got or 'absent'}, not {expected}{meaning.get(expected, '')}")
        absent = [key for segment in segments for key, value in segment.more.items() if value == "-"]
        if segments and not any(segment.step for segment in segments):
            absent.append("step")
        if not segments:
            absent = [name for name in NAMES if name not in OUTCOME]
        problems += [f"{name} is {row[name]}, not absent" for name in absent if row[name]]
        if segments:
            problems += wrong_checks(segments, row)
            if bool(row["step"]) != bool(row["analysis"]):
                problems.append(f"step {row['step']!r} has the label {row['analysis']!r}")
        if problems:
            arrow = "-->" if line.rightward else "<--"
            values = " ".join(f"{key}={value}" for key, value in line.values.items())
            wrong.append(f"  frame {line.frame}, line {line.number}: {arrow} {line.flags} {values} | "
                         f"{row['step'] or '-'}\n      " + "\n      ".join(problems))
    if wrong:
        pytest.fail(f"{figure.name} ({figure.header['title']})\n" + "\n".join(wrong), pytrace=False)


def wrong_checks(segments, row):
    """The checks fail that the figure says, and no others."""
    expected = {check for segment in segments for check in segment.more.get("failed", "").split(",") if check}
    got = {check for check in figures.CHECKS if re.search("0|False", row["check." + check])}
    problems = []
    if expected != got:
        problems.append(f"failed checks are {sorted(got) or 'none'}, not {sorted(expected) or 'none'}")
    if bool(got) != bool(row["check.failed"]):
        problems.append(f"check.failed is {row['check.failed'] or 'absent'}")
    return problems


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FIGURES)
def test_every_line_is_as_the_figure_draws_it(answers, name, way):
    rows, offset = answers(name, way)
    assert_figure(FIGURES[name], rows, offset)


@pytest.mark.parametrize("name", [name for name, figure in FIGURES.items() if "outcome" in figure.header])
def test_the_outcome_is_as_the_figure_says(answers, name):
    # With two passes it stands on every frame of the connection that the figure ends with.
    rows, _ = answers(name, "two-passes")
    last = {frame: row for frame, row in enumerate(rows, 1) if row["connection"] == rows[-1]["connection"]}
    expected = dict(zip(OUTCOME, FIGURES[name].header["outcome"].split()))
    for frame, row in last.items():
        got = {key: row[key] for key in OUTCOME}
        if got != expected and row["connection"]:
            pytest.fail(f"{name}, frame {frame}: {got}", pytrace=False)


# ---- The figures themselves ----

@pytest.mark.parametrize("name", FIGURES)
def test_the_capture_is_the_one_that_the_figure_makes(name):
    assert FIGURES[name].capture.read_bytes() == drawn.capture_of(FIGURES[name]), \
        "run tests/golden/figures.py"


def test_every_capture_has_its_figure():
    assert {path.stem for path in figures.CASES.glob("*.pcap")} == set(FIGURES)


def test_no_two_figures_share_a_connection():
    users = {}
    for name in TOGETHER:
        ends = FIGURES[name].endpoints
        for line in FIGURES[name].lines:
            for segment in (line, *line.inner):
                pair = frozenset((ends[segment.left], ends[segment.right]))
                users.setdefault(pair, set()).add(name)
    assert not [sharing for sharing in users.values() if len(sharing) > 1]


def test_the_steps_in_the_figures_exist():
    known = set(steps())
    for figure in FIGURES.values():
        for line in figure.lines:
            for segment in (line, *line.inner):
                assert segment.step in known | {"", "~"}, f"{figure.name}, line {segment.number}"


# ---- The catalogue ----

def steps():
    """The names in steps.def, read as text: the plugin is not asked what it knows."""
    names = re.findall(r'^TCPSTATE_STEP\(\w+,\s*"([^"]+)"', STEPS.read_text("utf-8"), re.MULTILINE)
    assert len(names) > 40
    return list(dict.fromkeys(names))


def test_every_step_of_the_catalogue_has_a_figure():
    drawn = {segment.step for figure in FIGURES.values() for line in figure.lines
             for segment in (line, *line.inner)}
    missing = set(steps()) - drawn
    assert not missing, "no figure expects these steps"


def test_every_step_of_the_catalogue_has_a_capture(answers):
    # Whatever the figures say: the plugin itself must find each step in one of their captures.
    found = {step for name in FIGURES for row in answers(name, "one-pass")[0] for step in row["step"].split(",")}
    missing = set(steps()) - found
    assert not missing, "no capture produces these steps"
