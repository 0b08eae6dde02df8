/* columns.c - text in columns; see columns.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "columns.h"

#include <stdio.h>

#include <glib.h>

size_t tcpstate_width(const char *text)
{
    size_t width = 0;

    while (*text) {
        gunichar character = g_utf8_get_char_validated(text, -1);

        if (character == (gunichar)-1 || character == (gunichar)-2) {
            width++; /* not UTF-8: a terminal shows something in its place */
            text++;
            continue;
        }
        width += g_unichar_iszerowidth(character) ? 0 : g_unichar_iswide(character) ? 2 : 1;
        text = g_utf8_next_char(text);
    }
    return width;
}

void tcpstate_print_padded(const char *text, size_t width, bool to_the_right)
{
    size_t taken = tcpstate_width(text);
    int blanks = width > taken ? (int)(width - taken) : 0;

    if (to_the_right)
        printf("%*s%s", blanks, "", text);
    else
        printf("%s%*s", text, blanks, "");
}
