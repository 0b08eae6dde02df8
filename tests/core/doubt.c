/* doubt.c - where a stranger, a host that begins anew, or the order of the capture
 * leaves more than one state, none is shown as certain.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each of these was a lie in tests/worlds once.
 */
#include "figure.h"

/* RFC 9293 section 3.5 allows it, and middleboxes do it: the server answers the SYN by an
 * ACK and a SYN of its own.  Its ACK proves no more than that it has the SYN. */
static void split_handshake(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_RCVD?",    TO_A, "S",  300, 0,   0, "SYN_RCVD?",    "simultaneous-open", .was_b = "SYN_SENT" },
        { "ESTABLISHED?", TO_A, ".",  301, 101, 0, "ESTABLISHED?", "handshake-ack" },
        { "any",          TO_A, "S",  300, 0,   0, "any",          "simultaneous-open", .later = 1 * SECONDS },
        { "ESTABLISHED?", TO_A, ".",  301, 101, 0, "ESTABLISHED?", "handshake-ack", .was_a = "any", .was_b = "any" });
    FIGURE( /* the first SYN was not captured */
        { "SYN_RCVD?",    TO_A, "S",  300, 0,   0,  "SYN_SENT",     "syn" },
        { "ESTABLISHED?", TO_A, ".",  301, 101, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "server-speaks-first" });
}

/* A acknowledges a number of B's, and B's SYN,ACK is recorded behind it: of that number, or
 * of another; or B sent a SYN without ACK, too. */
static void syn_ack_recorded_late(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "S.", 300, 101, 0, "any",          "syn-ack", .was_b = "any" });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_B, ".",  101, 200, 0, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "any",          "any", .was_b = "any" });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_RCVD?",    TO_A, "S",  300, 0,   0, "SYN_RCVD?",    "simultaneous-open", .was_b = "SYN_SENT" },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0, "any",          "any" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "any",          "any", .was_b = "any" });
}

/* Who was seen to close has closed, whatever became of it at a RST in its name. */
static void closed_before_a_reset_of_a_stranger(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",   100,   0,   0,   "SYN_RCVD?",   "syn" },
        { "ESTABLISHED?", TO_A, "FS.", 300,   101, 0,   "FIN_WAIT_1",  "any" },
        { "any",          TO_A, "R.",  50000, 101, 0,   "CLOSED?",     "any", .reset = ACCEPTED, .later = 1 * MILLISECONDS },
        { "any",          TO_B, ".",   101,   301, 0,   "any",         "any", .later = 20 * MILLISECONDS },
        { "any",          TO_B, "P.",  101,   301, 10,  "any",         "any", .later = 20 * MILLISECONDS },
        { "any",          TO_A, ".",   302,   111, 0,   "FIN_WAIT_1?", "any", .was_b = "any",
          .later = 1 * MILLISECONDS });
}

/* Data in B's name, and then B goes on before it: the data was another's, or the ACK was
 * overtaken.  B may still wait for the third segment. */
static void ack_behind_data_of_a_stranger(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 100, "ESTABLISHED",  "server-speaks-first" },
        { "ESTABLISHED?", TO_A, ".",  301, 101, 0,   "ESTABLISHED?", "" });
}

/* B goes on at the number of the FIN that came in its name: it may have sent none. */
static void ack_at_the_number_of_its_fin(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT?",  TO_A, ".",  300, 101, 0, "LAST_ACK?",   "" });
}

/* Both numbers are far from all there were: a connection whose opening the capture lacks. */
static void numbers_of_another_connection(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100,   300,        0,  "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300,   101,        0,  "LAST_ACK?",   "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101,   301,        0,  "CLOSED?",     "last-ack" },
        { "TIME_WAIT?", TO_A, "P.", 290,   3000000000, 10, "any",         "any" });
}

/* The third segment, or what follows it, so soon after the same SYN that it may have been
 * sent before that: a host that crashed, and always takes the same number, sends both. */
static void third_segment_behind_the_next_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "SYN_SENT?",    TO_B, "S",  100, 0,   0, "SYN_RCVD",     "syn-retransmitted",
          .was_a = "any", .repeats = 1, .later = 50 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack", .later = 10 * MILLISECONDS });
}

/* Data in the old numbers, recorded behind a SYN in new ones: sent before it, or the SYN
 * is a stranger's. */
static void data_behind_the_next_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,    0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101,  0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301,  0,  "ESTABLISHED?", "handshake-ack" },
        { "SYN_SENT?",    TO_B, "S",  900, 0,    0,  "ESTABLISHED?", "any",
          .stream = NEW_CONNECTION, .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_B, "P.", 101, 301,  10, "ESTABLISHED?", "first-request", .was_a = "any", .was_b = "any" });
}

/* The server accepted data on the SYN, so it may have closed before the handshake is over;
 * a number that it skips is its FIN's, perhaps, and its SYN,ACK is sent again all the same. */
static void syn_ack_again_behind_an_unseen_fin(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?", "tfo-syn-data", .options = TCPSTATE_OPTION_TFO_COOKIE },
        { "ESTABLISHED?", TO_A, "S.", 300, 111, 0,  "SYN_RCVD",  "tfo-data-accepted" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD",  "syn-retransmitted",
          .was_a = "any", .repeats = 1, .later = 1 * SECONDS },
        { "SYN_SENT?",    TO_A, ".",  302, 111, 0,  "SYN_RCVD?", "challenge-ack" },
        { "ESTABLISHED?", TO_A, "S.", 300, 111, 0,  "SYN_RCVD?", "syn-ack-retransmitted",
          .repeats = 1, .later = 1 * SECONDS });
}

/* A FIN recorded behind the RST that its sender sent after it: it closed first, and the
 * other's FIN has nothing to do with it. */
static void fin_behind_its_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?",     TO_B, "R.", 101, 300, 0, "CLOSED?", "abort", .reset = ACCEPTED },
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300, 0, "any",     "fin", .was_a = "ESTABLISHED", .later = 5 * MILLISECONDS });
}

/* A's SYN,ACK answers no SYN of B's that was seen: B has begun anew, perhaps. */
static void syn_ack_of_a_syn_not_captured(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101,      0, "SYN_RCVD",  "syn-ack" },
        { "any",          TO_B, "S.", 100, 90000000, 0, "SYN_RCVD?", "bad-syn-ack", .checks = ACK_IS_J_PLUS_1,
          .failed = ACK_IS_J_PLUS_1, .expected = 301 });
}

/* A FIN in B's name, then B's data in its place and B's FIN behind that: what A's FIN
 * acknowledged was the stranger's, and B's own is on its way. */
static void fin_of_a_stranger_acknowledged(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSE_WAIT?",  TO_A, "F.", 300, 100, 0,  "FIN_WAIT_1",   "fin" },
        { "CLOSE_WAIT",   TO_B, ".",  100, 301, 0,  "FIN_WAIT_2?",  "fin-acked" },
        { "any",          TO_A, "P.", 300, 100, 10, "ESTABLISHED?", "any", .later = 50 * MILLISECONDS },
        { "LAST_ACK",     TO_B, "F.", 100, 301, 0,  "any",          "any" },
        { "LAST_ACK",     TO_A, "F.", 310, 100, 0,  "CLOSING?",     "simultaneous-close", .was_b = "any",
          .later = 1 * MILLISECONDS },
        { "any",          TO_A, ".",  311, 101, 0,  "CLOSING?",     "any", .later = 50 * MILLISECONDS });
}

/* Behind a RST in its name a FIN that acknowledges the other's is of LAST_ACK, or of
 * CLOSING: the RST does not make it an earlier one. */
static void fin_behind_a_reset_of_a_stranger(void)
{
    FIGURE(
        { "any",   TO_B, "R.", 100, 200, 0, "any", "any", .reset = ACCEPTED },
        { "any",   TO_A, "F.", 300, 100, 0, "any", "any", .was_b = "any", .later = 120 * MILLISECONDS },
        { "any",   TO_B, "F.", 100, 301, 0, "any", "any", .was_a = "any", .later = 60 * MILLISECONDS },
        { "LAST_ACK?", TO_B, "F.", 100, 301, 0, "any", "any", .later = 5 * SECONDS, .repeats = 1 });
}

/* The same SYN, without an IP identification, after 50 ms: seen by a capture at a second
 * point, or sent by a host that has crashed and always takes the same number. */
static void syn_again_without_identification(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", .id_is_zero = true },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .id_is_zero = true,
          .later = 1 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, "S",  100, 0,   0,  "ESTABLISHED?", "copy", .id_is_zero = true, .copy_of = 1,
          .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", .later = 20 * MILLISECONDS });
}

/* Data far from all numbers, long after a close: of a connection whose opening the
 * capture lacks, so its sender is not where it was in the one before. */
static void data_midway_of_the_next_connection(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100,      300,        0,  "CLOSE_WAIT?",  "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300,      101,        0,  "CLOSE_WAIT",   "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300,      101,        0,  "LAST_ACK",     "passive-fin" },
        { "any",         TO_A, "P.", 80000000, 3000000000, 10, "ESTABLISHED?", "", .stream = NEW_CONNECTION, .was_a = "any",
          .was_b = "any", .later = 3 * SECONDS });
}

/* A RST without ACK came to A while it waited for the SYN,ACK; A went on before it can
 * have had it. */
static void reset_without_ack_on_its_way(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?", "syn" },
        { "SYN_SENT?",    TO_A, "R",  0,   0,   0,  "any",       "any", .reset = WRONG_ACK },
        { "any",          TO_B, "P.", 101, 301, 10, "any",       "any", .was_b = "any", .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "P.", 301, 111, 10, "any",       "any", .later = 50 * MILLISECONDS });
}

/* B's FIN acknowledges A's and comes so long after it that it may be sent again: the first
 * one, which was lost before the capture, crossed A's. */
static void fin_that_may_have_crossed(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_1", TO_A, ".",  300, 100, 0, "CLOSE_WAIT?", "any", .later = 200 * MILLISECONDS }, /* overtaken by it */
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK?",   "any", .later = 50 * MILLISECONDS });
}

/* ... of one that was seen before it asks more: sent again so soon, it may be a stranger's. */
static void fin_again_too_soon(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "any", .was_b = "any", .later = 5 * MILLISECONDS },
        { "CLOSING?",   TO_A, ".",  301, 100, 0, "CLOSING?",    "any", .later = 240 * MILLISECONDS },
        { "any",        TO_A, "F.", 300, 101, 0, "CLOSING?",    "any", .was_b = "any", .repeats = 1,
          .later = 10 * MILLISECONDS });
}

/* B acknowledges 150, of which the capture holds nothing: the last of it may be A's FIN, and
 * one that a stranger sends behind it is not the only one that B may have had. */
static void fin_behind_what_may_be_one(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_A, ".",  300, 150, 0, "ESTABLISHED?", "" },
        { "any",          TO_B, "F.", 150, 300, 0, "CLOSE_WAIT?",  "any", .ttl = 60 },
        { "any",          TO_A, "F.", 300, 150, 0, "CLOSING?",     "any", .was_b = "FIN_WAIT_1?" });
}

/* B's ACK is of a connection before this one.  Its SYN,ACK comes too late to have been overtaken
 * by it, so A's 982 acknowledges what the capture lacks, and that may be a FIN. */
static void syn_ack_long_behind_an_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  99,   0,         0, "SYN_RCVD?", "syn", .window = UINT16_MAX },
        { "any",          TO_A, ".",  7000, 100891429, 0, "any",       "any", .window = UINT16_MAX, .later = 27 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 950,  100,       0, "SYN_RCVD?", "syn-ack", .was_a = "any", .was_b = "any",
          .window = UINT16_MAX, .later = 1946 * MILLISECONDS },
        { "FIN_WAIT_1?",  TO_B, "F.", 9100, 982,       0, "any",       "any", .was_a = "any", .was_b = "any",
          .window = UINT16_MAX, .later = 434 * MILLISECONDS });
}

/* A restarts, and its SYN is numbered a little below its old FIN: its clock says that it is no
 * SYN of the old connection, recorded late.  So B's 8533 acknowledges what the capture lacks. */
static void syn_by_another_clock(void)
{
#define AT(clock) .options = TCPSTATE_OPTION_TIMESTAMPS | TCPSTATE_OPTION_SIGNATURE, .ts = UINT32_C(clock), .window = UINT16_MAX, .was_a = "any", .was_b = "any"
    FIGURE(
        { "any", TO_B, "F.", 10000,   20001, 0,  "any", "any", AT(4033368858) },
        { "any", TO_A, "P.", 19991,   10000, 10, "any", "any", AT(2321481866), .later = 560 * MILLISECONDS },
        { "any", TO_B, "R",  10000,   0,     0,  "any", "any", .was_a = "any", .was_b = "any", .reset = ACCEPTED,
          .later = 3 * MILLISECONDS },
        { "any", TO_B, "S",  8521,    0,     0,  "any", "any", AT(3042273199), .later = 3 * MILLISECONDS },
        { "any", TO_B, "R",  10000,   0,     0,  "any", "any", .was_a = "any", .was_b = "any", .reset = ACCEPTED,
          .options = TCPSTATE_OPTION_SIGNATURE, .later = 19 * MILLISECONDS },
        { "any", TO_B, "S",  8521,    0,     0,  "any", "any", AT(3042274291), .repeats = 1, .later = 1073 * MILLISECONDS },
        { "any", TO_A, "S.", 4052093, 8522,  0,  "any", "any", AT(2321482980), .later = 16 * MILLISECONDS },
        { "any", TO_A, "F.", 4052104, 8533,  0,  "FIN_WAIT_1?", "any", AT(2321483212), .later = 232 * MILLISECONDS });
#undef AT
}

/* A FIN far below A's first number is of a connection that the capture lacks: B may be in that. */
static void fin_of_other_numbers(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 100, 0, "SYN_RCVD", "syn-ack" },
        { "any", TO_B, "F.", UINT32_MAX - 747309886, 3136, 0, "SYN_RCVD?", "any", .was_a = "any", .later = 800 * MILLISECONDS });
}

/* A sends in two numberings, or a stranger does: B's SYN at that moment may be a stranger's, too. */
static void syn_after_numbers_in_dispute(void)
{
    FIGURE(
        { "any", TO_B, ".",  100,                  300,        0,   "any",       "any" },
        { "any", TO_B, "P.", UINT32_C(3000000000), 1200000000, 100, "any",       "any", .was_a = "any", .was_b = "any",
          .later = 30 * MILLISECONDS },
        { "any", TO_A, "S",  1300000000,           0,          0,   "SYN_SENT?", "any", .was_a = "any", .was_b = "any",
          .later = 10 * MILLISECONDS });
    FIGURE( /* long after that it is B's own, as any SYN */
        { "any", TO_B, ".",  100,                  300,        0,   "any",       "any" },
        { "any", TO_B, "P.", UINT32_C(3000000000), 1200000000, 100, "any",       "any", .was_a = "any", .was_b = "any",
          .later = 30 * MILLISECONDS },
        { "any", TO_A, "S",  1300000000,           0,          0,   "SYN_SENT",  "any", .was_a = "any", .was_b = "any",
          .later = 60 * SECONDS });
}

/* RFC 9293 section 3.10.7.3 looks at the SYN, and some take it whatever else is set. */
static void syn_with_fin_to_one_that_waits(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT?", TO_A, "FS", 300, 0, 0, "any",       "any" });
}

/* A has given the connection up, and begins anew with a lower number: its last ACK of the old one is recorded
 * behind that SYN. */
static void ack_behind_a_lower_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  2000000, 0,       0, "SYN_RCVD?",  "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,     2000001, 0, "SYN_RCVD",   "syn-ack" },
        { "any",          TO_B, "S",  1000,    0,       0, "any",        "stale-syn", .later = 600 * MILLISECONDS },
        { "any",          TO_A, ".",  301,     2000001, 0, "any",        "challenge-ack", .was_a = "any", .later = 80 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, ".",  2000001, 301,     0, "any",        "handshake-ack", .was_a = "any", .was_b = "any",
          .later = 30 * MILLISECONDS });
}

/* Midway, and far from what its sender has sent: of the next connection, whose SYN was not captured. */
static void syn_ack_far_from_its_sender(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100,        300, 10, "UNKNOWN",      "" },
        { "ESTABLISHED?", TO_A, "P.", 300,        110, 10, "ESTABLISHED?", "" },
        { "ESTABLISHED",  TO_B, ".",  110,        310, 0,  "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_A, "S.", UINT32_C(3400000000), 90, 0, "any", "any", .was_b = "any", .later = 800 * MILLISECONDS });
}

/* The second attempt has the lower number, and is refused. */
static void lower_syn_that_is_refused(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  2000000, 0,    0, "SYN_RCVD?", "syn" },
        { "SYN_SENT",  TO_B, "S",  1000,    0,    0, "SYN_RCVD?", "stale-syn", .later = 600 * MILLISECONDS },
        { "SYN_SENT?", TO_A, "R.", 0,       1001, 0, "any",       "any", .was_b = "any", .reset = WRONG_ACK });
}

/* B's RST, half a second old, may come into the next connection, which has the same number. */
static void reset_into_the_next_connection(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,  0,    0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,  101,  0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101,  301,  10, "ESTABLISHED?", "handshake-ack" },
        { "CLOSED?",      TO_A, "R",  301,  0,    0,  "CLOSED?",      "any", .reset = EXACT },
        { "any",          TO_A, "S",  300,  0,    0,  "any",          "port-reused", .was_a = "any", .was_b = "any",
          .later = 500 * MILLISECONDS },
        { "SYN_RCVD",     TO_B, "S.", 9000, 301,  0,  "any",          "syn-ack", .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_A, ".",  301,  9001, 0,  "ESTABLISHED",  "handshake-ack", .was_b = "any" },
        { "ESTABLISHED",  TO_B, "P.", 9001, 301,  10, "any",          "any" },
        { "ESTABLISHED?", TO_A, ".",  301,  9011, 0,  "ESTABLISHED",  "any" });
    FIGURE( /* not if the number is not in its window */
        { "SYN_SENT",     TO_B, "S",  100,  0,    0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,  101,  0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101,  301,  10, "ESTABLISHED?", "handshake-ack" },
        { "CLOSED?",      TO_A, "R",  301,  0,    0,  "CLOSED?",      "any", .reset = EXACT },
        { "any",          TO_A, "S",  700000, 0,  0,  "any",          "port-reused", .was_a = "any", .was_b = "any",
          .later = 500 * MILLISECONDS },
        { "SYN_RCVD",     TO_B, "S.", 9000, 700001, 0, "any",         "syn-ack", .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_A, ".",  700001, 9001, 0, "ESTABLISHED", "handshake-ack", .was_b = "any" },
        { "ESTABLISHED",  TO_B, "P.", 9001, 700001, 10, "ESTABLISHED", "any" },
        { "ESTABLISHED",  TO_A, ".",  700001, 9011, 0, "ESTABLISHED", "any" });
}

/* The answer to a bad ACK has that one's number: it is in no window of the connection, now or later. */
static void reset_of_other_numbers(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,  0,   0,  "SYN_RCVD?",    "syn" },
        { "any",          TO_A, ".",  5000, UINT32_C(1500000000), 0, "any", "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, "R",  UINT32_C(1500000000), 0,    0, "any", "any", .was_a = "any", .was_b = "any",
          .reset = OUTSIDE },
        { "any",          TO_A, "S.", 300,  101, 0,  "any",          "any", .was_a = "any", .was_b = "any" },
        { "ESTABLISHED",  TO_B, ".",  101,  301, 0,  "ESTABLISHED?", "handshake-ack", .was_a = "any" },
        { "ESTABLISHED",  TO_A, "P.", 301,  101, 10, "any",          "any" },
        { "ESTABLISHED",  TO_B, "P.", 101,  311, 10, "any",          "any", .was_b = "any" },
        { "ESTABLISHED",  TO_A, ".",  311,  111, 0,  "any",          "any", .was_b = "any" });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/doubt/" #name, name)
    TEST(split_handshake);
    TEST(syn_ack_recorded_late);
    TEST(closed_before_a_reset_of_a_stranger);
    TEST(ack_behind_data_of_a_stranger);
    TEST(ack_at_the_number_of_its_fin);
    TEST(numbers_of_another_connection);
    TEST(third_segment_behind_the_next_syn);
    TEST(data_behind_the_next_syn);
    TEST(syn_ack_again_behind_an_unseen_fin);
    TEST(fin_behind_its_reset);
    TEST(syn_ack_of_a_syn_not_captured);
    TEST(fin_of_a_stranger_acknowledged);
    TEST(fin_behind_a_reset_of_a_stranger);
    TEST(syn_again_without_identification);
    TEST(data_midway_of_the_next_connection);
    TEST(reset_without_ack_on_its_way);
    TEST(fin_that_may_have_crossed);
    TEST(fin_again_too_soon);
    TEST(fin_behind_what_may_be_one);
    TEST(syn_ack_long_behind_an_ack);
    TEST(syn_by_another_clock);
    TEST(fin_of_other_numbers);
    TEST(syn_after_numbers_in_dispute);
    TEST(syn_with_fin_to_one_that_waits);
    TEST(ack_behind_a_lower_syn);
    TEST(syn_ack_far_from_its_sender);
    TEST(lower_syn_that_is_refused);
    TEST(reset_into_the_next_connection);
    TEST(reset_of_other_numbers);
    return g_test_run();
}
