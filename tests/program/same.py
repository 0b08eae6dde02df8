#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program's answer beside the plugin's, of one capture after another.

    tests/program/same.py CAPTURE...       prints what differs; exit status 1 if anything does

With TCPSTATE_BUILD_DIR, as tests have it.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from built import BUILD, environment, run  # noqa: E402

PROGRAM = BUILD / "tcpstate"
PROTOCOL = 6  # the column that only dissection fills


def program(*arguments, check=True, **options):
    """The program, run; its standard output and standard error are text."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", env=environment(), **options)
    if check and done.returncode != 0:
        raise AssertionError(f"tcpstate {arguments} failed with {done.returncode}:\n{done.stderr}")
    return done


def without_protocol(line):
    cells = line.split("\t")
    return "\t".join(cells[:PROTOCOL] + cells[PROTOCOL + 1:])


def rows_of_plugin(capture, *options):
    done = run("tshark", "-q", *options, "-r", capture, "-z", "tcpstate,connections,tsv", check=False)
    return [without_protocol(line) for line in done.stdout.splitlines()]


def rows_of_program(capture, *options):
    return [without_protocol(line)
            for line in program("connections", "--tsv", *options, capture, check=False).stdout.splitlines()]


def differences(capture):
    """What differs between the two answers, as text; "" if nothing does."""
    theirs, ours = rows_of_plugin(capture), rows_of_program(capture)
    if theirs == ours:
        return ""
    wrong = [line for pair in zip(theirs, ours) if pair[0] != pair[1]
             for line in (f"  plugin   {pair[0]}", f"  program  {pair[1]}")]
    return "\n".join([f"{capture}: {len(theirs) - 1} connections by the plugin, {len(ours) - 1} by the program", *wrong[:6]])


def all_differences(captures, jobs=os.cpu_count()):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return [text for text in pool.map(differences, captures) if text]


if __name__ == "__main__":
    found = all_differences(sys.argv[1:])
    print("\n".join(found))
    sys.exit(bool(found))
