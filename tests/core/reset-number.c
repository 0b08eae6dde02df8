/* reset-number.c - a RST judged by its number, its TTL and its ACK: RFC 9293 section 3.10.7.4, RFC 5961 section 3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stacks differ where it is in the window but not what its receiver expects.
 */
#include "figure.h"

/* A RST with the FIN's number: Linux takes it in CLOSE_WAIT, CLOSING and LAST_ACK, not in
 * TIME_WAIT, where others may (tests/kernel, reset_with_fins_number_in_..., reset_below_next_in_time_wait). */
static void reset_with_the_fins_number(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "CLOSED?",     TO_B, "R",  100, 0,   0, "CLOSED?",     "reset-in-close", .reset = OUTSIDE });
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK?",   "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" },
        { "TIME_WAIT?", TO_A, "R",  300, 0,   0, "CLOSED?",     "reset-ignored", .reset = OUTSIDE });
}

/* RFC 5961 section 3: the ACK answers the RST, and no FIN. */
static void reset_in_window_of_close_wait(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "any",         TO_B, "R",  201, 0,   0, "CLOSE_WAIT?", "reset-ignored", .was_a = "any", .reset = IN_WINDOW },
        { "any",         TO_A, ".",  300, 101, 0, "any",         "challenge-ack", .was_a = "any", .answers = LINE(3) });
}

static void reset_out_of_window_is_ignored(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",        TO_B, "R",  1101, 0,   0,  "ESTABLISHED?", "reset-ignored", .reset = OUTSIDE },
        { "ESTABLISHED?", TO_B, "P.", 100,  300, 10, "ESTABLISHED?", "any", .was_a = "any" },
        { "ESTABLISHED?", TO_A, "P.", 300,  110, 20, "ESTABLISHED", "" });
}

static void reset_below_the_window_is_ignored(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",        TO_B, "R",  99,  0,   0,  "ESTABLISHED", "reset-ignored", .reset = OUTSIDE },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "any", .was_a = "any" });
}

/* RFC 5961 section 3.2: in the window, but not exact: a challenge ACK. */
static void reset_in_window_draws_a_challenge(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",        TO_B, "R",  150, 0,   0,  "ESTABLISHED?", "reset-ignored", .reset = IN_WINDOW },
        { "any",         TO_A, ".",  300, 100, 0,  "ESTABLISHED?", "challenge-ack", .answers = LINE(1) },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "ESTABLISHED?", "any", .was_a = "any" },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "" });
}

/* The last number of the window of 1000 at 100, and the first beyond it. */
static void reset_at_the_edge_of_the_window(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?", TO_B, "R", 1099, 0, 0, "ESTABLISHED?", "reset-ignored", .reset = IN_WINDOW });
    FIGURE(ESTABLISHED_100_300,
        { "any?", TO_B, "R", 1100, 0, 0, "ESTABLISHED?", "reset-ignored", .reset = OUTSIDE });
}

/* A host that really has no connection answers the challenge with a RST made
 * from it, and that one is exact. */
static void challenge_answered_by_an_exact_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",   TO_B, "R", 150, 0,   0, "ESTABLISHED?", "reset-ignored", .reset = IN_WINDOW },
        { "any",    TO_A, ".", 300, 100, 0, "ESTABLISHED?", "challenge-ack" },
        { "CLOSED?", TO_B, "R", 100, 0,   0, "CLOSED?",     "any", .reset = EXACT, .was_a = "any" });
}

/* A challenge ACK says nothing new; an ACK that does is no challenge. */
static void reset_in_window_then_an_ordinary_ack(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "any?",        TO_B, "R",  150, 0,   0,  "ESTABLISHED?", "reset-ignored", .reset = IN_WINDOW },
        { "any",         TO_A, ".",  300, 110, 0,  "ESTABLISHED?", "" });
}

/* The number may follow data that is still on its way: B has acknowledged
 * only 100, but will expect 110 by the time the RST comes. */
static void reset_behind_data_in_flight(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R.", 110, 300, 0,  "CLOSED?",     "abort", .reset = EXACT });
}

/* Or be taken from an ACK that is older than that data. */
static void reset_at_the_last_acknowledged(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R",  100, 0,   0,  "CLOSED?",     "abort", .reset = EXACT });
}

/* RFC 7323 section 2.2: a window is scaled if both SYNs offered it, and never
 * on a SYN itself. */
static void reset_in_a_scaled_window(void)
{
#define SCALE .options = TCPSTATE_OPTION_WINDOW_SCALE
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", SCALE, .scale = 3 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", SCALE, .scale = 7 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 10, "ESTABLISHED",  "server-speaks-first", .window = 100 },
        { "any?",         TO_B, "R",  12900, 0, 0,  "ESTABLISHED?",  "reset-ignored", .reset = IN_WINDOW },
        { "any?",         TO_B, "R",  12901, 0, 0,  "ESTABLISHED?",  "reset-ignored", .reset = OUTSIDE });
    /* A SYN,ACK names a scale only to a SYN that did (RFC 7323 section 2.2): this SYN is not the
     * one that it answers, and the window may be any. */
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", SCALE, .scale = 7 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 10, "ESTABLISHED",  "server-speaks-first", .window = 100 },
        { "any?",         TO_B, "R",  12900, 0, 0,  "ESTABLISHED?",  "reset-ignored", .reset = IN_WINDOW });
    FIGURE( /* the SYN,ACK's own window, 100, is not scaled */
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", SCALE, .scale = 7 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", SCALE, .scale = 7, .window = 100 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "any?",         TO_B, "R",  202, 0,   0,  "ESTABLISHED?", "reset-ignored", .reset = OUTSIDE });
    FIGURE( /* RFC 7323 section 2.3: more than 14 counts as 14 */
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", SCALE, .scale = 14 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", SCALE, .scale = 200 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 10, "ESTABLISHED",  "server-speaks-first", .window = 1 },
        { "any?",         TO_B, "R",  16484, 0, 0,  "ESTABLISHED?",  "reset-ignored", .reset = IN_WINDOW },
        { "any?",         TO_B, "R",  16485, 0, 0,  "ESTABLISHED?",  "reset-ignored", .reset = OUTSIDE });
}

/* A middlebox forges with a TTL of its own. */
static void reset_whose_ttl_differs(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?", "abort", .reset = EXACT, .ttl = 250, .ttl_differs = true });
    FIGURE( /* nothing of B's to compare it with */
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn", .ttl = 64 },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .reset = RIGHT_ACK, .ttl = 250,
          .was_b = "CLOSED" });
}

/* The forged RST must not become the measure for the next one. */
static void resets_whose_ttl_differs(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?", "abort", .reset = EXACT, .ttl = 250, .ttl_differs = true },
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?", "reset-repeated", .reset = EXACT, .ttl = 250,
          .ttl_differs = true });
}

/* A refuses an answer to an older SYN, by a RST of that answer's number; then it opens,
 * and B acknowledges ten bytes and perhaps a FIN, which were not captured. */
static void number_of_a_reset_that_refuses(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,    0,      0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT?",    TO_A, "S.", 300,    900000, 0,  "SYN_RCVD?",    "bad-syn-ack", .failed = ACK_IS_J_PLUS_1,
          .expected = 101 },
        { "SYN_SENT?",    TO_B, "R",  900000, 0,      0,  "any?",         "syn-ack-rejected", .reset = EXACT },
        { "ESTABLISHED?", TO_A, "S.", 7000,   101,    0,  "SYN_RCVD",     "syn-ack", .was_b = "any", .later = SECONDS },
        { "ESTABLISHED",  TO_B, ".",  101,    7001,   0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 7001,   101,    10, "ESTABLISHED",  "server-speaks-first" },
        { "ESTABLISHED?", TO_A, ".",  7011,   112,    0,  "ESTABLISHED?", "any" });
}

/* The capture lacks what both ends sent before it: its numbers go on from theirs. */
static void reset_behind_holes_of_both(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",     TO_B, "P.", 100,  300,   10, "any",     "any" },
        { "any",     TO_A, "P.", 300,  110,   10, "any",     "any" },
        { "CLOSED?", TO_B, "R.", 5100, 90200, 0,  "CLOSED?", "abort", .reset = TCPSTATE_RESET_NUMBER_OUTSIDE, .later = 2 * SECONDS,
          .outcome = "reset", .conn_state = "RSTO", .kind = TCPSTATE_CLOSE_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A, .over = true });
}

/* It acknowledges what B sent after its SYN,ACK: A had taken that in. */
static void reset_that_acknowledges_data_of_the_server(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,    0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101,  0, "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",      TO_B, "R.", 101, 8301, 0, "CLOSED?",   "abort", .reset = EXACT, .later = 3 * SECONDS,
          .outcome = "reset", .conn_state = "RSTO", .kind = TCPSTATE_CLOSE_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A, .over = true });
}

/* Three RSTs in B's name, whose numbers grow though B sends nothing between them; B, which has none of
 * them, answers the request.  A had one, and is gone. */
static void resets_of_growing_numbers(void)
{
    FIGURE(HANDSHAKE(0, 0),
        { "any",     TO_B, "P.", 1,    1,   100, "any",          "first-request", .later = 5 * MILLISECONDS },
        { "CLOSED?", TO_A, "R.", 1,    101, 0,   "CLOSED?",      "abort", .reset = EXACT, .later = 1 * MILLISECONDS },
        { "CLOSED?", TO_A, "R.", 1461, 101, 0,   "CLOSED?",      "reset-repeated", .reset = TCPSTATE_RESET_NUMBER_OUTSIDE,
          .later = 10 * MICROSECONDS },
        { "CLOSED?", TO_A, "R.", 4381, 101, 0,   "CLOSED?",      "reset-repeated", .reset = TCPSTATE_RESET_NUMBER_OUTSIDE,
          .later = 10 * MICROSECONDS },
        { "CLOSED?", TO_A, ".",  1,    101, 700, "ESTABLISHED?", "any", .was_b = "any", .later = 20 * MILLISECONDS });
}

/* B has acknowledged seven bytes of A that were not captured: the number behind them is the one that it expects. */
static void reset_of_the_number_that_was_acknowledged(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",     TO_A, ".", 300, 107, 0, "any",     "any", .was_a = "any", .was_b = "any" },
        { "CLOSED?", TO_B, "R", 107, 0,   0, "CLOSED?", "abort", .was_a = "any", .was_b = "any", .reset = EXACT });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/reset-number/" #name, name)
    TEST(reset_with_the_fins_number);
    TEST(reset_in_window_of_close_wait);
    TEST(reset_out_of_window_is_ignored);
    TEST(reset_below_the_window_is_ignored);
    TEST(reset_in_window_draws_a_challenge);
    TEST(reset_at_the_edge_of_the_window);
    TEST(challenge_answered_by_an_exact_reset);
    TEST(reset_in_window_then_an_ordinary_ack);
    TEST(reset_behind_data_in_flight);
    TEST(reset_at_the_last_acknowledged);
    TEST(reset_in_a_scaled_window);
    TEST(reset_whose_ttl_differs);
    TEST(resets_whose_ttl_differs);
    TEST(number_of_a_reset_that_refuses);
    TEST(reset_behind_holes_of_both);
    TEST(reset_that_acknowledges_data_of_the_server);
    TEST(resets_of_growing_numbers);
    TEST(reset_of_the_number_that_was_acknowledged);
    return g_test_run();
}
