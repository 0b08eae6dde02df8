/* outcome.c - what became of a connection: tcpstate.outcome, .close_kind,
 * .closed_by, .ended_by and Zeek's conn_state; what Zeek says in odd cases is in
 * zeek.c, and where the capture lacks something in outcome-unseen.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figure.h"

#define FOUR .kind = TCPSTATE_CLOSE_FOUR_SEGMENTS
#define THREE .kind = TCPSTATE_CLOSE_THREE_SEGMENTS
#define BOTH_AT_ONCE .kind = TCPSTATE_CLOSE_SIMULTANEOUS
#define BY_RESET .kind = TCPSTATE_CLOSE_RESET
#define FIN_AND_RESET .kind = TCPSTATE_CLOSE_FIN_RESET

/* S0, S1, S2, SF: the whole of a life. */
static void closed_in_four_segments(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  99,  0,   0, "SYN_RCVD?",    "syn",
          .outcome = "unanswered", .conn_state = "S0", .owing = B_OWES, .count = 1 },
        { "ESTABLISHED?", TO_A, "S.", 299, 100, 0, "SYN_RCVD",     "syn-ack",
          .outcome = "half-open", .owing = A_OWES },
        { "ESTABLISHED",  TO_B, ".",  100, 300, 0, "ESTABLISHED?", "handshake-ack",
          .outcome = "open", .conn_state = "S1" },
        { "FIN_WAIT_1",   TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?",  "fin",
          .outcome = "half-closed", .conn_state = "S2", .closed_by = BY_A, .owing = B_OWES },
        { "FIN_WAIT_2?",  TO_A, ".",  300, 101, 0, "CLOSE_WAIT",   "fin-acked",
          .outcome = "half-closed", .conn_state = "S2", .closed_by = BY_A, .owing = B_OWES },
        { "TIME_WAIT?",   TO_A, "F.", 300, 101, 0, "LAST_ACK",     "passive-fin",
          .outcome = "last-ack-missing", .conn_state = "SF", .closed_by = BY_A, .owing = B_OWES },
        { "TIME_WAIT",    TO_B, ".",  101, 301, 0, "CLOSED?",      "last-ack",
          .outcome = "closed", .conn_state = "SF", FOUR, .closed_by = BY_A, .over = true });
}

static void closed_by_the_server(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1",  "fin",
          .outcome = "half-closed", .conn_state = "S3", .closed_by = BY_B, .owing = A_OWES },
        { "LAST_ACK?",    TO_B, "F.", 100, 301, 0, "TIME_WAIT?",  "fin-acked-passive-fin",
          .outcome = "last-ack-missing", .conn_state = "SF", .closed_by = BY_B, .owing = A_OWES },
        { "CLOSED?",     TO_A, ".",  301, 101, 0, "TIME_WAIT",   "last-ack",
          .outcome = "closed", .conn_state = "SF", THREE, .closed_by = BY_B, .over = true });
}

static void closed_by_both_at_once(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "CLOSING?",    TO_B, ".",  101, 301, 0, "TIME_WAIT?",  "simultaneous-close-ack",
          .outcome = "last-ack-missing", .conn_state = "SF", BOTH_AT_ONCE, .closed_by = BY_BOTH, .owing = A_OWES },
        { "TIME_WAIT?", TO_A, ".",  301, 101, 0, "TIME_WAIT?",  "simultaneous-close-ack",
          .outcome = "closed", .conn_state = "SF", BOTH_AT_ONCE, .closed_by = BY_BOTH, .over = true });
}

/* What ended it first stays: a RST after the end does not make it an abort. */
static void reset_after_the_end_changes_nothing(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" },
        { "CLOSED?",     TO_B, "R.", 101, 301, 0, "CLOSED?",     "reset-after-close", .reset = EXACT,
          .outcome = "closed", THREE, .closed_by = BY_A });
}

static void syns_unanswered(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .repeats = 1 },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .repeats = 2,
          .outcome = "unanswered", .conn_state = "S0", .owing = B_OWES, .count = 3 });
}

static void refused(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .reset = RIGHT_ACK, .was_b = "CLOSED",
          .outcome = "refused", .conn_state = "REJ", BY_RESET, .ended_by = BY_B, .over = true });
}

/* A second SYN may find a server that has just started. */
static void refused_then_accepted(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "CLOSED?",      TO_A, "R.", 0,   101, 0, "CLOSED?",       "refused", .reset = RIGHT_ACK, .was_b = "CLOSED" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn-retransmitted", .repeats = 1, .was_a = "any" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD?",     "syn-ack", .was_b = "any" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack",
          .outcome = "open", .conn_state = "S1" });
}

static void syn_ack_rejected(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0, "LISTEN?",   "syn-ack-rejected", .reset = EXACT,
          .was_a = "SYN_SENT", .outcome = "rejected", .conn_state = "RSTO", BY_RESET, .ended_by = BY_A,
          .over = true });
}

/* RFC 9293 section 3.10.7.3: a SYN,ACK that acknowledges another number leaves the client in
 * SYN_SENT, and its SYN without an answer, whether the client sends a RST or not. */
static void syn_ack_that_answers_no_syn(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100,  0,    0, "SYN_RCVD?", "syn" },
        { "SYN_SENT?", TO_A, "S.", 300,  5000, 0, "SYN_RCVD?", "bad-syn-ack",
          .failed = ACK_IS_J_PLUS_1, .expected = 101, .outcome = "unanswered", .owing = B_OWES, .count = 1 },
        { "SYN_SENT?", TO_B, "R",  5000, 0,    0, "LISTEN?",   "syn-ack-rejected", .reset = EXACT,
          .outcome = "unanswered", .owing = B_OWES, .count = 1 });
}

/* The RST of figure 8 ends nothing: A goes on waiting. */
static void rejection_of_an_old_duplicate_ends_nothing(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_A, "S.", 300, 91,  0, "SYN_RCVD?",     "bad-syn-ack",
          .failed = ACK_IS_J_PLUS_1, .expected = 101 },
        { "SYN_SENT?",    TO_B, "R",  91,  0,   0, "LISTEN?",      "syn-ack-rejected", .reset = EXACT },
        { "ESTABLISHED?", TO_A, "S.", 400, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 401, 0, "ESTABLISHED?", "handshake-ack",
          .outcome = "open", .conn_state = "RSTO" }); /* by Zeek, to whom any RST is one */
}

static void handshake_never_completed(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack-retransmitted", .repeats = 1,
          .outcome = "half-open", .owing = A_OWES });
}

static void opener_gives_up(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "CLOSED?",   TO_B, "R", 101, 0, 0, "LISTEN?",   "any", .reset = EXACT,
          .outcome = "handshake-aborted", .conn_state = "RSTOS0", BY_RESET, .ended_by = BY_A, .over = true });
}

static void unreachable(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT?", TO_B, "S", 100, 0, 0, "UNKNOWN",   "unreachable", .icmp = true,
          .outcome = "unreachable", .conn_state = "S0", .over = true });
}

/* RFC 9293 section 3.9.2.2: a soft error must not abort the connection. */
static void unreachable_for_a_while(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT?",    TO_B, "S",  100, 0,   0, "UNKNOWN",      "unreachable", .icmp = true },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn-retransmitted", .repeats = 1, .was_b = "any" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack",
          .outcome = "open", .conn_state = "S1" });
}

static void reset_by_the_client(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?",  TO_B, "R.", 100, 300, 0, "CLOSED?", "abort", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTO", BY_RESET, .ended_by = BY_A, .over = true },
        { "CLOSED?",  TO_B, "R.", 100, 300, 0, "CLOSED?", "reset-repeated", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTO", BY_RESET, .ended_by = BY_A });
}

/* The first FIN was on its way when the other's RST came by: its sender closed, and the other end ended it. */
static void fin_that_crosses_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?",  "abort", .reset = EXACT, .over = true, .outcome = "reset",
          .conn_state = "RSTR", BY_RESET, .ended_by = BY_B },
        { "any?",    TO_B, "F.", 100, 300, 0, "any?",     "any", .was_a = "any", .later = 1 * MILLISECONDS, .outcome = "reset",
          .conn_state = "RSTR", BY_RESET, .closed_by = BY_A, .ended_by = BY_B });
}

static void reset_by_the_server(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?",  "abort", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTR", BY_RESET, .ended_by = BY_B, .over = true });
}

static void reset_during_the_close(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSED?",    TO_A, "R.", 300, 101, 0, "CLOSED?",      "reset-in-close", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTR", FIN_AND_RESET, .closed_by = BY_A, .ended_by = BY_B, .over = true });
}

/* An ignored RST ends nothing. */
static void reset_ignored(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_B, "R", 5000, 0, 0, "ESTABLISHED?", "reset-ignored", .reset = OUTSIDE, .outcome = "open" });
}

static void silent(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "", .outcome = "open", .conn_state = "S1" },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "keep-alive-unanswered", .repeats = 2,
          .outcome = "silent", .conn_state = "S1", .owing = B_OWES, .count = 2 },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "keep-alive-unanswered", .repeats = 3,
          .outcome = "silent", .conn_state = "S1", .owing = B_OWES, .count = 3 },
        { "ESTABLISHED", TO_A, ".", 300, 100, 0, "ESTABLISHED", "", .outcome = "open", .conn_state = "S1" });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, ".", 299, 100, 0, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_A, ".", 299, 100, 0, "ESTABLISHED", "keep-alive-unanswered", .repeats = 2,
          .outcome = "silent", .conn_state = "S1", .owing = A_OWES, .count = 2 });
}

/* ---- Without a beginning, or with half of it ---- */

/* A FIN that was sent again is owed an ACK first of all. */
static void fin_not_acknowledged(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin",
          .outcome = "half-closed", .conn_state = "S2", .closed_by = BY_A, .owing = B_OWES },
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-retransmitted", .repeats = 1,
          .outcome = "half-closed", .conn_state = "S2", .closed_by = BY_A, .owing = B_OWES, .count = 2 },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked",
          .outcome = "half-closed", .conn_state = "S2", .closed_by = BY_A, .owing = B_OWES });
}

/* Fixed sets of names, never translated. */
static void names(void)
{
    static const char *const results[TCPSTATE_RESULTS] = {
        [TCPSTATE_RESULT_CLOSED] = "closed",           [TCPSTATE_RESULT_RESET] = "reset",
        [TCPSTATE_RESULT_REFUSED] = "refused",         [TCPSTATE_RESULT_REJECTED] = "rejected",
        [TCPSTATE_RESULT_HANDSHAKE_ABORTED] = "handshake-aborted",
        [TCPSTATE_RESULT_UNREACHABLE] = "unreachable", [TCPSTATE_RESULT_UNANSWERED] = "unanswered",
        [TCPSTATE_RESULT_HALF_OPEN] = "half-open",     [TCPSTATE_RESULT_OPEN] = "open",
        [TCPSTATE_RESULT_SILENT] = "silent",           [TCPSTATE_RESULT_HALF_CLOSED] = "half-closed",
        [TCPSTATE_RESULT_LAST_ACK_MISSING] = "last-ack-missing",
        [TCPSTATE_RESULT_STALLED] = "stalled",         [TCPSTATE_RESULT_NO_RESPONSE] = "no-response",
        [TCPSTATE_RESULT_ONE_DIRECTION] = "one-direction", [TCPSTATE_RESULT_UNKNOWN] = "unknown",
    };
    static const char *const kinds[TCPSTATE_CLOSE_KINDS] = {
        [TCPSTATE_CLOSE_NONE] = "none",
        [TCPSTATE_CLOSE_FOUR_SEGMENTS] = "four-segments",
        [TCPSTATE_CLOSE_THREE_SEGMENTS] = "three-segments",
        [TCPSTATE_CLOSE_SIMULTANEOUS] = "simultaneous",
        [TCPSTATE_CLOSE_RESET] = "reset",
        [TCPSTATE_CLOSE_FIN_RESET] = "fin-then-reset",
    };

    for (unsigned i = 0; i < TCPSTATE_RESULTS; i++)
        g_assert_cmpstr(tcpstate_result_name((enum tcpstate_result)i), ==, results[i]);
    for (unsigned i = 0; i < TCPSTATE_CLOSE_KINDS; i++)
        g_assert_cmpstr(tcpstate_close_kind_name((enum tcpstate_close_kind)i), ==, kinds[i]);
    g_assert_cmpstr(tcpstate_result_name(TCPSTATE_RESULTS), ==, "unknown");
    g_assert_cmpstr(tcpstate_close_kind_name(TCPSTATE_CLOSE_KINDS), ==, "none");
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/outcome/" #name, name)
    TEST(closed_in_four_segments);
    TEST(closed_by_the_server);
    TEST(closed_by_both_at_once);
    TEST(reset_after_the_end_changes_nothing);
    TEST(syns_unanswered);
    TEST(refused);
    TEST(refused_then_accepted);
    TEST(syn_ack_rejected);
    TEST(syn_ack_that_answers_no_syn);
    TEST(rejection_of_an_old_duplicate_ends_nothing);
    TEST(handshake_never_completed);
    TEST(opener_gives_up);
    TEST(unreachable);
    TEST(unreachable_for_a_while);
    TEST(reset_by_the_client);
    TEST(fin_that_crosses_a_reset);
    TEST(reset_by_the_server);
    TEST(reset_during_the_close);
    TEST(reset_ignored);
    TEST(silent);
    TEST(fin_not_acknowledged);
    TEST(names);
    return g_test_run();
}
