/* view-statistics.c - "-z tcpstate,tree" and its window: how many, by what.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection is counted once, when all of it is known.  In the window that
 * is at its first packet, because the tree is fed by a second pass over the
 * capture.  tshark may be at its first pass: there the connections are counted
 * when the tree is about to be drawn, by a listener that is drawn before it.
 * No node is made for what does not occur.
 */
#include "host.h"
#include "survey.h"

#include <epan/stats_tree_priv.h>

#include "../text/phrases.h"
#include "preferences.h"
#include "wording.h"

/* Wireshark walks over all of a node's children to add one. */
#define MOST_SERVERS 500

/* What is kept beside one of Wireshark's trees. */
struct tree_state {
    stats_tree *tree;
    struct tcpstate_survey *survey;
    GHashTable *servers; /* names of those with a node of their own */
    bool listening; /* by draw_before() */
};

static GHashTable *tree_states; /* stats_tree -> struct tree_state */
static bool window;

static const char *phrase(enum tcpstate_phrase which)
{
    return tcpstate_phrase(which, tcpstate_language());
}

static int tick(stats_tree *tree, const char *name, int parent)
{
    return tick_stat_node(tree, name, parent, TRUE);
}

static const char *how_opened(enum tcpstate_opening opening)
{
    static const enum tcpstate_phrase phrases[TCPSTATE_OPENINGS] = {
        [TCPSTATE_OPENING_NONE] = TCPSTATE_PHRASE_TREE_NOT_OPENED,
        [TCPSTATE_OPENING_HANDSHAKE] = TCPSTATE_PHRASE_TREE_BY_HANDSHAKE,
        [TCPSTATE_OPENING_SIMULTANEOUS] = TCPSTATE_PHRASE_TREE_BY_SIMULTANEOUS,
        [TCPSTATE_OPENING_FAST_OPEN] = TCPSTATE_PHRASE_TREE_BY_FAST_OPEN,
        [TCPSTATE_OPENING_UNSEEN] = TCPSTATE_PHRASE_TREE_UNSEEN,
    };
    return phrase(phrases[opening]);
}

/* Of a reset who sent it, else who closed first; of a refusal nobody: a firewall's RST looks like the server's. */
static int who_is_counted(const struct tcpstate_outcome *outcome)
{
    if (outcome->result == TCPSTATE_RESULT_REFUSED)
        return TCPSTATE_BY_NOBODY;
    return outcome->ended_by >= 0 ? outcome->ended_by : outcome->closed_by;
}

static const char *by_whom(const struct tcpstate_summary *summary)
{
    int closed_by = who_is_counted(&summary->outcome);

    if (closed_by == TCPSTATE_BY_BOTH)
        return phrase(TCPSTATE_PHRASE_TREE_BY_BOTH);
    if (summary->client < 0)
        return phrase(TCPSTATE_PHRASE_TREE_BY_UNKNOWN);
    return phrase(closed_by == summary->client ? TCPSTATE_PHRASE_TREE_BY_CLIENT : TCPSTATE_PHRASE_TREE_BY_SERVER);
}

static void count_outcome(stats_tree *tree, const struct tcpstate_summary *summary)
{
    const struct tcpstate_outcome *outcome = &summary->outcome;
    int node = tick(tree, phrase(TCPSTATE_PHRASE_TREE_OUTCOME), 0);

    node = tick(tree, tcpstate_result_word(outcome->result, tcpstate_language()), node);
    const int who = who_is_counted(outcome);
    if (who < 0 || who == TCPSTATE_BY_UNKNOWN)
        return;
    node = tick(tree, by_whom(summary), node);
    /* An abort has no kinds, and a close by both is simultaneous. */
    if (outcome->close_kind == TCPSTATE_CLOSE_FOUR_SEGMENTS)
        tick(tree, phrase(TCPSTATE_PHRASE_TREE_FOUR_SEGMENTS), node);
    else if (outcome->close_kind == TCPSTATE_CLOSE_THREE_SEGMENTS)
        tick(tree, phrase(TCPSTATE_PHRASE_TREE_THREE_SEGMENTS), node);
    else if (outcome->close_kind == TCPSTATE_CLOSE_FIN_RESET)
        tick(tree, tcpstate_close_kind_word(TCPSTATE_CLOSE_FIN_RESET, tcpstate_language()), node);
}

static void count_server(struct tree_state *state, const struct tcpstate_known *known)
{
    const struct tcpstate_summary *summary = &known->summary;
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    const char *name = phrase(TCPSTATE_PHRASE_TREE_SERVER_UNKNOWN);
    int node = tick(state->tree, phrase(TCPSTATE_PHRASE_TREE_SERVERS), 0);

    if (summary->client >= 0) {
        name = tcpstate_endpoint_text(pool, &summary->pair, known->b);
        if (!g_hash_table_contains(state->servers, name)) {
            if (g_hash_table_size(state->servers) < MOST_SERVERS)
                g_hash_table_add(state->servers, g_strdup(name));
            else
                name = phrase(TCPSTATE_PHRASE_TREE_OTHER_SERVERS);
        }
    }
    node = tick(state->tree, name, node);
    tick(state->tree, tcpstate_result_word(summary->outcome.result, tcpstate_language()), node);
    wmem_destroy_allocator(pool);
}

static void count_handshake(stats_tree *tree, int64_t nanoseconds)
{
    static const struct {
        int64_t below; /* milliseconds */
        enum tcpstate_phrase phrase;
    } ranges[] = {
        { 1, TCPSTATE_PHRASE_TREE_UNDER_1_MS },
        { 10, TCPSTATE_PHRASE_TREE_UNDER_10_MS },
        { 100, TCPSTATE_PHRASE_TREE_UNDER_100_MS },
        { 1000, TCPSTATE_PHRASE_TREE_UNDER_1_S },
        { INT64_MAX / 1000000, TCPSTATE_PHRASE_TREE_FROM_1_S },
    };
    float milliseconds = (float)((double)nanoseconds / 1e6);
    size_t range = 0;

    if (nanoseconds < 0)
        return;
    while (range + 1 < array_length(ranges) && nanoseconds >= ranges[range].below * 1000000)
        range++;
    int node = avg_stat_node_add_value_float(tree, phrase(TCPSTATE_PHRASE_TREE_HANDSHAKE), 0, TRUE, milliseconds);
    avg_stat_node_add_value_float(tree, phrase(ranges[range].phrase), node, TRUE, milliseconds);
}

static void count(struct tree_state *state, struct tcpstate_tally *tally)
{
    stats_tree *tree = state->tree;
    struct tcpstate_known known;
    double now = tree->now;

    if (tally->counted)
        return;
    tally->counted = true;
    tcpstate_known_of(tally, &known);
    tree->now = tally->began; /* for the column of bursts: when connections began */
    int opening = tick(tree, phrase(TCPSTATE_PHRASE_TREE_OPENING), 0);
    tick(tree, how_opened(known.summary.outcome.opening), opening);
    count_outcome(tree, &known.summary);
    count_server(state, &known);
    count_handshake(tree, known.handshake);
    tree->now = now;
}

/* ---- The tap ---- */

static void free_tree_state(gpointer data)
{
    struct tree_state *state = (struct tree_state *)data;

    tcpstate_survey_free(state->survey);
    g_hash_table_destroy(state->servers);
    g_free(state);
}

static void reset(void *data)
{
    struct tree_state *state = (struct tree_state *)data;

    tcpstate_survey_clear(state->survey);
    g_hash_table_remove_all(state->servers);
}

/* What was taken lives no longer than the file: see view-printed.c. */
static void end_file(void)
{
    GHashTableIter all;
    gpointer state;

    g_hash_table_iter_init(&all, tree_states);
    while (g_hash_table_iter_next(&all, NULL, &state))
        reset(state);
}

static void count_all(void *data)
{
    struct tree_state *state = (struct tree_state *)data;

    for (unsigned i = 0; i < state->survey->tallies.count; i++)
        count(state, tcpstate_survey_at(state->survey, i));
}

/* Wireshark removes the listener: because end() asks for it, or, from 4.6 on,
 * when the program ends. */
static void finish(void *data)
{
    struct tree_state *state = (struct tree_state *)data;

    state->listening = false;
}

/* The newest listener is drawn first, so this one is drawn before the tree,
 * which was registered just before it asked for begin().  For the same reason
 * it is removed before the tree when the program ends, and lives shorter than
 * its state. */
static void draw_before(struct tree_state *state)
{
    GString *error =
        register_tap_listener(TCPSTATE_TAP, state, NULL, TL_REQUIRES_NOTHING, reset, NULL, count_all, finish);

    state->listening = !error;
    if (error)
        g_string_free(error, TRUE);
}

static void begin(stats_tree *tree)
{
    struct tree_state *state = (struct tree_state *)g_hash_table_lookup(tree_states, tree);

    if (state) {
        reset(state);
        return;
    }
    state = g_new(struct tree_state, 1);
    state->tree = tree;
    state->survey = tcpstate_survey_new();
    state->servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    state->listening = false;
    g_hash_table_insert(tree_states, tree, state);
    if (!window)
        draw_before(state);
}

static void end(stats_tree *tree)
{
    struct tree_state *state = (struct tree_state *)g_hash_table_lookup(tree_states, tree);

    if (state && state->listening)
        remove_tap_listener(state); /* sharkd goes on after the tree, to other trees and files */
    g_hash_table_remove(tree_states, tree);
}

static tap_packet_status take(stats_tree *tree, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *tapped,
                              tap_flags_t flags _U_)
{
    struct tree_state *state = (struct tree_state *)g_hash_table_lookup(tree_states, tree);

    if (!state)
        return TAP_PACKET_DONT_REDRAW;
    unsigned index = tcpstate_survey_take(state->survey, (const struct tcpstate_tapped *)tapped);
    if (window)
        count(state, tcpstate_survey_at(state->survey, index));
    return TAP_PACKET_REDRAW;
}

void tcpstate_view_statistics_register(void)
{
    window = tcpstate_has_window();
    tree_states = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_tree_state);
    tcpstate_on_file(NULL, end_file);
    stats_tree_register_plugin(TCPSTATE_TAP, "tcpstate", phrase(TCPSTATE_PHRASE_TREE_TITLE), 0, take, begin, end);
}
