# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin tells of a dialogue."""
import pytest

from dialogue import capture


@pytest.fixture
def told(tshark, tmp_path):
    """told(words, field, ...) -> with two passes, the fields of the last TCP frame."""

    def told(words, *fields, frame=-1):
        path = capture(tmp_path / "why.pcap", words)
        names = [part for field in fields for part in ("-e", f"tcpstate.{field}")]
        # The number first, or a line without any other field would be empty.
        lines = tshark("-2", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "frame.number", *names).splitlines()
        return lines[frame].split("\t")[1:]

    return told
