/* machine.c - the state machine, cell by cell, against RFC 9293's prose.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ../../plugin/core/states.c has an event per row.  Here the same is written
 * the other way round, from section 3.3.2 (figure 5) and sections 3.10.4 to
 * 3.10.8: state by state, what moves it and where the RFC says so.  What a
 * state's list leaves out must leave the state as it is.
 */
#include <glib.h>
#include <string.h>

#include "complain.h"
#include "tcpstate.h"

struct move {
    enum tcpstate_event event;
    enum tcpstate_state to;
    const char *why;
};

#define GETS(what, to, why) { TCPSTATE_GETS_##what, TCPSTATE_##to, why }
#define SENDS(what, to, why) { TCPSTATE_SENDS_##what, TCPSTATE_##to, why }
#define END { TCPSTATE_EVENTS, TCPSTATE_UNKNOWN, NULL }

static const struct move from_closed[] = {
    GETS(SYN, SYN_RCVD, "a passer-by cannot see a LISTEN; only a RST tells that there was none"),
    SENDS(SYN, SYN_SENT, "figure 5: active OPEN; 3.10.1"),
    SENDS(SYN_ACK, SYN_RCVD, "it did listen: figure 5, rcv SYN / snd SYN,ACK"),
    END, /* 3.10.7.1: all else is discarded, or answered by a RST */
};

static const struct move from_listen[] = {
    GETS(SYN, SYN_RCVD, "3.10.7.2, third: check for a SYN"),
    SENDS(SYN, SYN_SENT, "figure 5: SEND / snd SYN; 3.10.2"),
    SENDS(SYN_ACK, SYN_RCVD, "figure 5: rcv SYN / snd SYN,ACK"),
    SENDS(RST, LISTEN, "3.10.7.2, second: a bad ACK is answered by a RST; figure 11 line 5: LISTEN"),
    END, /* 3.10.7.2: a RST is ignored; anything else is not likely and dropped */
};

static const struct move from_syn_sent[] = {
    GETS(SYN, SYN_RCVD, "3.10.7.3, fourth; figure 7: simultaneous open"),
    GETS(SYN_ACK, ESTABLISHED, "3.10.7.3, fourth: our SYN has been ACKed"),
    GETS(RST, CLOSED, "3.10.7.3, second: connection reset"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.3, second: connection reset"),
    SENDS(SYN_ACK, SYN_RCVD, "3.10.7.3, fourth: the answer to the crossing SYN"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END, /* 3.10.7.3, fifth: neither SYN nor RST: drop; 3.10.7.4, eighth: no FIN here */
};

static const struct move from_syn_rcvd[] = {
    GETS(ACK_OF_SYN, ESTABLISHED, "3.10.7.4, fifth: SYN-RECEIVED"),
    GETS(SYN_ACK, ESTABLISHED, "figure 7 line 7"),
    GETS(FIN, CLOSE_WAIT, "3.10.7.4, eighth: SYN-RECEIVED, ESTABLISHED"),
    GETS(RST, LISTEN, "3.10.7.4, second: it came from LISTEN; figure 8 line 5"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second: it came from SYN-SENT"),
    SENDS(FIN, FIN_WAIT_1, "figure 5: CLOSE / snd FIN; 3.10.4"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END,
};

static const struct move from_established[] = {
    GETS(FIN, CLOSE_WAIT, "3.10.7.4, eighth"),
    GETS(RST, CLOSED, "3.10.7.4, second"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(FIN, FIN_WAIT_1, "figure 5: CLOSE / snd FIN; 3.10.4"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END, /* 3.10.7.4, fourth: a SYN draws a challenge ACK (RFC 5961) and moves nothing */
};

static const struct move from_fin_wait_1[] = {
    GETS(ACK_OF_FIN, FIN_WAIT_2, "3.10.7.4, fifth: FIN-WAIT-1"),
    GETS(FIN, CLOSING, "3.10.7.4, eighth: FIN-WAIT-1"),
    GETS(RST, CLOSED, "3.10.7.4, second"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END,
};

static const struct move from_fin_wait_2[] = {
    GETS(FIN, TIME_WAIT, "3.10.7.4, eighth: FIN-WAIT-2"),
    GETS(RST, CLOSED, "3.10.7.4, second"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END,
};

static const struct move from_close_wait[] = {
    GETS(RST, CLOSED, "3.10.7.4, second"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(FIN, LAST_ACK, "figure 5: CLOSE / snd FIN; 3.10.4"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END, /* 3.10.7.4, eighth: a FIN again: remain */
};

static const struct move from_closing[] = {
    GETS(ACK_OF_FIN, TIME_WAIT, "3.10.7.4, fifth: CLOSING"),
    GETS(RST, CLOSED, "3.10.7.4, second"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END,
};

static const struct move from_last_ack[] = {
    GETS(ACK_OF_FIN, CLOSED, "3.10.7.4, fifth: LAST-ACK"),
    GETS(RST, CLOSED, "3.10.7.4, second"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(RST, CLOSED, "3.10.5 ABORT"),
    END,
};

static const struct move from_time_wait[] = {
    GETS(SYN, SYN_RCVD, "3.10.7.4, fourth: TIME-WAIT; RFC 6191 says which SYNs come so far"),
    GETS(RST, CLOSED, "3.10.7.4, second; RFC 1337 would rather not"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(SYN_ACK, SYN_RCVD, "it has accepted that SYN"),
    SENDS(RST, CLOSED, "3.10.5: respond OK and delete the TCB"),
    { TCPSTATE_WAITS_2MSL, TCPSTATE_CLOSED, "3.10.8 TIME-WAIT TIMEOUT" },
    END,
};

/* Nothing has been seen of this endpoint: what it sends tells where it is,
 * what reaches it where it goes if it can take it. */
static const struct move from_unknown[] = {
    GETS(SYN, SYN_RCVD, "as LISTEN"),
    GETS(SYN_ACK, ESTABLISHED, "as SYN-SENT"),
    GETS(FIN, CLOSE_WAIT, "as ESTABLISHED"),
    GETS(RST, CLOSED, "3.10.7.4, second"),
    GETS(RST_AS_OPENER, CLOSED, "3.10.7.4, second"),
    SENDS(SYN, SYN_SENT, "figure 5: active OPEN"),
    SENDS(SYN_ACK, SYN_RCVD, "figure 5: rcv SYN / snd SYN,ACK"),
    SENDS(FIN, FIN_WAIT_1, "as ESTABLISHED"),
    SENDS(RST, CLOSED, "3.10.5 ABORT, or 3.10.7.1"),
    END,
};

static const struct {
    enum tcpstate_state state;
    const char *name; /* RFC 9293 section 3.3.2, with '_' for '-' and no "RECEIVED" */
    const struct move *moves;
} states[] = {
    { TCPSTATE_CLOSED, "CLOSED", from_closed },
    { TCPSTATE_LISTEN, "LISTEN", from_listen },
    { TCPSTATE_SYN_SENT, "SYN_SENT", from_syn_sent },
    { TCPSTATE_SYN_RCVD, "SYN_RCVD", from_syn_rcvd },
    { TCPSTATE_ESTABLISHED, "ESTABLISHED", from_established },
    { TCPSTATE_FIN_WAIT_1, "FIN_WAIT_1", from_fin_wait_1 },
    { TCPSTATE_FIN_WAIT_2, "FIN_WAIT_2", from_fin_wait_2 },
    { TCPSTATE_CLOSE_WAIT, "CLOSE_WAIT", from_close_wait },
    { TCPSTATE_CLOSING, "CLOSING", from_closing },
    { TCPSTATE_LAST_ACK, "LAST_ACK", from_last_ack },
    { TCPSTATE_TIME_WAIT, "TIME_WAIT", from_time_wait },
    { TCPSTATE_UNKNOWN, "UNKNOWN", from_unknown },
};

static const char *const events[] = {
    [TCPSTATE_GETS_SYN] = "gets SYN",
    [TCPSTATE_GETS_SYN_ACK] = "gets SYN,ACK",
    [TCPSTATE_GETS_ACK_OF_SYN] = "gets ACK of SYN",
    [TCPSTATE_GETS_ACK_OF_FIN] = "gets ACK of FIN",
    [TCPSTATE_GETS_FIN] = "gets FIN",
    [TCPSTATE_GETS_RST] = "gets RST",
    [TCPSTATE_GETS_RST_AS_OPENER] = "gets RST as opener",
    [TCPSTATE_SENDS_SYN] = "sends SYN",
    [TCPSTATE_SENDS_SYN_ACK] = "sends SYN,ACK",
    [TCPSTATE_SENDS_ACK] = "sends ACK",
    [TCPSTATE_SENDS_FIN] = "sends FIN",
    [TCPSTATE_SENDS_RST] = "sends RST",
    [TCPSTATE_WAITS_2MSL] = "waits 2 MSL",
};

/* A new event or state needs its lines above first. */
G_STATIC_ASSERT(G_N_ELEMENTS(events) == TCPSTATE_EVENTS);
G_STATIC_ASSERT(G_N_ELEMENTS(states) == TCPSTATE_STATES);

static void every_event_in_one_state(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);

    for (unsigned event = 0; event < TCPSTATE_EVENTS; event++) {
        enum tcpstate_state wanted = states[i].state;
        const char *why = "no section moves it";
        for (const struct move *move = states[i].moves; move->event != TCPSTATE_EVENTS; move++)
            if (move->event == (enum tcpstate_event)event) {
                wanted = move->to;
                why = move->why;
            }
        enum tcpstate_state got = tcpstate_next(states[i].state, (enum tcpstate_event)event);
        if (got != wanted)
            complain("%s %s: want %s (%s), got %s", states[i].name, events[event],
                     tcpstate_state_name(wanted), why, tcpstate_state_name(got));
    }
}

static void names_of_states(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        g_assert_cmpstr(tcpstate_state_name(states[i].state), ==, states[i].name);
    g_assert_cmpstr(tcpstate_state_name(TCPSTATE_STATES), ==, "UNKNOWN");
    g_assert_cmpstr(tcpstate_state_name((enum tcpstate_state)(-1)), ==, "UNKNOWN");
}

/* The names are a contract: lower case, words joined by '-', of fixed set. */
static void names_of_steps(void)
{
    g_assert_cmpstr(tcpstate_step_name(TCPSTATE_STEP_NONE), ==, "");
    g_assert_cmpint(tcpstate_step_phase(TCPSTATE_STEP_NONE), ==, TCPSTATE_PHASE_NONE);
    for (unsigned step = TCPSTATE_STEP_NONE + 1; step < TCPSTATE_STEPS; step++) {
        const char *name = tcpstate_step_name((enum tcpstate_step)step);
        g_assert_true(g_ascii_islower(name[0]));
        g_assert_cmpuint(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen(name));
        g_assert_cmpint(tcpstate_step_phase((enum tcpstate_step)step), !=, TCPSTATE_PHASE_NONE);
    }
    g_assert_cmpstr(tcpstate_step_name(TCPSTATE_STEPS), ==, "");
    g_assert_cmpstr(tcpstate_step_name((enum tcpstate_step)(-1)), ==, "");
    g_assert_cmpint(tcpstate_step_phase(TCPSTATE_STEPS), ==, TCPSTATE_PHASE_NONE);
}

/* Issue "The plugin, end to end", `tcpstate.step`, names them. */
static void names_that_were_promised(void)
{
    static const struct {
        enum tcpstate_step step;
        const char *name;
        enum tcpstate_phase phase;
    } promised[] = {
        { TCPSTATE_STEP_SYN, "syn", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_SYN_ACK, "syn-ack", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_HANDSHAKE_ACK, "handshake-ack", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_HANDSHAKE_ACK_DATA, "handshake-ack", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_HANDSHAKE_ACK_REPEATED, "handshake-ack-repeated", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_SIMULTANEOUS_OPEN, "simultaneous-open", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_BAD_SYN_ACK, "bad-syn-ack", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_STALE_SYN, "stale-syn", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_CHALLENGE_ACK, "challenge-ack", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_PORT_REUSED, "port-reused", TCPSTATE_PHASE_OPENING },
        { TCPSTATE_STEP_FIRST_REQUEST, "first-request", TCPSTATE_PHASE_TRANSFER },
        { TCPSTATE_STEP_FIRST_RESPONSE, "first-response", TCPSTATE_PHASE_TRANSFER },
        { TCPSTATE_STEP_SERVER_SPEAKS_FIRST, "server-speaks-first", TCPSTATE_PHASE_TRANSFER },
        { TCPSTATE_STEP_FIN, "fin", TCPSTATE_PHASE_CLOSING },
        { TCPSTATE_STEP_FIN_ACKED, "fin-acked", TCPSTATE_PHASE_CLOSING },
        { TCPSTATE_STEP_PASSIVE_FIN, "passive-fin", TCPSTATE_PHASE_CLOSING },
        { TCPSTATE_STEP_LAST_ACK, "last-ack", TCPSTATE_PHASE_CLOSING },
        { TCPSTATE_STEP_SIMULTANEOUS_CLOSE, "simultaneous-close", TCPSTATE_PHASE_CLOSING },
        { TCPSTATE_STEP_REFUSED, "refused", TCPSTATE_PHASE_FAILED },
        { TCPSTATE_STEP_SYN_ACK_REJECTED, "syn-ack-rejected", TCPSTATE_PHASE_FAILED },
        { TCPSTATE_STEP_HANDSHAKE_ABORTED, "handshake-aborted", TCPSTATE_PHASE_FAILED },
        { TCPSTATE_STEP_ABORT, "abort", TCPSTATE_PHASE_ABORT },
        { TCPSTATE_STEP_RESET_AFTER_CLOSE, "reset-after-close", TCPSTATE_PHASE_ABORT },
        { TCPSTATE_STEP_RESET_IGNORED, "reset-ignored", TCPSTATE_PHASE_ABORT },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(promised); i++) {
        g_assert_cmpstr(tcpstate_step_name(promised[i].step), ==, promised[i].name);
        g_assert_cmpint(tcpstate_step_phase(promised[i].step), ==, promised[i].phase);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        char *path = g_strdup_printf("/machine/%s", states[i].name);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), every_event_in_one_state);
        g_free(path);
    }
    g_test_add_func("/machine/names_of_states", names_of_states);
    g_test_add_func("/machine/names_of_steps", names_of_steps);
    g_test_add_func("/machine/names_that_were_promised", names_that_were_promised);
    return g_test_run();
}
