/* late.c - what is recorded or comes late, and what a stranger says in an end's name,
 * takes no state away.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each of these was a lie in tests/worlds once; doubt.c holds others.
 */
#include "figure.h"

#define SCALED(shift) .options = TCPSTATE_OPTION_WINDOW_SCALE, .scale = (shift)

/* A's RST overtakes its FIN.  The FIN shows where A was when it sent it, not where it is. */
static void fin_overtaken_by_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "any" },
        { "CLOSED?",     TO_B, "R.", 101, 310, 0,  "CLOSED?",     "abort", .reset = ACCEPTED },
        { "any",         TO_B, "F.", 100, 310, 0,  "any",         "fin", .was_a = "any", .later = 4 * MILLISECONDS },
        { "FIN_WAIT_1?", TO_A, ".",  310, 100, 0,  "any",         "any", .was_b = "any", .later = 50 * MILLISECONDS });
}

/* ... and so with data, a second later: it ends at the RST's number. */
static void data_overtaken_by_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED",  TO_A, "P.", 300, 100, 10, "ESTABLISHED", "any" },
        { "any",          TO_B, "R",  110, 0,   0,  "any", "any", .reset = TCPSTATE_RESET_NUMBER_WINDOW },
        { "any",          TO_A, ".",  310, 100, 0,  "any", "any", .later = 60 * MILLISECONDS },
        { "any",          TO_B, "P.", 100, 310, 10, "any", "any", .later = 1030 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "P.", 300, 100, 10, "any", "any", .later = 20 * MILLISECONDS });
}

/* A RST without ACK is recorded before the SYN,ACK, and reaches A behind it. */
static void reset_overtaken_by_the_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?", "syn" },
        { "SYN_SENT?",    TO_A, "R",  350, 0,   0,  "any",       "any", .reset = WRONG_ACK },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "any",       "syn-ack", .was_b = "any", .later = 1 * MILLISECONDS },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "any",       "handshake-ack", .later = 1 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 10, "any",       "any", .later = 80 * MILLISECONDS });
}

/* A stranger's SYN in B's name offers no window scale, so nobody knows what A's window field
 * means; the FIN beyond it is B's, and the data before it may be sent again. */
static void data_before_a_fin_beyond_the_window(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,   0,    0,   "SYN_RCVD?",    "syn", SCALED(7) },
        { "ESTABLISHED?", TO_A, "S.", 300,   101,  0,   "SYN_RCVD",     "syn-ack", SCALED(2) },
        { "ESTABLISHED",  TO_B, "P.", 101,   301,  10,  "ESTABLISHED?", "handshake-ack", .window = 511 },
        { "ESTABLISHED",  TO_A, "P.", 301,   111,  700, "ESTABLISHED",  "any" },
        { "any",          TO_A, "S",  90000, 0,    0,   "any",          "any", .was_a = "any", .was_b = "any",
          .stream = NEW_CONNECTION, .ttl = 99 },
        { "any",          TO_B, ".",  111,   1001, 0,   "any",          "any", .was_a = "any", .was_b = "any", .window = 511 },
        { "any",          TO_B, "P.", 111,   1001, 10,  "any",          "any", .was_a = "any", .was_b = "any", .window = 511 },
        { "any",          TO_A, "F.", 1701,  121,  0,   "any",          "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_A, "P.", 1001,  121,  700, "any?",         "any", .was_a = "any", .was_b = "any",
          .later = 1 * MILLISECONDS });
}

/* Two connections one after the other, and the first once more: a capture at two points, the
 * second of them 10 ms away. */
static void connection_before_the_last_seen_again(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn", .id_is_zero = true },
        { "CLOSED?",   TO_A, "R.", 0,   101, 0, "CLOSED?",   "refused", .was_b = "CLOSED", .reset = RIGHT_ACK,
          .later = 1 * MILLISECONDS },
        { "SYN_SENT",  TO_B, "S",  700, 0,   0, "SYN_RCVD?", "port-reused", .stream = NEW_CONNECTION, .was_a = "CLOSED",
          .was_b = "any", .id_is_zero = true, .later = 1 * MILLISECONDS },
        { "CLOSED?",   TO_A, "R.", 0,   701, 0, "CLOSED?",   "refused", .was_b = "CLOSED", .reset = RIGHT_ACK,
          .later = 1 * MILLISECONDS },
        { "SYN_SENT?", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "port-reused", .stream = NEW_CONNECTION, .was_a = "CLOSED",
          .was_b = "any", .id_is_zero = true, .later = 8 * MILLISECONDS });
}

/* ... of a host whose next connection has lower numbers, so that they soon are those of the one before: A's
 * third segment of data has numbers of both, and is no copy. */
static void numbers_of_the_one_before_come_again(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  5000, 0,    0,   "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  5000, 0,    0,   "SYN_RCVD?",    "copy", .copy_of = 1, .is_copy = true, .later = 10 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 9000, 5001, 0,   "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 5001, 9001, 100, "ESTABLISHED?", "handshake-ack" },
        { "CLOSED?",      TO_B, "R.", 5101, 9001, 0,   "CLOSED?",      "abort", .reset = EXACT },
        { "SYN_SENT",     TO_B, "S",  4990, 0,    0,   "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION, .was_a = "CLOSED",
          .was_b = "any" },
        { "ESTABLISHED?", TO_A, "S.", 8990, 4991, 0,   "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 4991, 8991, 60,  "ESTABLISHED?", "handshake-ack" },
        { "any",          TO_A, "P.", 8991, 5051, 10,  "ESTABLISHED",  "first-response" },
        { "ESTABLISHED",  TO_B, "P.", 5051, 9001, 10,  "any",          "" });
}

/* A SYN recorded long behind what its sender sent later: nobody sends one from FIN_WAIT_2. */
static void syn_behind_the_close(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack" },
        { "any",          TO_B, "F.", 131, 332, 0, "any",      "any" },
        { "any",          TO_A, ".",  332, 132, 0, "any",      "any" },
        { "SYN_SENT?",    TO_B, "S",  100, 0,   0, "any",      "any", .was_a = "any" });
}

/* A acknowledges one number more than B was seen to send: a FIN, perhaps.  An older ACK
 * recorded behind that does not say that there was none. */
static void older_ack_behind_that_of_an_unseen_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED",  TO_A, "P.", 300, 100, 10, "ESTABLISHED", "any" },
        { "any?",         TO_B, ".",  100, 311, 0,  "any?",        "any" },
        { "ESTABLISHED?", TO_B, ".",  100, 310, 0,  "any?",        "any", .later = 1 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, ".",  300, 100, 0,  "any?",        "any", .later = 1 * MILLISECONDS });
}

/* B has acknowledged A's FIN, which the capture lacks, before an older ACK of A comes by. */
static void first_ack_seen_behind_that_of_an_unseen_fin(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",    "syn-ack" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 101, 0, "FIN_WAIT_1",  "fin-in-handshake", .later = 450 * MILLISECONDS },
        { "any?",         TO_A, ".",  302, 102, 0, "any?",        "any", .later = 150 * MILLISECONDS },
        { "CLOSE_WAIT?",  TO_B, ".",  101, 302, 0, "any?",        "fin-acked", .later = 230 * MILLISECONDS },
        { "any?",         TO_A, ".",  302, 102, 0, "any?",        "any" });
}

/* A's FIN comes again and acknowledges B's, which is recorded behind it: the first one did not. */
static void fin_again_before_the_others_is_recorded(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "any?",       TO_B, "F.", 100, 301, 0, "any?",        "fin-retransmitted", .later = 300 * MILLISECONDS, .repeats = 1 },
        { "any?",       TO_A, "F.", 300, 100, 0, "any?",        "any", .later = 10 * MILLISECONDS, .was_b = "any" },
        { "any?",       TO_B, "F.", 100, 301, 0, "any?",        "fin-retransmitted", .later = 300 * MILLISECONDS, .repeats = 2 });
}

/* A had a FIN in B's name, a stranger's; then data of A comes that it sent before that. */
static void data_sent_before_it_had_the_fin(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,  0,   0,    "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,  101, 0,    "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101,  301, 0,    "ESTABLISHED?", "handshake-ack" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301,  101, 0,    "any",          "any", .ttl = 46, .later = 20 * MILLISECONDS },
        { "any",          TO_B, ".",  1561, 302, 0,    "any",          "any", .was_b = "any", .later = 300 * MILLISECONDS },
        { "any",          TO_A, ".",  301,  101, 0,    "any",          "any", .later = 50 * MILLISECONDS },
        { "any?",         TO_B, "P.", 101,  301, 1460, "any",          "any", .was_a = "any", .later = 250 * MILLISECONDS },
        { "any?",         TO_A, ".",  301,  1561, 0,   "any",          "any", .later = 50 * MILLISECONDS });
}

/* B took the stranger's FIN in A's name, and A sends data in its place: B has had it all the
 * same. */
static void fin_of_a_stranger_that_was_taken(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,   0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,   101, 0,  "SYN_RCVD",     "syn-ack" },
        { "any",          TO_A, "S",  90000, 0,   0,  "any",          "any", .was_a = "any", .was_b = "any", .ttl = 99 },
        { "any",          TO_B, ".",  101,   301, 0,  "any",          "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, "F.", 101,   301, 0,  "any",          "any", .was_a = "any", .was_b = "any", .ttl = 98 },
        { "any",          TO_A, ".",  301,   102, 0,  "any?",         "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, "P.", 101,   301, 10, "any?",         "any", .was_a = "any", .was_b = "any" });
}

/* B's SYN,ACK carries its FIN, among forged segments; beyond the FIN's number it has closed. */
static void ack_behind_the_fin_on_a_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",   100,   0,     0,   "SYN_RCVD?",   "syn" },
        { "any",          TO_A, "P.",  90000, 80000, 100, "any",         "any", .ttl = 99, .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_A, "FS.", 300,   101,   200, "any",         "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, ".",   101,   301,   0,   "any",         "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, "P.",  101,   301,   10,  "any",         "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_A, ".",   502,   111,   0,   "any?",        "any", .was_a = "any", .was_b = "any" });
}

/* The server of a handshake in four segments acknowledges the SYN by its ISN's own number:
 * that ACK reaches A all the same. */
static void ack_at_its_initial_number(void)
{
    FIGURE(
        { "SYN_RCVD",  TO_B, "S.", 100, 301, 0, "ESTABLISHED?", "syn-ack" },
        { "SYN_RCVD?", TO_A, ".",  300, 101, 0, "any?",         "any" });
}

/* An ACK in B's name of what A cannot have sent does not show that B has the third segment. */
static void ack_of_the_unsent_in_syn_rcvd(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,         0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101,       0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301,       0,  "ESTABLISHED?", "handshake-ack" },
        { "any",          TO_A, ".",  301, 400000000, 0,  "any?",         "any", .was_a = "any" },
        { "any",          TO_A, ".",  301, 101,       0,  "any?",         "any", .was_a = "any" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301,       10, "any?",         "any", .was_a = "any" });
}

/* The same by just one number: who refuses it has not sent that far (RFC 9293 section 3.10.7.4, fifth
 * check: it stays in SYN_RCVD). */
static void ack_of_one_too_many_in_syn_rcvd(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED?", TO_B, ".",  101, 302, 0,  "any?",         "" },
        { "ESTABLISHED?", TO_A, "R",  302, 0,   0,  "SYN_RCVD?",    "reset-ignored", .reset = TCPSTATE_RESET_NUMBER_WINDOW },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" });
}

/* B's data acknowledges A's SYN: there was a SYN,ACK, and A may have it. */
static void data_behind_a_syn_ack_not_captured(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,   0,  "SYN_RCVD?", "syn" },
        { "CLOSED?",   TO_A, "R.", 0,   101, 0,  "CLOSED?",   "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "SYN_SENT",  TO_B, "S",  100, 0,   0,  "any",       "syn-retransmitted", .repeats = 1, .was_a = "any", .was_b = "any",
          .later = 4 * SECONDS },
        { "any?",      TO_A, "P.", 301, 101, 10, "any",       "any", .was_a = "any", .was_b = "any" });
}

/* A's FIN had to be sent again, so B's answer was lost, perhaps, and a FIN of B's with it. */
static void fin_after_the_others_fin_came_again(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin-retransmitted", .repeats = 1, .later = 1 * SECONDS },
        { "any",        TO_A, "P.", 300, 100, 10, "CLOSE_WAIT?", "any" },
        { "any",        TO_B, ".",  101, 310, 0,  "CLOSE_WAIT?", "any", .later = 50 * MILLISECONDS },
        { "TIME_WAIT?", TO_A, "F.", 310, 101, 0,  "LAST_ACK?",   "fin-acked-passive-fin", .later = 50 * MILLISECONDS });
}

/* The SYN with data comes when B waits for the third segment; the data lies in its window,
 * and B may listen again (RFC 9293 section 3.10.7.4, fourth check). */
static void syn_with_data_behind_the_one_without(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?", "tfo-syn-data", .options = TCPSTATE_OPTION_TFO_COOKIE },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?", "syn-retransmitted", .repeats = 1, .later = 1 * SECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",  "tfo-data-not-accepted" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?", "syn-retransmitted", .was_a = "any", .repeats = 2,
          .later = 2 * SECONDS });
}

/* It acknowledges a segment's worth of data beyond the SYN: that of a SYN before, not captured. */
static void syn_ack_of_data_on_a_syn_not_captured(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,    0, "SYN_RCVD?", "syn" },
        { "SYN_SENT?", TO_A, "S.", 300, 1549, 0, "any",       "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 101 });
}

/* A SYN with a time stamp that no segment is old enough for: B has restarted, and what comes
 * of the old connection was sent before. */
static void data_behind_the_syn_of_a_restarted_host(void)
{
#define STAMP(value) .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = (value)
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", STAMP(90000000) },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", STAMP(50000000) },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", STAMP(90000100) },
        { "any",          TO_A, "S",  290, 0,   0,  "any",          "stale-syn", .stream = SAME_CONNECTION, STAMP(331) },
        { "any",          TO_A, "P.", 301, 101, 10, "any",          "any", STAMP(50000100), .was_b = "any" },
        { "any",          TO_B, "P.", 101, 311, 10, "any?",         "any", STAMP(90000400), .was_a = "any" });
}

/* A SYN without ACK of the end that accepted the connection: it has lost that. */
static void data_behind_the_servers_own_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .later = 1 * MILLISECONDS },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", .later = 1 * MILLISECONDS },
        { "any",          TO_A, "S",  300, 0,   0,  "any",          "any", .was_a = "any", .was_b = "any",
          .later = 375 * MILLISECONDS },
        { "any",          TO_B, ".",  111, 301, 0,  "any",          "any", .was_a = "any", .was_b = "any",
          .later = 1 * MILLISECONDS },
        { "any",          TO_A, ".",  301, 111, 0,  "any?",         "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_A, "P.", 301, 111, 10, "any?",         "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, ".",  111, 311, 0,  "any?",         "any", .was_a = "any", .was_b = "any",
          .later = 1 * MILLISECONDS });
}

/* The third segment is recorded before the SYN,ACK, where another connection was: B has it,
 * perhaps, when the SYN,ACK passes. */
static void syn_ack_behind_its_acknowledgment(void)
{
    FIGURE(
        { "any", TO_A, "F.", 8000, 9000, 0, "any",  "any", .id_is_zero = true },
        { "any", TO_A, ".",  8000, 9000, 0, "any",  "any", .id_is_zero = true, .later = 2 * MILLISECONDS },
        { "any", TO_B, "S",  100,  0,    0, "any",  "any", .stream = NEW_CONNECTION, .was_a = "any", .was_b = "any",
          .later = 2 * SECONDS },
        { "any", TO_B, ".",  101,  301,  0, "any",  "handshake-ack", .was_a = "any", .was_b = "any",
          .later = 200 * MICROSECONDS },
        { "any", TO_A, "S.", 300,  101,  0, "any",  "syn-ack", .was_a = "any", .was_b = "any", .later = 5 * MILLISECONDS },
        { "any", TO_B, "S",  100,  0,    0, "any?", "any", .was_a = "any", .was_b = "any", .copy_of = 3,
          .later = 200 * MICROSECONDS });
}

/* The SYN once more of an end that has acknowledged the other's: from SYN_RCVD, or it gave
 * up and begins with the number that it always takes. */
static void syn_again_after_a_simultaneous_open(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_RCVD?", TO_A, "S",  300, 0,   0, "SYN_RCVD?", "simultaneous-open", .was_b = "SYN_SENT" },
        { "SYN_RCVD",  TO_B, "S.", 100, 301, 0, "any",       "any" },
        { "any",       TO_A, ".",  301, 101, 0, "any?",      "any", .was_b = "any" },
        { "any",       TO_A, "S",  300, 0,   0, "SYN_RCVD?", "any", .repeats = 1, .was_a = "any", .was_b = "any",
          .later = 500 * MILLISECONDS });
}

/* It acknowledges a number from long before B's ISN: of another connection, in which B is. */
static void ack_from_before_the_initial_number(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,   0,     0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 90000, 101,   0, "SYN_RCVD",  "syn-ack" },
        { "any",          TO_B, ".",  101,   53000, 0, "SYN_RCVD?", "any", .was_a = "any" });
}

/* A RST at the edge of the window that was named last, behind a hole: it may end B.  That B has
 * acknowledged all before it does not say that it came. */
static void reset_at_the_edge_of_a_window(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",  TO_A, ".",  300, 100, 0,  "any",  "any", .window = 60 },
        { "any",  TO_B, "P.", 100, 300, 50, "any",  "any" },
        { "any",  TO_B, "R.", 160, 300, 0,  "any",  "any", .reset = OUTSIDE },
        { "any",  TO_B, "P.", 150, 300, 10, "any",  "any", .was_a = "any", .was_b = "any", .later = 1 * MILLISECONDS },
        { "any",  TO_A, ".",  300, 160, 0,  "any",  "any", .was_a = "any", .was_b = "any", .later = 20 * MILLISECONDS },
        { "any",  TO_B, ".",  160, 300, 0,  "any?", "any", .was_a = "any", .was_b = "any", .later = 20 * MILLISECONDS });
}

/* ... and one that B must refuse does not make the one before it harmless. */
static void reset_behind_another_on_its_way(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",  TO_B, "R",  150, 0,   0,  "any",  "any", .reset = TCPSTATE_RESET_NUMBER_WINDOW },
        { "any",  TO_B, "R",  90,  0,   0,  "any",  "any", .reset = OUTSIDE, .later = 1 * MILLISECONDS },
        { "any",  TO_B, "P.", 100, 300, 10, "any",  "any", .was_a = "any", .was_b = "any", .later = 1 * MILLISECONDS },
        { "any",  TO_A, "P.", 300, 110, 10, "any",  "any", .was_a = "any", .was_b = "any", .later = 20 * MILLISECONDS },
        { "any",  TO_B, ".",  110, 310, 0,  "any?", "any", .was_a = "any", .was_b = "any", .later = 20 * MILLISECONDS });
}

/* B acknowledges data of A's that was not captured, nor what opened the connection: A is past
 * SYN_SENT, perhaps. */
static void ack_of_data_behind_the_syn(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",   "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any",       "syn-retransmitted", .repeats = 1, .was_a = "any", .was_b = "any",
          .later = 4 * SECONDS },
        { "any?",     TO_A, ".",  301, 111, 0, "any",       "any", .was_a = "any", .was_b = "any" });
}

/* An answer in other numbers, 2 s after the SYN and without a second one: that was not captured,
 * perhaps, and took another number. */
static void challenge_long_after_the_syn(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 90000, 0,     0, "SYN_RCVD?", "syn" },
        { "any?",     TO_A, ".", 300,   89000, 0, "any",       "challenge-ack", .later = 2 * SECONDS });
    FIGURE(
        { "SYN_SENT", TO_B, "S",  90000, 0,     0, "SYN_RCVD?", "syn" },
        { "any?",     TO_A, "S.", 300,   99000, 0, "any",       "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 90001,
          .later = 2 * SECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/late/" #name, name)
    TEST(fin_overtaken_by_a_reset);
    TEST(data_overtaken_by_a_reset);
    TEST(reset_overtaken_by_the_syn_ack);
    TEST(data_before_a_fin_beyond_the_window);
    TEST(connection_before_the_last_seen_again);
    TEST(numbers_of_the_one_before_come_again);
    TEST(syn_behind_the_close);
    TEST(older_ack_behind_that_of_an_unseen_fin);
    TEST(first_ack_seen_behind_that_of_an_unseen_fin);
    TEST(fin_again_before_the_others_is_recorded);
    TEST(data_sent_before_it_had_the_fin);
    TEST(fin_of_a_stranger_that_was_taken);
    TEST(ack_behind_the_fin_on_a_syn_ack);
    TEST(ack_at_its_initial_number);
    TEST(ack_of_the_unsent_in_syn_rcvd);
    TEST(ack_of_one_too_many_in_syn_rcvd);
    TEST(data_behind_a_syn_ack_not_captured);
    TEST(fin_after_the_others_fin_came_again);
    TEST(syn_with_data_behind_the_one_without);
    TEST(syn_ack_of_data_on_a_syn_not_captured);
    TEST(data_behind_the_syn_of_a_restarted_host);
    TEST(data_behind_the_servers_own_syn);
    TEST(syn_ack_behind_its_acknowledgment);
    TEST(syn_again_after_a_simultaneous_open);
    TEST(ack_from_before_the_initial_number);
    TEST(reset_at_the_edge_of_a_window);
    TEST(reset_behind_another_on_its_way);
    TEST(ack_of_data_behind_the_syn);
    TEST(challenge_long_after_the_syn);
    return g_test_run();
}
