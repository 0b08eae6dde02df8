# SPDX-License-Identifier: GPL-2.0-or-later
"""Who reads it how: by keyboard, by screen reader, in the dark, on a phone, on paper."""
import subprocess

import pytest

from browser import *  # noqa: F403

CONTRAST = """
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
                             return [...canvas.getImageData(0, 0, 1, 1).data]; };
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const ground = (element) => { for (let at = element; at; at = at.parentElement) {
        const color = rgb(getComputedStyle(at).backgroundColor); if (color[3] === 255) return color; } return [255, 255, 255, 255]; };
    const low = [];
    for (const element of document.querySelectorAll('#screen *')) {
        const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!own || !element.checkVisibility({ visibilityProperty: true })) continue;
        const style = getComputedStyle(element), svg = element instanceof SVGElement;
        let back = ground(svg ? element.closest('svg').parentElement : element);
        if (svg && element.closest('.node')) back = rgb(getComputedStyle(element.closest('.node').querySelector('rect')).fill);
        if (svg && element.closest('.token')) back = rgb(getComputedStyle(element.closest('.token').querySelector('circle')).fill);
        const [one, two] = [light(rgb(svg ? style.fill : style.color)), light(back)];
        const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
        if (ratio < 4.5) low.push([element.textContent.slice(0, 30), element.className.baseVal ?? element.className, ratio]);
    }
    return low;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["websocket-session", "forged-reset"])
def test_text_stands_out_from_its_ground(browser, page_of, name, scheme):
    """WCAG 2.2, 1.4.3: a contrast of 4.5 at least."""
    browser.open(page_of(name), "#0/2", scheme=scheme)
    browser.picture(f"{name}-{scheme}")
    ground = browser.js("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert browser.js(CONTRAST) == []
    browser.click("#language")
    browser.js("choose(0, connections[0].steps.length - 1, 'key')")
    assert browser.js(CONTRAST) == []


def test_the_theme_can_be_chosen_against_the_systems(browser, page_of):
    browser.open(page_of("refused"), scheme="dark")
    dark = browser.js("return getComputedStyle(document.body).backgroundColor")
    browser.click("#theme")     # light
    assert browser.js("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.click("#theme")     # dark
    assert browser.js("return getComputedStyle(document.body).backgroundColor") == dark
    browser.click("#theme")     # automatic
    assert browser.js("return getComputedStyle(document.body).backgroundColor") == dark


def accessible(browser):
    """What a screen reader is told: (role, name, properties) of all that is not ignored."""
    browser.cdp("Accessibility.enable")
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", ""),
             {p["name"]: p["value"].get("value") for p in node.get("properties", [])}) for node in nodes if not node["ignored"]]


def test_a_screen_reader_is_told_what_everything_is(browser, page_of):
    browser.open(page_of("http-server-closes"), "#0/2")
    told = accessible(browser)
    for role, name, _ in told:
        if role in ("button", "link", "searchbox", "radio", "checkbox", "image", "region", "img", "group"):
            assert name.strip(), (role, name)
    names = [name for role, name, _ in told if role == "button"]
    assert any(name.startswith("Frame 2, 0.0") and "from server to client" in name and "Handshake 2/3" in name
               and "SYN_SENT → ESTABLISHED?" in name for name in names)
    assert any(role in ("image", "img") and "client in ESTABLISHED?" in name and "server in SYN_RCVD" in name for role, name, _ in told)
    assert any(role == "columnheader" and name.startswith("Outcome") for role, name, _ in told)
    # What changes is spoken.
    assert browser.one("#step").get_attribute("aria-live") == "polite"
    assert browser.one("#found").get_attribute("role") == "status"
    assert [role for role, _, _ in told if role == "main"] == ["main"]
    levels = browser.js("return [...document.querySelectorAll('#screen h1, #screen h2, #screen h3')].map(h => +h.tagName[1])")
    assert levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:]))


def test_all_of_it_is_reached_and_used_by_keyboard(browser, page_of):
    browser.open(page_of("http-client-closes"))
    reached = []
    for _ in range(60):
        browser.press(KEYS.TAB)
        focus = browser.js("const e = document.activeElement; return e === document.body ? 'body' :"
                           " e.id || e.name || (e.closest('.rung') ? 'rung' : e.closest('thead') ? 'head' : e.tagName)")
        if focus == "body":
            break
        reached.append(focus)
        if focus != "A":        # the link that is shown only then has no frame of its own
            assert browser.js("return getComputedStyle(document.activeElement).outlineStyle !== 'none'"
                              " || document.activeElement.matches('.rung')"), focus
    for part in ("language", "theme", "quiz", "print", "find", "head", "rung", "scale", "next"):
        assert part in reached, part
    # In the ladder the arrows go up and down, and the focus goes with them.
    browser.js("document.querySelector('#ladder .rung.current').focus()")
    browser.press(KEYS.ARROW_DOWN)
    browser.press(KEYS.ARROW_DOWN)
    assert browser.js("return document.activeElement.dataset.step") == "2"
    browser.press(KEYS.END)
    assert browser.text("#position") == browser.js("const n = connections[0].steps.length; return `${n} of ${n}`")
    # In the search field they are the field's.
    browser.one("#find").send_keys("80")
    before = browser.text("#position")
    browser.press(KEYS.ARROW_LEFT)
    assert browser.text("#position") == before


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_is_wider_than_the_screen(browser, page_of, width):
    browser.open(page_of("websocket-session"), "#9/3", width=width, height=780, mobile=True)
    for scale in ("steps", "time"):
        browser.js("document.querySelector(`[name=scale][value=${arguments[0]}]`).click()", scale)
        assert browser.js("return document.documentElement.scrollWidth") <= width
        assert browser.js("return document.querySelector('#ladder').scrollWidth - document.querySelector('#ladder').clientWidth") <= 0
        assert browser.js("const p = document.querySelector('.now'); return p.scrollWidth - p.clientWidth") <= 0
        browser.js("document.querySelector('#ends').scrollIntoView()")
        browser.picture(f"phone-{width}-{scale}")
    # What a finger has to hit is large enough (WCAG 2.2, 2.5.8: 24 pixels).
    assert browser.js("return [...document.querySelectorAll('button')].filter(b => b.checkVisibility() && b.closest('svg') === null)"
                      ".filter(b => b.getBoundingClientRect().height < 24 || b.getBoundingClientRect().width < 24).length") == 0


def test_printed_it_is_the_connection_in_full(browser, page_of, tmp_path):
    browser.open(page_of("http-server-closes"), scheme="dark")
    text = browser.pdf(tmp_path / "one.pdf")
    for part in ("Handshake 1/3", "Close 4/4", "asks for a connection", "passed: ", "State diagram of RFC 9293", "Outcome: closed"):
        assert part in text
    assert "Quiz" not in text
    info = subprocess.run(["pdfinfo", tmp_path / "one.pdf"], stdout=subprocess.PIPE, check=True).stdout.decode()
    assert "Pages:" in info and int(info.split("Pages:")[1].split()[0]) <= 5
    browser.js("return new Promise(done => setTimeout(done, 100))")
    assert browser.js("return document.querySelector('#paper').childElementCount") == 0


def test_printed_in_chinese_all_that_are_listed(browser, page_of, tmp_path):
    browser.open(page_of("websocket-session", language="zh"))
    browser.one("#find").send_keys("9229")
    browser.click("#print-all")
    text = browser.pdf(tmp_path / "all.pdf")
    assert text.count("第一次握手") >= 4        # of two connections, in the ladder and in words
    assert "连接16" in text and "连接57" in text and "连接0：" not in text
