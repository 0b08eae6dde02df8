/* text-width.c - text in the columns of a terminal; see text-width.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "text-width.h"

#include <stdio.h>

#include <string.h>

static int columns_of(gunichar letter)
{
    if (g_unichar_iszerowidth(letter))
        return 0;
    return g_unichar_iswide(letter) ? 2 : 1;
}

int tcpstate_columns(const char *text)
{
    int columns = 0;

    while (*text) {
        if (*text >= ' ' && *text <= '~') { /* nearly all of them */
            columns++;
            text++;
        } else {
            columns += columns_of(g_utf8_get_char(text));
            text = g_utf8_next_char(text);
        }
    }
    return columns;
}

/* Control characters, line and paragraph separators, what turns the direction
 * of writing, and what stands for no letter at all. */
static bool is_harmless(gunichar letter)
{
    switch (g_unichar_type(letter)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return false;
    default:
        return !(letter == 0x061C || letter == 0x200E || letter == 0x200F || (letter >= 0x202A && letter <= 0x202E)
                 || (letter >= 0x2066 && letter <= 0x2069));
    }
}

bool tcpstate_is_printable(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text))
        if (!is_harmless(g_utf8_get_char(text)))
            return false;
    return true;
}

char *tcpstate_printable(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_sized_new(strlen(valid));

    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        g_string_append_unichar(out, is_harmless(letter) ? letter : ' ');
    }
    g_free(valid);
    return g_string_free(out, FALSE);
}

/* Where a text has to end to take no more than these columns. */
static const char *end_within(const char *text, int columns)
{
    const char *at = text;

    while (*at) {
        columns -= columns_of(g_utf8_get_char(at));
        if (columns < 0)
            break;
        at = g_utf8_next_char(at);
    }
    return at;
}

void tcpstate_append_cut(GString *line, const char *text, int columns)
{
    if (tcpstate_columns(text) <= columns) {
        g_string_append(line, text);
        return;
    }
    g_string_append_len(line, text, end_within(text, MAX(columns - 3, 0)) - text);
    g_string_append_len(line, "...", CLAMP(columns, 0, 3));
}

void tcpstate_append_blanks(GString *line, int count)
{
    const gsize before = line->len;

    if (count <= 0)
        return;
    g_string_set_size(line, before + (gsize)count);
    memset(line->str + before, ' ', (size_t)count);
}

void tcpstate_append_padded(GString *line, const char *text, int columns)
{
    gsize before = line->len;

    tcpstate_append_cut(line, text, columns);
    tcpstate_append_blanks(line, columns - tcpstate_columns(line->str + before));
}

void tcpstate_append_filled(GString *line, const char *text, int columns)
{
    g_string_append(line, text);
    tcpstate_append_blanks(line, columns - tcpstate_columns(text));
}

/* The best place at or before `end` to end a line. */
static const char *break_before(const char *text, const char *end)
{
    if (*end == '\0' || *end == ' ')
        return end;
    for (const char *at = end; at > text; at = g_utf8_prev_char(at)) {
        const char *previous = g_utf8_prev_char(at);
        if (*previous == ' ' || (g_unichar_iswide(g_utf8_get_char(previous)) && g_unichar_iswide(g_utf8_get_char(at))))
            return at;
    }
    return end;
}

void tcpstate_append_wrapped(GString *out, const char *text, int columns, int indent)
{
    int room = columns;

    do {
        const char *end = break_before(text, end_within(text, room));
        if (end == text) /* not even one letter fits */
            end = g_utf8_next_char(text);
        gsize length = (gsize)(end - text);
        while (length > 0 && text[length - 1] == ' ')
            length--;
        g_string_append_len(out, text, (gssize)length);
        g_string_append_c(out, '\n');
        for (text = end; *text == ' '; text++)
            ;
        if (*text)
            tcpstate_append_blanks(out, indent);
        room = columns - indent;
    } while (*text);
}

static void print_blanks(int count)
{
    printf("%*s", MAX(count, 0), "");
}

void tcpstate_print_padded(const char *text, int columns, bool to_the_right)
{
    const int blanks = columns - tcpstate_columns(text);

    if (to_the_right)
        print_blanks(blanks);
    fputs(text, stdout);
    if (!to_the_right)
        print_blanks(blanks);
}
