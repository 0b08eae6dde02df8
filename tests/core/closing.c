/* closing.c - how a connection ends in order: RFC 9293 section 3.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A closes first unless the test's name says otherwise.  What is lost, late
 * or recorded in another order is in closing-disorder.c.
 */
#include "figure.h"

/* RFC 9293 figure 12. */
static void active_close_by_client(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin", .answers = NO_LINE, .checks = NO_CHECKS },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked", .answers = LINE(1),
          .checks = ACK_IS_FIN_PLUS_1, .id = TCPSTATE_STEP_FIN_ACKED },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin", .answers = LINE(1) },
        { "TIME_WAIT",   TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack", .answers = LINE(3),
          .checks = ACK_IS_FIN_PLUS_1 });
}

static void active_close_by_server(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1",  "fin", .client = CLIENT_IS_A },
        { "CLOSE_WAIT",  TO_B, ".",  100, 301, 0, "FIN_WAIT_2?", "fin-acked", .answers = LINE(1) },
        { "LAST_ACK",    TO_B, "F.", 100, 301, 0, "TIME_WAIT?",  "passive-fin", .answers = LINE(1) },
        { "CLOSED?",     TO_A, ".",  301, 101, 0, "TIME_WAIT",   "last-ack", .answers = LINE(3) });
}

static void close_in_three_segments(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK?",    "fin-acked-passive-fin", .answers = LINE(1),
          .checks = ACK_IS_FIN_PLUS_1 },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack", .answers = LINE(2) });
}

/* Right after the handshake, B never having sent anything but its SYN,ACK. */
static void close_without_data(void)
{
    FIGURE(HANDSHAKE(99, 299),
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" });
}

/* The FIN's own number is behind the data; only an ACK beyond it counts. */
static void fin_carries_data(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "FP.", 100, 300, 5, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1",  TO_A, ".",   300, 105, 0, "CLOSE_WAIT?", "" },
        { "FIN_WAIT_2?", TO_A, ".",   300, 106, 0, "CLOSE_WAIT",  "fin-acked", .checks = ACK_IS_FIN_PLUS_1 },
        { "TIME_WAIT?",  TO_A, "FP.", 300, 106, 7, "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT",   TO_B, ".",   106, 308, 0, "CLOSED?",     "last-ack", .checks = ACK_IS_FIN_PLUS_1 });
}

static void fin_acknowledged_by_data(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",   TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?",  TO_A, "P.", 300, 101, 10, "CLOSE_WAIT",  "fin-acked", .answers = LINE(1),
          .checks = ACK_IS_FIN_PLUS_1, .id = TCPSTATE_STEP_FIN_ACKED_DATA },
        { "FIN_WAIT_2*",  TO_B, ".",  101, 310, 0,  "CLOSE_WAIT",  "" },
        { "TIME_WAIT?",   TO_A, "F.", 310, 101, 0,  "LAST_ACK?",    "passive-fin" },
        { "TIME_WAIT",    TO_B, ".",  101, 311, 0,  "CLOSED?",     "last-ack" });
}

/* RFC 9293 section 3.6: B may go on sending for as long as it likes. */
static void half_closed(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2?", TO_A, "P.", 300, 101, 10, "CLOSE_WAIT",  "half-closed-data" },
        { "FIN_WAIT_2*", TO_B, ".",  101, 310, 0,  "CLOSE_WAIT",  "" },
        { "FIN_WAIT_2*", TO_A, "P.", 310, 101, 10, "CLOSE_WAIT",  "", .later = 3600 * SECONDS },
        { "FIN_WAIT_2*", TO_B, ".",  101, 320, 0,  "CLOSE_WAIT",  "" },
        { "TIME_WAIT?",  TO_A, "F.", 320, 101, 0,  "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT",   TO_B, ".",  101, 321, 0,  "CLOSED?",     "last-ack" });
}

/* B's data and B's ACK of the FIN may cross: data sent before the FIN came
 * does not acknowledge it, and its sender was not in CLOSE_WAIT. */
static void data_crosses_the_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1?",  TO_A, "P.", 300, 100, 10, "CLOSE_WAIT?", "" },
        { "FIN_WAIT_2?", TO_A, ".",  310, 101, 0,  "CLOSE_WAIT",  "fin-acked" });
}

/* ---- Simultaneous close ---- */

/* RFC 9293 figure 13, each FIN passing before the other has arrived. */
static void simultaneous_close(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "CLOSING?",    TO_B, ".",  101, 301, 0, "TIME_WAIT?",  "simultaneous-close-ack",
          .checks = ACK_IS_FIN_PLUS_1 },
        { "TIME_WAIT?", TO_A, ".",  301, 101, 0, "TIME_WAIT?",  "simultaneous-close-ack",
          .checks = ACK_IS_FIN_PLUS_1 });
}

static void simultaneous_close_other_ack_first(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "TIME_WAIT?", TO_A, ".",  301, 101, 0, "CLOSING?",     "simultaneous-close-ack" },
        { "TIME_WAIT?", TO_B, ".",  101, 301, 0, "TIME_WAIT?",  "simultaneous-close-ack" });
}

/* In CLOSING the FIN is sent again with the other's FIN acknowledged; so does an end in LAST_ACK send its
 * first, behind a stranger's. */
static void closing_sends_its_fin_again(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "CLOSING?",   TO_B, "F.", 100, 301, 0, "TIME_WAIT?",  "fin-retransmitted", .repeats = 1,
          .answers = LINE(1) },
        { "TIME_WAIT?", TO_A, ".",  301, 101, 0, "TIME_WAIT?",  "simultaneous-close-ack" });
}

/* The FINs carry data, so their own numbers lie behind it. */
static void simultaneous_close_with_data(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "FP.", 100, 300, 5, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "FP.", 300, 100, 7, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "CLOSING?",    TO_B, ".",   106, 308, 0, "TIME_WAIT?",  "simultaneous-close-ack" },
        { "TIME_WAIT?", TO_A, ".",   308, 106, 0, "TIME_WAIT?",  "simultaneous-close-ack" });
}

/* ---- TIME_WAIT ---- */

#define CLOSED_BY_A \
    { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" }, \
    { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" }, \
    { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" }, \
    { "TIME_WAIT",   TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" }

/* What TIME_WAIT is for: section 3.10.7.4, eighth. */
static void last_ack_lost(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "TIME_WAIT", TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-in-time-wait", .later = 1 * SECONDS,
          .repeats = 1, .was_b = "LAST_ACK", .answers = LINE(3) },
        { "TIME_WAIT", TO_B, ".",  101, 301, 0, "CLOSED?",  "last-ack-repeated", .answers = LINE(3),
          .checks = ACK_IS_FIN_PLUS_1 },
        { "TIME_WAIT", TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-in-time-wait", .later = 2 * SECONDS,
          .repeats = 2, .was_b = "LAST_ACK" },
        { "TIME_WAIT", TO_B, ".",  101, 301, 0, "CLOSED?",  "last-ack-repeated" });
}

/* Linux's 60 s, then the next segment meets CLOSED, and that is an inference. */
static void time_wait_expires(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "CLOSED?", TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-retransmitted", .later = 61 * SECONDS,
          .repeats = 1, .was_a = "CLOSED", .was_b = "LAST_ACK" },
        { "CLOSED?",  TO_B, "R",  101, 0,   0, "CLOSED?",  "reset-after-close", .reset = EXACT });
}

static void time_wait_lasts(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "TIME_WAIT", TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-in-time-wait", .later = 59 * SECONDS,
          .repeats = 1, .was_b = "LAST_ACK" });
}

/* Each FIN that comes again starts the 2 MSL anew. */
static void time_wait_starts_anew(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "TIME_WAIT", TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-in-time-wait", .later = 50 * SECONDS,
          .repeats = 1, .was_b = "LAST_ACK" },
        { "TIME_WAIT", TO_B, ".",  101, 301, 0, "CLOSED?",  "last-ack-repeated" },
        { "TIME_WAIT", TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-in-time-wait", .later = 50 * SECONDS,
          .repeats = 2, .was_b = "LAST_ACK" },
        { "CLOSED?",   TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-retransmitted", .later = 61 * SECONDS,
          .repeats = 3, .was_a = "CLOSED", .was_b = "LAST_ACK" });
}

/* Both ends wait after a simultaneous close. */
static void time_wait_expires_at_both_ends(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "CLOSING?",    TO_B, ".",  101, 301, 0, "TIME_WAIT?",  "simultaneous-close-ack" },
        { "TIME_WAIT?", TO_A, ".",  301, 101, 0, "TIME_WAIT?",  "simultaneous-close-ack" },
        { "CLOSED?",     TO_B, "R",  101, 0,   0, "CLOSED?",     "any", .later = 61 * SECONDS,
          .was_a = "CLOSED", .was_b = "CLOSED", .reset = EXACT });
}

/* Other hosts wait longer than Linux: RFC 9293 says 2 MSL = 4 minutes.  Who
 * acknowledges the FIN once more, is still there. */
static void time_wait_longer_than_believed(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "CLOSED?",   TO_A, "F.", 300, 101, 0, "LAST_ACK", "fin-retransmitted", .later = 61 * SECONDS,
          .repeats = 1, .was_a = "CLOSED", .was_b = "LAST_ACK" },
        { "TIME_WAIT", TO_B, ".",  101, 301, 0, "CLOSED?",  "any", .was_a = "any" });
}

/* A's FIN stands behind data that is sent again: the first of both may have been sent before B's FIN came. */
static void fin_behind_data_sent_again(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",         TO_B, "P.", 100, 300, 100, "any",        "any" },
        { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0,   "FIN_WAIT_1", "fin", .later = 10 * MILLISECONDS },
        { "LAST_ACK?",   TO_B, "F.", 100, 301, 100, "any",        "fin-acked-passive-fin", .later = 10 * MILLISECONDS });
}

/* A's FIN comes after a pause and acknowledges B's, which is recorded behind it: A's first may have been
 * lost before B's came, and what A is in is what it would be in were they recorded the other way round. */
static void fin_recorded_behind_the_one_that_acknowledges_it(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",       TO_B, "P.", 100, 300, 10, "any", "any" },
        { "any",       TO_A, "P.", 300, 110, 10, "any", "any" },
        { "any",       TO_B, "F.", 110, 311, 0,  "any", "any", .later = 300 * MILLISECONDS },
        { "LAST_ACK?", TO_A, "F.", 310, 110, 0,  "any", "any", .was_a = "any", .was_b = "any", .later = 100 * MICROSECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/closing/" #name, name)
    TEST(active_close_by_client);
    TEST(active_close_by_server);
    TEST(close_in_three_segments);
    TEST(close_without_data);
    TEST(fin_carries_data);
    TEST(fin_acknowledged_by_data);
    TEST(half_closed);
    TEST(data_crosses_the_fin);
    TEST(simultaneous_close);
    TEST(simultaneous_close_other_ack_first);
    TEST(closing_sends_its_fin_again);
    TEST(simultaneous_close_with_data);
    TEST(last_ack_lost);
    TEST(time_wait_expires);
    TEST(time_wait_lasts);
    TEST(time_wait_starts_anew);
    TEST(time_wait_expires_at_both_ends);
    TEST(time_wait_longer_than_believed);
    TEST(fin_behind_data_sent_again);
    TEST(fin_recorded_behind_the_one_that_acknowledges_it);
    return g_test_run();
}
