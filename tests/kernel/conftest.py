# SPDX-License-Identifier: GPL-2.0-or-later
"""What test_recorded.py and test_running.py share: the
plugin's reading of a folder of recorded scenarios.

Every scenario has addresses of its own, so all captures can be appended to
one: tshark then starts once, and the plugin holds a hundred connections.
"""
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import compare  # noqa: E402


@pytest.fixture(scope="session")
def read_folder(fields, tmp_path_factory):
    """read_folder(folder, names, *tshark_options) -> {name: [compare.Frame]}"""

    def read_folder(folder, names, options=()):
        merged = tmp_path_factory.mktemp("merged") / "all.pcapng"
        captures = [folder / f"{name}.pcapng" for name in names]
        subprocess.run(["mergecap", "-a", "-w", merged, *captures], check=True)
        rows = fields(merged, *compare.FIELDS, options=options)
        read = {}
        for name in names:
            lines = (folder / f"{name}.frames.tsv").read_text("ascii").splitlines()
            count = len(lines) - 1
            frames = list(compare.read_plugin(rows[:count]))
            compare.add_witness(folder / name, frames)
            read[name] = frames
            rows = rows[count:]
        assert not rows, "more frames than the recorder counted"
        return read

    return read_folder
