# SPDX-License-Identifier: GPL-2.0-or-later
"""samples/README.md is a chapter: each frame that it names has the label that it says, in both
languages, and each of the twenty questions' commands prints what stands below it."""
import re
import shlex
import subprocess

import pytest

from built import ROOT

SAMPLES = ROOT / "samples"
TEXT = (SAMPLES / "README.md").read_text("utf-8")
ENGLISH, _, REST = TEXT.partition("\n# 用抓包讲TCP\n")
CHINESE, _, QUESTIONS = REST.partition("\n# Twenty questions · 二十问\n")
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.*) \| ([RKG]) \|$", re.MULTILINE)


def test_both_languages_tell_of_every_capture_once():
    names = sorted(path.stem for path in SAMPLES.glob("*.pcapng"))
    for part in ENGLISH, CHINESE:
        assert sorted(name for name, *_ in ROW.findall(part)) == names


@pytest.mark.parametrize("language, part, form", [("en", ENGLISH, r"[Ff]rame (\d+) `([^`]+)`"), ("zh", CHINESE, r"帧(\d+) `([^`]+)`")])
def test_each_frame_is_what_the_chapter_says(language, part, form, tshark, tmp_path):
    rows = ROW.findall(part)
    # One behind the other, so that one run of tshark reads them all.
    together = tmp_path / "together.pcapng"
    subprocess.run(["mergecap", "-a", "-w", together, *(SAMPLES / f"{name}.pcapng" for name, *_ in rows)], check=True)
    labels = tshark("-r", together, "-o", f"tcpstate.language:{language}", "-T", "fields", "-e", "tcpstate.analysis").split("\n")
    start, wrong, checked = 0, [], 0
    for name, text, _ in rows:
        for frame, label in re.findall(form, text):
            checked += 1
            found = labels[start + int(frame) - 1]
            if found != label:
                wrong.append((name, frame, label, found))
        start += int(re.search(r"(\d+)\s*$", subprocess.run(["capinfos", "-Mc", SAMPLES / f"{name}.pcapng"], check=True,
                                                            stdout=subprocess.PIPE, encoding="utf-8").stdout.strip())[1])
    assert wrong == [] and checked > 60


def test_twenty_questions_are_answered_by_their_commands(tshark):
    found = re.findall(r"^   plugin/annotate (.+)\n   # (.+)$", QUESTIONS, re.MULTILINE)
    assert len(found) == 20
    for command, answer in found:
        sample, *options = shlex.split(command)
        printed = tshark("-r", ROOT / sample, *options).splitlines()
        assert " / ".join(" ".join(line.split("\t")) for line in printed) == answer, command


def test_each_question_is_asked_and_answered_in_both_languages():
    items = re.split(r"^\d+\. ", QUESTIONS, flags=re.MULTILINE)[1:]
    assert len(items) == 20
    for item in items:
        english, chinese = item.splitlines()[:2]
        assert re.match(r"\*\*[^*]+\?\*\* .+ Click: .+\.  $", english), english
        assert re.match(r"   \*\*[^*]+？\*\* .+位置：.+。$", chinese), chinese
