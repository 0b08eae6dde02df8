# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate --page: one page for a browser.  What it shows is tests/page's affair; here: which captures are in it, and
that OUT is the whole new page or what it was before."""
import json
import pathlib
import re

import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "samples"


def captures(page):
    """The data in a page, one for each capture."""
    islands = re.findall(r'^<script type="application/json" class="capture">(.*)</script>$', page, re.MULTILINE)
    return [json.loads(island) for island in islands]


def leave(account, name, out=None):
    return account.leave(out or f"{name}.pcapng", (SAMPLES / f"{name}.pcapng").read_bytes())


def make(account, *arguments, out="page.html", **options):
    done = account.annotate("--page", out, *arguments, **options)
    assert done.returncode == 0, done.stderr
    wrote, comma = ("已写入", "，") if "--language=zh" in arguments else ("wrote ", ", ")
    assert done.stdout == "" and f"/{out}{comma}" in done.stderr and done.stderr.startswith(f"annotate: {wrote}")
    assert leftovers(account) == []
    return (account.work / out).read_text("utf-8")


def leftovers(account):
    return [path.name for path in account.work.glob(".tcpstate-*")]


def test_one_capture_and_a_filter(installed):
    leave(installed, "websocket-session")
    page = make(installed, "websocket-session.pcapng")
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    [capture] = captures(page)
    assert capture["name"] == "websocket-session.pcapng" and len(capture["connections"]) == 85
    [capture] = captures(make(installed, "websocket-session.pcapng", "tcp.port == 59117"))
    assert [connection["a"] for connection in capture["connections"]] == ["127.0.0.1:59117"]
    assert capture["filter"] == "tcp.port == 59117"
    assert captures(make(installed, "--language=zh", "websocket-session.pcapng", "-n"))[0]["language"] == "zh"


def test_several_captures_become_one_page(installed):
    names = ["ssh", "refused", "http-ipv6"]
    for name in names:
        leave(installed, name)
    page = make(installed, *[f"{name}.pcapng" for name in names])
    assert [capture["name"] for capture in captures(page)] == [f"{name}.pcapng" for name in names]
    assert page.count("<!DOCTYPE") == page.count("</html>") == 1
    page = make(installed, *[f"{name}.pcapng" for name in names], "tcp.port == 22")
    assert [len(capture["connections"]) for capture in captures(page)] == [1, 0, 0]


def test_names_that_are_hard_on_shells_and_markup(installed):
    name = leave(installed, "refused", out="a, b & <c> 'd' \"e\" $(f).pcapng")
    page = make(installed, name, out="out, <page>.html")
    assert captures(page)[0]["name"] == name
    assert "<c>" not in page


def test_standard_input(installed):
    leave(installed, "refused")
    with open(installed.work / "refused.pcapng", "rb") as capture:
        page = make(installed, "-", stdin=capture)
    assert [len(capture["connections"]) for capture in captures(page)] == [1]


@pytest.mark.parametrize("arguments", [["refused.pcapng", "tcp.prt == 1"], ["gone.pcapng"], ["refused.pcapng", "-o", "no.such:1"],
                                       ["page.html"]])
def test_what_fails_leaves_the_page_as_it_was(installed, arguments):
    leave(installed, "refused")
    installed.leave("page.html", b"as it was")
    done = installed.annotate("--page", "page.html", *arguments)
    assert done.returncode != 0 and done.stdout == ""
    assert (installed.work / "page.html").read_bytes() == b"as it was"
    assert leftovers(installed) == []


def test_a_page_needs_a_name_and_a_file(account):
    for arguments in (["--page"], ["--page", "x.html"], ["--page", "", "x.pcapng"], ["--page", "x.html", "-i", "lo"],
                      ["--page", "x.html", "--ladder", "x.pcapng"], ["--page", "no/such/folder.html", "gone.pcapng"]):
        done = account.annotate(*arguments)
        assert done.returncode != 0 and done.stdout == "" and done.stderr.count("\n") == 1, arguments
    assert account.files() == set()
