/* page-json.h - the values of a page's data, written as JSON.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A capture brings names along, and they may be anything.  Wireshark's own writer
 * makes JSON of them, in which "<!--" and "<script" stay as they are; so the whole
 * goes through tcpstate_page_append_escaped(): none of its letters can end the element
 * of HTML in which the data stand.  What is null, empty or false is not written.
 */
#ifndef TCPSTATE_PAGE_JSON_H
#define TCPSTATE_PAGE_JSON_H

#include <wsutil/json_dumper.h>

#include "page.h"

/* While the data are written. */
struct tcpstate_page_writing {
    json_dumper *out;
    struct tcpstate_page *page;
    wmem_allocator_t *pool;
    uint32_t *numbers; /* of a text of the page in the data; 0: not used yet */
    GArray *used;      /* tcpstate_page_text, in the order of their numbers, from 1 */
    uint32_t room;     /* of numbers */
};

/* Without control characters, and as UTF-8. */
void tcpstate_page_append_string(json_dumper *out, const char *text);

/* A member, unless it is empty, 0, below 0 or false; a number and a pair always. */
void tcpstate_page_add_string(json_dumper *out, const char *member, const char *text);
void tcpstate_page_add_number(json_dumper *out, const char *member, int64_t number);
void tcpstate_page_add_count(json_dumper *out, const char *member, uint64_t number);
void tcpstate_page_add_time(json_dumper *out, const char *member, int64_t nanoseconds);
void tcpstate_page_add_flag(json_dumper *out, const char *member, bool flag);
void tcpstate_page_add_pair(json_dumper *out, const char *member, uint64_t a, uint64_t b);

/* A text in both languages, by its number. */
void tcpstate_page_add_text(struct tcpstate_page_writing *writing, const char *member, tcpstate_page_text text);
void tcpstate_page_add_words(struct tcpstate_page_writing *writing, const char *member, const char *english, const char *chinese);

/* JSON in one line, and of it what HTML could take for markup by its number: such letters stand within strings only. */
void tcpstate_page_append_escaped(GString *out, const char *json);

#endif
