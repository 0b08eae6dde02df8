# SPDX-License-Identifier: GPL-2.0-or-later
"""plugin/annotate -i: a live capture, of a connection over a loopback interface
in a network namespace of its own."""
import os
import select
import signal
import subprocess
import threading
import time

import pytest

CONNECTION = """
import socket, threading
server = socket.create_server(("127.0.0.1", 9010))
client = socket.create_connection(server.getsockname())
accepted, _ = server.accept()
client.close(); accepted.recv(1); accepted.close()
"""

# Since 4.4 tshark says that it captures only to those who want to know.
TOLD = {"WIRESHARK_LOG_LEVEL": "info", "WIRESHARK_LOG_DOMAINS": "main"}


@pytest.fixture
def capture(installed_for_all):
    """annotate -i lo, running as root."""
    root_account = installed_for_all
    inside = "ip link set lo up; exec "
    script = inside + '"$0" -i lo -f "tcp port 9010" "$@"'
    process = subprocess.Popen(
        ["unshare", "--net", *root_account.command("sh", "-c", script, root_account.clone / "plugin/annotate")],
        env=root_account.environment(**TOLD), cwd=root_account.work, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    patience = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))
    try:
        # Earlier, tshark itself may overlook a signal.
        patience.start()
        assert any("Capture started" in line for line in process.stderr), "tshark did not say that it captures"
        patience.cancel()
        yield process
    finally:
        patience.cancel()
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()


def connect(process):
    subprocess.run(["nsenter", "--net", "--target", str(process.pid), "/usr/bin/python3", "-c", CONNECTION],
                   check=True, timeout=30)


def test_rows_appear_while_the_capture_runs(capture):
    connect(capture)
    readable, _, _ = select.select([capture.stdout], [], [], 20)
    assert readable, "no row within 20 seconds"
    assert capture.stdout.readline().split()[:3] == ["No.", "Time", "Source"]
    first = capture.stdout.readline()
    assert "Handshake 1/3" in first and "SYN_SENT" in first
    assert capture.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_to_the_command_ends_all_of_it(capture, number):
    """A service manager knows annotate's process only; Ctrl-C reaches them all."""
    if number == signal.SIGTERM:
        os.kill(capture.pid, number)
    else:
        os.killpg(capture.pid, number)
    capture.communicate(timeout=20)
    deadline = time.monotonic() + 10        # dumpcap and tshark clean up
    while processes_of(capture):
        assert time.monotonic() < deadline, processes_of(capture)
        time.sleep(0.05)


def processes_of(session):
    """Those of the session that still run (R, S, D: not those that only wait to be counted)."""
    return subprocess.run(["pgrep", "-l", "-r", "R,S,D", "-g", str(session.pid)],
                          stdout=subprocess.PIPE, text=True).stdout
