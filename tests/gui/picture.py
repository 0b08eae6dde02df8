# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading what a picture of the screen says (tesseract).

A Picture is one grey byte per pixel.  Wireshark paints each row of the packet
list in colours of its own, dark on light and the selected one light on dark;
tesseract wants black on white.  So each line of pixels is measured against
its own most frequent value, which is its background, whatever colour that is.
"""
import collections
import os
import shutil
import subprocess
import unicodedata

SCALE, BORDER = 3, 10       # small letters are read badly, and so are letters at the edge

# What tesseract is to expect.
SCRIPTS = {
    "latin": ["-l", "eng"],
    "chinese": ["-l", "chi_sim"],       # knows Latin letters as well, but not so well
    "digits": ["-l", "eng", "-c", "tessedit_char_whitelist=0123456789"],
}


def tool(name):
    """Debian's own program; other things are called `convert`, too."""
    return shutil.which(name, path="/usr/bin:/bin") or name


class Word(collections.namedtuple("Word", "text x y width height")):
    """What is written, and where on the screen."""

    @property
    def middle(self):
        return self.y + self.height / 2

    @property
    def right(self):
        return self.x + self.width


class Picture(collections.namedtuple("Picture", "width height pixels")):
    def _row(self, y):
        return self.pixels[y * self.width:(y + 1) * self.width]

    def black_on_white(self, x, y, width, height):
        rows = bytearray()
        for top in range(y, y + height):
            row = self._row(top)[x:x + width]
            background = collections.Counter(row).most_common(1)[0][0]
            contrast = bytes(max(0, 255 - 2 * abs(value - background)) for value in range(256))
            rows += row.translate(contrast)
        return b"P5 %d %d 255\n" % (width, height) + bytes(rows)

    def changed(self, before):
        """The area that holds all that has changed, or None."""
        rows = [y for y in range(self.height) if self._row(y) != before._row(y)]
        if not rows:
            return None
        columns = [x for y in rows for x, (a, b) in enumerate(zip(self._row(y), before._row(y))) if a != b]
        return min(columns), rows[0], max(columns) + 1 - min(columns), rows[-1] + 1 - rows[0]

    def words(self, area, script="latin"):
        """The Words in an area (x, y, width, height), from the top, line by line."""
        x, y, width, height = area
        enlarged = subprocess.run(
            [tool("convert"), "pgm:-", "-bordercolor", "white", "-border", str(BORDER), "-filter", "Lanczos",
             "-resize", f"{SCALE}00%", "pgm:-"],
            input=self.black_on_white(*area), stdout=subprocess.PIPE, check=True).stdout
        # 6: one block of text, of which nothing is left out as decoration.
        # One thread: more of them spend their time waiting for each other.
        table = subprocess.run([tool("tesseract"), "-", "-", *SCRIPTS[script], "--psm", "6", "tsv"], input=enlarged,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                               env={**os.environ, "OMP_THREAD_LIMIT": "1"}).stdout.decode()
        found = []
        for line in table.splitlines()[1:]:
            level, *_, left, top, wide, high, _, text = line.split("\t")
            if level == "5" and text.strip():
                left, top, wide, high = (int(number) // SCALE for number in (left, top, wide, high))
                found.append(Word(text.strip(), x + left - BORDER, y + top - BORDER, wide, high))
        return found

    def _words_by_line(self, area, script):
        lines = []
        for word in sorted(self.words(area, script), key=lambda word: word.middle):
            if lines and word.middle - lines[-1][-1].middle < 6:
                lines[-1].append(word)
            else:
                lines.append([word])
        return [sorted(line, key=lambda word: word.x) for line in lines]

    def lines(self, area, script="latin"):
        """The lines in an area, from the top, each as one Word."""
        return [joined(line) for line in self._words_by_line(area, script)]

    def find(self, text, area, script="latin"):
        """Where a text of whole words stands in an area, as one Word, or None."""
        for line in self._words_by_line(area, script):
            for start in range(len(line)):
                for end in range(start + 1, len(line) + 1):
                    if plain(joined(line[start:end]).text) == plain(text):
                        return joined(line[start:end])
        return None


def plain(text):
    """Without what tesseract is not sure of: blanks between Chinese letters, and the width of punctuation."""
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans("〈〉《》", "()()"))
    return "".join(text.split())


def joined(words):
    left, top = min(word.x for word in words), min(word.y for word in words)
    return Word(" ".join(word.text for word in words), left, top, max(word.right for word in words) - left,
                max(word.y + word.height for word in words) - top)
