/* tree-fields.c - adding one of our fields to a packet's tree; see tree-fields.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A line's text is written here and not by Wireshark: in -V formatting is the
 * dearest part of a line, and ours are but a name, a colon and a value.
 */
#include "tree-fields.h"

#include <stdarg.h>
#include <string.h>

#include <wsutil/to_str.h>

#include "views.h"

#define DIGITS 11 /* of a number of 32 bits, and its end */

/* How a line begins: the field's name and a colon, put together once. */
struct beginning {
    size_t length; /* 0: not yet */
    char text[120];
};

static const struct beginning *beginning_of(const struct tcpstate_view *view, enum tcpstate_field field)
{
    static struct beginning all[TCPSTATE_LANGUAGES][TCPSTATE_FIELDS];
    struct beginning *beginning = &all[view->language][field];

    if (beginning->length == 0) {
        g_snprintf(beginning->text, sizeof beginning->text, "%s: ", tcpstate_field_name(field, view->language));
        beginning->length = strlen(beginning->text);
    }
    return beginning;
}

/* A number's digits, in `room`. */
static const char *decimal(char room[DIGITS], uint32_t number)
{
    room[DIGITS - 1] = '\0';
    return uint_to_str_back(room + DIGITS - 1, number);
}

/* A line that is longer than there is room for, from the part that has none on:
 * Wireshark cuts it, and says so. */
static void write_long_line(const struct tcpstate_view *view, proto_item *item, const char *begun, const char *part,
                            va_list parts)
{
    wmem_strbuf_t *text = wmem_strbuf_new(view->pinfo->pool, begun);

    for (; part; part = va_arg(parts, const char *))
        wmem_strbuf_append(text, part);
    proto_item_set_text(item, "%s", wmem_strbuf_get_str(text));
}

/* The line's text: its beginning and all parts up to NULL. */
static void write_line(const struct tcpstate_view *view, proto_item *item, const struct beginning *beginning,
                       va_list parts)
{
    char *text = tcpstate_room_for_text(item, view->pinfo->pool);
    size_t at = beginning->length;

    if (!text)
        return;
    memcpy(text, beginning->text, at);
    for (const char *part = va_arg(parts, const char *); part; part = va_arg(parts, const char *)) {
        size_t length = strlen(part);
        if (length >= ITEM_LABEL_LENGTH - at) {
            text[at] = '\0';
            write_long_line(view, item, text, part, parts);
            return;
        }
        memcpy(text + at, part, length);
        at += length;
    }
    text[at] = '\0';
}

void tcpstate_set_line(const struct tcpstate_view *view, proto_item *item, ...)
{
    static const struct beginning nothing;
    va_list parts;

    if (!item || !view->visible)
        return;
    va_start(parts, item);
    write_line(view, item, &nothing, parts);
    va_end(parts);
}

/* Make the item a line that says this of the field, generated as all of ours. */
static proto_item *line(const struct tcpstate_view *view, proto_item *item, enum tcpstate_field field, ...)
{
    va_list parts;

    if (view->visible) {
        va_start(parts, field);
        write_line(view, item, beginning_of(view, field), parts);
        va_end(parts);
    }
    proto_item_set_generated(item);
    return item;
}

static void hidden(proto_item *item)
{
    if (!item)
        return;
    proto_item_set_generated(item);
    proto_item_set_hidden(item);
}

static proto_item *string(const struct tcpstate_view *view, enum tcpstate_field field, const char *value)
{
    return proto_tree_add_string(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value);
}

proto_item *tcpstate_add_named(const struct tcpstate_view *view, enum tcpstate_field field, const char *value,
                               const char *shown)
{
    return tcpstate_wanted(view, field) ? line(view, string(view, field, value), field, shown, NULL) : NULL;
}

/* The last digits of a time after its point: nine of nanoseconds, or the first
 * six of them where the others are zeros, as most clocks have them. */
static const char *fraction(char room[DIGITS], int64_t nanoseconds)
{
    uint32_t number = (uint32_t)(nanoseconds % TCPSTATE_SECOND);

    /* With a 1 before them, so that leading zeros are written. */
    return number % 1000 == 0 ? decimal(room, number / 1000 + 1000000) + 1 : decimal(room, number + (uint32_t)TCPSTATE_SECOND) + 1;
}

void tcpstate_add_explained(const struct tcpstate_view *view, enum tcpstate_field field, const char *value,
                            const char *between, const char *more)
{
    if (tcpstate_wanted(view, field))
        line(view, string(view, field, value), field, value, between, more, NULL);
}

void tcpstate_add_changed(const struct tcpstate_view *view, enum tcpstate_field field, const char *value,
                          const char *shown, const char *before, int64_t stayed)
{
    char digits[2][DIGITS];
    enum tcpstate_language language = view->language;

    if (!tcpstate_wanted(view, field))
        return;
    proto_item *item = string(view, field, value);
    const char *was = tcpstate_word(TCPSTATE_WORD_WAS, language);
    if (stayed < 0 || stayed / TCPSTATE_SECOND > UINT32_MAX)
        line(view, item, field, shown, was, before, NULL);
    else
        line(view, item, field, shown, was, before, tcpstate_word(TCPSTATE_WORD_FOR, language),
             decimal(digits[0], (uint32_t)(stayed / TCPSTATE_SECOND)), ".", fraction(digits[1], stayed),
             tcpstate_word(TCPSTATE_WORD_SECONDS, language), NULL);
}

proto_item *tcpstate_add_string(const struct tcpstate_view *view, enum tcpstate_field field, const char *value)
{
    return tcpstate_add_named(view, field, value, value);
}

/* Where the sentence at the beginning of a text ends: behind its full stop, in
 * either language. */
static size_t sentence_length(const char *text)
{
    for (const char *at = text; *at; at++) {
        if (g_str_has_prefix(at, "。"))
            return (size_t)(at - text) + strlen("。");
        if (*at == '.' && at[1] == ' ')
            return (size_t)(at - text) + 1;
    }
    return strlen(text);
}

void tcpstate_add_sentences(const struct tcpstate_view *view, enum tcpstate_field field, const char *text)
{
    /* A window has no room for more than a sentence in a line; a terminal breaks lines by itself. */
    static int in_window = -1;
    if (in_window < 0)
        in_window = tcpstate_has_window();
    size_t length = in_window || strlen(text) > ITEM_LABEL_LENGTH - sizeof ((struct beginning *)0)->text
                        ? sentence_length(text)
                        : strlen(text);
    if (!tcpstate_wanted(view, field))
        return;
    proto_item *item = string(view, field, text);
    line(view, item, field, view->visible ? wmem_strndup(view->pinfo->pool, text, length) : NULL, NULL);
    if (!view->visible)
        return;
    for (text += length; *text; text += length) {
        text += strspn(text, " ");
        length = sentence_length(text);
        proto_tree_add_subtree(view->tree, view->tvb, 0, 0, tcpstate_ett_below, &item,
                               wmem_strndup(view->pinfo->pool, text, length));
        proto_item_set_generated(item);
    }
}

void tcpstate_add_hidden_string(const struct tcpstate_view *view, enum tcpstate_field field, const char *value)
{
    if (tcpstate_wanted(view, field))
        hidden(string(view, field, value));
}

static proto_item *number(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t value)
{
    return proto_tree_add_uint(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value);
}

proto_item *tcpstate_add_uint(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t value)
{
    char digits[DIGITS];

    if (!tcpstate_wanted(view, field))
        return NULL;
    proto_item *item = number(view, field, value);
    return line(view, item, field, view->visible ? decimal(digits, value) : NULL, NULL);
}

void tcpstate_add_hidden_uint(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t value)
{
    if (tcpstate_wanted(view, field))
        hidden(number(view, field, value));
}

/* NULL where it is not known, or nobody wants it. */
static proto_item *duration(const struct tcpstate_view *view, enum tcpstate_field field, int64_t nanoseconds)
{
    if (nanoseconds < 0 || !tcpstate_wanted(view, field))
        return NULL;
    nstime_t time = { .secs = (time_t)(nanoseconds / TCPSTATE_SECOND), .nsecs = (int)(nanoseconds % TCPSTATE_SECOND) };
    return proto_tree_add_time(view->tree, tcpstate_hf[field], view->tvb, 0, 0, &time);
}

void tcpstate_add_hidden_time(const struct tcpstate_view *view, enum tcpstate_field field, int64_t nanoseconds)
{
    hidden(duration(view, field, nanoseconds));
}

void tcpstate_add_time(const struct tcpstate_view *view, enum tcpstate_field field, int64_t nanoseconds)
{
    proto_item *item = duration(view, field, nanoseconds);
    char digits[2][DIGITS];

    if (!item)
        return;
    if (nanoseconds / TCPSTATE_SECOND > UINT32_MAX) /* of a damaged capture */
        proto_item_set_generated(item);
    else
        line(view, item, field, decimal(digits[0], (uint32_t)(nanoseconds / TCPSTATE_SECOND)), ".",
             fraction(digits[1], nanoseconds), tcpstate_word(TCPSTATE_WORD_SECONDS, view->language), NULL);
}

proto_item *tcpstate_add_boolean(const struct tcpstate_view *view, enum tcpstate_field field, bool value)
{
    if (!tcpstate_wanted(view, field))
        return NULL;
    return line(view, proto_tree_add_boolean(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value), field,
                tcpstate_word(value ? TCPSTATE_WORD_PASSED : TCPSTATE_WORD_FAILED, view->language), NULL);
}

void tcpstate_add_hidden_boolean(const struct tcpstate_view *view, enum tcpstate_field field, bool value)
{
    if (tcpstate_wanted(view, field))
        hidden(proto_tree_add_boolean(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value));
}

void tcpstate_add_check(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t found, uint32_t expected)
{
    char digits[2][DIGITS];
    bool passed = found == expected;

    if (!tcpstate_wanted(view, field))
        return;
    proto_item *item = proto_tree_add_boolean(view->tree, tcpstate_hf[field], view->tvb, 0, 0, passed);
    if (!view->visible)
        return;
    line(view, item, field, tcpstate_word(passed ? TCPSTATE_WORD_PASSED : TCPSTATE_WORD_FAILED, view->language), " (",
         decimal(digits[0], found), passed ? " = " : " != ", decimal(digits[1], passed ? found - 1 : expected),
         passed ? " + 1)" : ")", NULL);
}

proto_item *tcpstate_add_frame(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t frame)
{
    return frame != 0 && frame != view->pinfo->num ? tcpstate_add_uint(view, field, frame) : NULL;
}

void tcpstate_add_hidden_frame(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t frame)
{
    if (frame != 0 && frame != view->pinfo->num)
        tcpstate_add_hidden_uint(view, field, frame);
}
