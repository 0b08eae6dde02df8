# SPDX-License-Identifier: GPL-2.0-or-later
"""The README's picture of the page, taken anew: samples/images/page.png.

    /usr/bin/python3 -B tests/page/screenshot.py        after a build in build/; then look at it
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]

from browser import SAMPLES, Page, make_page  # noqa: E402


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        page = Page()
        page.open(make_page(SAMPLES / "websocket-session.pcapng", folder), width=1500, height=900)
        # The session of the README's other pictures, as the second segment of its close arrives.
        page.js("""const chosen = connections.find(c => c.a.endsWith(':59117'));
                   choose(chosen.index, chosen.steps.findIndex(s => s.kind === 'fin-acked' || s.kind === 'passive-fin-with-ack'), 'key');
                   document.querySelector('#list .current').scrollIntoView({ block: 'center' });
                   document.querySelector('#ends').scrollIntoView();""")
        page.driver.save_screenshot(str(folder / "screen.png"))
        page.close()
        subprocess.run(["convert", folder / "screen.png", "+dither", "-colors", "255", "-strip", "-define",
                        "png:compression-level=9", f"PNG8:{SAMPLES / 'images' / 'page.png'}"], check=True)


if __name__ == "__main__":
    main()
