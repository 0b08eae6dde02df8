/* tree-states.c - the tree of one segment: who sent it, and both ends' states.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tree-parts.h"

#include "../text/phrases.h"
#include "names.h"
#include "wording.h"

/* One end's state, in one line with the state before where they differ. */
static void add_state(const struct tcpstate_view *view, enum tcpstate_field field, const struct tcpstate_standing *end,
                      int64_t stayed)
{
    enum tcpstate_state before = (enum tcpstate_state)end->before, after = (enum tcpstate_state)end->after;
    const char *name = tcpstate_state_name(after);

    if (!view->visible) {
        tcpstate_add_string(view, field, name);
        return;
    }
    const char *text = tcpstate_state_text(after, end->after_inferred);
    if (before == after && end->before_inferred == end->after_inferred)
        tcpstate_add_named(view, field, name, text);
    else
        tcpstate_add_changed(view, field, name, text, tcpstate_state_text(before, end->before_inferred), stayed);
}

/* The state of the sender or the receiver, which client and server show too
 * where it is known who is who; filters and columns may ask for either. */
static void add_end_state(const struct tcpstate_view *view, enum tcpstate_field field, int end, bool known)
{
    const struct tcpstate_standing *standing = &view->meaning->seen.ends[end];

    if (known)
        tcpstate_add_hidden_string(view, field, tcpstate_state_name((enum tcpstate_state)standing->after));
    else
        add_state(view, field, standing, -1);
}

/* The same for a column, which has no room for "(inferred)". */
static void add_marked_state(const struct tcpstate_view *view, enum tcpstate_field field, const char *whose,
                             const struct tcpstate_standing *end)
{
    char marked[32];
    const char *name = tcpstate_state_name((enum tcpstate_state)end->after);
    bool inferred = end->after_inferred && end->after != TCPSTATE_UNKNOWN;

    if ((inferred || *whose) && tcpstate_wanted(view, field)) {
        g_stpcpy(g_stpcpy(g_stpcpy(marked, whose), name), inferred ? "?" : "");
        name = marked;
    }
    tcpstate_add_hidden_string(view, field, name);
}

/* The columns Client and Server where nobody knows who is which: A is the end with
 * the lower address and port, B the other. */
static void add_marked_states_without_roles(const struct tcpstate_view *view)
{
    const struct tcpstate_standing *ends = view->meaning->seen.ends;

    for (int i = 0; i < 2; i++)
        add_marked_state(view, i == 0 ? TCPSTATE_FIELD_CLIENT : TCPSTATE_FIELD_SERVER,
                         ends[i].after == TCPSTATE_UNKNOWN ? "" : i == 0 ? "A: " : "B: ", &ends[i]);
}

bool tcpstate_tree_has_sender(const struct tcpstate_view *view)
{
    return view->meaning->seen.client >= 0 && !view->reading->quoted;
}

const char *tcpstate_tree_sender_word(const struct tcpstate_view *view)
{
    enum tcpstate_word word = view->reading->segment.from == view->meaning->seen.client ? TCPSTATE_WORD_CLIENT
                                                                                        : TCPSTATE_WORD_SERVER;

    return tcpstate_word(tcpstate_tree_has_sender(view) ? word : TCPSTATE_WORD_UNKNOWN, view->language);
}

/* How it is known who is the client; where it is not, who the columns' A and B are. */
static const char *roles_text(const struct tcpstate_view *view, bool known)
{
    wmem_allocator_t *pool = view->pinfo->pool;
    const struct tcpstate_pair *pair = &view->reading->pair;

    if (known)
        return tcpstate_word(TCPSTATE_WORD_ROLES_INFERRED, view->language);
    if (!view->visible)
        return "";
    return wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_ROLES_A_AND_B, view->language),
                              tcpstate_endpoint_text(pool, pair, 0), tcpstate_endpoint_text(pool, pair, 1));
}

static void add_roles(const struct tcpstate_view *view, bool known)
{
    const struct tcpstate_observation *seen = &view->meaning->seen;
    const char *sender = tcpstate_tree_has_sender(view) ? tcpstate_side_name(seen->client, view->reading->segment.from) : "unknown";

    if (seen->step != TCPSTATE_STEP_NONE && tcpstate_tree_has_sender(view))
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_SENDER, sender); /* the step's line names it */
    else
        tcpstate_add_named(view, TCPSTATE_FIELD_SENDER, sender, tcpstate_tree_sender_word(view));
    if (known && !seen->roles_inferred)
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_ROLES, "seen");
    else
        tcpstate_add_named(view, TCPSTATE_FIELD_ROLES, known ? "inferred" : "unknown", roles_text(view, known));
}

static_assert(TCPSTATE_FIELD_SERVER - TCPSTATE_FIELD_CLIENT_PREVIOUS == 7,
              "previous, inferred, sender's and receiver's states and those of columns follow each other in fields.def");

/* All of the client, or of the server; `known`: who that is; `others`: what the lines of
 * the tree say already, too. */
static void add_side(const struct tcpstate_view *view, bool client, bool known, bool others)
{
    static const struct tcpstate_standing unknown = { .before = TCPSTATE_UNKNOWN, .after = TCPSTATE_UNKNOWN };
    const struct tcpstate_observation *seen = &view->meaning->seen;
    const int i = client ? seen->client : !seen->client;
    const struct tcpstate_standing *end = known ? &seen->ends[i] : &unknown;
    const int64_t stayed = known ? seen->stayed[i] : -1;

    add_state(view, client ? TCPSTATE_FIELD_CLIENT_STATE : TCPSTATE_FIELD_SERVER_STATE, end, stayed);
    tcpstate_add_hidden_time(view, client ? TCPSTATE_FIELD_CLIENT_STAYED : TCPSTATE_FIELD_SERVER_STAYED, stayed);
    if (!others)
        return;
    tcpstate_add_hidden_string(view, client ? TCPSTATE_FIELD_CLIENT_PREVIOUS : TCPSTATE_FIELD_SERVER_PREVIOUS,
                               tcpstate_state_name((enum tcpstate_state)end->before));
    if (known)
        add_marked_state(view, client ? TCPSTATE_FIELD_CLIENT : TCPSTATE_FIELD_SERVER, "", end);
    tcpstate_add_hidden_boolean(view, client ? TCPSTATE_FIELD_CLIENT_INFERRED : TCPSTATE_FIELD_SERVER_INFERRED,
                                end->after_inferred);
}

void tcpstate_tree_states(const struct tcpstate_view *view)
{
    const int from = view->reading->segment.from;
    const bool known = view->meaning->seen.client >= 0;
    /* Seldom is any of these asked for by its own name. */
    const bool others = tcpstate_any_wanted(view, TCPSTATE_FIELD_CLIENT_PREVIOUS, TCPSTATE_FIELD_SERVER);

    add_roles(view, known);
    add_side(view, true, known, others);
    add_side(view, false, known, others);
    if (!others)
        return;
    if (!known)
        add_marked_states_without_roles(view);
    add_end_state(view, TCPSTATE_FIELD_SENDER_STATE, from, known);
    add_end_state(view, TCPSTATE_FIELD_RECEIVER_STATE, !from, known);
}
