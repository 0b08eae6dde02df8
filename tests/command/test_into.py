# SPDX-License-Identifier: GPL-2.0-or-later
"""annotate --install --into PROFILE: the column Analysis in a profile that the
user has already, everything else in it as it was; and out again."""
import os
import pathlib
import subprocess

import pytest

SAMPLE = (pathlib.Path(__file__).resolve().parents[2] / "samples/http-loopback.pcapng").read_bytes()
PAIR = '"Analysis", "%Cus:tcpstate.analysis:0:R"'
BACKUP = ".before-tcpstate"

# As Wireshark 4.0 writes it on saving.
WRITTEN = """# Configuration file for Wireshark 4.0.17.
#
gui.ask_unsaved: FALSE

####### User Interface: Columns ########

# Packet list hidden column formats
#gui.column.hidden:

# Packet list column format
# Each pair of strings consists of a column title and its format
gui.column.format: 
\t"No.", "%m",
\t"Time, relative", "%t",
\t"Info", "%i"

####### User Interface: Font ########
gui.qt.font_name: Monospace
"""
WITH_COLUMN = WRITTEN.replace('"%i"\n', '"%i",\n\t' + PAIR + "\n")


def does(account, *arguments, **options):
    done = account.annotate(*arguments, **options)
    assert done.returncode == 0, done.stderr
    return done.stderr


class Profile:
    def __init__(self, account, folder):
        self.account, self.folder = account, folder
        self.file = folder / "preferences"
        self.backup = folder / ("preferences" + BACKUP)

    def write(self, text):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(text.encode())
        self.own()
        return self

    def own(self):
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "65534:65534", self.account.home], check=True)

    def text(self):
        return self.file.read_bytes().decode()


@pytest.fixture
def default(account):
    return Profile(account, account.home / ".config/wireshark")


@pytest.fixture
def mine(account):
    return Profile(account, account.home / ".config/wireshark/profiles/My own")


def rows(account, profile):
    name = account.leave("sample.pcapng", SAMPLE)
    return account.run("tshark", "-C", profile, "-r", name, "-c", "1").stdout


def test_the_column_comes_and_goes(account, default):
    default.write(WRITTEN)
    before = account.files()
    said = does(account, "--install", "--into", "Default")
    assert str(default.backup) in said
    assert default.text() == WITH_COLUMN
    assert default.backup.read_bytes().decode() == WRITTEN
    assert "Handshake 1/3" in rows(account, "Default")
    assert does(account, "--uninstall") == "annotate: uninstalled\n"
    assert default.text() == WRITTEN
    assert account.files() == before


def test_a_second_time_changes_nothing(account, mine):
    mine.write(WRITTEN)
    does(account, "--install", "--into=My own")
    assert "has the column already" in does(account, "--install", "--into", "My own")
    assert mine.text() == WITH_COLUMN and "Handshake 1/3" in rows(account, "My own")
    assert len(list(mine.folder.iterdir())) == 2


def test_a_profile_without_columns_of_its_own_gets_the_default_ones(account, default, mine):
    """Also where the file is not there, or names its columns in a comment only."""
    mine.write("gui.ask_unsaved: FALSE\n#gui.column.format: \n#\t\"No.\", \"%m\"")
    does(account, "--install", "--into", "My own")
    does(account, "--install", "--into", "Default")
    columns = 'gui.column.format: \n\t"No.", "%m",\n\t"Time", "%t",\n\t"Source", "%s",\n\t"Destination", "%d",\n' \
              '\t"Protocol", "%p",\n\t"Length", "%L",\n\t"Info", "%i",\n\t' + PAIR + "\n"
    assert mine.text() == 'gui.ask_unsaved: FALSE\n#gui.column.format: \n#\t"No.", "%m"\n' + columns
    assert default.text() == columns
    assert "Handshake 1/3" in rows(account, "Default") and "Handshake 1/3" in rows(account, "My own")
    does(account, "--uninstall")
    assert not default.file.exists() and not default.backup.exists()
    assert mine.text() == 'gui.ask_unsaved: FALSE\n#gui.column.format: \n#\t"No.", "%m"'


def profiles(account, texts):
    """One profile for each text; an installation takes a while, so all of them share one."""
    folder = account.home / ".config/wireshark/profiles"
    return [Profile(account, folder / str(number)).write(text) for number, text in enumerate(texts)]


WAYS = [
    # one line
    ('gui.column.format: "No.", "%m", "Info", "%i"\n', f'gui.column.format: "No.", "%m", "Info", "%i",\n\t{PAIR}\n'),
    # Windows
    ('gui.column.format: No., %m\r\nx.y: 1\r\n', f'gui.column.format: No., %m,\r\n\t{PAIR}\r\nx.y: 1\r\n'),
    # comments, and a comma too many
    ('gui.column.format:\n\t"No.", "%m",\n# why\n\n\t"I", "%i",\n',
     f'gui.column.format:\n\t"No.", "%m",\n# why\n\n\t"I", "%i",\n\t{PAIR}\n'),
    # named twice, and no end of the last line
    ('gui.column.format: "Old", "%m"\ngui.column.format: "No.", "%m"',
     f'gui.column.format: "Old", "%m"\ngui.column.format: "No.", "%m",\n\t{PAIR}'),
    # quotes and commas in a title
    ('gui.column.format:\n\t"A \\"quoted\\", title", "%m"\n',
     f'gui.column.format:\n\t"A \\"quoted\\", title", "%m",\n\t{PAIR}\n'),
]


def test_ways_to_write_the_columns(account):
    made = profiles(account, [before for before, _ in WAYS])
    for profile, (_, after) in zip(made, WAYS):
        does(account, "--install", "--into", profile.folder.name)
        assert profile.text() == after
        assert "Handshake 1/3" in rows(account, profile.folder.name)
    does(account, "--uninstall")
    assert [profile.text() for profile in made] == [before for before, _ in WAYS]


def test_a_column_that_the_user_has_made_is_the_users(account):
    texts = [f'gui.column.format:\n\t"No.", "%m",\n\t{column}\n'
             for column in (PAIR, '"Step", "%Cus:tcpstate.analysis"', '"S", "%Cus:tcpstate.analysis:1:U"')]
    made = profiles(account, texts)
    for profile in made:
        assert "has the column already" in does(account, "--install", "--into", profile.folder.name)
    does(account, "--uninstall")
    assert [profile.text() for profile in made] == texts
    assert not any(profile.backup.exists() for profile in made)


# As Wireshark writes them after the user did something, and what is to be left.
CHANGED = [
    ('\t"No.", "%m",\n\tPAIR\n', '\t"No.", "%m"\n'),
    ('\t"No.", "%m",\n\tPAIR,\n\t"Info", "%i"\n', '\t"No.", "%m",\n\t"Info", "%i"\n'),
    ('\tPAIR,\n\t"Info", "%i"\n', '\t"Info", "%i"\n'),
    ('\t"No.", "%m",\n\t"My \\"name\\"", "%Cus:tcpstate.analysis:0:R"\n', '\t"No.", "%m"\n'),
    ('\t"No.", "%m",\n\t"Client", "%Cus:tcpstate.client.state:0:R"\n',
     '\t"No.", "%m",\n\t"Client", "%Cus:tcpstate.client.state:0:R"\n'),
]


def test_where_other_things_were_changed_only_the_column_goes(account):
    """Wireshark writes the whole file when the user changes a setting or moves a column."""
    made = profiles(account, [WRITTEN] * len(CHANGED))
    head = "# Configuration file for Wireshark 4.0.17.\ngui.ask_unsaved: TRUE\ngui.column.format: \n"
    for profile, (columns, _) in zip(made, CHANGED):
        does(account, "--install", "--into", profile.folder.name)
        profile.write(head + columns.replace("PAIR", PAIR) + "gui.x: 1\n")
    said = does(account, "--uninstall")
    for profile, (_, left) in zip(made, CHANGED):
        assert profile.text() == head + left + "gui.x: 1\n"
        assert f"kept, the preferences before --into: {profile.backup}\n" in said
        assert profile.backup.read_bytes().decode() == WRITTEN
    assert not account.plugin.exists()


def test_a_profile_that_is_not_there(account, mine):
    mine.write(WRITTEN)
    for name in ("Nope", "../wireshark", ".", ""):
        done = account.annotate("--install", "--into", name)
        assert done.returncode != 0 and done.stderr.splitlines()[-1].startswith("annotate: ")
    assert "there are: Default,My own,TCP State" in account.annotate("--install", "--into", "Nope").stderr
    assert mine.text() == WRITTEN
    assert account.annotate("--into", "My own").returncode == 2


def test_a_link_to_the_preferences_stays_a_link(account, default):
    """People keep such files elsewhere, under version control."""
    elsewhere = Profile(account, account.home / "dotfiles").write(WRITTEN)
    default.folder.mkdir(parents=True)
    default.file.symlink_to(elsewhere.file)
    elsewhere.file.chmod(0o600)
    elsewhere.own()
    does(account, "--install", "--into", "Default")
    assert default.file.is_symlink() and elsewhere.text() == WITH_COLUMN
    assert elsewhere.file.stat().st_mode & 0o777 == 0o600
    does(account, "--uninstall")
    assert default.file.is_symlink() and elsewhere.text() == WRITTEN


@pytest.mark.parametrize("folder, env", [
    ("conf", {"WIRESHARK_CONFIG_DIR": "{home}/conf"}),
    ("xdg/wireshark", {"XDG_CONFIG_HOME": "{home}/xdg"}),
    (".wireshark", {}),
], ids=["WIRESHARK_CONFIG_DIR", "XDG_CONFIG_HOME", "the old ~/.wireshark"])
def test_the_folder_is_the_one_that_wireshark_uses(account, folder, env):
    env = {name: value.format(home=account.home) for name, value in env.items()}
    there = Profile(account, account.home / folder).write(WRITTEN)
    does(account, "--install", "--into", "Default", env=env)
    assert there.text() == WITH_COLUMN
    assert (there.folder / "profiles/TCP State/preferences").exists()
    does(account, "--uninstall", env=env)
    assert there.text() == WRITTEN


def test_a_full_disk_keeps_the_preferences(account, mine):
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    mine.write(WRITTEN)
    does(account, "--install")
    small = account.home / ".config/wireshark/profiles/My own"
    disk = f'mount -t tmpfs -o size=8k,mode=777 none "{small}" || exit 125; '
    script = f'cd "{small}" && printf "%4000s" "#" >preferences && echo >>preferences && cat /dev/zero >fill 2>/dev/null; ' \
             f'sum=$(cksum <preferences); "{account.clone}/plugin/annotate" --install --into "My own"; echo $?; ' \
             'test "$sum" = "$(cksum <preferences)" && ls -A'
    done = account.run("sh", "-c", script, mount=disk)
    assert done.stdout.split() == ["1", "fill", "preferences"]
    assert done.stderr.startswith("annotate: cannot write ")
