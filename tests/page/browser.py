# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Chromium without a window, and the page in it.

A test file takes the fixtures by importing them all: from browser import *
"""
import base64
import os
import subprocess
import tempfile

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from built import ROOT, run

# In a machine without a network Chromium looks for one at each start unless told not to.
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=en-US"]
KEYS = Keys
SAMPLES = ROOT / "samples"
__all__ = ["KEYS", "SAMPLES", "Page", "browser", "make_page", "no_complaints", "page_of"]


def make_page(capture, folder, *options, given="", name=None, language="en"):
    """The file of the page that the plugin makes of a capture."""
    out = folder / "page.html"
    env = {"TCPSTATE_PAGE_NAME": name if name is not None else capture.name}
    run("tshark", "-q", "-r", capture, "-z", f"tcpstate,page,{out}{given}", "-o", f"tcpstate.language:{language}", *options, env=env)
    return out


class Page:
    """A page that is open."""

    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        for argument in [*ARGUMENTS, f"--user-data-dir={self.profile.name}"]:
            options.add_argument(argument)
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_script_timeout(600)

    def close(self):
        self.driver.quit()
        self.profile.cleanup()

    def open(self, path, address="", width=1500, height=950, scheme="light", mobile=False):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.driver.get("about:blank")
        self.driver.get(f"file://{path}{address}")
        return self

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0]).textContent", selector)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)

    def click(self, selector):
        self.one(selector).click()

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def complaints(self):
        """What stands on the console: errors, warnings, what the policy refused."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def pdf(self, path):
        printed = self.cdp("Page.printToPDF", printBackground=True, preferCSSPageSize=True, paperWidth=8.27, paperHeight=11.69)
        path.write_bytes(base64.b64decode(printed["data"]))
        return subprocess.run(["pdftotext", "-layout", path, "-"], stdout=subprocess.PIPE, check=True).stdout.decode()

    def picture(self, name):
        """For eyes: TCPSTATE_PICTURES is the folder that takes pictures of what tests see."""
        folder = os.environ.get("TCPSTATE_PICTURES")
        if folder:
            self.driver.save_screenshot(os.path.join(folder, name + ".png"))


# ---- Fixtures ----

@pytest.fixture(scope="session")
def browser():
    page = Page()
    yield page
    page.close()


@pytest.fixture(scope="session")
def page_of(tmp_path_factory):
    """page_of("NAME", language="en") -> the file of the page of a sample, made once."""
    made = {}

    def page_of(name, language="en"):
        if (name, language) not in made:
            made[name, language] = make_page(SAMPLES / f"{name}.pcapng", tmp_path_factory.mktemp(name), language=language)
        return made[name, language]

    return page_of


@pytest.fixture(autouse=True)
def no_complaints(browser):
    """No test may leave a message on the browser's console."""
    yield
    assert browser.complaints() == []
