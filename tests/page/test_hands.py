# SPDX-License-Identifier: GPL-2.0-or-later
"""What a reader does: sort, search, step, switch, answer, link."""
import re

import pytest

from browser import *  # noqa: F403
from built import ROOT

WORDS = (ROOT / "plugin/page/words.js").read_text("utf-8")


def rows(browser):
    return browser.js("return [...document.querySelectorAll('#list tbody tr')].filter(r => !r.hidden)"
                      ".map(r => [...r.cells].map(c => c.textContent))")


def test_it_opens_with_the_troubled_connections_first(browser, page_of):
    browser.open(page_of("websocket-session"))
    browser.picture("session-en-light")
    assert browser.driver.title == "websocket-session.pcapng - TCP connections"
    assert "85 connections" in browser.text("#source")
    outcomes = [row[5] for row in rows(browser)]
    assert outcomes[:2] == ["refused: a RST answered the SYN"] * 2
    assert len(outcomes) == 85 and "refused" not in " ".join(outcomes[2:])
    assert browser.text("#position") == "1 of 2"


def test_sorting_by_a_column_and_back(browser, page_of):
    browser.open(page_of("websocket-session"))
    first = rows(browser)
    head = browser.js("return [...document.querySelectorAll('#list th')].map(th => th.textContent)")
    browser.click(f"#list th:nth-child({head.index('Bytes') + 1}) button")
    sizes = [int(re.sub(r"\D", "", row[head.index("Bytes")])) for row in rows(browser)]
    assert sizes == sorted(sizes)
    assert browser.js("return [...document.querySelectorAll('#list th')].map(th => th.getAttribute('aria-sort'))")[head.index("Bytes")] \
        == "ascending"
    browser.press(KEYS.ENTER)  # the button keeps the focus
    assert [int(re.sub(r"\D", "", row[head.index("Bytes")])) for row in rows(browser)] == sizes[::-1]
    browser.press(KEYS.ENTER)
    assert rows(browser) == first


def test_searching_and_choosing_an_outcome(browser, page_of):
    browser.open(page_of("websocket-session"))
    browser.one("#find").send_keys("9229 refused")
    assert len(rows(browser)) == 2 and browser.text("#found") == "2 of 85 listed"
    browser.one("#find").clear()
    browser.one("#find").send_keys(":59117")
    assert [row[1] for row in rows(browser)] == ["127.0.0.1:59117"]
    browser.js("document.querySelector('#find').value = ''; document.querySelector('#find').dispatchEvent(new Event('input'))")
    buttons = browser.texts("#outcomes button")
    assert buttons == ["all 85", "in trouble 2", "refused 2", "open 5", "closed 78"]
    browser.click("#outcomes button:nth-child(4)")
    assert len(rows(browser)) == 5


def test_a_click_on_a_row_and_the_address_choose_a_connection(browser, page_of):
    path = page_of("websocket-session")
    browser.open(path)
    browser.click("#list tbody tr:nth-child(2)")
    assert "59157" in browser.text("#ends") and browser.js("return location.hash") == "#57/1"
    browser.click("#list tbody tr:nth-child(8) a")
    assert "Connection 1:" in browser.text("#ends")
    browser.open(path, "#57/2")     # the number that the list shows
    assert "59157" in browser.text("#ends") and browser.text("#step-head") == "Refused"


def test_keys_and_buttons_go_from_step_to_step(browser, page_of):
    browser.open(page_of("http-client-closes"))
    count = browser.js("return connections[0].steps.length")
    labels = []
    for _ in range(count):
        labels.append(browser.text("#step-head"))
        browser.press(KEYS.ARROW_RIGHT)
    assert labels[:3] == ["Handshake 1/3", "Handshake 2/3", "Handshake 3/3"] and "Close 1/4" in labels
    assert browser.text("#position") == f"{count} of {count}"        # it stays at the last
    browser.press(KEYS.ARROW_LEFT)
    assert browser.text("#step-head") == labels[-2]
    browser.click("#first")
    assert browser.text("#step-head") == labels[0]
    browser.click("#next")
    assert browser.text("#step-head") == labels[1]
    browser.click("#last")
    assert browser.text("#step-head") == labels[-1]
    current = browser.all("#ladder .rung.current")
    assert len(current) == 1 and current[0].get_attribute("aria-current") == "step"
    browser.click("#ladder .rung[data-step='2']")
    assert browser.text("#step-head") == "Handshake 3/3"


def test_a_row_has_flags_numbers_label_and_states_on_both_sides(browser, page_of):
    browser.open(page_of("http-ipv6"))
    second = browser.texts("#ladder .rung[data-step='1'] text")
    assert "Handshake 2/3" in second and "SYN,ACK seq=0 ack=1" in second
    assert [text for text in second if text.isupper() and "=" not in text] == ["SYN_SENT", "ESTABLISHED?", "SYN_RCVD"]


def test_to_scale_in_time(browser, page_of):
    """The height of an arrow is proportional to its time; zoomed, too."""
    browser.open(page_of("syn-unanswered"))
    browser.click("[name=scale][value=time]")
    times = browser.js("return connections[0].steps.map(s => s.time)")
    for factor in (1, 2):
        heights = browser.js("return [...document.querySelectorAll('#ladder .arrow line:first-child')].map(l => +l.getAttribute('y1'))")
        assert len(heights) == len(times) == 3
        scale = (heights[-1] - heights[0]) / (times[-1] - times[0])
        for height, time in zip(heights, times):
            assert abs(height - heights[0] - scale * (time - times[0])) < 0.01
        browser.picture(f"in-time-{factor}")
        browser.click("#zoom-in")
    assert browser.one("#ladder .rung.current")


@pytest.mark.parametrize("width", [390, 1300, 1500])
def test_no_word_of_the_figures_is_cut_or_lies_on_another(browser, page_of, width):
    """Times of tens of seconds beside the ladder; two lines at each lit edge of the state diagram."""
    browser.open(page_of("websocket-session"), width=width)
    browser.js("choose(connections.findIndex(c => c.a.endsWith(':59117')), 0, 'key')")
    browser.click("[name=scale][value=time]")
    assert browser.js("return Math.min(...[...document.querySelectorAll('#ladder text')].map(t => t.getBBox().x))") >= 0
    card, *boxes = browser.js("""const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.right, r.top, r.bottom]; };
        return [box(document.querySelector('#diagram').parentElement), ...[...document.querySelectorAll('.edge.lit text')].map(box)];""")
    assert len(boxes) == 4 and all(card[0] <= box[0] and box[1] <= card[1] for box in boxes)
    for upper, lower in (boxes[:2], boxes[2:]):
        assert lower[2] - upper[2] > 0.8 * (upper[3] - upper[2])


def test_switching_the_language_changes_every_word(browser, page_of):
    browser.open(page_of("websocket-session"), "#8/1")
    english = browser.texts("[data-word]")
    browser.click("#language")
    browser.picture("session-zh-light")
    assert browser.js("return document.documentElement.lang") == "zh-CN"
    chinese = browser.texts("[data-word]")
    assert not set(english) & set(chinese)
    assert browser.text("#step-head") == "第一次握手"
    assert browser.text("#list tbody tr:first-child td:nth-child(6)").startswith("被")
    browser.click("#language")
    assert browser.texts("[data-word]") == english and browser.text("#step-head") == "Handshake 1/3"


def test_it_opens_in_the_language_in_which_it_was_made(browser, page_of):
    browser.open(page_of("refused", language="zh"))
    assert browser.js("return document.documentElement.lang") == "zh-CN"


def test_words_stand_in_both_languages_with_the_same_places():
    table = re.findall(r"^  '?([\w-]+)'?: \['(.*?)',\s*'(.*?)'\],$", WORDS, re.M)
    assert len(table) > 120
    for name, english, chinese in table:
        assert english and chinese, name
        assert sorted(re.findall(r"\{\d\}", english)) == sorted(re.findall(r"\{\d\}", chinese)), name


def test_the_quiz_hides_labels_and_states_until_they_are_asked_for(browser, page_of):
    browser.open(page_of("http-server-closes"))
    browser.click("#quiz")
    browser.picture("quiz")
    def seen():
        return browser.js("return document.querySelector('#connection').innerText") + "".join(browser.texts("#ladder text")) \
            + "".join(browser.js("return [...document.querySelectorAll('#ladder .rung')].map(r => r.getAttribute('aria-label'))"))
    for secret in ("Handshake", "Close ", "SYN_SENT?", "LAST_ACK?", "closed", "the server first"):
        assert secret not in seen()
    assert "SYN seq=0" in seen()
    assert not browser.all("#diagram .token") or browser.js("return view.step") == 0
    browser.click("#reveal")
    assert browser.text("#step-head") == "Handshake 1/3" and "SYN_SENT" in seen()
    assert "Handshake 2/3" not in seen()
    browser.press(KEYS.ARROW_RIGHT)
    assert browser.text("#step-head") == "?"
    browser.click("#quiz")
    assert browser.text("#step-head") == "Handshake 2/3"


def test_several_captures_in_one_page_stand_in_their_order(browser, page_of, tmp_path):
    """As plugin/command/page.sh puts pages together."""
    pages = [page_of(name).read_text("utf-8").splitlines() for name in ("refused", "http-ipv6", "ssh")]
    islands = [[line for line in page if line.startswith('<script type="application/json"')] for page in pages]
    assert [len(island) for island in islands] == [1, 1, 1]
    at = pages[0].index(islands[0][0])
    book = tmp_path / "book.html"
    book.write_text("\n".join(pages[0][:at] + [island[0] for island in islands] + pages[0][at + 1:]), "utf-8")
    browser.open(book)
    names = [row[0] for row in rows(browser)]
    assert names == sorted(names, key=["refused.pcapng", "http-ipv6.pcapng", "ssh.pcapng"].index) and len(set(names)) == 3
    assert browser.text("#ends").startswith("refused.pcapng: ")
    browser.open(book, "#3")    # each of them is connection 0 of its capture: they are counted
    assert browser.text("#ends").startswith("ssh.pcapng: ")
