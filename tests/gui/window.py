# SPDX-License-Identifier: GPL-2.0-or-later
"""The real Wireshark, in a window that nobody sees.

A Window is an X server of its own (Xvfb), a window manager (openbox), and
Wireshark with the freshly built plugin (tests/with-plugin) in a home folder of
its own that holds the profile "TCP State".  It is used as its user would use
it, with keys and mouse (xdotool), and read by looking at it (picture.py).
What the plugin should say stands in the tests; nothing here knows it.

    with Window(folder, capture, "-Y", "tcp.stream == 44", language="zh") as window:
        window.wait_until("the label", lambda: window.rows("Analysis").get("1486") == "第一次握手")

There are no fixed waits: wait_until() looks until it sees what it is told to,
and everything that reads waits for a picture that has come to rest.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from built import BUILD, ROOT, TESTS, environment  # noqa: E402  (just put on the path)
from picture import Picture, plain, tool  # noqa: E402

PROFILE = ROOT / "plugin" / "profile"
CHINESE = ROOT / "plugin" / "profile-zh"
SIZES = ROOT / "plugin" / "command" / "recent_common"
SHOWN_HEIGHT = int(re.search(r"main_upper_pane: (\d+)", (PROFILE / "recent").read_text())[1])     # of the packet list

# Latin and Chinese letters of one height.  With two fonts, Wireshark makes rows
# for the Latin one, and the Chinese letters are cut off at the foot.
FONT = "Noto Sans Mono CJK SC,10,-1,5,50,0,0,0,0,0"

# Where things are, in pixels.
TOOLBARS = 80           # at least, above the packet list
ICONS = 24              # at the left of the column No.: Wireshark's marks for related packets
SCROLL_BAR = 50         # at the right of the packet list, with the little map
ARROWS = 21             # at the left of the details
STATUS_BAR = 24


class Gone(AssertionError):
    """What was waited for did not come."""


def can_exist():
    """Without these there is no window; without the other tools there is one, and a test fails."""
    return shutil.which("Xvfb") and shutil.which("wireshark")


def end(process):
    """Ask a process to end, then make it, and its children."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Window:
    def __init__(self, folder, capture, *arguments, language="en", ui="en", font=FONT, width=1280, height=800,
                 packet_list=400, preferences=(), recent=(), as_installed=False, profile="TCP State"):
        """It opens on entering the context, and on leaving it all is gone.

        folder is made for it.  language is the plugin's, ui that of Wireshark's
        own menus; packet_list is the height of that pane; preferences and
        recent are more lines for these two files of the profile.  With
        as_installed the profile is used as its users get it: language and font
        are its own; profile is its name.
        """
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.capture = pathlib.Path(capture)
        self.arguments = arguments
        self.width, self.height, self.packet_list = width, height, SHOWN_HEIGHT if as_installed else packet_list
        self.profile_name = profile
        self.script = {"en": "latin", "zh": "chinese"}[language]
        self.frame_buffer = self.folder / "Xvfb_screen0"        # a file, which Xvfb keeps up to date
        self.stack = contextlib.ExitStack()
        if as_installed:
            self._prepare_home(ui, preferences, recent, SIZES.read_text(encoding="utf-8"))
            return
        self._prepare_home(ui, [f"tcpstate.language: {language}", *([f"gui.qt.font_name: {font}"] if font else []),
                                *preferences],
                           [f"gui.geometry_main_upper_pane: {packet_list}",
                            f"gui.geometry_main_lower_pane: {height - 134 - packet_list}", *recent])

    def _prepare_home(self, ui, preferences, recent, sizes=""):
        home = self.folder / "home"
        config = home / ".config" / "wireshark"
        self.profile = config / "profiles" / self.profile_name
        shutil.copytree(PROFILE, self.profile)
        if self.profile_name != "TCP State":
            shutil.copytree(CHINESE, self.profile, dirs_exist_ok=True)
        for name, lines in ("preferences", preferences), ("recent", recent):
            with open(self.profile / name, "a", encoding="utf-8") as file:
                file.write("\n" + "\n".join(lines) + "\n")
        # No questions at the start, and a window that fills the screen.
        (config / "recent_common").write_text("privs.warn_if_elevated: FALSE\nprivs.warn_if_no_npf: FALSE\n"
                                              "gui.geometry_main_maximized: TRUE\n" + sizes, encoding="utf-8")
        (config / "language").write_text(f"language: {ui}\n")
        runtime = self.folder / "run"
        runtime.mkdir(mode=0o700)
        self.environment = environment(HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"),
                                       XDG_RUNTIME_DIR=str(runtime), QT_QPA_PLATFORM="xcb")
        self.environment.pop("DISPLAY", None)

    # ---- coming and going ----

    def __enter__(self):
        try:
            self._start_screen()
            self._start_wireshark()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, value, traceback):
        if kind and "DISPLAY" in self.environment:
            with contextlib.suppress(Exception):
                failed = BUILD / "gui-failed"
                failed.mkdir(exist_ok=True)
                print("the window when it failed:", self.screenshot(failed / f"{self.folder.parent.name}.png"))
        self.stack.close()

    def _start(self, name, *command, **options):
        """A program that ends when the context is left."""
        # It ends with this process, too, if that is killed (ctest's time limit).
        command = ("setpriv", "--pdeathsig", "TERM", *command)
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=self.environment, start_new_session=True, **options)
        self.stack.callback(end, process)
        return process

    def _start_screen(self):
        reading, writing = os.pipe()
        with open(reading, "rb") as number:
            with open(writing, "wb"):
                self._start("Xvfb", tool("Xvfb"), "-displayfd", str(writing), "-nolisten", "tcp", "-nocursor",
                            "-noreset", "-fbdir", str(self.folder), "-dpi", "96", "-screen", "0",
                            f"{self.width}x{self.height}x24", pass_fds=[writing])
            display = number.readline().decode().strip()    # comes once it is ready; empty if it has ended
        if not display:
            raise Gone("Xvfb did not start:\n" + self.log("Xvfb"))
        self.environment["DISPLAY"] = ":" + display
        # Without -noreset the server would start anew, and openbox end, when xdotool has been its only client.
        openbox = self._start("openbox", tool("openbox"))
        last = time.monotonic() + 60
        while "window id" not in subprocess.run([tool("xprop"), "-root", "_NET_SUPPORTING_WM_CHECK"], encoding="utf-8",
                                                env=self.environment, stdout=subprocess.PIPE).stdout:
            if openbox.poll() is not None or time.monotonic() > last:
                raise Gone("openbox did not start:\n" + self.log("openbox"))
            time.sleep(0.1)

    def _start_wireshark(self):
        self.wireshark = self._start("wireshark", str(TESTS / "with-plugin"), str(BUILD), "wireshark",
                                     "-C", self.profile_name, *map(str, self.arguments), str(self.capture))
        self.wait_until(f"a window titled {self.capture.name}", lambda: self.capture.name == self.active(), seconds=120)
        self.header = self.wait_until("a packet list with columns", self.titles_of_columns)
        middle = round(self.header["No."].middle)
        self.list_top, self.list_bottom = middle + 10, middle - 10 + self.packet_list

    def log(self, name):
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    # ---- using it ----

    def _xdotool(self, *arguments):
        return subprocess.run([tool("xdotool"), *map(str, arguments)], env=self.environment, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30).stdout

    def active(self):
        """The title of the window that takes the keys, or what it has of it."""
        return self._xdotool("getactivewindow", "getwindowname").strip()

    def keys(self, *keys):
        """Press keys, as X names them: window.keys("ctrl+g")."""
        self._xdotool("key", "--delay", "30", *keys)

    def write(self, text):
        self._xdotool("type", "--delay", "10", text)

    def click(self, word, button=1):
        self._xdotool("mousemove", word.x + min(40, word.width // 2), round(word.middle), "click", button)

    def select(self, number):
        """Click on the row of a packet that is to be seen in the list."""
        self.click(self.wait_until(f"packet {number} in the list",
                                   lambda: next((cell for cell in self.cells("No.") if cell.text == number), None)))

    def choose(self, word, *entries):
        """Open the context menu of what is at word, and choose an entry, and one of its entries..."""
        self.click(word)                # so that nothing but the menu will be new
        before = self.picture()
        self.click(word, button=3)
        for entry in entries:
            found = self.wait_until(f"the menu's entry {entry}", lambda: self._appeared(entry, before))
            before = self.picture()
            self.click(found)

    def _appeared(self, text, before):
        now = self.picture()
        area = now.changed(before)
        return area and now.find(text, area)

    # ---- looking at it ----

    def wait_until(self, what, condition, seconds=40):
        """What condition() gives, as soon as that is something."""
        last = time.monotonic() + seconds
        while True:
            got = condition()
            if got:
                return got
            if self.wireshark.poll() is not None:
                raise Gone(f"Wireshark ended with {self.wireshark.returncode}:\n" + self.log("wireshark"))
            if time.monotonic() > last:
                raise Gone(f"not seen in {seconds} s: {what}")
            time.sleep(0.1)

    def screenshot(self, path):
        """The screen as it comes to rest, as a PNG."""
        self.picture()
        subprocess.run([tool("convert"), f"xwd:{self.frame_buffer}", "-strip", str(path)], check=True)
        return path

    def picture(self):
        """The screen, when it does not change any more."""
        before, now = None, self._pixels()
        for _ in range(60):
            if now == before:
                break
            time.sleep(0.06)
            before, now = now, self._pixels()
        return Picture(self.width, self.height, now[1::4])      # of blue, green, red, nothing

    def _pixels(self):
        return self.frame_buffer.read_bytes()[-self.width * self.height * 4:]

    def pixels_of(self, colour):
        """Where (red, green, blue) is to be seen: [(x, y)]."""
        self.picture()
        now, wanted = self._pixels(), bytes(reversed(colour))
        return [(at // 4 % self.width, at // 4 // self.width) for at in range(0, len(now), 4) if now[at:at + 3] == wanted]

    # ---- reading it ----

    def titles_of_columns(self):
        """The packet list's header as {title: Word}; empty while there is no packet list."""
        # The lines between the columns may look like letters.
        words = [word._replace(text=word.text.strip("|\\/"))
                 for word in self.picture().words((0, TOOLBARS, self.width - SCROLL_BAR, 50))]
        first = next((word for word in words if word.text == "No."), None)
        return {word.text: word for word in words
                if first and abs(word.middle - first.middle) < 6 and word.text.strip(".").isalpha()}

    def cells(self, title, picture=None):
        """What is to be seen of a column: its cells from the top, without the empty ones, as Words."""
        titles = list(self.header)
        following = titles[titles.index(title) + 1:]
        left = self.header[title].x - 2 + (ICONS if title == "No." else 0)
        right = self.header[following[0]].x - 2 if following else self.width - SCROLL_BAR
        cells = (picture or self.picture()).lines((left, self.list_top, right - left, self.list_bottom - self.list_top),
                                                  {"No.": "digits", "Analysis": self.script}.get(title, "latin"))
        return self._whole(cells) if title == "No." else cells

    def _whole(self, numbers):
        """Without the last row if the foot of the list cuts it: of that, what is read is chance."""
        if len(numbers) < 3:
            return numbers
        middles = [number.middle for number in numbers[:-1]]
        height = min(after - before for before, after in zip(middles, middles[1:]))
        return numbers[:-1] if middles[-1] + height * 1.5 > self.list_bottom else numbers

    def rows(self, title):
        """{number: text} of the packets in the list, from the top: what the column says, plain."""
        picture = self.picture()
        cells = self.cells(title, picture)
        return {number.text: next((plain(cell.text) for cell in cells if abs(cell.middle - number.middle) < 7), "")
                for number in self.cells("No.", picture)}

    def details(self, script=None):
        """The lines of the details pane, as far as two thirds of its width hold them, as Words."""
        top = self.list_bottom + 5
        return self.picture().lines((ARROWS, top, self.width * 2 // 3, self.height - STATUS_BAR - top),
                                    script or self.script)


class ChineseProfile(Window):
    """With the profile "TCP 状态", as installed.  Of its columns' heads only the first is known."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, language="zh", as_installed=True, profile="TCP 状态", **options)

    def heads(self, width):
        """Where the heads of the columns stand, from the left.  With the display filter above them or the first row
        below, tesseract takes a piece of those for a part of the first head."""
        return 0, TOOLBARS + 32, width, 26

    def titles_of_columns(self):
        head = self.picture().find("编号", self.heads(60), "chinese")
        return {"No.": head} if head else {}
