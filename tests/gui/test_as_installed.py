# SPDX-License-Identifier: GPL-2.0-or-later
"""The window exactly as a user gets it, at 1280x800: the profile's own layout, font and language.

What the explanation says is asked of tshark; here it is read off the screen, to the last word of each sentence.
"""
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from built import BUILD, ROOT  # noqa: E402
from window import SCROLL_BAR, ChineseProfile, Window, can_exist, plain  # noqa: E402

SESSION = ROOT / "samples" / "websocket-session.pcapng"

pytestmark = pytest.mark.skipif(not can_exist(), reason="NO WINDOW WAS TESTED: no Xvfb or no Wireshark here")
if not (BUILD / "tcpstate.so").exists():
    raise RuntimeError(f"{BUILD}/tcpstate.so is not built")


def letters(text):
    """What tesseract is sure of."""
    return re.sub(r"[^a-z0-9\u4e00-\u9fff]", "", plain(text).lower().translate(str.maketrans("il|o", "1110")))


def sentences(text):
    return [part for part in re.split(r"(?<=\.) |(?<=。)", text) if part]


def open_tree(window):
    """Open the plugin's branch and bring its lines into sight."""
    branch = window.wait_until("the branch", lambda: next((line for line in window.details() if line.text.startswith("[TCP")), None))
    window.click(branch)
    window.keys("Right")


def whole_width(window):
    """The lines of the details, over the window's whole width."""
    top = window.list_bottom + 5
    return window.picture().lines((21, top, window.width - 40, window.height - 24 - top), window.script)


@pytest.mark.parametrize("packet", ["1487", "2918", "2919"])
def test_each_sentence_of_an_explanation_can_be_read_to_its_end(packet, tmp_path, fields):
    wanted = sentences(fields(SESSION, "tcpstate.explanation", options=("-Y", f"frame.number == {packet}"))[0][0])
    assert len(wanted) >= 3
    with Window(tmp_path / "window", SESSION, "-g", packet, "-Y", "tcp.port == 59117", as_installed=True) as window:
        open_tree(window)

        def all_there():
            lines = [letters(line.text) for line in whole_width(window)]
            return all(any(letters(sentence)[-25:] in line for line in lines) for sentence in wanted)

        window.wait_until(f"the explanation {wanted}", all_there)
        window.screenshot(BUILD / f"as-installed-{packet}.png")


def test_states_fit_their_columns_where_nobody_knows_the_client(tmp_path):
    with Window(tmp_path / "window", SESSION, as_installed=True) as window:
        # tesseract may take the "A:" for a word of its own; what is cut ends in an ellipsis instead.
        for column, end in ("Client", "A"), ("Server", "B"):
            window.wait_until(f"{end} whole in {column}", lambda: any(
                re.fullmatch(f"{end}.?ESTABLISHED.?", cell.text.replace(" ", "")) for cell in window.cells(column)))


def test_labels_can_be_read_in_the_small_window_in_which_wireshark_starts_first(tmp_path):
    """750 by 550 pixels; the columns behind Analysis are to the right of it."""
    with Window(tmp_path / "window", SESSION, "-Y", "tcp.port == 59117", as_installed=True, width=750, height=550,
                packet_list=150) as window:
        for label in "Handshake 3/3", "Connected: client sends HTTP request":
            window.wait_until(label, lambda label=label: any(
                plain(label) in plain(line.text) for line in window.picture().lines((0, 100, window.width - SCROLL_BAR, 200))))
        window.screenshot(BUILD / "as-installed-small.png")


def test_no_sentence_is_longer_than_the_window_is_wide():
    # 6.1 pixels are what a letter of Wireshark's font takes on the average; a Chinese one takes 13.
    def pixels(sentence):
        return sum(13 if ord(letter) > 0x2e80 else 6.1 for letter in sentence)

    for block in re.split(r"\nROW\(", (ROOT / "plugin" / "text" / "catalogue.def").read_text("utf-8"))[1:]:
        parts = re.split(r",\s*\n\s+(?=\")|, NULL,\s*", block)
        for part in parts:
            text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part))
            for sentence in sentences(text.replace("{sender}", "the server").replace("{receiver}", "the client")):
                assert pixels(sentence) < 1280 - 100, sentence


def test_auto_follows_wiresharks_own_language(tmp_path):
    # The locale of the tests is C: only Wireshark's own language says Chinese.
    with Window(tmp_path / "window", SESSION, "-g", "1488", "-Y", "tcp.port == 59117", language="zh", ui="zh_CN",
                as_installed=True) as window:
        window.wait_until("Chinese labels", lambda: window.rows("Analysis").get("1488") == "第三次握手")
        window.wait_until("the branch", lambda: any(line.text.startswith("[TCP") and "连接状态" in plain(line.text)
                                                    for line in window.details()))


def test_the_chinese_profile_has_nothing_in_english(tmp_path):
    with ChineseProfile(tmp_path / "window", SESSION, "-g", "1488", "-Y", "tcp.port == 59117", ui="zh_CN") as window:
        heads = plain("".join(word.text for word in window.picture().words(window.heads(window.width), "chinese")))
        for head in "时间", "源地址", "目的地址", "协议", "长度", "信息", "客户", "服务器":
            assert head in heads, heads
        assert not re.search("[A-Za-z]{3}", heads), heads
        buttons = plain("".join(word.text for word in window.picture().words((970, 86, 310, 24), "chinese")))
        assert "握手" in buttons and "重置" in buttons and "当前连接" in buttons and not re.search("[a-z]{4}", buttons), buttons
        # Letters that a row cuts at their foot are not read.
        labels = plain("\n".join(line.text for line in window.picture().lines((436, 138, 298, 130), "chinese")))
        for label in "第一次握手", "第二次握手", "第三次握手", "客户端发送http请求", "服务器首次返回http响应":
            assert plain(label) in labels, labels
        window.screenshot(BUILD / "as-installed-zh.png")
