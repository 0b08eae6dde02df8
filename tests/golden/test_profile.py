# test_profile.py - the profile "TCP State": its colour rules, buttons and
# macros are filters that Wireshark takes, choose what they should, and can be
# read.  What it looks like in the window: tests/gui/test_colours.py.
#
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import re
import shutil

import pytest

import built

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROFILE = ROOT / "plugin" / "profile"
CHINESE = ROOT / "plugin" / "profile-zh"
SAMPLES = ROOT / "samples"

RULE = re.compile(r"@(?P<name>[^@]+)@(?P<filter>[^@]+)@\[(?P<back>\d+,\d+,\d+)\]\[(?P<fore>\d+,\d+,\d+)\]")
BUTTON = re.compile(r'"TRUE","([^"]*)","([^"]*)","[^"]*"')
OLD_MACRO = re.compile(r'"([^"]*)","([^"]*)"')
NEW_MACRO = re.compile(r'"([^"]*)" (.*)')


def lines(name, folder=PROFILE):
    text = (folder / name).read_text("ascii" if folder == PROFILE else "utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def parsed(name, form):
    found = [form.fullmatch(line) for line in lines(name)]
    assert found and all(found), f"{name} has a line of another form"
    return [match.groups() for match in found]


def unescaped(text):
    return text.replace(r"\x22", '"')


RULES = parsed("colorfilters", RULE)
BUTTONS = {label: unescaped(text) for label, text in parsed("dfilter_buttons", BUTTON)}


@pytest.fixture(scope="module")
def show(tshark, tmp_path_factory):
    """show(sample, "-Y", ...) with the profile in place -> numbers of the frames, or what the options print."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(PROFILE, home / ".config" / "wireshark" / "profiles" / "TCP State")

    def show(sample, *options, fields=("frame.number",)):
        names = [argument for name in fields for argument in ("-e", name)]
        return tshark("-C", "TCP State", "-r", SAMPLES / f"{sample}.pcapng", "-T", "fields", *names, *options,
                      env={"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}).splitlines()

    return show


# ---- Colours ----

def colours(show, sample, *passes):
    """{frame: name of its rule without the common head}, as tshark colours its list."""
    rows = show(sample, "--color", *passes, fields=("frame.number", "frame.coloring_rule.name"))
    pairs = [row.partition("\t") for row in rows]
    return {int(number): name.removeprefix("TCP State: ") for number, _, name in pairs if name}


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one pass", "two passes"])
@pytest.mark.parametrize("sample, expected", [
    # A healthy connection: three, the first request and response, three.
    ("http-client-closes", {1: "opening", 2: "opening", 3: "opening", 4: "transfer", 6: "transfer",
                            15: "closing", 16: "closing", 17: "closing"}),
    ("refused", {1: "opening", 2: "failed"}),
    ("syn-unanswered", {1: "opening", 2: "opening", 3: "opening"}),
])
def test_which_rule_colours_which_frame(show, sample, expected, passes):
    assert colours(show, sample, *passes) == expected


def test_an_abort_is_coloured_as_one(show):
    reset = [int(number) for number in show("abort-by-server", "-Y", "tcp.flags.reset == 1")]
    assert len(reset) == 1
    assert colours(show, "abort-by-server")[reset[0]] == "abort"


def test_there_is_a_rule_for_each_phase():
    *ours, bad, icmp = [name for name, *_ in RULES]
    assert sorted(ours) == ["TCP State: " + phase for phase in ("abort", "closing", "failed", "opening", "transfer")]
    assert (bad, icmp) == ("Bad TCP", "ICMP errors")        # Wireshark's own


def test_what_wireshark_finds_wrong_keeps_wiresharks_colour_below_ours(show):
    # A copy of a SYN is Wireshark's retransmission and our step: ours is on top.
    found = colours(show, "syn-unanswered")
    assert set(found.values()) == {"opening"}
    # How many depends on the Wireshark: 4.4 finds one more.
    bad = [int(number) for number in show("mptcp", "-Y", "tcp.analysis.flags && !tcp.analysis.window_update && !tcpstate.step")]
    assert len(bad) >= 5 and bad == [number for number, rule in colours(show, "mptcp").items() if rule == "Bad TCP"]


def test_an_icmp_error_that_moves_nothing_keeps_wiresharks_colour(show):
    """One that answers a SYN has ours."""
    name = "../tests/golden/kinds/icmp-host-unreachable-of-data"
    errors = [int(number) for number in show(name, "-Y", "icmp")]
    assert len(errors) == 13 and {colours(show, name)[number] for number in errors} == {"ICMP errors"}
    assert colours(show, "icmp-unreachable")[2] == "failed"


def test_plain_rows_stay_plain_where_every_segment_is_labelled(show):
    labelled = colours(show, "http-client-closes", "-o", "tcpstate.label_all:TRUE")
    assert labelled == colours(show, "http-client-closes") and len(labelled) == 8


def luminance(colour):
    """Relative luminance as WCAG 2.1 defines it, of Wireshark's red,green,blue up to 65535."""
    parts = [int(part) / 65535 for part in colour.split(",")]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_wcag_does():
    assert contrast("65535,65535,65535", "0,0,0") == pytest.approx(21)
    assert contrast("30583,30583,30583", "65535,65535,65535") == pytest.approx(4.48, abs=0.01)  # #777 on white


@pytest.mark.parametrize("name, back, fore", [(name, back, fore) for name, _, back, fore in RULES if name not in ("Bad TCP", "ICMP errors")])
def test_letters_stand_out_in_any_theme(name, back, fore):
    # WCAG 2.1, success criterion 1.4.6 (level AAA): 7 to 1.  A rule gives both colours, so no theme has a say.
    assert contrast(back, fore) >= 7


def test_what_went_wrong_can_be_told_without_seeing_hues():
    back = {name.removeprefix("TCP State: "): back for name, _, back, _ in RULES}
    for bad in ("failed", "abort"):
        for good in ("opening", "transfer", "closing"):
            assert contrast(back[bad], back[good]) >= 4.5


# ---- Buttons ----

def test_the_buttons():
    assert list(BUTTONS) == ["Handshake", "Close", "Resets", "Refused / unanswered", "This connection"]


@pytest.mark.parametrize("button, sample, expected", [
    ("Handshake", "http-client-closes", ["1", "2", "3"]),
    ("Close", "http-client-closes", ["15", "16", "17"]),
    ("Resets", "http-client-closes", []),
    ("Resets", "refused", ["2"]),
    ("Refused / unanswered", "http-client-closes", []),
    ("Refused / unanswered", "refused", ["1", "2"]),
    ("Refused / unanswered", "syn-unanswered", ["1", "2", "3"]),
    ("Refused / unanswered", "icmp-unreachable", ["1", "2"]),
    ("Refused / unanswered", "abort-by-server", []),
    # It goes by the packet that is selected; tshark selects none, but it compiles.
    ("This connection", "http-client-closes", []),
])
def test_what_a_button_shows(show, button, sample, expected):
    assert show(sample, "-2", "-Y", BUTTONS[button]) == expected


# ---- Macros ----

def test_the_macros_are_the_same_for_both_kinds_of_wireshark():
    old = {name: unescaped(text) for name, text in parsed("dfilter_macros", OLD_MACRO)}
    new = dict(parsed("dmacros", NEW_MACRO))
    assert old == new and list(new) == ["state", "enters", "slow_handshake"]


def test_a_macro_can_be_written_as_a_call(show, tshark):
    """Since 4.4."""
    if tuple(map(int, re.search(r"(\d+)\.(\d+)", tshark("--version")).groups())) < (4, 4):
        pytest.skip("this Wireshark has the form with a colon only")
    assert show("http-client-closes", "-Y", "$state(TIME_WAIT)") == ["16", "17"]
    assert show("http-client-closes", "-Y", "$slow_handshake(0.0001)") == ["3"]


@pytest.mark.parametrize("expression, expected", [
    # The client closes first (RFC 9293 figure 12): it waits in TIME_WAIT from the other's FIN on.
    ("${state:TIME_WAIT}", ["16", "17"]),
    ("${enters:TIME_WAIT}", ["16"]),
    ("${enters:LAST_ACK}", ["16"]),
    # Frames 1 to 3 take 134 microseconds.
    ("${slow_handshake:0.0001}", ["3"]),
    ("${slow_handshake:0.2}", []),
])
def test_what_a_macro_shows(show, expression, expected):
    assert show("http-client-closes", "-Y", expression) == expected


# ---- What else is there ----

def test_every_file_says_what_it_is():
    for file in *PROFILE.iterdir(), *CHINESE.iterdir():
        assert file.read_text("utf-8").startswith("# SPDX-License-Identifier: GPL-2.0-or-later\n# Wireshark's profile"), file


def test_the_chinese_profile_differs_by_its_words_only():
    def bare(path, keep):
        return [re.sub(keep, "", line) for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]

    assert {path.name for path in CHINESE.iterdir()} == {"preferences", "dfilter_buttons", "colorfilters", "io_graphs"}
    assert bare(CHINESE / "colorfilters", r"^@[^@]+@") == bare(PROFILE / "colorfilters", r"^@[^@]+@")
    filters = [BUTTON.fullmatch(line)[2] for line in (CHINESE / "dfilter_buttons").read_text("utf-8").splitlines() if line[0] != "#"]
    assert [unescaped(text) for text in filters] == list(BUTTONS.values())
    more = {"tcpstate.language: zh", "gui.qt.font_name: Noto Sans Mono CJK SC,10,-1,5,50,0,0,0,0,0"}
    title = r'^\t"[^"]+"'
    chinese = [line for line in bare(CHINESE / "preferences", title) if line not in more]
    assert chinese == bare(PROFILE / "preferences", title)
    for name in "dfilter_buttons", "preferences":       # no title, label or tooltip in English
        for line in (CHINESE / name).read_text("utf-8").splitlines():
            assert line[:1] in "#g" or not re.match(r'(\t|"TRUE",)"[A-Za-z./ ]+"', line), line


def test_the_chinese_profile_loads_without_a_complaint_and_speaks_chinese(tmp_path):
    profile = tmp_path / ".config" / "wireshark" / "profiles" / "TCP 状态"
    shutil.copytree(PROFILE, profile)
    shutil.copytree(CHINESE, profile, dirs_exist_ok=True)
    done = built.run("tshark", "-C", "TCP 状态", "--color", "-r", SAMPLES / "refused.pcapng",
                        env={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")})
    assert "第一次握手" in done.stdout and "连接被拒绝" in done.stdout
    assert not re.search("could not|error|warning|unknown|not a", done.stderr, re.I), done.stderr


def test_nothing_in_it_draws_a_complaint(tshark, tmp_path):
    config = tmp_path / ".config"
    shutil.copytree(PROFILE, config / "wireshark" / "profiles" / "TCP State")
    done = built.run("tshark", "-C", "TCP State", "--color", "-r", SAMPLES / "refused.pcapng",
                        env={"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(config)})
    assert not re.search("could not|error|warning|unknown|not a", done.stderr, re.I), done.stderr


# ---- Graphs and plots ----

# What Wireshark 4.6 calls the styles of a plot.
STYLES = {"Line", "Dot Line", "Step Line", "Dot Step Line", "Impulse", "Dot", "Square", "Diamond", "Cross", "Circle", "Plus"}


def rows_of(name, folder=PROFILE):
    return [line[1:-1].split('","') for line in lines(name, folder)]


def test_the_graphs_of_both_languages_differ_in_names_alone():
    """And a name that is not a state's is Chinese there."""
    english, chinese = rows_of("io_graphs"), rows_of("io_graphs", CHINESE)
    assert [row[:1] + row[2:] for row in english] == [row[:1] + row[2:] for row in chinese]
    for one, other in zip(english, chinese):
        assert other[1] == one[1] if one[1] in ("CLOSE_WAIT", "TIME_WAIT", "SYN_RCVD") else re.match("[\u4e00-\u9fff]", other[1][-1])


def test_the_plots_are_of_the_states_that_the_graphs_show(tshark):
    """The graphs of I/O Graphs, for Statistics -> Plots (4.6): enabled, its group of 1 to 20, name, filter, colour, style, field, factor."""
    plots = rows_of("plots")
    assert [(name, text, colour, field) for _, _, name, text, colour, _, field, _ in plots] == [
        (name, text, colour, field) for _, name, text, colour, _, _, field, *_ in rows_of("io_graphs") if field]
    assert [(enabled, group, factor) for enabled, group, *_, factor in plots] == [("TRUE", str(number), "1") for number in (1, 2, 3)]
    assert {style for *_, style, _, _ in plots} <= STYLES
    known = {line.split("\t")[2] for line in tshark("-G", "fields").splitlines() if line.startswith("F\t")}
    assert {field for *_, field, _ in plots} <= known
