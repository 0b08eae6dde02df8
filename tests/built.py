# built.py - what is tested: the plugin as it was just built, in Wireshark's real tools, and
# no other copy of it (see with-plugin).
#
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import pathlib
import subprocess
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
BUILD = pathlib.Path(os.environ.get("TCPSTATE_BUILD_DIR", ROOT / "build"))


def environment(**more):
    """A fixed locale and an empty home: a user's own preferences must not decide a test."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "WIRESHARK_"))}
    home = tempfile.gettempdir() + f"/tcpstate-test-home-{os.getuid()}"
    os.makedirs(home, exist_ok=True)
    return {**keep, "LC_ALL": "C.UTF-8", "HOME": home, "XDG_CONFIG_HOME": home + "/.config", "TZ": "UTC", **more}


def run(*command, plugin=True, check=True, **options):
    """Run a command of Wireshark's; the completed process, with text output."""
    launcher = [str(TESTS / "with-plugin"), *([] if plugin else ["-n"]), str(BUILD)]
    env = environment(**options.pop("env", {}))
    done = subprocess.run([*launcher, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", env=env, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{command} failed with {done.returncode}:\n{done.stderr}")
    return done
