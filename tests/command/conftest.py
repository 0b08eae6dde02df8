# SPDX-License-Identifier: GPL-2.0-or-later
"""The accounts of accounts.py, with a clone that belongs to somebody else."""
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from accounts import IS_ROOT, KEPT, ROOT, SAMPLE, Account, kept_alone, need_clean_wireshark, new_folder


@pytest.fixture(scope="session")
def place():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tcpstate-command-"))
    folder.chmod(0o755)
    cache = folder / "ccache"
    cache.mkdir()
    with kept_alone():
        subprocess.run(["cp", "-r", "--no-clobber", f"{KEPT}/.", cache], check=True)
    subprocess.run(["chmod", "-R", "a+rwX", cache], check=True)
    yield folder
    with kept_alone():
        subprocess.run(["cp", "-r", "--no-clobber", f"{cache}/.", KEPT], check=True)
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def make_clone(place):
    """make_clone(name) -> a copy of the sources, to change; only its owner can write to it."""

    def make_clone(name):
        clone = place / name
        shutil.rmtree(clone, ignore_errors=True)
        clone.mkdir()
        shutil.copy(ROOT / "CMakeLists.txt", clone)
        shutil.copytree(ROOT / "plugin", clone / "plugin")
        (clone / "samples").mkdir()
        shutil.copy(SAMPLE, clone / "samples")
        subprocess.run(["chmod", "-R", "go=rX", clone], check=True)
        return clone

    return make_clone


@pytest.fixture(scope="session")
def clone(make_clone):
    """The sources as they are, in a folder nobody may write to."""
    clone = make_clone("clone")
    subprocess.run(["chmod", "-R", "a-w", clone], check=True)
    return clone


@pytest.fixture
def account(place, clone):
    """A user who has never called `annotate`."""
    need_clean_wireshark()
    return Account(new_folder(place), clone)


@pytest.fixture
def root_account(place, clone):
    if not IS_ROOT:
        pytest.skip("only root can test what root gets")
    return Account(new_folder(place), clone, root=True)


@pytest.fixture(scope="module")
def installed(place, clone):
    """A user with everything in place; for tests that leave it so."""
    need_clean_wireshark()
    account = Account(new_folder(place), clone)
    done = account.annotate("--install")
    assert done.returncode == 0, done.stderr
    return account


@pytest.fixture(scope="module")
def installed_for_all(place, clone):
    """Root, with everything in place."""
    if not IS_ROOT:
        pytest.skip("only root can test what root gets")
    account = Account(new_folder(place), clone, root=True)
    done = account.annotate("--install")
    assert done.returncode == 0, done.stderr
    return account


@pytest.fixture
def sample(installed):
    """The name of a capture in the user's current directory."""
    return installed.leave("sample.pcapng", SAMPLE.read_bytes())
