/* view-tree.c - the tree of one segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * In an invisible tree protocol items are fakes, yet a column or a filter may
 * still ask for one leaf: so nothing here looks at an item to decide whether
 * to add the next one.  What is not referenced by anybody is not even
 * formatted; Wireshark's own proto_field_is_referenced() tells.
 */
#include "view-tree.h"

#include <string.h>

#include "../text/catalogue.h"
#include "../text/phrases.h"
#include "agreed.h"
#include "capture.h"
#include "preferences.h"
#include "tree-fields.h"
#include "unanswered.h"
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
    const struct tcpstate_standing *standing = &view->sight->seen.ends[end];

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
    const struct tcpstate_standing *ends = view->sight->seen.ends;

    for (int i = 0; i < 2; i++)
        add_marked_state(view, i == 0 ? TCPSTATE_FIELD_CLIENT : TCPSTATE_FIELD_SERVER,
                         ends[i].after == TCPSTATE_UNKNOWN ? "" : i == 0 ? "A: " : "B: ", &ends[i]);
}

/* Whether it is known who sent this, the client or the server.  An ICMP error is
 * nobody's segment, whoever it quotes. */
static bool has_sender(const struct tcpstate_view *view)
{
    return view->sight->seen.client >= 0 && !view->reading->quoted;
}

static const char *sender_word(const struct tcpstate_view *view)
{
    enum tcpstate_word word = view->reading->segment.from == view->sight->seen.client ? TCPSTATE_WORD_CLIENT
                                                                                     : TCPSTATE_WORD_SERVER;

    return tcpstate_word(has_sender(view) ? word : TCPSTATE_WORD_UNKNOWN, view->language);
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
    const struct tcpstate_observation *seen = &view->sight->seen;
    const char *sender = has_sender(view) ? tcpstate_side_name(seen->client, view->reading->segment.from) : "unknown";

    if (seen->step != TCPSTATE_STEP_NONE && has_sender(view))
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_SENDER, sender); /* the step's line names it */
    else
        tcpstate_add_named(view, TCPSTATE_FIELD_SENDER, sender, sender_word(view));
    if (known && !seen->roles_inferred)
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_ROLES, "seen");
    else
        tcpstate_add_named(view, TCPSTATE_FIELD_ROLES, known ? "inferred" : "unknown", roles_text(view, known));
}

static void add_states(const struct tcpstate_view *view)
{
    static const struct tcpstate_standing unknown = { .before = TCPSTATE_UNKNOWN, .after = TCPSTATE_UNKNOWN };
    const struct tcpstate_observation *seen = &view->sight->seen;
    int from = view->reading->segment.from;
    bool known = seen->client >= 0;

    add_roles(view, known);
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_standing *end = known ? &seen->ends[i == 0 ? seen->client : !seen->client] : &unknown;
        int64_t stayed = known ? seen->stayed[i == 0 ? seen->client : !seen->client] : -1;
        add_state(view, i == 0 ? TCPSTATE_FIELD_CLIENT_STATE : TCPSTATE_FIELD_SERVER_STATE, end, stayed);
        tcpstate_add_hidden_time(view, i == 0 ? TCPSTATE_FIELD_CLIENT_STAYED : TCPSTATE_FIELD_SERVER_STAYED, stayed);
        tcpstate_add_hidden_string(view, i == 0 ? TCPSTATE_FIELD_CLIENT_PREVIOUS : TCPSTATE_FIELD_SERVER_PREVIOUS,
                   tcpstate_state_name((enum tcpstate_state)end->before));
        if (known)
            add_marked_state(view, i == 0 ? TCPSTATE_FIELD_CLIENT : TCPSTATE_FIELD_SERVER, "", end);
        tcpstate_add_hidden_boolean(view, i == 0 ? TCPSTATE_FIELD_CLIENT_INFERRED : TCPSTATE_FIELD_SERVER_INFERRED,
                                    end->after_inferred);
    }
    if (!known)
        add_marked_states_without_roles(view);
    add_end_state(view, TCPSTATE_FIELD_SENDER_STATE, from, known);
    add_end_state(view, TCPSTATE_FIELD_RECEIVER_STATE, !from, known);
}

static void add_check(const struct tcpstate_view *view, enum tcpstate_field field, uint8_t check, uint32_t found)
{
    const struct tcpstate_observation *seen = &view->sight->seen;
    bool passed = !(seen->failed & check);

    if (!(seen->checks & check))
        return;
    tcpstate_add_check(view, field, found, passed ? found : seen->expected);
    if (!passed)
        tcpstate_add_string(view, TCPSTATE_FIELD_CHECK_FAILED,
                            wmem_strdup_printf(view->pinfo->pool, "%u != %u", found, seen->expected));
}

static void add_checks(const struct tcpstate_view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;

    add_check(view, TCPSTATE_FIELD_CHECK_ACK_ISN, TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1, segment->ack);
    add_check(view, TCPSTATE_FIELD_CHECK_SEQ_ISN, TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1, segment->seq);
    add_check(view, TCPSTATE_FIELD_CHECK_ACK_FIN, TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1, segment->ack);
}

/* J and K, shown where they are sent; elsewhere for filters only. */
static void add_isns(const struct tcpstate_view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;
    const struct tcpstate_observation *seen = &view->sight->seen;
    uint32_t isn[2];

    if (seen->client < 0 || !tcpstate_any_wanted(view, TCPSTATE_FIELD_CLIENT_ISN, TCPSTATE_FIELD_SERVER_ISN))
        return;
    unsigned known = tcpstate_incarnation_isns(view->sight->incarnation, segment->frame, isn);
    for (int i = 0; i < 2; i++) {
        int end = i == 0 ? seen->client : !seen->client;
        if (!(known & 1u << end))
            continue;
        enum tcpstate_field field = i == 0 ? TCPSTATE_FIELD_CLIENT_ISN : TCPSTATE_FIELD_SERVER_ISN;
        if (end == segment->from && (segment->flags & TCPSTATE_FLAG_SYN))
            tcpstate_add_uint(view, field, isn[end]);
        else
            tcpstate_add_hidden_uint(view, field, isn[end]);
    }
}

static void add_numbers(const struct tcpstate_view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;

    add_isns(view);
    if (view->reading->quoted)
        return; /* of the quoted header these may be missing */
    if (tcpstate_wanted(view, TCPSTATE_FIELD_FLAGS))
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_FLAGS, tcpstate_flags_text(segment->flags));
    tcpstate_add_hidden_uint(view, TCPSTATE_FIELD_NEXT_SEQ, tcpstate_segment_next(segment));
    if (view->sight->seen.repeats > 0)
        tcpstate_add_uint(view, TCPSTATE_FIELD_REPEATS, view->sight->seen.repeats);
}

static void add_cause(const struct tcpstate_view *view, const char *name, const char *text, const char *source)
{
    tcpstate_add_named(view, TCPSTATE_FIELD_RESET_CAUSE, name, text);
    tcpstate_add_hidden_string(view, TCPSTATE_FIELD_RESET_SOURCE, source);
}

/* What came before the RST that ended the connection; what only later segments
 * show, on later visits. */
static void add_causes(const struct tcpstate_view *view)
{
    const unsigned claims = TCPSTATE_CAUSE_MP_REASON | TCPSTATE_CAUSE_PAYLOAD, late = TCPSTATE_CAUSE_BOTH_ENDS;
    struct tcpstate_account account = tcpstate_incarnation_connection(view->sight->incarnation)->account;

    if (account.disowned == view->reading->segment.frame && view->sight->later)
        add_cause(view, "disowned", tcpstate_phrase(TCPSTATE_PHRASE_CAUSE_DISOWNED, view->language), "hindsight");
    if (account.reset_frame != view->reading->segment.frame)
        return;
    for (unsigned cause = 1; cause <= TCPSTATE_CAUSE_PAYLOAD; cause <<= 1) {
        if (!(account.causes & cause) || ((cause & late) && !view->sight->later))
            continue;
        add_cause(view, tcpstate_cause_name(cause), tcpstate_cause_text(view->pinfo->pool, view->language, &account, cause),
                  cause & claims ? "packet" : cause & late ? "hindsight" : "segments");
    }
}

static void add_reset(const struct tcpstate_view *view)
{
    static const char *const names[] = {
        [TCPSTATE_RESET_NUMBER_NONE] = "unknown",     [TCPSTATE_RESET_NUMBER_EXACT] = "exact",
        [TCPSTATE_RESET_NUMBER_WINDOW] = "in-window", [TCPSTATE_RESET_NUMBER_OUTSIDE] = "outside",
        [TCPSTATE_RESET_NUMBER_ACK] = "ack",          [TCPSTATE_RESET_NUMBER_BAD_ACK] = "bad-ack",
    };

    if (!(view->reading->segment.flags & TCPSTATE_FLAG_RST))
        return;
    tcpstate_add_named(view, TCPSTATE_FIELD_RESET_NUMBER, names[view->sight->seen.reset_number],
                       tcpstate_reset_number_word((enum tcpstate_reset_number)view->sight->seen.reset_number));
    /* That it does not differ is no news, and where nothing was there to compare with it is not even known. */
    if (view->sight->seen.reset_ttl_differs)
        tcpstate_add_boolean(view, TCPSTATE_FIELD_RESET_TTL, true);
    else
        tcpstate_add_hidden_boolean(view, TCPSTATE_FIELD_RESET_TTL, false);
    if (tcpstate_any_wanted(view, TCPSTATE_FIELD_RESET_CAUSE, TCPSTATE_FIELD_RESET_SOURCE))
        add_causes(view);
}

static void add_midstream(const struct tcpstate_view *view)
{
    proto_item *item = tcpstate_add_boolean(view, TCPSTATE_FIELD_MIDSTREAM, true);

    if (item)
        proto_item_append_text(item, " (%s)", tcpstate_word(TCPSTATE_WORD_MIDSTREAM, view->language));
}

static void add_mptcp(const struct tcpstate_view *view)
{
    static const struct {
        uint8_t option;
        const char *name;
    } names[] = {
        { TCPSTATE_OPTION_MP_CAPABLE, "MP_CAPABLE" }, { TCPSTATE_OPTION_MP_JOIN, "MP_JOIN" },
        { TCPSTATE_OPTION_MP_DATA_FIN, "DATA_FIN" },  { TCPSTATE_OPTION_MP_FASTCLOSE, "MP_FASTCLOSE" },
    };

    for (size_t i = 0; i < array_length(names); i++)
        if (view->reading->segment.options & names[i].option)
            tcpstate_add_string(view, TCPSTATE_FIELD_MPTCP, names[i].name);
}

/* The same view, of a subtree with this head. */
static struct tcpstate_view below(const struct tcpstate_view *view, enum tcpstate_word head)
{
    struct tcpstate_view subtree = *view;
    proto_item *item;

    if (!view->visible)
        return subtree; /* leaves need no branch where nobody sees it */
    subtree.tree = proto_tree_add_subtree(view->tree, view->tvb, 0, 0, tcpstate_ett_below, &item,
                                          tcpstate_word(head, view->language));
    proto_item_set_generated(item);
    return subtree;
}

/* The times that this very segment completes. */
static void add_times(const struct tcpstate_view *view)
{
    const int64_t *moments = tcpstate_incarnation_moments(view->sight->incarnation);
    const struct tcpstate_observation *seen = &view->sight->seen;
    int64_t now = view->reading->segment.time;
    static const struct {
        enum tcpstate_field field;
        enum tcpstate_moment from, to;
    } times[] = {
        { TCPSTATE_FIELD_TIME_SYN_TO_SYN_ACK, TCPSTATE_MOMENT_SYN, TCPSTATE_MOMENT_SYN_ACK },
        { TCPSTATE_FIELD_TIME_SYN_ACK_TO_ACK, TCPSTATE_MOMENT_SYN_ACK, TCPSTATE_MOMENT_HANDSHAKE_ACK },
        { TCPSTATE_FIELD_TIME_HANDSHAKE, TCPSTATE_MOMENT_SYN, TCPSTATE_MOMENT_HANDSHAKE_ACK },
        { TCPSTATE_FIELD_TIME_TO_REQUEST, TCPSTATE_MOMENT_HANDSHAKE_ACK, TCPSTATE_MOMENT_REQUEST },
        { TCPSTATE_FIELD_TIME_TO_RESPONSE, TCPSTATE_MOMENT_REQUEST, TCPSTATE_MOMENT_RESPONSE },
        { TCPSTATE_FIELD_TIME_CLOSE, TCPSTATE_MOMENT_FIN, TCPSTATE_MOMENT_END },
        { TCPSTATE_FIELD_TIME_LIFETIME, TCPSTATE_MOMENT_FIRST, TCPSTATE_MOMENT_END },
    };

    if (seen->step == TCPSTATE_STEP_NONE)
        return;
    for (size_t i = 0; i < array_length(times); i++) {
        int64_t from = moments[times[i].from], to = moments[times[i].to];
        /* Where another segment has that time it is shown there. */
        if (to == now && from != TCPSTATE_NO_TIME && to >= from)
            tcpstate_add_time(view, times[i].field, to - from);
    }
    tcpstate_add_time(view, TCPSTATE_FIELD_REPEATS_AFTER, seen->repeats_after);
    tcpstate_add_time(view, TCPSTATE_FIELD_RESET_AFTER, seen->reset_after);
}

/* Who waits for what when the capture ends, and the slowest response on its own frame. */
static void add_waits(const struct tcpstate_view *view)
{
    struct tcpstate_wait wait;

    if (!view->sight->later || !tcpstate_any_wanted(view, TCPSTATE_FIELD_WAIT, TCPSTATE_FIELD_RESPONSE_TIME))
        return;
    int64_t lasts = tcpstate_incarnation_waits(view->sight->incarnation, &wait);
    if (lasts >= tcpstate_stalled_after() && wait.kind != TCPSTATE_WAIT_NONE) {
        tcpstate_add_named(view, TCPSTATE_FIELD_WAIT, tcpstate_wait_name(wait.kind), tcpstate_wait_word(wait.kind));
        tcpstate_add_time(view, TCPSTATE_FIELD_WAIT_TIME, lasts);
    }
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(view->sight->incarnation)->account;
    if (account->slowest > 0 && account->slowest_frame == view->reading->segment.frame)
        tcpstate_add_time(view, TCPSTATE_FIELD_RESPONSE_TIME, account->slowest);
}

/* Who did something; hidden where it was nobody, or the line above says it. */
static void add_ends(const struct tcpstate_view *view, enum tcpstate_field field, bool hidden, const char *name,
                     const char *word)
{
    if (hidden)
        tcpstate_add_hidden_string(view, field, name);
    else
        tcpstate_add_named(view, field, name, word);
}

/* Zeek's code, and what it says. */
static void add_conn_state(const struct tcpstate_view *view, const char *code)
{
    const char *meaning = tcpstate_conn_state_meaning(code, view->language);

    tcpstate_add_explained(view, TCPSTATE_FIELD_CONN_STATE, code,
                           *meaning ? tcpstate_phrase(TCPSTATE_PHRASE_COLON, view->language) : "", meaning);
}

/* Hidden: the line above them has them all. */
static void add_answer(const struct tcpstate_view *view, enum tcpstate_field field, enum tcpstate_answer answer)
{
    if (answer != TCPSTATE_NOT_KNOWN)
        tcpstate_add_hidden_boolean(view, field, answer == TCPSTATE_YES);
}

static void add_name(const struct tcpstate_view *view, enum tcpstate_field field, const char *name)
{
    if (name)
        tcpstate_add_hidden_string(view, field, name);
}

/* What the handshake agreed, in one line. */
static void add_agreed(const struct tcpstate_view *view)
{
    const struct tcpstate_connection *connection = tcpstate_incarnation_connection(view->sight->incarnation);
    const int client = connection->client;
    struct tcpstate_agreed agreed;

    if (!tcpstate_any_wanted(view, TCPSTATE_FIELD_AGREED, TCPSTATE_FIELD_AGREED_FAST_OPEN))
        return;
    tcpstate_agreed(connection, &agreed);
    for (int i = 0; i < 2 && client >= 0; i++)
        if (agreed.mss[client ^ i] > 0)
            tcpstate_add_hidden_uint(view, i == 0 ? TCPSTATE_FIELD_CLIENT_MSS : TCPSTATE_FIELD_SERVER_MSS,
                                     (uint32_t)agreed.mss[client ^ i]);
    if (!agreed.answered)
        return;
    tcpstate_add_string(view, TCPSTATE_FIELD_AGREED,
                        tcpstate_agreed_text(view->pinfo->pool, view->language, connection, client < 0 ? 0 : client));
    add_answer(view, TCPSTATE_FIELD_AGREED_SCALE, tcpstate_by_both(agreed.window_scale));
    add_answer(view, TCPSTATE_FIELD_AGREED_TIMESTAMPS, tcpstate_by_both(agreed.timestamps));
    for (int i = 0; i < 2 && client >= 0; i++)
        add_answer(view, i == 0 ? TCPSTATE_FIELD_CLIENT_SACK : TCPSTATE_FIELD_SERVER_SACK,
                   (enum tcpstate_answer)agreed.sack[!(client ^ i)]);
    add_name(view, TCPSTATE_FIELD_AGREED_ECN, tcpstate_ecn_name(agreed.ecn));
    add_name(view, TCPSTATE_FIELD_AGREED_MPTCP, tcpstate_mptcp_name(&agreed));
    add_name(view, TCPSTATE_FIELD_AGREED_FAST_OPEN, tcpstate_fast_open_name(agreed.fast_open));
}

/* Of a SYN without an answer that fits, what came before it: one line, and a value for each part. */
static void add_unanswered(const struct tcpstate_view *view, enum tcpstate_result result)
{
    int64_t after;

    if (!view->sight->later || !tcpstate_any_wanted(view, TCPSTATE_FIELD_UNANSWERED, TCPSTATE_FIELD_UNANSWERED_BY))
        return;
    unsigned causes = tcpstate_unanswered(view->sight->incarnation, result, &after);
    for (unsigned cause = TCPSTATE_UNANSWERED_REUSED; cause <= TCPSTATE_UNANSWERED_WRONG_ACK; cause <<= 1) {
        const char *name = tcpstate_unanswered_name(cause);
        if (!(causes & cause))
            continue;
        if (cause & TCPSTATE_UNANSWERED_MISFIT) /* in words it is what is missing */
            tcpstate_add_hidden_string(view, TCPSTATE_FIELD_UNANSWERED_BY, name);
        else if (cause == TCPSTATE_UNANSWERED_REUSED)
            tcpstate_add_named(view, TCPSTATE_FIELD_UNANSWERED, name,
                               tcpstate_unanswered_text(view->pinfo->pool, view->language, view->sight->incarnation, result));
        else
            tcpstate_add_hidden_string(view, TCPSTATE_FIELD_UNANSWERED, name);
    }
}

/* What became of the connection: on the segment that ends it, and on every
 * segment once the whole capture has been read. */
static void add_outcome(const struct tcpstate_view *above)
{
    const struct tcpstate_observation *seen = &above->sight->seen;
    struct tcpstate_outcome outcome;

    if (!above->sight->later && !seen->over)
        return;
    struct tcpstate_view subtree = below(above, TCPSTATE_WORD_WHOLE);
    const struct tcpstate_view *view = &subtree;
    tcpstate_incarnation_outcome(view->sight->incarnation, &outcome);
    tcpstate_add_named(view, TCPSTATE_FIELD_OUTCOME, tcpstate_result_name(outcome.result),
              tcpstate_result_word(outcome.result, view->language));
    add_ends(view, TCPSTATE_FIELD_CLOSED_BY, outcome.closed_by < 0, tcpstate_closed_by_name(&outcome, seen->client),
             tcpstate_closed_by_word(&outcome, seen->client));
    add_ends(view, TCPSTATE_FIELD_ENDED_BY, outcome.ended_by < 0 || outcome.ended_by == outcome.closed_by,
             tcpstate_ended_by_name(&outcome, seen->client), tcpstate_ended_by_word(&outcome, seen->client));
    const char *close_kind = tcpstate_close_kind_name(outcome.close_kind);
    if (outcome.close_kind == TCPSTATE_CLOSE_NONE)
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_CLOSE_KIND, close_kind);
    else
        tcpstate_add_named(view, TCPSTATE_FIELD_CLOSE_KIND, close_kind,
                           tcpstate_close_kind_word(outcome.close_kind, view->language));
    add_conn_state(view, outcome.conn_state);
    if (view->sight->later && tcpstate_wanted(view, TCPSTATE_FIELD_HISTORY)) {
        char history[TCPSTATE_ZEEK_LETTERS + 1];
        tcpstate_history(tcpstate_incarnation_connection(view->sight->incarnation), history);
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_HISTORY, history);
    }
    add_agreed(view);
    add_unanswered(view, outcome.result);
    add_waits(view);
    if (!tcpstate_wanted(view, TCPSTATE_FIELD_MISSING))
        return;
    const char *missing = tcpstate_missing_text(view->pinfo->pool, view->language, view->sight->incarnation, &outcome, seen->client);
    if (*missing)
        tcpstate_add_string(view, TCPSTATE_FIELD_MISSING, missing);
}

/* One filter name; what it says and what mark it makes in the packet list depends. */
static enum tcpstate_field field_of_answers(const struct tcpstate_observation *seen)
{
    const uint8_t acknowledges = TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1 | TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1;

    if (seen->repeats > 0 || seen->step == TCPSTATE_STEP_COPY)
        return TCPSTATE_FIELD_FRAME_REPEATS;
    return (seen->checks & ~seen->failed & acknowledges) ? TCPSTATE_FIELD_FRAME_ANSWERS
                                                         : TCPSTATE_FIELD_FRAME_ANSWERS_BARE;
}

static void add_frames(const struct tcpstate_view *view)
{
    static const enum tcpstate_field fields[TCPSTATE_MILESTONES] = {
        [TCPSTATE_MILESTONE_SYN] = TCPSTATE_FIELD_FRAME_SYN,
        [TCPSTATE_MILESTONE_SYN_ACK] = TCPSTATE_FIELD_FRAME_SYN_ACK,
        [TCPSTATE_MILESTONE_HANDSHAKE_ACK] = TCPSTATE_FIELD_FRAME_ACK,
        [TCPSTATE_MILESTONE_FIN] = TCPSTATE_FIELD_FRAME_FIN,
        [TCPSTATE_MILESTONE_FIN_ACK] = TCPSTATE_FIELD_FRAME_FIN_ACK,
        [TCPSTATE_MILESTONE_PASSIVE_FIN] = TCPSTATE_FIELD_FRAME_PASSIVE_FIN,
        [TCPSTATE_MILESTONE_LAST_ACK] = TCPSTATE_FIELD_FRAME_LAST_ACK,
        [TCPSTATE_MILESTONE_RST] = TCPSTATE_FIELD_FRAME_RST,
    };

    const uint32_t *milestones = tcpstate_incarnation_milestones(view->sight->incarnation);
    uint32_t answers = view->sight->seen.answers;
    bool opening = tcpstate_step_phase(view->sight->seen.step) == TCPSTATE_PHASE_OPENING;

    if (!TCPSTATE_LAST_MARK_STAYS)
        tcpstate_add_frame(view, field_of_answers(&view->sight->seen), answers);
    for (int i = 0; i < TCPSTATE_MILESTONES; i++) {
        uint32_t frame = milestones[i];
        if (frame == 0)
            continue;
        /* One link to a frame is enough for a reader; and from behind the
         * handshake one to where the connection begins, unless another leads back. */
        bool of_handshake = i == TCPSTATE_MILESTONE_SYN ? answers != 0
                                                        : i == TCPSTATE_MILESTONE_SYN_ACK
                                                              || i == TCPSTATE_MILESTONE_HANDSHAKE_ACK;
        if (frame == answers || (!opening && of_handshake))
            tcpstate_add_hidden_frame(view, fields[i], frame);
        else
            tcpstate_add_frame(view, fields[i], frame);
    }
    if (TCPSTATE_LAST_MARK_STAYS)
        tcpstate_add_frame(view, field_of_answers(&view->sight->seen), answers);
    tcpstate_add_frame(view, TCPSTATE_FIELD_FRAME_PREVIOUS, tcpstate_incarnation_previous(view->sight->incarnation));
}

static const char *phase_name(enum tcpstate_phase phase)
{
    static const char *const names[] = {
        [TCPSTATE_PHASE_NONE] = "",         [TCPSTATE_PHASE_OPENING] = "opening",
        [TCPSTATE_PHASE_TRANSFER] = "transfer", [TCPSTATE_PHASE_CLOSING] = "closing",
        [TCPSTATE_PHASE_ABORT] = "abort",   [TCPSTATE_PHASE_FAILED] = "failed",
    };
    return names[phase];
}

/* "TCP Connection State: Handshake 2/3, client ESTABLISHED (inferred), server SYN_RCVD" */
static void head(const struct tcpstate_view *view, proto_item *item, const char *label)
{
    const struct tcpstate_observation *seen = &view->sight->seen;
    bool roles = seen->client >= 0;
    int first = roles ? seen->client : view->reading->segment.from;
    bool chinese = view->language == TCPSTATE_CHINESE;
    const char *separator = tcpstate_phrase(TCPSTATE_PHRASE_COMMA, view->language);
    const char *states[2];

    if (!view->visible)
        return;
    for (int i = 0; i < 2; i++) {
        int end = i == 0 ? first : !first;
        states[i] = tcpstate_state_text((enum tcpstate_state)seen->ends[end].after,
                                        seen->ends[end].after_inferred);
    }
    tcpstate_set_line(view, item, chinese ? "TCP 连接状态: " : "TCP Connection State: ", label, *label ? separator : "",
                      tcpstate_word(roles ? TCPSTATE_WORD_CLIENT : TCPSTATE_WORD_ONE_END, view->language), " ", states[0],
                      separator, tcpstate_word(roles ? TCPSTATE_WORD_SERVER : TCPSTATE_WORD_OTHER_END, view->language), " ",
                      states[1], NULL);
}

static void add_step(const struct tcpstate_view *view, proto_item *item)
{
    enum tcpstate_step step = view->sight->seen.step;
    wmem_allocator_t *pool = view->pinfo->pool;

    if (step == TCPSTATE_STEP_NONE) {
        head(view, item, "");
        return;
    }
    if (tcpstate_wanted(view, TCPSTATE_FIELD_ANALYSIS)) {
        const char *label = tcpstate_label_of(pool, view->reading, view->sight);
        tcpstate_add_string(view, TCPSTATE_FIELD_ANALYSIS, label);
        head(view, item, label);
    }
    tcpstate_add_hidden_string(view, TCPSTATE_FIELD_PHASE, phase_name(tcpstate_step_phase(step)));
    if (has_sender(view))
        tcpstate_add_explained(view, TCPSTATE_FIELD_STEP, tcpstate_step_name(step),
                               tcpstate_word(TCPSTATE_WORD_SENT_BY, view->language), sender_word(view));
    else
        tcpstate_add_string(view, TCPSTATE_FIELD_STEP, tcpstate_step_name(step));
    if (tcpstate_wanted(view, TCPSTATE_FIELD_EXPLANATION) || tcpstate_wanted(view, TCPSTATE_FIELD_PROTOCOL)) {
        struct tcpstate_places places;
        tcpstate_places_of(view->reading, view->sight, &places);
        tcpstate_add_sentences(view, TCPSTATE_FIELD_EXPLANATION,
                               tcpstate_explanation_of(pool, &view->sight->seen, &places));
        if (places.protocol)
            tcpstate_add_string(view, TCPSTATE_FIELD_PROTOCOL, places.protocol);
    }
}

/* What the capture is, in the tree of its first segment. */
static void add_capture(const struct tcpstate_view *view)
{
    if (!view->sight->later || view->pinfo->num != tcpstate_capture_first() || view->reading->layer != 0
        || !tcpstate_wanted(view, TCPSTATE_FIELD_CAPTURE))
        return;
    for (int kind = 0; kind < TCPSTATE_CAPTURE_KINDS; kind++)
        if (tcpstate_capture_holds((enum tcpstate_capture_kind)kind) > 0)
            tcpstate_add_named(view, TCPSTATE_FIELD_CAPTURE, tcpstate_capture_name_of((enum tcpstate_capture_kind)kind),
                               tcpstate_capture_text(view->pinfo->pool, (enum tcpstate_capture_kind)kind));
}

/* Our number of the connection, and Wireshark's of the stream: shown where it is
 * another number. */
static void add_number(const struct tcpstate_view *view)
{
    const uint32_t number = tcpstate_incarnation_number(view->sight->incarnation);
    proto_item *item = tcpstate_add_uint(view, TCPSTATE_FIELD_CONNECTION, number);

    if (!view->reading->has_stream)
        return;
    tcpstate_add_hidden_uint(view, TCPSTATE_FIELD_STREAM, view->reading->stream);
    if (item && view->visible && view->reading->stream != number)
        proto_item_append_text(item, " (tcp.stream %u)", view->reading->stream);
}

/* Whether somebody refers to the protocol itself, as the filter "tcpstate" does. */
static bool is_named(void)
{
    static const header_field_info *protocol;

    if (!protocol)
        protocol = proto_registrar_get_nth((unsigned)tcpstate_proto);
    return protocol->ref_type == HF_REF_TYPE_DIRECT;
}

bool tcpstate_view_tree_wants_stream(proto_tree *tree)
{
    return PTREE_DATA(tree)->visible
           || tcpstate_field_registrations[TCPSTATE_FIELD_STREAM].hfinfo.ref_type != HF_REF_TYPE_NONE;
}

proto_item *tcpstate_view_tree(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                               const struct tcpstate_reading *reading, const struct tcpstate_sight *sight,
                               bool needs_item)
{
    struct tcpstate_view view = { .pinfo = pinfo, .tvb = tvb, .tree = tree, .reading = reading, .sight = sight,
                         .language = tcpstate_language(), .visible = PTREE_DATA(tree)->visible };
    proto_item *item = NULL;

    if (view.visible || needs_item || is_named()) {
        item = proto_tree_add_item(tree, tcpstate_proto, tvb, 0, 0, ENC_NA);
        proto_item_set_generated(item);
        view.tree = proto_item_add_subtree(item, tcpstate_ett);
    }
    add_step(&view, item);
    add_capture(&view);
    add_number(&view);
    add_states(&view);
    add_checks(&view);
    add_numbers(&view);
    add_reset(&view);
    add_mptcp(&view);
    if (tcpstate_any_wanted(&view, TCPSTATE_FIELD_TIME_SYN_TO_SYN_ACK, TCPSTATE_FIELD_TIME_LIFETIME)
        || tcpstate_wanted(&view, TCPSTATE_FIELD_REPEATS_AFTER) || tcpstate_wanted(&view, TCPSTATE_FIELD_RESET_AFTER))
        add_times(&view);
    if (tcpstate_any_wanted(&view, TCPSTATE_FIELD_OUTCOME, TCPSTATE_FIELD_RESPONSE_TIME))
        add_outcome(&view);
    if (tcpstate_wanted(&view, TCPSTATE_FIELD_MIDSTREAM) && tcpstate_incarnation_is_midstream(sight->incarnation))
        add_midstream(&view);
    if (tcpstate_any_wanted(&view, TCPSTATE_FIELD_FRAME_ANSWERS, TCPSTATE_FIELD_FRAME_PREVIOUS))
        add_frames(&view);
    return item;
}
