# SPDX-License-Identifier: GPL-2.0-or-later
"""The documented way from many captures to one count: as plugin/doc/many-captures.md has it, word for word."""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from built import BUILD, ROOT, environment, run  # noqa: E402

DOCUMENT = (ROOT / "plugin" / "doc" / "many-captures.md").read_text()
PACKAGE = re.search(r"@duckdb/node-api@[\w.-]+", DOCUMENT).group()


def block(language):
    return re.search(rf"^```{language}\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE).group(1)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A folder with the engine."""
    folder = tmp_path_factory.mktemp("engine")
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    cache = os.environ.get("npm_config_cache", os.path.expanduser("~/.npm"))
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefer-offline", "--cache", cache, PACKAGE],
                          cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=environment())
    if re.search("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH", done.stdout):
        pytest.skip(f"npm cannot reach its registry: {done.stdout.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stdout
    return folder


@pytest.fixture(scope="module")
def counted(engine):
    """The lines that the two commands print, of a folder of captures."""
    captures = engine / "captures"
    captures.mkdir()
    for capture in (ROOT / "samples").glob("*.pcapng"):
        (captures / capture.name).symlink_to(capture)
    (engine / "outcomes.mjs").write_text(block("js"))
    path = f"{BUILD.resolve()}:{os.environ['PATH']}"
    subprocess.run(["bash", "-euo", "pipefail", "-c", block("sh")], cwd=engine, check=True, env={**environment(), "PATH": path})
    done = subprocess.run(["node", "outcomes.mjs"], cwd=engine, stdout=subprocess.PIPE, encoding="utf-8", check=True,
                          env=environment())
    return engine, done.stdout.splitlines()


def test_outcomes_per_server_over_all_files(counted):
    """The same count by hand, of what the plugin says under tshark."""
    folder, lines = counted
    expected, files = collections.Counter(), collections.defaultdict(set)
    for capture in sorted((folder / "captures").glob("*.pcapng")):
        head, *rows = run("tshark", "-q", "-r", capture, "-z", "tcpstate,connections,tsv").stdout.splitlines()
        for row in (dict(zip(head.split("\t"), line.split("\t"))) for line in rows):
            if row["roles"] != "unknown":
                key = row["address_b"], row["port_b"], row["outcome"]
                expected[key] += 1
                files[key].add(capture)
    found = [tuple(line.split("\t")) for line in lines]
    assert sorted(found) == sorted((*key, str(number), str(len(files[key]))) for key, number in expected.items())
    assert len(found) > 10 and int(found[0][3]) == max(expected.values())


def test_every_file_is_in_the_rows(counted):
    folder, _ = counted
    for capture in (folder / "captures").glob("*.pcapng"):
        rows = (folder / "captures" / f"{capture.name}.jsonl").read_text().splitlines()
        assert rows and all(row.startswith(f'{{"file":"captures/{capture.name}",') for row in rows)
