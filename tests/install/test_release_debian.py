# test_release_debian.py - the Debian packages of the release: one for each series,
# made in a Debian that is thrown away.  (What is in such a package, and its life
# on a machine, is test_package.py's.)
#
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import re
import shutil
import subprocess

import pytest

import release


@pytest.fixture(scope="module", params=["trixie", "sid"])
def package(request, tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("SKIPPED: a whole Debian is made by root")
    if not shutil.which("apt-get"):
        pytest.skip("SKIPPED: no apt here")
    folder = tmp_path_factory.mktemp(request.param)
    done = subprocess.run([release.PLUGIN / "packaging/release", folder, "debian"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", env={**os.environ, "TCPSTATE_SUITES": request.param})
    # sid's archive changes every day, and on some of them nothing can be installed from it.
    if re.search(r"^E: (Failed to fetch|Unable to|The repository|Broken packages)|held broken|Could not resolve|no lists of",
                 done.stdout, re.M):
        pytest.skip(f"SKIPPED: {request.param}: " + done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout[-5000:]
    found = list(folder.glob("*.deb"))
    assert len(found) == 1 and re.search(rf"^[0-9a-f]{{64}}  {re.escape(found[0].name)}$",
                                         (folder / "SHA256SUMS").read_text(), re.M)
    return request.param, found[0]


def test_package_is_of_its_suites_series(package):
    suite, path = package
    series = re.search(r"^[\d.]+\.\d+$", re.search(r"wireshark(\d+\.\d+)_", path.name)[1])[0]
    headers = (release.CACHE / suite / "usr/include/wireshark/ws_version.h").read_text()
    assert series == ".".join(re.findall(r"WIRESHARK_VERSION_(?:MAJOR|MINOR)\s+(\d+)", headers))
    assert path.name == f"wireshark-plugin-tcpstate_{release.VERSION}-1~wireshark{series}_amd64.deb"
    depends = release.output("dpkg-deb", "-f", path, "Depends")
    major, minor = series.split(".")
    assert re.search(rf"libwireshark\d+\w* \(>= {re.escape(series)}\)", depends)
    assert re.search(rf"libwireshark\d+\w* \(<< {major}\.{int(minor) + 1}~\)", depends)
    assert re.search(rf"/wireshark/plugins/{re.escape(series)}/epan/tcpstate\.so$",
                     release.output("dpkg-deb", "-c", path), re.M)
