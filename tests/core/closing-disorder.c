/* closing-disorder.c - the close with segments lost, late, or recorded in
 * another order than they were sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rules of evidence: a FIN ahead of a gap moves nobody; an ACK
 * acknowledges a FIN only if it covers the FIN's own number; later evidence
 * corrects an inference; what is recorded late still counts.
 */
#include "figure.h"

/* ---- Lost ---- */

static void fin_never_answered(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-retransmitted", .repeats = 1,
          .answers = LINE(1), .later = 1 * SECONDS },
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-retransmitted", .repeats = 2,
          .answers = LINE(1), .later = 2 * SECONDS });
}

/* The FIN sent again tells that A never was in FIN_WAIT_2. */
static void ack_of_the_fin_lost(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT",  "fin-retransmitted", .repeats = 1,
          .was_a = "FIN_WAIT_1" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-ack-repeated", .answers = LINE(1),
          .checks = ACK_IS_FIN_PLUS_1 },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT",   TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" });
}

/* The ACK that comes again may carry data; then the data is the step. */
static void ack_of_the_fin_comes_again_with_data(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT",  "fin-retransmitted", .repeats = 1,
          .was_a = "FIN_WAIT_1" },
        { "FIN_WAIT_2?", TO_A, "P.", 300, 101, 10, "CLOSE_WAIT",  "half-closed-data" });
}

/* Old data, sent again, is not what a half-closed connection still sends. */
static void old_data_in_close_wait(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2?", TO_A, "P.", 280, 101, 20, "CLOSE_WAIT",  "" },
        { "FIN_WAIT_2?", TO_A, "P.", 300, 101, 10, "CLOSE_WAIT",  "half-closed-data" });
}

/* A FIN that carried data is cut in two when it is sent again. */
static void fin_sent_again_without_its_data(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "FP.", 100, 300, 5, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1?",  TO_B, "P.",  100, 300, 5, "CLOSE_WAIT?", "" },
        { "FIN_WAIT_1",  TO_B, "F.",  105, 300, 0, "CLOSE_WAIT?", "fin-retransmitted", .repeats = 1,
          .later = 300 * MILLISECONDS },
        { "FIN_WAIT_2?", TO_A, ".",   300, 106, 0, "CLOSE_WAIT",  "fin-acked" });
}

/* B's FIN sent again, and A never acknowledged it: perhaps it never came, so
 * nobody may say that a last ACK was lost. */
static void passive_fin_lost(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "fin-retransmitted", .repeats = 1,
          .answers = LINE(3) },
        { "TIME_WAIT",   TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" });
}

/* Both FINs cross; B's is lost.  A's FIN, sent again, does not acknowledge it,
 * so B's ACK takes A only to FIN_WAIT_2 until B's FIN comes again. */
static void simultaneous_close_one_fin_lost(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",    TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "any",         TO_B, "F.", 100, 300, 0, "CLOSING?",    "fin-retransmitted", .repeats = 1,
          .was_a = "any", .was_b = "any" },
        { "FIN_WAIT_2?", TO_A, ".",  301, 101, 0, "CLOSING?",     "simultaneous-close-ack", .was_a = "any" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "CLOSING?",    "fin-retransmitted", .repeats = 1,
          .answers = LINE(2), .later = 300 * MILLISECONDS },
        { "TIME_WAIT*",  TO_B, ".",  101, 301, 0, "TIME_WAIT?",  "any" });
}

/* ---- Gaps ---- */

static void fin_ahead_of_a_gap(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 120, 300, 0,  "ESTABLISHED?", "fin-out-of-order" },
        { "FIN_WAIT_1",  TO_A, ".",  300, 100, 0,  "ESTABLISHED?", "" },
        { "FIN_WAIT_1?",  TO_B, "P.", 100, 300, 10, "ESTABLISHED?", "" },
        { "FIN_WAIT_1?",  TO_A, ".",  300, 110, 0,  "ESTABLISHED?", "" },
        { "FIN_WAIT_1?",  TO_B, "P.", 110, 300, 10, "CLOSE_WAIT?", "" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 121, 0,  "CLOSE_WAIT",  "fin-acked", .checks = ACK_IS_FIN_PLUS_1 });
}

/* The gap is filled by a segment that overlaps both its edges. */
static void fin_gap_filled_with_overlap(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "FP.", 120, 300, 10, "ESTABLISHED?", "fin-out-of-order" },
        { "FIN_WAIT_1?", TO_B, "P.",  95,  300, 30, "CLOSE_WAIT?", "" });
}

/* Data behind the hole, the FIN behind that. */
static void fin_behind_data_behind_a_gap(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 110, 300, 10, "ESTABLISHED", "" },
        { "FIN_WAIT_1",  TO_B, "F.", 120, 300, 0,  "ESTABLISHED?", "fin-out-of-order" },
        { "FIN_WAIT_1?",  TO_B, "P.", 100, 300, 10, "CLOSE_WAIT?", "" });
}

/* Two gaps; one filled is not enough. */
static void fin_ahead_of_two_gaps(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 110, 300, 10, "ESTABLISHED", "" },
        { "FIN_WAIT_1",  TO_B, "F.", 130, 300, 0,  "ESTABLISHED?", "fin-out-of-order" },
        { "FIN_WAIT_1?",  TO_B, "P.", 100, 300, 10, "ESTABLISHED?", "" },
        { "FIN_WAIT_1?",  TO_A, ".",  300, 120, 0,  "ESTABLISHED?", "" },
        { "FIN_WAIT_1?",  TO_B, "P.", 120, 300, 10, "CLOSE_WAIT?", "" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 131, 0,  "CLOSE_WAIT",  "fin-acked" });
}

/* What filled the gap was not captured; B's ACK says that it came. */
static void fin_gap_not_captured(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 120, 300, 0, "ESTABLISHED?", "fin-out-of-order" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 121, 0, "CLOSE_WAIT?", "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 121, 0, "LAST_ACK?",   "passive-fin" },
        { "TIME_WAIT",   TO_B, ".",  121, 301, 0, "CLOSED?",     "last-ack" });
}

/* The gap is in B's direction, before the passive FIN. */
static void passive_fin_ahead_of_a_gap(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2?", TO_A, "F.", 320, 101, 0,  "LAST_ACK",    "fin-out-of-order" },
        { "TIME_WAIT?",  TO_A, "P.", 300, 101, 20, "LAST_ACK",    "" },
        { "TIME_WAIT",   TO_B, ".",  101, 321, 0,  "CLOSED?",     "last-ack" });
}

/* ---- Recorded in another order ---- */

/* B's ACK covers what the capture does not have yet: no claim is made.  Once
 * the FIN is there, all of it has happened. */
static void fin_acknowledged_before_it_was_recorded(void)
{
    FIGURE(ESTABLISHED_100_300,
        /* What it acknowledges may be a FIN: nobody's state is certain. */
        { "ESTABLISHED?", TO_A, ".", 300, 101, 0, "ESTABLISHED?", "" },
        { "FIN_WAIT_2?", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT",  "fin", .was_a = "any" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT",   TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" });
}

static void last_ack_recorded_before_the_passive_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2*", TO_B, ".",  101, 301, 0, "CLOSE_WAIT?", "" },
        { "TIME_WAIT*",  TO_A, "F.", 300, 101, 0, "CLOSED?",     "passive-fin", .was_b = "any" });
}

/* B's FIN does not acknowledge A's, so B sent it first and was never in
 * CLOSE_WAIT, though its ACK of A's FIN was recorded before. */
static void ack_of_a_crossing_fin_recorded_before_the_own_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 100, 0, "CLOSING?",     "simultaneous-close", .was_b = "ESTABLISHED",
          .stayed_b = LEAVES_NONE });
}

/* TIME_WAIT has just begun, however it came to be known. */
static void time_wait_begins_when_it_is_known(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2*", TO_B, ".",  101, 301, 0, "CLOSE_WAIT?", "" },
        { "TIME_WAIT*",  TO_A, "F.", 300, 101, 0, "CLOSED?",     "passive-fin", .was_b = "any" },
        { "TIME_WAIT*",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "fin-in-time-wait", .later = 1 * SECONDS,
          .repeats = 1, .was_b = "any" },
        { "TIME_WAIT?",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack-repeated" });
    FIGURE(ESTABLISHED_100_300, /* A's ACK tells that the gap was filled */
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2?", TO_A, "F.", 320, 101, 0, "LAST_ACK",    "fin-out-of-order" },
        { "TIME_WAIT?",  TO_B, ".",  101, 321, 0, "CLOSED?",     "last-ack" },
        { "TIME_WAIT?",  TO_A, "F.", 320, 101, 0, "LAST_ACK",    "fin-in-time-wait", .later = 1 * SECONDS,
          .repeats = 1, .was_b = "LAST_ACK" });
}

/* The FIN was never captured, only what it led to: nobody is said to have
 * closed, and B's FIN is the first that is known. */
static void fin_not_captured(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_A, ".", 300, 101, 0, "ESTABLISHED?", "" },
        { "any",         TO_A, "F.", 300, 101, 0, "any",        "any" },
        { "any",         TO_B, ".",  101, 301, 0, "any",        "any" });
}

/* ---- What must not be taken for a close ---- */

/* RFC 9293 section 3.10.7.4, first: outside of the window of 1000. */
static void fin_out_of_window_is_ignored(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",        TO_B, "F.", 5000, 300, 0,  "ESTABLISHED?", "fin-doubtful" },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "ESTABLISHED?", "", .was_a = "any" },
        { "ESTABLISHED?", TO_A, ".",  300, 110, 0,  "ESTABLISHED?", "" },
        { "FIN_WAIT_1",  TO_B, "F.", 110,  300, 0,  "CLOSE_WAIT?", "fin" });
}

/* Section 3.10.7.4, fifth: it acknowledges what B never sent.  (A's window is
 * 1000, so B cannot have sent it without the capture.) */
static void fin_that_acknowledges_the_unsent_is_ignored(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",        TO_B, "F.", 100, 9000, 0,  "any?",        "fin-midstream" },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "any?",        "", .was_a = "any" },
        { "ESTABLISHED?", TO_A, ".",  300, 110,  0,  "ESTABLISHED?", "", .was_b = "any", .was_a = "any" },
        { "FIN_WAIT_1",  TO_B, "F.", 110, 300,  0,  "CLOSE_WAIT?", "fin" });
}

/* It was not ignored after all: B acknowledges it. */
static void fin_believed_to_be_ignored(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",         TO_B, "F.", 100, 9000, 0,  "any?",        "any" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101,  0,  "CLOSE_WAIT",  "any", .was_a = "any", .was_b = "any" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101,  0,  "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT",   TO_B, ".",  101, 301,  0,  "CLOSED?",     "last-ack" });
}

/* But within A's window B may have sent what the capture missed.  What A sends
 * proves A's state; whether B takes it in, B's ACK tells. */
static void fin_that_acknowledges_what_was_not_captured(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1?", TO_B, "F.", 100, 320, 0, "CLOSE_WAIT?", "fin-midstream" },
        /* Acknowledged, so it was no forgery; what lies in B's hole is not known. */
        { "FIN_WAIT_2?", TO_A, ".",  320, 101, 0, "CLOSE_WAIT*", "fin-acked", .was_b = "any", .was_a = "any" });
}

/* All of it was received before: an old duplicate of an older connection. */
static void fin_below_the_window_is_ignored(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",         TO_B, "F.", 50,  300, 0,  "ESTABLISHED", "fin-ignored" },
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "", .was_a = "any" },
        { "FIN_WAIT_1",  TO_B, "F.", 110, 300, 0,  "CLOSE_WAIT?", "fin" });
}

/* RFC 7323 section 5.3 (PAWS): a time stamp from before the connection's last;
 * the very last one is good. */
static void fin_with_an_old_time_stamp_is_ignored(void)
{
#define STAMP .options = TCPSTATE_OPTION_TIMESTAMPS, .ts
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  99,  0,   0,  "SYN_RCVD?",    "syn", STAMP = 5000 },
        { "ESTABLISHED?", TO_A, "S.", 299, 100, 0,  "SYN_RCVD",     "syn-ack", STAMP = 7000 },
        { "ESTABLISHED",  TO_B, ".",  100, 300, 0,  "ESTABLISHED?", "handshake-ack", STAMP = 5010 },
        { "any",          TO_B, "F.", 100, 300, 0,  "ESTABLISHED?", "fin-ignored", STAMP = 4000 },
        { "FIN_WAIT_1",   TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?",  "fin", STAMP = 5010, .was_a = "any" },
        { "FIN_WAIT_2?",  TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",   "fin-acked", STAMP = 7020 });
}

/* RFC 9293 section 3.10.7.4, fifth: without ACK a segment is dropped. */
static void fin_without_ack_closes_nothing(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "F",  100, 0,   0,  "ESTABLISHED", "fin-without-ack" },
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" });
}

static void data_after_its_own_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1?", TO_B, "P.", 101, 300, 10, "CLOSE_WAIT?", "data-after-fin", .answers = LINE(1) },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" });
}

/* An ACK beyond the FIN covers it, and yet is not the textbook's. */
static void acknowledgment_beyond_the_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1?", TO_B, "P.", 101, 300, 10, "CLOSE_WAIT?", "data-after-fin" },
        { "FIN_WAIT_1?", TO_A, ".",  300, 111, 0,  "CLOSE_WAIT?", "" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT?",  "fin-acked" });
}

/* Data from before the FIN, sent again, is only that. */
static void old_data_after_its_own_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1?",  TO_B, "P.", 90,  300, 10, "CLOSE_WAIT?", "" });
}

/* After TIME_WAIT's last ACK nothing is owed; an old segment of B's, late,
 * does not bring B back. */
static void old_duplicate_after_the_last_ack(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0,  "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0,  "CLOSED?",     "last-ack" },
        { "TIME_WAIT",  TO_A, "P.", 280, 100, 20, "CLOSED?",     "" });
}

/* A FIN that is older than what its sender has sent and acknowledged since: whenever that
 * was, its sender has closed. */
static void older_fin_recorded_late(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED",  TO_A, "P.", 300, 100, 10, "ESTABLISHED",  "" },
        { "ESTABLISHED",  TO_B, "P.", 100, 310, 10, "ESTABLISHED",  "" },
        { "any",          TO_A, ".",  310, 110, 0,  "any",          "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_A, "F.", 285, 95,  0,  "FIN_WAIT_1?",  "any", .was_a = "any", .was_b = "any" });
}

/* A sends from below its FIN again, and acknowledges what was not captured: another
 * connection, perhaps, and then B, which had acknowledged that FIN, has no FIN there. */
static void fin_withdrawn_after_it_was_acknowledged(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "any",         TO_B, ".",  95,  400, 0,  "any",         "any", .was_a = "any", .was_b = "any", .later = SECONDS },
        { "any",         TO_A, "P.", 500, 95,  10, "any?",        "any", .was_a = "any", .was_b = "any" });
}

/* B's FIN is recorded last, behind A's ACK of it and A's RST; but it acknowledges A's FIN: A closed first. */
static void second_fin_recorded_behind_all(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",     TO_B, "F.", 100, 300, 0, "any", "fin" },
        { "any",     TO_B, ".",  101, 301, 0, "any", "any", .was_a = "any", .was_b = "any" },
        { "CLOSED?", TO_B, "R",  101, 0,   0, "any", "any", .was_a = "any", .was_b = "any", .reset = EXACT },
        { "any",     TO_A, "F.", 300, 101, 0, "any", "any", .was_a = "any", .was_b = "any", .outcome = "reset",
          .kind = TCPSTATE_CLOSE_FIN_RESET, .closed_by = BY_A, .ended_by = BY_A });
}

/* B acknowledged the FIN, and aborted, before the FIN was recorded: it has closed nothing itself. */
static void fin_recorded_behind_its_ack_and_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED",  "" },
        { "any",         TO_A, ".",  300, 111, 0,  "any",          "any" },
        { "any",         TO_A, "R.", 300, 111, 0,  "CLOSED?",      "any", .reset = EXACT },
        { "CLOSED?",     TO_B, "F.", 110, 300, 0,  "CLOSED?",      "fin", .was_a = "FIN_WAIT_1" });
}

/* A FIN, a stranger's perhaps, has the number that B's SYN,ACK, recorded late, shows to be the SYN's: what that
 * acknowledged was the SYN, and no FIN yet. */
static void fin_with_the_number_of_a_syn(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-midstream" },
        { "any",         TO_A, "S.", 299, 101, 0, "any",         "syn-ack" },
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300, 0, "any",         "fin-retransmitted", .later = 300 * MILLISECONDS, .repeats = 1 });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/closing-disorder/" #name, name)
    TEST(fin_never_answered);
    TEST(ack_of_the_fin_lost);
    TEST(ack_of_the_fin_comes_again_with_data);
    TEST(old_data_in_close_wait);
    TEST(fin_sent_again_without_its_data);
    TEST(passive_fin_lost);
    TEST(simultaneous_close_one_fin_lost);
    TEST(fin_ahead_of_a_gap);
    TEST(fin_gap_filled_with_overlap);
    TEST(fin_behind_data_behind_a_gap);
    TEST(fin_ahead_of_two_gaps);
    TEST(fin_gap_not_captured);
    TEST(passive_fin_ahead_of_a_gap);
    TEST(fin_acknowledged_before_it_was_recorded);
    TEST(last_ack_recorded_before_the_passive_fin);
    TEST(ack_of_a_crossing_fin_recorded_before_the_own_fin);
    TEST(time_wait_begins_when_it_is_known);
    TEST(fin_not_captured);
    TEST(fin_out_of_window_is_ignored);
    TEST(fin_that_acknowledges_the_unsent_is_ignored);
    TEST(fin_believed_to_be_ignored);
    TEST(fin_that_acknowledges_what_was_not_captured);
    TEST(fin_below_the_window_is_ignored);
    TEST(fin_with_an_old_time_stamp_is_ignored);
    TEST(fin_without_ack_closes_nothing);
    TEST(data_after_its_own_fin);
    TEST(acknowledgment_beyond_the_fin);
    TEST(old_data_after_its_own_fin);
    TEST(old_duplicate_after_the_last_ack);
    TEST(older_fin_recorded_late);
    TEST(fin_withdrawn_after_it_was_acknowledged);
    TEST(second_fin_recorded_behind_all);
    TEST(fin_recorded_behind_its_ack_and_a_reset);
    TEST(fin_with_the_number_of_a_syn);
    return g_test_run();
}
