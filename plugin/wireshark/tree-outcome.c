/* tree-outcome.c - the tree of one segment: what became of its connection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tree-parts.h"

#include "../text/phrases.h"
#include "agreed.h"
#include "host.h"
#include "icmp.h"
#include "names.h"
#include "preferences.h"
#include "unanswered.h"
#include "wording.h"

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

/* The longest stall that ended, and the slowest response, each on its own frame: with -R another one may have the number by now. */
static void add_longest(const struct tcpstate_view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(view->meaning->incarnation)->account;

    if (account->stall > 0 && account->stall_frame == segment->frame && tcpstate_stall_by(account) == segment->from) {
        const struct tcpstate_account stalled = *account;
        tcpstate_add_named(view, TCPSTATE_FIELD_STALL, stalled.facts & TCPSTATE_ACCOUNT_STALL_SHUT ? "zero-window" : "unacknowledged",
                           tcpstate_stall_text(view->pinfo->pool, view->language, view->meaning->incarnation, view->meaning->seen.client));
        tcpstate_add_time(view, TCPSTATE_FIELD_STALL_TIME, stalled.stall);
    }
    if (account->slowest > 0 && account->slowest_frame == segment->frame && segment->payload > 0)
        tcpstate_add_time(view, TCPSTATE_FIELD_RESPONSE_TIME, account->slowest);
}

/* Who waits for what when the capture ends. */
static void add_waits(const struct tcpstate_view *view)
{
    struct tcpstate_wait wait;

    if (!view->meaning->later || !tcpstate_any_wanted(view, TCPSTATE_FIELD_WAIT, TCPSTATE_FIELD_RESPONSE_TIME))
        return;
    int64_t lasts = tcpstate_incarnation_waits(view->meaning->incarnation, &wait);
    if (lasts >= tcpstate_stalled_after() && wait.kind != TCPSTATE_WAIT_NONE) {
        tcpstate_add_named(view, TCPSTATE_FIELD_WAIT, tcpstate_wait_name(wait.kind),
                           tcpstate_wait_word(&wait, view->meaning->seen.client));
        tcpstate_add_time(view, TCPSTATE_FIELD_WAIT_TIME, lasts);
    }
    add_longest(view);
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
    const struct tcpstate_connection *connection = tcpstate_incarnation_connection(view->meaning->incarnation);
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

    if (!view->meaning->later || !tcpstate_any_wanted(view, TCPSTATE_FIELD_UNANSWERED, TCPSTATE_FIELD_UNANSWERED_BY))
        return;
    unsigned causes = tcpstate_unanswered(view->meaning->incarnation, result, &after);
    for (unsigned cause = TCPSTATE_UNANSWERED_REUSED; cause <= TCPSTATE_UNANSWERED_WRONG_ACK; cause <<= 1) {
        const char *name = tcpstate_unanswered_name(cause);
        if (!(causes & cause))
            continue;
        if (cause & TCPSTATE_UNANSWERED_MISFIT) /* in words it is what is missing */
            tcpstate_add_hidden_string(view, TCPSTATE_FIELD_UNANSWERED_BY, name);
        else if (cause == TCPSTATE_UNANSWERED_REUSED)
            tcpstate_add_named(view, TCPSTATE_FIELD_UNANSWERED, name,
                               tcpstate_unanswered_text(view->pinfo->pool, view->language, view->meaning->incarnation, result));
        else
            tcpstate_add_hidden_string(view, TCPSTATE_FIELD_UNANSWERED, name);
    }
}

/* In one line; who, and what kind, are for filters. */
static void add_icmp(const struct tcpstate_view *view)
{
    const struct tcpstate_icmp *icmp = tcpstate_icmp_of(view->meaning->incarnation);
    wmem_allocator_t *pool = view->pinfo->pool;

    if (!icmp || !tcpstate_any_wanted(view, TCPSTATE_FIELD_ICMP, TCPSTATE_FIELD_ICMP_KIND))
        return;
    tcpstate_add_named(view, TCPSTATE_FIELD_ICMP, tcpstate_icmp_name(icmp),
                       tcpstate_icmp_text(pool, view->language, icmp, view->meaning->incarnation, view->meaning->seen.client));
    tcpstate_add_hidden_string(view, TCPSTATE_FIELD_ICMP_FROM, tcpstate_ip_text(pool, icmp->reporter, icmp->address_length, false));
    add_name(view, TCPSTATE_FIELD_ICMP_KIND, tcpstate_icmp_kind(icmp));
}

void tcpstate_tree_outcome(const struct tcpstate_view *above)
{
    const struct tcpstate_observation *seen = &above->meaning->seen;
    struct tcpstate_outcome outcome;
    struct tcpstate_view subtree = below(above, TCPSTATE_WORD_WHOLE);
    const struct tcpstate_view *view = &subtree;
    tcpstate_incarnation_outcome(view->meaning->incarnation, &outcome);
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
    if (view->meaning->later && tcpstate_wanted(view, TCPSTATE_FIELD_HISTORY)) {
        char history[TCPSTATE_ZEEK_LETTERS + 1];
        tcpstate_history(tcpstate_incarnation_connection(view->meaning->incarnation), history);
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_HISTORY, history);
    }
    add_agreed(view);
    add_unanswered(view, outcome.result);
    add_icmp(view);
    add_waits(view);
    if (view->meaning->later && tcpstate_outcome_is_early(&outcome))
        tcpstate_add_hidden_boolean(view, TCPSTATE_FIELD_TOO_EARLY, true);
    if (!tcpstate_wanted(view, TCPSTATE_FIELD_MISSING))
        return;
    const char *missing = tcpstate_missing_text(view->pinfo->pool, view->language, view->meaning->incarnation, &outcome, seen->client);
    if (*missing)
        tcpstate_add_string(view, TCPSTATE_FIELD_MISSING, missing);
}
