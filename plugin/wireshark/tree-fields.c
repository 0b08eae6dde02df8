/* tree-fields.c - adding one of our fields to a packet's tree; see tree-fields.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tree-fields.h"

#include <inttypes.h>

/* In Chinese the item's own text replaces Wireshark's "English name: value". */
static void finish(const struct tcpstate_view *view, proto_item *item, enum tcpstate_field field, const char *value)
{
    if (tcpstate_needs_own_text(view))
        proto_item_set_text(item, "%s: %s", tcpstate_field_chinese(field), value);
    proto_item_set_generated(item);
}

proto_item *tcpstate_add_named(const struct tcpstate_view *view, enum tcpstate_field field, const char *value,
                             const char *shown)
{
    if (!tcpstate_wanted(view, field))
        return NULL;
    proto_item *item = proto_tree_add_string(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value);
    finish(view, item, field, shown);
    return item;
}

void tcpstate_add_string(const struct tcpstate_view *view, enum tcpstate_field field, const char *value)
{
    tcpstate_add_named(view, field, value, value);
}

void tcpstate_add_text(const struct tcpstate_view *view, enum tcpstate_field field, const char *value)
{
    if (!tcpstate_wanted(view, field))
        return;
    proto_item *item;
    if (view->visible)
        item = proto_tree_add_string_format(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value, "%s: %s",
                                            tcpstate_needs_own_text(view) ? tcpstate_field_chinese(field)
                                                                 : tcpstate_field_registrations[field].hfinfo.name, value);
    else
        item = proto_tree_add_string(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value);
    proto_item_set_generated(item);
}

void tcpstate_hide(proto_item *item)
{
    if (item)
        proto_item_set_hidden(item);
}

proto_item *tcpstate_add_uint(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t value)
{
    if (!tcpstate_wanted(view, field))
        return NULL;
    proto_item *item = proto_tree_add_uint(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value);
    if (tcpstate_needs_own_text(view))
        proto_item_set_text(item, "%s: %u", tcpstate_field_chinese(field), value);
    proto_item_set_generated(item);
    return item;
}

void tcpstate_add_time(const struct tcpstate_view *view, enum tcpstate_field field, int64_t nanoseconds)
{
    if (nanoseconds < 0 || !tcpstate_wanted(view, field))
        return;
    nstime_t time = { .secs = (time_t)(nanoseconds / 1000000000), .nsecs = (int)(nanoseconds % 1000000000) };
    proto_item *item = proto_tree_add_time(view->tree, tcpstate_hf[field], view->tvb, 0, 0, &time);
    if (tcpstate_needs_own_text(view))
        proto_item_set_text(item, "%s: %" PRId64 ".%09d 秒", tcpstate_field_chinese(field), nanoseconds / 1000000000,
                            time.nsecs);
    proto_item_set_generated(item);
}

proto_item *tcpstate_add_boolean(const struct tcpstate_view *view, enum tcpstate_field field, bool value)
{
    if (!tcpstate_wanted(view, field))
        return NULL;
    proto_item *item = proto_tree_add_boolean(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value);
    finish(view, item, field,
           tcpstate_word(value ? TCPSTATE_WORD_PASSED : TCPSTATE_WORD_FAILED, view->language));
    return item;
}

proto_item *tcpstate_add_frame(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t frame)
{
    return frame != 0 && frame != view->pinfo->num ? tcpstate_add_uint(view, field, frame) : NULL;
}
