/* outcome-unseen.c - what became of a connection of which the capture lacks something.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The other half is in outcome.c.
 */
#include "figure.h"

#define THREE .kind = TCPSTATE_CLOSE_THREE_SEGMENTS
#define BY_RESET .kind = TCPSTATE_CLOSE_RESET
#define FIN_AND_RESET .kind = TCPSTATE_CLOSE_FIN_RESET

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
#define TEST(name) g_test_add_func("/outcome-unseen/" #name, name)
    TEST(half_of_the_opening_not_seen);
    TEST(fin_that_may_not_have_been_captured);
    TEST(first_fin_that_is_no_step);
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
    TEST(reset_beyond_what_was_captured);
    TEST(acknowledged_though_no_answer_was_captured);
    TEST(half_closed_and_one_more_number);
    return g_test_run();
}
