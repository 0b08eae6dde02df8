#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Record the kernel lab's scenarios.

    tests/kernel/record.py [-o DIR] [-j JOBS] [--list] [NAME ...]

plays all scenarios, or those that are named, and leaves the three files of
each (see lab.py) in DIR: by default in tests/kernel/captures, which is what
test_recorded.py reads. Needs root. A scenario whose story did not come about
is played once more, because a busy machine may miss a moment; one that fails
twice, or that this kernel cannot play, is reported, and the exit status is 1.
"""
import argparse
import concurrent.futures
import pathlib
import subprocess
import sys
import time

import lab
import scenarios_abort
import scenarios_closing
import scenarios_fastopen
import scenarios_opening
import scenarios_opening_forged
import scenarios_opening_odd
import scenarios_reset
import scenarios_transfer

CAPTURES = pathlib.Path(__file__).parent / "captures"
# Importing them registered their scenarios.
MODULES = (scenarios_opening, scenarios_opening_odd, scenarios_opening_forged,
           scenarios_fastopen, scenarios_transfer, scenarios_closing,
           scenarios_abort, scenarios_reset)


def play(name, folder, salt):
    """None, or what went wrong: "impossible: ..." if this kernel lacks what
    the scenario needs, "failed: ..." if the story did not come about, twice."""
    problem = None
    for attempt in range(2):
        time.sleep(2 * attempt)         # for the first one's sockets to die
        try:
            lab.record(lab.SCENARIOS[name], folder, salt)
            return None
        except (TimeoutError, ConnectionError, AssertionError,
                RuntimeError) as error:
            problem = f"failed: {type(error).__name__}: {error}"
        except (OSError, subprocess.SubprocessError) as error:
            return f"impossible: {type(error).__name__}: {error}"
    return problem


def record_all(names, folder, jobs, salt=(0, 0)):
    """Yield (name, problem) as each is done; the slowest ones start first."""
    names = sorted(names, key=lambda name: -lab.SCENARIOS[name].seconds)
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(play, name, folder, salt): name for name in names}
        for done in concurrent.futures.as_completed(running):
            yield running[done], done.result()


def main():
    parser = argparse.ArgumentParser(description="Record kernel scenarios.")
    parser.add_argument("-o", metavar="DIR", dest="folder", type=pathlib.Path,
                        default=CAPTURES)
    parser.add_argument("-j", metavar="JOBS", dest="jobs", type=int, default=3)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("names", metavar="NAME", nargs="*")
    options = parser.parse_args()
    if options.list:
        for name, chosen in lab.SCENARIOS.items():
            print(f"{name}: {' '.join(chosen.story.split())}")
        return
    unknown = set(options.names) - set(lab.SCENARIOS)
    if unknown:
        parser.error("no such scenario: " + " ".join(sorted(unknown)))
    reason = lab.why_not()
    if reason:
        sys.exit(f"record.py: {reason}")
    options.folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for name, problem in record_all(options.names or lab.SCENARIOS,
                                    options.folder, options.jobs):
        print(f"{name}: {problem or 'recorded'}", flush=True)
        failed = failed or problem is not None
    sys.exit(failed)


if __name__ == "__main__":
    main()
