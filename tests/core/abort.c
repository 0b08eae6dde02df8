/* abort.c - RST in each state and by each side, and whether it counts:
 * RFC 9293 sections 3.5.2, 3.5.3 and 3.10.7, RFC 5961 section 3, RFC 1337.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Both windows are 1000.  RSTs of the handshake are in refusing.c.
 */
#include "figure.h"

/* ---- In each state ---- */

static void abort_by_client(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?",  TO_B, "R.", 100, 300, 0, "CLOSED?", "abort", .reset = EXACT, .answers = LINE(-1) });
}

static void abort_by_server(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?",  "abort", .reset = EXACT });
}

/* Nothing of B's has proven that it took the third segment. */
static void abort_right_after_the_handshake(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "CLOSED?",  TO_B, "R.", 101, 301, 0, "CLOSED?", "abort", .reset = EXACT });
}

/* A program that closes with data unread: RFC 2525 section 2.17. */
static void abort_with_data_unread(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 500, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R.", 100, 800, 0,   "CLOSED?",     "abort", .reset = EXACT, .answers = LINE(1) });
}

/* RFC 9293 section 3.10.7: data on a RST is no reason not to accept it. */
static void reset_with_data(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 30, "CLOSED?", "abort", .reset = EXACT });
}

static void reset_in_fin_wait_1_by_the_active_closer(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSED?",     TO_B, "R.", 101, 300, 0, "CLOSED?",     "reset-in-close", .reset = EXACT });
}

static void reset_in_fin_wait_1_by_the_passive_closer(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSED?",    TO_A, "R.", 300, 101, 0, "CLOSED?",      "reset-in-close", .reset = EXACT });
}

/* Data reaches a socket that its program has closed both ways: the RST is
 * made from that data's ACK, and the socket is gone. */
static void data_to_a_closed_socket(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2?", TO_A, "P.", 300, 101, 10, "CLOSE_WAIT",  "half-closed-data" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0,  "CLOSED?",     "reset-in-close", .reset = EXACT,
          .answers = LINE(3) });
}

static void reset_in_close_wait(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "CLOSED?",     TO_A, "R.", 300, 101, 0, "CLOSED?",      "reset-in-close", .reset = EXACT });
}

static void reset_in_closing(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "CLOSED?",     TO_B, "R.", 101, 301, 0, "CLOSED?",     "reset-in-close", .reset = EXACT });
}

static void reset_in_last_ack(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0, "CLOSED?",     "reset-in-close", .was_a = "any",
          .reset = EXACT });
}

/* ---- After the end ---- */

/* RFC 1337: an old duplicate draws an ACK out of TIME_WAIT, and that ACK a
 * RST, which ends TIME_WAIT too early. */
static void time_wait_assassination(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0,  "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0,  "CLOSED?",     "last-ack" },
        { "TIME_WAIT",  TO_A, "P.", 280, 100, 20, "CLOSED?",     "" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0,  "CLOSED?",     "any" },
        { "CLOSED?",    TO_A, "R",  301, 0,   0,  "CLOSED?",      "time-wait-assassination", .reset = EXACT });
}

static void reset_after_close(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" },
        { "CLOSED?",     TO_B, "R.", 101, 301, 0, "CLOSED?",     "reset-after-close", .reset = EXACT });
}

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

/* A FIN sent again shows that the RST which went the other way has not come (RFC 9293 section 3.8.1). */
static void fin_again_after_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "CLOSED?",     TO_B, "R",  101, 0,   0, "CLOSED?",     "reset-in-close", .was_a = "any", .reset = EXACT },
        { "CLOSED?",     TO_A, "F.", 300, 101, 0, "LAST_ACK*",   "fin-retransmitted", .later = 210 * MILLISECONDS,
          .repeats = 1, .was_b = "any" });
}

/* All that B sends is signed: it drops a RST that is not (RFC 2385 section 4.1). */
static void reset_without_a_signature(void)
{
#define SIGNS .options = TCPSTATE_OPTION_SIGNATURE
    FIGURE( /* a host without the key refuses */
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn", SIGNS },
        { "SYN_SENT", TO_A, "R.", 0,   101, 0, "any",       "reset-ignored", .was_b = "any", .reset = RIGHT_ACK,
          .id = TCPSTATE_STEP_RESET_UNSIGNED },
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any",       "syn-retransmitted", SIGNS, .later = 1 * SECONDS,
          .repeats = 1, .was_b = "any" });
    FIGURE( /* the third segment is told once, although the first proves nothing so soon after the RST */
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", SIGNS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", SIGNS },
        { "ESTABLISHED?", TO_B, "R",  101, 0,   0,  "SYN_RCVD",     "reset-ignored", .reset = EXACT,
          .id = TCPSTATE_STEP_RESET_UNSIGNED },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", SIGNS },
        { "any",          TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", SIGNS });
#undef SIGNS
}

static void several_resets(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "abort", .reset = EXACT },
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "reset-repeated", .reset = EXACT, .answers = LINE(1) },
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "reset-repeated", .reset = EXACT });
}

/* Both abort at once: the RSTs cross. */
static void resets_of_both_ends(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "abort", .reset = EXACT },
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?",  "reset-after-close", .reset = EXACT });
}

/* B's data was on its way when A's RST passed.  It proves nothing about the
 * RST; each of B's segments draws another. */
static void data_that_crosses_the_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0,  "CLOSED?", "abort", .reset = EXACT },
        { "CLOSED?", TO_A, "P.", 300, 100, 10, "CLOSED?", "" },
        { "CLOSED?", TO_B, "R",  100, 0,   0,  "CLOSED?", "reset-repeated", .reset = EXACT });
}

/* Data from an end that had said by a RST that it has no connection: it is
 * late, or somebody had forged the RST.  B has nothing any more. */
static void data_from_the_end_that_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0,  "CLOSED?", "abort", .reset = EXACT,
          .outcome = "reset", .kind = TCPSTATE_CLOSE_RESET, .ended_by = BY_A, .over = true },
        { "any",    TO_B, "P.", 100, 300, 10, "CLOSED?", "no-connection", .was_a = "any",
          .outcome = "reset", .kind = TCPSTATE_CLOSE_RESET /* by whom is not known */ },
        { "any",    TO_A, "R",  300, 0,   0,  "CLOSED?",  "reset-after-close", .reset = EXACT, .was_a = "any", .was_b = "any",
          .outcome = "reset", .kind = TCPSTATE_CLOSE_RESET });
}

/* And data that the other end acknowledges: the RST was nobody's, and reached nobody. */
static void reset_that_both_ends_outlive(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?",      TO_B, "R.", 100, 300, 0,  "CLOSED?",     "abort", .reset = EXACT },
        { "any",         TO_B, "P.", 100, 300, 10, "CLOSED?",     "no-connection", .was_a = "any" },
        { "ESTABLISHED?", TO_A, ".",  300, 110, 0,  "ESTABLISHED", "", .was_b = "ESTABLISHED" });
    FIGURE(ESTABLISHED_100_300, /* what was on its way when the RST came proves nothing */
        { "CLOSED?",      TO_B, "R.", 100, 300, 0,  "CLOSED?",     "abort", .reset = EXACT },
        { "any",         TO_B, "P.", 100, 300, 10, "CLOSED?",     "no-connection", .was_a = "any" },
        { "any",         TO_A, ".",  300, 100, 0,  "CLOSED?",     "", .was_b = "any" });
}

/* Older data, from before its RST, that came late. */
static void late_data_of_the_end_that_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0,  "CLOSED?", "abort", .reset = EXACT },
        /* Nothing new: it was on its way.  Who sends it is not CLOSED for certain. */
        { "CLOSED?", TO_B, "P.", 90, 300, 10, "CLOSED?", "" });
}

/* ---- That must be ignored ---- */

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

/* ---- Evidence ---- */

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

/* A RST in A's name lies beyond the window that B named last, as far as was seen; B may
 * have named a larger one.  B's ACK of what passed before the RST may have been sent
 * before it came, and proves nothing. */
static void acknowledgment_of_what_came_before_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED",  TO_B, "P.", 100,  300, 10, "ESTABLISHED",  "" },
        { "ESTABLISHED?", TO_B, "R",  5000, 0,   0,  "ESTABLISHED?", "any", .reset = OUTSIDE },
        { "ESTABLISHED?", TO_A, "P.", 300,  110, 10, "ESTABLISHED?", "any" });
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

/* After a RST in its name B may be in LISTEN, as far as is known; one in A's name, in its
 * window, does nothing there, but ends it where it really is.  Its ACK was sent before
 * that came in. */
static void reset_on_its_way_to_a_socket_in_doubt(void)
{
    FIGURE(HANDSHAKE(89, 279),
        { "ESTABLISHED",  TO_B, "P.", 90,  280, 10, "ESTABLISHED?", "first-request" },
        { "any",          TO_A, "R",  200, 0,   0,  "any",          "any", .reset = OUTSIDE, .was_a = "any", .was_b = "any" },
        { "any",          TO_B, "R",  600, 0,   0,  "any",          "any", .reset = IN_WINDOW, .was_a = "any", .was_b = "any" },
        { "any",          TO_A, ".",  280, 100, 0,  "ESTABLISHED?", "any", .was_a = "any", .was_b = "any" });
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

/* A RST without ACK, long behind the third segment, or behind data or a FIN, is not made of that: the
 * handshake was over, or B, which waits for its end, would have sent its SYN,ACK again. */
static void reset_long_after_the_third_segment(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "CLOSED?", TO_A, "R",  301, 0,   0, "CLOSED?", "abort", .reset = EXACT, .later = 4 * SECONDS });
    FIGURE(HANDSHAKE(100, 300),
        { "any",     TO_B, "P.", 101, 301, 10, "any",    "first-request", .later = 4 * SECONDS },
        { "CLOSED?", TO_A, "R",  301, 0,   0, "CLOSED?", "abort", .reset = EXACT, .later = 1 * MILLISECONDS });
    FIGURE(HANDSHAKE(100, 300),
        { "any",     TO_B, "F.", 101, 301, 0, "any",     "fin", .later = 600 * MILLISECONDS },
        { "CLOSED?", TO_A, "R",  301, 0,   0, "CLOSED?", "reset-in-close", .reset = EXACT, .later = 1 * MILLISECONDS });
    FIGURE(HANDSHAKE(100, 300), /* ... B did send it again, and waited still */
        { "any",     TO_A, "S.", 300, 101, 0,  "any",    "syn-ack-retransmitted", .was_b = "any", .repeats = 1,
          .later = 1 * SECONDS },
        { "any",     TO_B, "P.", 101, 301, 10, "any",    "first-request", .later = 4 * SECONDS },
        { "CLOSED?", TO_A, "R",  301, 0,   0, "any",     "handshake-aborted", .reset = EXACT, .later = 1 * MILLISECONDS });
    FIGURE(HANDSHAKE(100, 300), /* ... but this one is */
        { "CLOSED?", TO_A, "R",  301, 0,   0, "any",     "handshake-aborted", .reset = EXACT, .later = 1 * MILLISECONDS });
}

/* A RST in A's name, which A does not know of: it sends its data again, as no end that has reset does. */
static void data_again_behind_a_reset_in_its_name(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED",  TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R",  110, 0,   0,  "CLOSED?",     "abort", .reset = EXACT },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "any?",        "no-connection", .was_a = "any", .later = 300 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "any?",        "any", .later = 600 * MILLISECONDS });
}

/* A RST in the name of B, which has closed; A closes, and B acknowledges that, as no end that has reset does: it is
 * a close, whatever came between. */
static void close_that_goes_on_behind_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1", "fin", .later = 10 * MILLISECONDS },
        { "CLOSE_WAIT",  TO_B, ".",  100, 301, 0, "any",        "fin-acked", .later = 10 * MILLISECONDS },
        { "CLOSED?",     TO_A, "R",  300, 0,   0, "CLOSED?",    "reset-in-close", .was_a = "any", .was_b = "any",
          .reset = TCPSTATE_RESET_NUMBER_OUTSIDE, .later = 2 * MILLISECONDS },
        { "any?",        TO_B, "F.", 100, 301, 0, "any",        "any", .was_a = "any", .was_b = "any", .later = 1 * MILLISECONDS },
        { "any",         TO_A, ".",  301, 101, 0, "TIME_WAIT?", "last-ack", .was_a = "any", .was_b = "any",
          .outcome = "closed", .kind = TCPSTATE_CLOSE_FOUR_SEGMENTS, .closed_by = BY_B, .over = true, .later = 10 * MILLISECONDS });
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
#define TEST(name) g_test_add_func("/abort/" #name, name)
    TEST(abort_by_client);
    TEST(abort_by_server);
    TEST(abort_right_after_the_handshake);
    TEST(abort_with_data_unread);
    TEST(reset_with_data);
    TEST(reset_in_fin_wait_1_by_the_active_closer);
    TEST(reset_in_fin_wait_1_by_the_passive_closer);
    TEST(data_to_a_closed_socket);
    TEST(reset_in_close_wait);
    TEST(reset_in_closing);
    TEST(reset_in_last_ack);
    TEST(time_wait_assassination);
    TEST(reset_after_close);
    TEST(reset_with_the_fins_number);
    TEST(reset_in_window_of_close_wait);
    TEST(fin_again_after_a_reset);
    TEST(reset_without_a_signature);
    TEST(several_resets);
    TEST(resets_of_both_ends);
    TEST(data_that_crosses_the_reset);
    TEST(data_from_the_end_that_reset);
    TEST(reset_that_both_ends_outlive);
    TEST(late_data_of_the_end_that_reset);
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
    TEST(acknowledgment_of_what_came_before_a_reset);
    TEST(number_of_a_reset_that_refuses);
    TEST(reset_on_its_way_to_a_socket_in_doubt);
    TEST(reset_behind_holes_of_both);
    TEST(reset_that_acknowledges_data_of_the_server);
    TEST(reset_long_after_the_third_segment);
    TEST(data_again_behind_a_reset_in_its_name);
    TEST(close_that_goes_on_behind_a_reset);
    TEST(resets_of_growing_numbers);
    TEST(reset_of_the_number_that_was_acknowledged);
    return g_test_run();
}
