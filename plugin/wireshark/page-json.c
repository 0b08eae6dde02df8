/* page-json.c - values of a page's data, as JSON; see page-json.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "page-json.h"

#include <inttypes.h>
#include <string.h>

#include "text-width.h"

void tcpstate_page_append_string(json_dumper *out, const char *text)
{
    char *printable = tcpstate_printable(text);

    json_dumper_value_string(out, printable);
    g_free(printable);
}

void tcpstate_page_add_string(json_dumper *out, const char *member, const char *text)
{
    if (!text || !*text)
        return;
    json_dumper_set_member_name(out, member);
    tcpstate_page_append_string(out, text);
}

void tcpstate_page_add_number(json_dumper *out, const char *member, int64_t number)
{
    json_dumper_set_member_name(out, member);
    json_dumper_value_anyf(out, "%" PRId64, number);
}

void tcpstate_page_add_count(json_dumper *out, const char *member, uint64_t number)
{
    if (number > 0)
        tcpstate_page_add_number(out, member, (int64_t)number);
}

void tcpstate_page_add_time(json_dumper *out, const char *member, int64_t nanoseconds)
{
    if (nanoseconds >= 0)
        tcpstate_page_add_number(out, member, nanoseconds / 1000);
}

void tcpstate_page_add_flag(json_dumper *out, const char *member, bool flag)
{
    if (flag)
        tcpstate_page_add_number(out, member, 1);
}

void tcpstate_page_add_pair(json_dumper *out, const char *member, uint64_t a, uint64_t b)
{
    json_dumper_set_member_name(out, member);
    json_dumper_value_anyf(out, "[%" PRIu64 ",%" PRIu64 "]", a, b);
}

void tcpstate_page_add_text(struct tcpstate_page_writing *writing, const char *member, tcpstate_page_text text)
{
    if (text == 0)
        return;
    if (text >= writing->room) {
        uint32_t room = writing->page->texts->len;
        writing->numbers = g_renew(uint32_t, writing->numbers, room);
        memset(writing->numbers + writing->room, 0, (room - writing->room) * sizeof writing->numbers[0]);
        writing->room = room;
    }
    if (writing->numbers[text] == 0) {
        g_array_append_val(writing->used, text);
        writing->numbers[text] = writing->used->len;
    }
    tcpstate_page_add_number(writing->out, member, writing->numbers[text]);
}

void tcpstate_page_add_words(struct tcpstate_page_writing *writing, const char *member, const char *english, const char *chinese)
{
    tcpstate_page_add_text(writing, member, tcpstate_page_text_of(writing->page, english, chinese));
}

void tcpstate_page_append_escaped(GString *out, const char *json)
{
    for (const char *at = json; *at; at++) {
        if (strchr("<>&'", *at))
            g_string_append_printf(out, "\\u%04x", (unsigned)*at);
        else if (*at != '\n')
            g_string_append_c(out, *at);
    }
}
