/* outcome.c - what became of a connection: tcpstate.outcome, .close_kind,
 * .closed_by, .ended_by and Zeek's conn_state; what Zeek says in odd cases is in
 * zeek.c.
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

/* Zeek takes who sent a SYN,ACK that answers nothing for the originator, unless it
 * is sent from a port that servers have (zeek.c tests that). */
static void half_of_the_opening_not_seen(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack" },
        { "CLOSED?",      TO_A, "R.", 301, 101, 0, "CLOSED?",   "any", .reset = ACCEPTED,
          .outcome = "handshake-aborted", .conn_state = "OTH", BY_RESET, .ended_by = BY_B, .over = true });
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",   "syn-ack" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 101, 0, "FIN_WAIT_1", "any",
          .outcome = "one-direction", .conn_state = "SH", .closed_by = BY_UNKNOWN, .owing = A_OWES });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",   "syn" },
        { "FIN_WAIT_1?",  TO_B, "F.", 101, 301, 0, "CLOSE_WAIT?", "any",
          .outcome = "one-direction", .conn_state = "SH", .closed_by = BY_UNKNOWN, .owing = B_OWES });
}

/* Behind all of an end's data something was acknowledged, or its own numbers go on: that may be
 * its FIN.  Data behind the hole show that it is none. */
static void fin_that_may_not_have_been_captured(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",   TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1?",  TO_B, ".",  101, 301, 0,  "CLOSE_WAIT?", "",
          .outcome = "unknown", .conn_state = "S2", .closed_by = BY_UNKNOWN, .owing = B_OWES });
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",   TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin",
          .outcome = "half-closed", .conn_state = "S2", .closed_by = BY_A, .owing = B_OWES },
        { "FIN_WAIT_2?",  TO_A, ".",  301, 101, 0,  "CLOSE_WAIT?", "any",
          .outcome = "unknown", .conn_state = "S2", .closed_by = BY_UNKNOWN, .owing = B_OWES },
        { "FIN_WAIT_2?",  TO_A, "P.", 301, 101, 10, "CLOSE_WAIT",  "any",
          .outcome = "half-closed", .conn_state = "S2", .closed_by = BY_A, .owing = B_OWES });
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",   TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "any",          TO_A, "F.", 100000, 101, 0, "any", "any", .outcome = "unknown", .conn_state = "SF",
          .closed_by = BY_UNKNOWN, .owing = B_OWES });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_B, ".",  100, 301, 0,  "ESTABLISHED?", "", .outcome = "unknown", .conn_state = "S1",
          .owing = B_OWES },
        { "ESTABLISHED",  TO_A, "P.", 301, 100, 10, "ESTABLISHED",  "any", .outcome = "open", .conn_state = "S1" });
}

/* A FIN that is no step of its own, on a SYN,ACK or ahead of data, is the first, too. */
static void first_fin_that_is_no_step(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",   99,  0,   0, "SYN_RCVD?",   "syn" },
        { "ESTABLISHED?", TO_A, "SF.", 299, 100, 0, "FIN_WAIT_1",  "syn-ack" },
        { "CLOSE_WAIT",   TO_B, ".",   100, 301, 0, "FIN_WAIT_2?", "any",
          .outcome = "half-closed", .conn_state = "S3", .closed_by = BY_B, .owing = A_OWES });
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",   TO_B, "F.", 110, 300, 0,  "ESTABLISHED?", "fin-out-of-order" },
        { "FIN_WAIT_1?",  TO_B, "P.", 100, 300, 10, "CLOSE_WAIT?",  "any" },
        { "TIME_WAIT?",   TO_A, "F.", 300, 111, 0,  "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",    TO_B, ".",  111, 301, 0,  "CLOSED?",      "last-ack",
          .outcome = "closed", .conn_state = "SF", THREE, .closed_by = BY_A, .over = true });
}

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

/* The one FIN that was captured acknowledges more than was captured of the other end: its FIN, perhaps. */
static void first_fin_that_may_have_been_the_second(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1?", TO_B, "F.", 100, 301, 0, "CLOSE_WAIT?", "any" },
        { "CLOSED?",     TO_B, "R",  101, 0,   0, "CLOSED?",     "any", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTO", FIN_AND_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A, .over = true });
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-midstream" },
        { "CLOSED?",     TO_B, "R",  101, 0,   0, "CLOSED?",     "any", .reset = EXACT,
          .outcome = "reset", .conn_state = "OTH", FIN_AND_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A, .over = true });
}

/* A FIN that is in doubt until the other's FIN acknowledges it. */
static void first_fin_that_was_in_doubt(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_B, "F.", 5000, 300, 0,  "ESTABLISHED?", "fin-doubtful" },
        { "any", TO_A, "F.", 300, 5001, 0, "any", "any",
          .outcome = "last-ack-missing", .conn_state = "SF", .closed_by = BY_A, .owing = B_OWES });
}

/* A stranger's FIN in A's name crosses B's; then A goes on where that was. */
static void crossed_by_a_fin_that_is_withdrawn(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_B, "F.", 100, 300, 0,  "any", "any" },
        { "any", TO_A, "F.", 300, 100, 0,  "any", "simultaneous-close", .was_b = "any" },
        { "any", TO_B, "P.", 100, 301, 10, "any", "any",
          .outcome = "unknown", .conn_state = "SF", .closed_by = BY_UNKNOWN, .owing = A_OWES, .later = 50 * MILLISECONDS });
}

/* The SYN,ACK alone: no SYN seen, and nobody has ended anything. */
static void syn_ack_alone(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack",
          .outcome = "one-direction", .conn_state = "OTH", .owing = A_OWES });
}

static void midstream_traffic(void)
{
    FIGURE(
        { "UNKNOWN",      TO_B, ".",  100, 300, 0,  "UNKNOWN",      "", .outcome = "one-direction", .conn_state = "OTH",
          .owing = B_OWES },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "", .outcome = "one-direction", .conn_state = "OTH",
          .owing = B_OWES },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "", .outcome = "open", .conn_state = "OTH" });
}

/* B's number shows that it sent one more than was captured, a byte or its FIN; data from there on, that it was
 * a byte, and data at that place, which byte. */
static void open_and_one_more_number(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, ".",  301, 100, 0,  "any", "", .outcome = "unknown", .conn_state = "S1", .owing = B_OWES },
        { "any", TO_A, "P.", 301, 100, 10, "any", "any", .outcome = "open", .conn_state = "S1" });
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, ".",  301, 100, 0,  "any", "", .outcome = "unknown", .conn_state = "S1", .owing = B_OWES },
        { "any", TO_A, "P.", 300, 100, 1,  "any", "any", .outcome = "open", .conn_state = "S1" });
}

/* Of A the capture holds its SYN alone, and B acknowledges 11 more: ten bytes and a FIN, or eleven bytes. */
static void open_and_more_acknowledged(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S", 99,  0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, ".", 300, 111, 0, "any?",      "any", .was_b = "any", .outcome = "unknown" });
}

/* B's FIN is at a number that A has already, and will be refused: it was sent all the same, by B or in its
 * name.  So nobody knows whether B's side is open. */
static void fin_at_a_number_that_was_used(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 20, "ESTABLISHED", "any" },
        { "ESTABLISHED", TO_B, ".",  100, 320, 0,  "ESTABLISHED", "", .outcome = "open" },
        { "any",         TO_A, "F.", 300, 100, 0,  "FIN_WAIT_1?", "fin-ignored", .outcome = "unknown",
          .owing = B_OWES });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 20, "ESTABLISHED", "any" },
        { "FIN_WAIT_1",  TO_B, "F.", 100, 320, 0,  "CLOSE_WAIT?", "fin", .outcome = "half-closed", .closed_by = BY_A,
          .owing = B_OWES },
        { "any",         TO_A, "F.", 300, 100, 0,  "any",         "fin-ignored", .was_b = "any", .outcome = "unknown",
          .closed_by = BY_UNKNOWN, .owing = B_OWES });
}

/* The third segment was lost, and B had A's data behind a hole first; B gives up, and A, whom that RST did not
 * reach, goes on.  Nothing of that is a handshake that was never completed. */
static void open_without_the_third_segment(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  99,  0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 299, 100, 0,  "SYN_RCVD",     "syn-ack", .outcome = "half-open", .owing = A_OWES },
        { "ESTABLISHED",  TO_B, "P.", 110, 300, 10, "ESTABLISHED?", "" },
        { "ESTABLISHED",  TO_B, "P.", 100, 300, 10, "ESTABLISHED?", "any" },
        { "ESTABLISHED",  TO_A, ".",  300, 120, 0,  "ESTABLISHED",  "" },
        { "CLOSED?",      TO_A, "R",  300, 0,   0,  "CLOSED?",      "abort", .reset = EXACT, .outcome = "reset",
          .conn_state = "RSTR", BY_RESET, .ended_by = BY_B, .over = true, .later = 9 * SECONDS },
        { "ESTABLISHED",  TO_B, "P.", 120, 300, 10, "CLOSED?",      "any", .outcome = "unknown", .conn_state = "RSTR",
          .was_a = "any", .later = 9 * SECONDS });
}

/* A stranger resets the opening in both names, and B goes on all the same; A's host, which has no connection any
 * more, answers that.  It is this RST that ends it. */
static void reset_after_two_of_a_stranger(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  99,  0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 299, 100, 0,  "SYN_RCVD",     "syn-ack" },
        { "CLOSED?",      TO_A, "R.", 300, 100, 0,  "CLOSED?",      "handshake-aborted", .reset = EXACT,
          .outcome = "handshake-aborted", .conn_state = "RSTR", BY_RESET, .ended_by = BY_B, .over = true },
        { "CLOSED?",      TO_B, "P.", 100, 300, 10, "CLOSED?",      "any", .was_a = "any", .later = 30 * MILLISECONDS },
        { "CLOSED?",      TO_B, "R",  100, 0,   0,  "CLOSED?",      "reset-after-close", .reset = EXACT, .later = 5 * MILLISECONDS },
        { "CLOSED?",      TO_A, "P.", 300, 110, 10, "ESTABLISHED?", "no-connection", .was_b = "any",
          .later = 40 * MILLISECONDS },
        { "CLOSED?",      TO_B, "R",  110, 0,   0,  "CLOSED?",      "reset-repeated", .reset = EXACT,
          .outcome = "reset", BY_RESET, .ended_by = BY_A, .over = true });
}

/* A's answer to B's FIN is a RST, and nothing else of A was captured: it may have closed first. */
static void midstream_fin_and_reset(void)
{
    FIGURE(
        { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1?", "fin-midstream" },
        { "CLOSED?",     TO_B, "R",  100, 0,   0, "CLOSED?",     "reset-in-close", .reset = EXACT,
          .outcome = "reset", .kind = TCPSTATE_CLOSE_FIN_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A, .over = true });
}

/* A RST that acknowledges more than was captured: that may have been a FIN; of a stranger's that
 * acknowledges what nobody can have sent nothing follows. */
static void reset_that_acknowledges_more(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, "P.", 300, 100, 10, "any", "any" },
        { "any", TO_B, "R.", 100, 311, 0,  "any", "abort", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTO", BY_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A, .over = true });
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, "P.", 300, 100, 10, "any", "any" },
        { "any", TO_B, "R.", 100, 310, 0,  "any", "abort", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTO", BY_RESET, .ended_by = BY_A, .over = true });
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, "P.", 300, 100, 10, "any", "any" },
        { "any", TO_B, "R.", 100, 900000310, 0, "any", "abort", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTO", BY_RESET, .ended_by = BY_A, .over = true });
    FIGURE(ESTABLISHED_100_300, /* in the window, and so not taken */
        { "any", TO_A, "P.", 300, 100, 10, "any", "any" },
        { "any", TO_B, "R", 120, 0, 0,  "any", "reset-ignored", .reset = IN_WINDOW },
        { "any", TO_B, "R.", 100, 310, 0,  "any", "abort", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTO", BY_RESET, .ended_by = BY_A, .over = true });
}

/* Either end may have sent its FIN before the capture began, unless it has sent data since. */
static void midstream_reset(void)
{
    FIGURE(
        { "CLOSED?",       TO_B, "R.", 100, 300, 0,  "CLOSED?",      "reset-of-unknown",
          .outcome = "reset", .conn_state = "OTH", BY_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A, .over = true });
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN", "" },
        { "CLOSED?", TO_A, "R.", 300, 110, 0, "CLOSED?", "reset-of-unknown", .reset = EXACT,
          .outcome = "reset", .conn_state = "RSTRH", BY_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_B, .over = true });
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN", "" },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "" },
        { "CLOSED?", TO_B, "R.", 110, 320, 0, "CLOSED?", "abort", .reset = EXACT,
          .outcome = "reset", .conn_state = "OTH", BY_RESET, .ended_by = BY_A, .over = true });
}

static void midstream_close(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-midstream" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK*",   "fin-acked-passive-fin" },
        { "TIME_WAIT*",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack",
          .outcome = "closed", .conn_state = "SF", THREE, .closed_by = BY_A, .over = true });
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

/* The RST's number shows that A had been answered: "no answer" may not be said. */
static void reset_beyond_what_was_captured(void)
{
    FIGURE(
        { "any", TO_B, "S",  100, 0,   0, "any", "syn" },
        { "any", TO_B, "R.", 400, 900, 0, "any", "reset-ignored", .was_b = "any", .reset = IN_WINDOW, .later = 5 * SECONDS,
          .outcome = "unknown" });
}

/* A's ACK can only come of an answer, though all of that that was captured is a RST. */
static void acknowledged_though_no_answer_was_captured(void)
{
    FIGURE(
        { "any", TO_B, "S", 100, 0,   0, "any", "syn" },
        { "any", TO_B, ".", 100, 301, 0, "any", "any", .was_a = "any", .was_b = "any", .later = 1 * SECONDS },
        { "any", TO_A, "R", 301, 0,   0, "any", "any", .was_a = "any", .was_b = "any", .reset = WRONG_ACK,
          .outcome = "unknown" });
}

/* A's own number is one beyond its SYN: what it sent may have been its FIN. */
static void half_closed_and_one_more_number(void)
{
    FIGURE(
        { "any", TO_B, "S",  100, 0,   0, "any", "any" },
        { "any", TO_A, "F.", 300, 101, 0, "any", "any", .was_a = "any", .was_b = "any" },
        { "any", TO_B, ".",  102, 301, 0, "any", "any", .was_a = "any", .was_b = "any", .outcome = "unknown",
          .closed_by = BY_UNKNOWN, .owing = A_OWES });
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
    TEST(half_of_the_opening_not_seen);
    TEST(fin_that_may_not_have_been_captured);
    TEST(first_fin_that_is_no_step);
    TEST(fin_not_acknowledged);
    TEST(first_fin_that_may_have_been_the_second);
    TEST(first_fin_that_was_in_doubt);
    TEST(crossed_by_a_fin_that_is_withdrawn);
    TEST(open_and_one_more_number);
    TEST(open_and_more_acknowledged);
    TEST(fin_at_a_number_that_was_used);
    TEST(open_without_the_third_segment);
    TEST(reset_after_two_of_a_stranger);
    TEST(midstream_fin_and_reset);
    TEST(reset_that_acknowledges_more);
    TEST(syn_ack_alone);
    TEST(midstream_traffic);
    TEST(midstream_reset);
    TEST(midstream_close);
    TEST(names);
    TEST(reset_beyond_what_was_captured);
    TEST(acknowledged_though_no_answer_was_captured);
    TEST(half_closed_and_one_more_number);
    return g_test_run();
}
