/* tree-counts.c - the tree of one segment: how many ends of all connections are in a state after it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For who asks for it by a field's name, since the whole capture is counted then.  A tree that
 * somebody reads is asked for by its reader in a window, and by "-e" in tshark, which names no field.
 */
#include "tree-parts.h"

#include "counts.h"
#include "views.h"

static void add_count(const struct tcpstate_view *view, enum tcpstate_field field, enum tcpstate_state state, bool inferred)
{
    uint32_t number;

    if (tcpstate_wanted(view, field)
        && tcpstate_counts_after(view->pinfo->num, view->reading->segment.time, state, inferred, &number))
        tcpstate_add_hidden_uint(view, field, number);
}

void tcpstate_tree_counts(const struct tcpstate_view *view)
{
    static const struct {
        enum tcpstate_field all, inferred;
        enum tcpstate_state state;
    } rows[] = {
#define COUNT(state) { TCPSTATE_FIELD_COUNT_##state, TCPSTATE_FIELD_COUNT_##state##_INFERRED, TCPSTATE_##state }
        COUNT(SYN_RCVD), COUNT(ESTABLISHED), COUNT(FIN_WAIT_2), COUNT(CLOSE_WAIT), COUNT(TIME_WAIT),
#undef COUNT
    };
    struct tcpstate_view named = *view;

    if (named.visible)
        named.visible = !tcpstate_has_window();
    if (!tcpstate_any_wanted(&named, rows[0].all, rows[array_length(rows) - 1].inferred))
        return;
    for (size_t i = 0; i < array_length(rows); i++) {
        add_count(&named, rows[i].all, rows[i].state, false);
        add_count(&named, rows[i].inferred, rows[i].state, true);
    }
}
