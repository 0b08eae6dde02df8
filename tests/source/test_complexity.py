# SPDX-License-Identifier: GPL-2.0-or-later
"""Every function of the plugin can be followed: clang-tidy's cognitive complexity is at most 25."""
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from built import BUILD, ROOT

MOST = 25


def measure(source):
    """{function: complexity} of those of a file that are above MOST."""
    config = f"{{CheckOptions: [{{key: readability-function-cognitive-complexity.Threshold, value: '{MOST}'}}]}}"
    done = subprocess.run(["clang-tidy", "-p", BUILD, "--quiet", "--checks=-*,readability-function-cognitive-complexity",
                           f"--config={config}", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert "error:" not in done.stdout + done.stderr, done.stdout + done.stderr
    return {name: int(value) for name, value in
            re.findall(r"function '(\w+)' has cognitive complexity of (\d+)", done.stdout)}


@pytest.fixture(scope="module")
def above():
    assert shutil.which("clang-tidy"), "clang-tidy is missing: tests/run installs it"
    assert (BUILD / "compile_commands.json").exists()
    sources = sorted((ROOT / "plugin").glob("*/*.c"))
    assert len(sources) > 30
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return {name: value for found in pool.map(measure, sources) for name, value in found.items()}


def test_no_function_is_more_complex(above):
    assert above == {}


def test_it_would_be_seen(tmp_path):
    """The measure measures."""
    nested = "int f(int a, int b) { " + "for (int i = 0; i < a; i++) { if (b > i) { " * 4 + "b++;" + " } }" * 4 + " return b; }\n"
    (tmp_path / "nested.c").write_text(nested)
    assert measure(tmp_path / "nested.c")["f"] > MOST
