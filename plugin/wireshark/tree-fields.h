/* tree-fields.h - adding one of our fields to a packet's tree.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each function adds nothing where nobody refers to the field, and returns NULL
 * then.  In Chinese an item's own text replaces Wireshark's.
 */
#ifndef TCPSTATE_TREE_FIELDS_H
#define TCPSTATE_TREE_FIELDS_H

#include <assert.h>

#include "../text/catalogue.h"
#include "connections.h"
#include "fields.h"

/* What all of them need. */
struct tcpstate_view {
    packet_info *pinfo;
    tvbuff_t *tvb;
    proto_tree *tree;
    const struct tcpstate_reading *reading;
    const struct tcpstate_meaning *meaning;
    enum tcpstate_language language;
    bool visible; /* somebody may read the whole tree */
};

static inline bool tcpstate_wanted(const struct tcpstate_view *view, enum tcpstate_field field)
{
    return view->visible || tcpstate_field_registrations[field].hfinfo.ref_type != HF_REF_TYPE_NONE;
}

static_assert(HF_REF_TYPE_NONE == 0, "what several fields have or is 0 where nobody refers to any");

/* Whether any is wanted, from one to another as fields.def has them. */
static inline bool tcpstate_any_wanted(const struct tcpstate_view *view, enum tcpstate_field from, enum tcpstate_field to)
{
    unsigned any = HF_REF_TYPE_NONE;

    if (view->visible)
        return true;
    for (unsigned i = from; i <= to; i++)
        any |= tcpstate_field_registrations[i].hfinfo.ref_type;
    return any != HF_REF_TYPE_NONE;
}

/* A line: a string whose value is from a fixed set, shown in the reader's words. */
proto_item *tcpstate_add_named(const struct tcpstate_view *view, enum tcpstate_field field, const char *value,
                               const char *shown);
/* A line that says more than the value: "Step: syn, sent by the client". */
void tcpstate_add_explained(const struct tcpstate_view *view, enum tcpstate_field field, const char *value,
                            const char *between, const char *more);
/* A state and the one before it, with the nanoseconds that it lasted unless they
 * are negative: "Client state: ESTABLISHED, was SYN_SENT for 0.000021 s". */
void tcpstate_add_changed(const struct tcpstate_view *view, enum tcpstate_field field, const char *value,
                          const char *shown, const char *before, int64_t stayed);
proto_item *tcpstate_add_string(const struct tcpstate_view *view, enum tcpstate_field field, const char *value);
/* A text of several sentences: the value of one field, and a line for each sentence. */
void tcpstate_add_sentences(const struct tcpstate_view *view, enum tcpstate_field field, const char *text);
proto_item *tcpstate_add_uint(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t value);
proto_item *tcpstate_add_boolean(const struct tcpstate_view *view, enum tcpstate_field field, bool value);

/* A check of a number found, which should be `expected`. */
void tcpstate_add_check(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t found, uint32_t expected);

/* A time in nanoseconds, unless it is negative: not known.  "Handshake time: 0.000134 s". */
void tcpstate_add_time(const struct tcpstate_view *view, enum tcpstate_field field, int64_t nanoseconds);

/* A link, unless there is nothing to jump to or it is this very frame. */
proto_item *tcpstate_add_frame(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t frame);

/* The same for filters, columns and exports only, because another line shows the news already. */
void tcpstate_add_hidden_string(const struct tcpstate_view *view, enum tcpstate_field field, const char *value);
void tcpstate_add_hidden_uint(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t value);
void tcpstate_add_hidden_time(const struct tcpstate_view *view, enum tcpstate_field field, int64_t nanoseconds);
void tcpstate_add_hidden_boolean(const struct tcpstate_view *view, enum tcpstate_field field, bool value);
void tcpstate_add_hidden_frame(const struct tcpstate_view *view, enum tcpstate_field field, uint32_t frame);

/* Write what an item's line says: these strings in a row, up to NULL, which are
 * printable UTF-8.  Does nothing where nobody reads the tree. */
void tcpstate_set_line(const struct tcpstate_view *view, proto_item *item, ...) G_GNUC_NULL_TERMINATED;

#endif
