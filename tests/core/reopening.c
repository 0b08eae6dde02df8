/* reopening.c - a SYN where a connection is or was: RFC 9293 figures 8 to 10,
 * RFC 5961 section 4, and the same four-tuple used anew.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark gives each SYN with a number of its own a new tcp.stream;
 * NEW_CONNECTION and SAME_CONNECTION say what it really is.  Where the other
 * end still holds the old connection the SYN may be forged or old, and its
 * sender's state is in doubt until a RST, or a segment of the old, tells.
 */
#include "figure.h"

/* An ordinary close by A and one by B, after ESTABLISHED_100_300. */
#define CLOSED_BY_A \
    { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" }, \
    { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" }, \
    { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" }, \
    { "TIME_WAIT",   TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" }
#define CLOSED_BY_B \
    { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1",  "fin" }, \
    { "CLOSE_WAIT",  TO_B, ".",  100, 301, 0, "FIN_WAIT_2?", "fin-acked" }, \
    { "LAST_ACK",    TO_B, "F.", 100, 301, 0, "TIME_WAIT?",  "passive-fin" }, \
    { "CLOSED?",     TO_A, ".",  301, 101, 0, "TIME_WAIT",   "last-ack" }

/* ---- Old duplicates ---- */

/* RFC 9293 figure 8, where the capture sees the delayed SYN leave A. */
static void old_duplicate_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  90,  0,   0, "SYN_RCVD?",    "stale-syn", .stream = SAME_CONNECTION },
        { "SYN_SENT?",    TO_A, "S.", 300, 91,  0, "SYN_RCVD",     "bad-syn-ack",
          .failed = ACK_IS_J_PLUS_1, .expected = 101, .answers = 2 },
        { "SYN_SENT?",    TO_B, "R",  91,  0,   0, "LISTEN?",      "syn-ack-rejected", .reset = EXACT,
          .answers = 3 },
        { "ESTABLISHED?", TO_A, "S.", 400, 101, 0, "SYN_RCVD",     "syn-ack", .answers = 1 },
        { "ESTABLISHED",  TO_B, ".",  101, 401, 0, "ESTABLISHED?", "handshake-ack", .answers = 5 },
        { "ESTABLISHED",  TO_B, "P.", 101, 401, 10, "ESTABLISHED?", "first-request" });
}

/* ... and something refuses a third one, which was not captured: that is neither of the two, so A drops it and
 * goes on (RFC 9293 section 3.10.7.3, first check). */
static void refusal_of_neither_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT",     TO_B, "S",  90,  0,   0, "SYN_RCVD?", "stale-syn", .stream = SAME_CONNECTION },
        { "SYN_SENT",     TO_A, "R.", 0,   96,  0, "any", "reset-ignored", .reset = WRONG_ACK });
    FIGURE( /* no other was captured: number 1 is none of those that were */
        { "SYN_SENT",     TO_B, "S",  150, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT",     TO_A, "R.", 0,   101, 0, "any", "reset-ignored", .reset = WRONG_ACK });
}

/* The first SYN is a stranger's, the lower one A's own.  B's answer to that looks wrong; but A may take it, and when B sends it
 * again, A has not refused it, as it would in SYN_SENT (RFC 9293 section 3.10.7.3). */
static void answer_to_the_lower_syn_again(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  1000, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT",  TO_B, "S",  900,  0,   0, "SYN_RCVD?", "stale-syn", .later = 50 * MILLISECONDS },
        { "SYN_SENT?", TO_A, "S.", 300,  901, 0, "SYN_RCVD",  "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 1001 },
        { "SYN_SENT?", TO_B, "S",  900,  0,   0, "SYN_RCVD?", "stale-syn", .later = 300 * MILLISECONDS },
        { "SYN_SENT?", TO_A, "S.", 300,  901, 0, "SYN_RCVD",  "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 1001,
          .repeats = 1, .later = 150 * MILLISECONDS });
}
/* A tries again at once, with a lower number, and it is that SYN which B answers and A acknowledges. */
static void lower_syn_that_counts(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  1000, 0,    0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  900,  0,    0,  "SYN_RCVD?",    "stale-syn", .later = 50 * MILLISECONDS },
        { "SYN_SENT?",    TO_A, "S.", 300,  901,  0,  "SYN_RCVD",     "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 1001 },
        { "ESTABLISHED?", TO_B, ".",  901,  301,  0,  "ESTABLISHED?", "handshake-ack", .was_a = "any" },
        { "ESTABLISHED?", TO_B, "P.", 901,  301,  10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED?", TO_A, "P.", 301,  911,  20, "ESTABLISHED",  "first-response" },
        { "ESTABLISHED",  TO_B, ".",  911,  321,  0,  "ESTABLISHED",  "" });
}

/* The same beside B: the old SYN looks like any other until the RST comes. */
static void old_duplicate_syn_seen_beside_b(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  90,  0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 91,  0, "SYN_RCVD",     "syn-ack" },
        { "CLOSED?",      TO_B, "R",  91,  0,   0, "LISTEN?",      "syn-ack-rejected", .was_a = "SYN_SENT",
          .reset = EXACT },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "LISTEN" },
        { "ESTABLISHED?", TO_A, "S.", 400, 101, 0, "SYN_RCVD",     "syn-ack", .answers = 4 },
        { "ESTABLISHED",  TO_B, ".",  101, 401, 0, "ESTABLISHED?", "handshake-ack" });
}

/* By its time stamp (RFC 7323 section 5) a SYN can be told to be older than
 * the connection.  A did not send it now, so A does not move. */
static void old_duplicate_syn_in_a_connection(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "handshake-ack",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5100 },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED",  "", /* overtaken on its way */
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5050 },
        { "ESTABLISHED?",  TO_B, "S",  700, 0,   0,  "ESTABLISHED?",  "stale-syn", .stream = SAME_CONNECTION,
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5090 },
        { "ESTABLISHED?",  TO_A, ".",  321, 111, 0,  "ESTABLISHED?",  "challenge-ack", .answers = 6 },
        { "ESTABLISHED",  TO_B, "P.", 111, 321, 10, "ESTABLISHED?",  "",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5200 });
}

/* Without a time stamp it cannot be told, until A goes on where it was. */
static void forged_syn_in_a_connection(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",        TO_B, "S",  9000, 0,   0,  "ESTABLISHED?", "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "ESTABLISHED" },
        { "any?",        TO_A, ".",  300,  100, 0,  "ESTABLISHED?", "challenge-ack", .was_a = "any" },
        { "ESTABLISHED?", TO_B, "P.", 100,  300, 10, "ESTABLISHED?", "", .was_a = "any" },
        { "ESTABLISHED?", TO_A, "P.", 300,  110, 10, "ESTABLISHED", "" },
        { "any?",        TO_B, "S",  9500, 0,   0,  "ESTABLISHED?", "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "ESTABLISHED" },
        { "any?",        TO_A, ".",  310,  110, 0,  "ESTABLISHED?", "challenge-ack", .was_a = "any" },
        { "ESTABLISHED?", TO_B, "P.", 100,  300, 10, "ESTABLISHED?", "", .was_a = "any" }, /* sent again */
        { "FIN_WAIT_1?", TO_B, "F.", 110,  310, 0,  "CLOSE_WAIT?", "fin" });
}

/* A was gone and opens anew; what it sent before is recorded behind its SYN, all of it
 * new and in order.  It is in SYN_SENT, so nothing says for certain that it is not. */
static void older_segments_behind_the_syn(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",         TO_B, "S",  9000, 0,   0,  "ESTABLISHED?", "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "ESTABLISHED" },
        { "ESTABLISHED?", TO_B, "P.", 100,  300, 10, "ESTABLISHED?", "", .was_a = "any", .later = 5 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, "P.", 110,  300, 10, "ESTABLISHED?", "", .later = 5 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, "P.", 120,  300, 10, "ESTABLISHED?", "", .later = 5 * MILLISECONDS } );
}

/* What B sends passes behind that SYN; A had it when it acknowledged it, so that was
 * sent behind the SYN, too: A is in the old connection. */
static void new_acknowledgment_behind_the_syn(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any?",         TO_B, "S",  9000, 0,   0,  "ESTABLISHED?", "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "ESTABLISHED" },
        { "any?",         TO_A, "P.", 300,  100, 10, "ESTABLISHED?", "", .was_a = "any", .later = 5 * MILLISECONDS },
        { "ESTABLISHED",  TO_B, "P.", 100,  310, 10, "ESTABLISHED",  "", .was_a = "any", .later = 5 * MILLISECONDS } );
}

/* The same when B has closed already and waits for the last ACK. */
static void forged_syn_in_last_ack(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100,  300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300,  101, 0, "LAST_ACK?",    "fin-acked-passive-fin" },
        { "any?",       TO_B, "S",  9000, 0,   0, "LAST_ACK?",    "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "LAST_ACK" },
        { "any?",       TO_A, ".",  301,  101, 0, "LAST_ACK?",    "challenge-ack", .was_a = "any" },
        { "TIME_WAIT?", TO_B, ".",  101,  301, 0, "CLOSED?",     "last-ack", .was_a = "any" });
}

/* ---- Half-open connections ---- */

/* RFC 9293 figure 9: A has restarted.  Its next SYN has the same number. */
static void half_open_discovery(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "SYN_SENT*",    TO_B, "S",  400, 0,   0, "ESTABLISHED?",  "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "ESTABLISHED", .client = CLIENT_IS_A },
        { "SYN_SENT*",    TO_A, ".",  300, 100, 0, "ESTABLISHED?",  "challenge-ack", .answers = LINE(1) },
        { "SYN_SENT?",     TO_B, "R",  100, 0,   0, "CLOSED?",      "half-open-reset", .reset = EXACT },
        { "SYN_SENT?",    TO_B, "S",  400, 0,   0, "SYN_RCVD?",    "syn-retransmitted", .repeats = 1,
          .answers = LINE(1) },
        { "ESTABLISHED?", TO_A, "S.", 500, 401, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  401, 501, 0, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 501, 401, 5, "ESTABLISHED",  "server-speaks-first" });
}

/* The same with a new number for the second SYN: a third connection. */
static void half_open_discovery_then_another_syn(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "SYN_SENT*",    TO_B, "S",  400, 0,   0, "ESTABLISHED?",  "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "ESTABLISHED" },
        { "SYN_SENT*",    TO_A, ".",  300, 100, 0, "ESTABLISHED?",  "challenge-ack" },
        { "SYN_SENT?",     TO_B, "R",  100, 0,   0, "CLOSED?",      "half-open-reset", .reset = EXACT },
        { "SYN_SENT?",     TO_B, "S",  800, 0,   0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_A, "S.", 500, 801, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  801, 501, 0, "ESTABLISHED?", "handshake-ack" });
}

/* B has been silent since the handshake: its challenge ACK proves where it is. */
static void challenge_ack_proves_established(void)
{
    FIGURE(HANDSHAKE(99, 299),
        { "SYN_SENT*",TO_B, "S", 400, 0,   0, "ESTABLISHED?", "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "ESTABLISHED" },
        { "SYN_SENT*",TO_A, ".", 300, 100, 0, "ESTABLISHED?",  "challenge-ack", .answers = 4 },
        { "SYN_SENT?", TO_B, "R", 100, 0,   0, "CLOSED?",      "half-open-reset", .reset = EXACT });
}

/* The old connection was not captured: an ACK of something else answers the
 * SYN, and the RST that follows takes its number from that ACK. */
static void half_open_discovery_of_a_connection_not_captured(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  400, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_A, ".",  300, 100, 0, "ESTABLISHED?", "challenge-ack", .was_b = "any", .answers = 1 },
        { "SYN_SENT?",    TO_B, "R",  100, 0,   0, "CLOSED?",      "half-open-reset", .reset = EXACT },
        { "SYN_SENT",     TO_B, "S",  400, 0,   0, "SYN_RCVD?",    "syn-retransmitted", .repeats = 1,
          .later = 1 * SECONDS },
        { "ESTABLISHED?", TO_A, "S.", 500, 401, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  401, 501, 0, "ESTABLISHED?", "handshake-ack" });
}

/* RFC 9293 figure 10: B sends to a host that has restarted. */
static void active_side_discovers(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R",  100, 0,   0,  "CLOSED?",     "abort", .reset = EXACT, .answers = LINE(1) });
}

/* A SYN finds B in CLOSE_WAIT or in LAST_ACK: challenged, and nothing moves. */
static void syn_meets_close_wait(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "SYN_SENT*",   TO_B, "S",  700, 0,   0, "CLOSE_WAIT?",  "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "CLOSE_WAIT" },
        { "SYN_SENT*",   TO_A, ".",  300, 101, 0, "CLOSE_WAIT?",  "challenge-ack", .answers = LINE(3) },
        { "SYN_SENT?",    TO_B, "R",  101, 0,   0, "CLOSED?",     "half-open-reset", .reset = EXACT });
}

static void syn_meets_last_ack(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK?",    "fin-acked-passive-fin" },
        { "SYN_SENT*",   TO_B, "S",  700, 0,   0, "LAST_ACK?",    "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "LAST_ACK" },
        { "SYN_SENT*",   TO_A, ".",  301, 101, 0, "LAST_ACK?",    "challenge-ack" });
}

/* ---- The same ports again ---- */

/* RFC 9293 section 3.6.1: in TIME_WAIT a SYN beyond the old numbers opens. */
static void port_reused_in_time_wait(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_B,
        { "SYN_SENT",     TO_B, "S",  5000, 0,    0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "TIME_WAIT", .client = CLIENT_IS_A },
        { "ESTABLISHED?", TO_A, "S.", 7000, 5001, 0, "SYN_RCVD",     "syn-ack", .answers = LINE(5) },
        { "ESTABLISHED",  TO_B, ".",  5001, 7001, 0, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_B, "P.", 5001, 7001, 9, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", 7001, 5010, 9, "ESTABLISHED",  "first-response" });
}

/* RFC 6191: or one with a higher time stamp, whatever its number. */
static void port_reused_in_time_wait_by_time_stamp(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  5000, 0,    0, "SYN_RCVD?",    "syn",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 100 },
        { "ESTABLISHED?", TO_A, "S.", 300,  5001, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  5001, 301,  0, "ESTABLISHED?", "handshake-ack",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 110 },
        { "CLOSE_WAIT?",  TO_A, "F.", 301,  5001, 0, "FIN_WAIT_1",   "any" },
        { "LAST_ACK?",     TO_B, "F.", 5001, 302,  0, "TIME_WAIT?",   "fin-acked-passive-fin",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 120 },
        { "CLOSED?",      TO_A, ".",  302,  5002, 0, "TIME_WAIT",    "last-ack" },
        { "SYN_SENT",     TO_B, "S",  70,   0,    0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 9000, .was_a = "CLOSED", .was_b = "TIME_WAIT" },
        { "ESTABLISHED?", TO_A, "S.", 800,  71,   0, "SYN_RCVD",     "syn-ack" });
}

/* A lower number and no time stamp: B stays in TIME_WAIT and acknowledges
 * again; the RST that follows is what RFC 1337 warns of. */
static void syn_too_low_for_time_wait(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_B,
        { "SYN_SENT*",TO_B, "S", 40,  0,   0, "TIME_WAIT?", "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "TIME_WAIT" },
        { "SYN_SENT*",TO_A, ".", 301, 101, 0, "TIME_WAIT?", "challenge-ack", .answers = LINE(5) },
        { "SYN_SENT?", TO_B, "R", 101, 0,   0, "CLOSED?",   "half-open-reset", .reset = EXACT });
}

/* RFC 6191 section 2: a time stamp helps only if the old connection had them,
 * and only a higher one. */
static void syn_too_low_for_time_wait_with_a_time_stamp(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_B,
        { "SYN_SENT*",    TO_B, "S",  40,   0,    0, "TIME_WAIT?",    "syn-in-connection", .stream = NEW_CONNECTION,
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 9000, .was_a = "CLOSED", .was_b = "TIME_WAIT" });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  5000, 0,    0, "SYN_RCVD?",    "syn",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 100 },
        { "ESTABLISHED?", TO_A, "S.", 300,  5001, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  5001, 301,  0, "ESTABLISHED?", "handshake-ack",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 110 },
        { "CLOSE_WAIT?",  TO_A, "F.", 301,  5001, 0, "FIN_WAIT_1",   "any" },
        { "LAST_ACK?",     TO_B, "F.", 5001, 302,  0, "TIME_WAIT?",   "fin-acked-passive-fin",
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 120 },
        { "CLOSED?",      TO_A, ".",  302,  5002, 0, "TIME_WAIT",    "last-ack" },
        { "SYN_SENT*",    TO_B, "S",  70,   0,    0, "TIME_WAIT?",    "syn-in-connection", .stream = NEW_CONNECTION,
          .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 120, .was_a = "CLOSED", .was_b = "TIME_WAIT" });
}

/* TIME_WAIT at the end that opens anew: Linux's tcp_tw_reuse. */
static void port_reused_by_the_end_in_time_wait(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "SYN_SENT?",     TO_B, "S",  5000, 0,    0, "SYN_RCVD?", "port-reused", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "CLOSED" },
        { "ESTABLISHED?", TO_A, "S.", 7000, 5001, 0, "SYN_RCVD",  "syn-ack" });
}

static void port_reused_after_time_wait(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_B,
        { "SYN_SENT",     TO_B, "S",  40,  0,  0, "SYN_RCVD?", "port-reused", .stream = NEW_CONNECTION,
          .later = 61 * SECONDS, .was_a = "CLOSED", .was_b = "CLOSED" },
        { "ESTABLISHED?", TO_A, "S.", 500, 41, 0, "SYN_RCVD",  "syn-ack" });
}

/* B answers A's SYN twice, with numbers of its own each time (it was restarted, or two hosts have its address):
 * the connection is the one whose number A acknowledges. */
static void second_of_two_syn_acks_is_taken(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,    0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101,  0,  "SYN_RCVD",     "syn-ack" },
        { "any",          TO_A, "S.", 700, 101,  0,  "SYN_RCVD?",    "any", .later = 1 * MILLISECONDS },
        { "ESTABLISHED",  TO_B, ".",  101, 701,  0,  "ESTABLISHED?", "handshake-ack", .answers = 3, .was_a = "any" },
        { "ESTABLISHED",  TO_B, "P.", 101, 701,  10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", 701, 111,  20, "ESTABLISHED",  "first-response" },
        { "ESTABLISHED",  TO_B, ".",  111, 721,  0,  "ESTABLISHED",  "" },
        { "FIN_WAIT_1",   TO_B, "F.", 111, 721,  0,  "CLOSE_WAIT?",  "fin" },
        { "FIN_WAIT_2?",  TO_A, ".",  721, 112,  0,  "CLOSE_WAIT",   "fin-acked" },
        { "TIME_WAIT?",   TO_A, "F.", 721, 112,  0,  "LAST_ACK",     "passive-fin" });
}

/* The last ACK was lost behind the capture, and A's port is used again: B is in LAST_ACK still, sends the same
 * FIN again or challenges the SYN (RFC 9293 section 3.10.7.4, fourth check), and the RST ends that. */
static void port_reused_after_a_lost_last_ack(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "SYN_SENT?",    TO_B, "S",  9000, 0,    0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .later = 2 * SECONDS, .was_a = "any", .was_b = "CLOSED" },
        { "SYN_SENT?",    TO_A, "F.", 300,  101,  0, "LAST_ACK?",    "fin-retransmitted", .later = 200 * MILLISECONDS, .repeats = 1,
          .was_b = "LAST_ACK" },
        { "SYN_SENT?",    TO_B, "R",  101,  0,    0, "CLOSED?",      "half-open-reset", .reset = EXACT },
        { "SYN_SENT?",    TO_B, "S",  9000, 0,    0, "SYN_RCVD?",    "syn-retransmitted", .later = 1 * SECONDS, .repeats = 1 },
        { "ESTABLISHED?", TO_A, "S.", 7000, 9001, 0, "SYN_RCVD*",    "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  9001, 7001, 0, "ESTABLISHED?", "handshake-ack" });
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "SYN_SENT?",    TO_B, "S",  9000, 0,    0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .later = 2 * SECONDS, .was_a = "any", .was_b = "CLOSED" },
        { "SYN_SENT?",    TO_A, ".",  301,  101,  0, "LAST_ACK?",    "challenge-ack", .was_b = "LAST_ACK" },
        { "SYN_SENT?",    TO_B, "R",  101,  0,    0, "CLOSED?",      "half-open-reset", .reset = EXACT },
        { "SYN_SENT?",    TO_B, "S",  9000, 0,    0, "SYN_RCVD?",    "syn-retransmitted", .later = 1 * SECONDS, .repeats = 1 },
        { "ESTABLISHED?", TO_A, "S.", 7000, 9001, 0, "SYN_RCVD*",    "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  9001, 7001, 0, "ESTABLISHED?", "handshake-ack" });
}

static void port_reused_after_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?",       TO_B, "R.", 100, 300, 0, "CLOSED?",      "abort", .reset = EXACT },
        { "SYN_SENT",     TO_B, "S",  40,  0,   0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "CLOSED" },
        { "ESTABLISHED?", TO_A, "S.", 500, 41,  0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  41,  501, 0, "ESTABLISHED?", "handshake-ack" });
}

static void port_reused_after_a_refusal(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",      TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "SYN_SENT",     TO_B, "S",  900, 0,   0, "SYN_RCVD?", "port-reused", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "CLOSED" },
        { "ESTABLISHED?", TO_A, "S.", 300, 901, 0, "SYN_RCVD",  "syn-ack" });
}

/* A host draws its numbers by lot: the next may be lower. */
static void lower_after_a_refusal(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  900, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",      TO_A, "R.", 0,   901, 0, "CLOSED?",   "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "port-reused", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "CLOSED" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" });
}

/* The end that refused opens at once the other way: that is no simultaneous
 * open, A has given up. */
static void port_reused_by_the_end_that_refused(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",   TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "SYN_RCVD?", TO_A, "S",  700, 0,   0, "SYN_SENT",  "port-reused", .stream = NEW_CONNECTION,
          .was_a = "CLOSED", .was_b = "CLOSED", .client = CLIENT_IS_B },
        { "SYN_RCVD",  TO_B, "S.", 900, 701, 0, "ESTABLISHED?", "syn-ack" });
}

/* A SYN that nobody answered, then one with another number. */
static void port_reused_after_silence(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,  0,    0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT?",     TO_B, "S",  5000, 0,    0, "SYN_RCVD?",    "port-reused", .stream = NEW_CONNECTION,
          .later = 300 * SECONDS, .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_A, "S.", 300,  5001, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  5001, 301,  0, "ESTABLISHED?", "handshake-ack" });
}

/* A four-tuple may come back with the roles exchanged. */
static void port_reused_with_the_roles_exchanged(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "SYN_RCVD?",    TO_A, "S",  7000, 0,    0, "SYN_SENT",     "port-reused", .stream = NEW_CONNECTION,
          .later = 61 * SECONDS, .client = CLIENT_IS_B, .was_a = "CLOSED", .was_b = "CLOSED" },
        { "SYN_RCVD",     TO_B, "S.", 5000, 7001, 0, "ESTABLISHED?", "syn-ack", .client = CLIENT_IS_B },
        { "ESTABLISHED?", TO_A, ".",  7001, 5001, 0, "ESTABLISHED",  "handshake-ack" },
        { "ESTABLISHED?", TO_A, "P.", 7001, 5001, 9, "ESTABLISHED",  "first-request" });
}

/* The other half of a simultaneous open is no connection of its own; nor is
 * a SYN sent again. */
static void syns_that_open_nothing_new(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT",  TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .stream = SAME_CONNECTION,
          .repeats = 1 },
        { "SYN_RCVD?", TO_A, "S", 300, 0, 0, "SYN_RCVD?", "simultaneous-open", .stream = SAME_CONNECTION,
          .was_a = "SYN_SENT", .was_b = "SYN_SENT" });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, ".",  100, 300, 0, "ESTABLISHED", "", .stream = SAME_CONNECTION },
        { "ESTABLISHED", TO_A, "S.", 279, 90,  0, "ESTABLISHED?", "syn-ack-retransmitted",
          .stream = SAME_CONNECTION, .repeats = 1 });
}

/* B answered A's SYN, and has closed: its own SYN opens another connection, although it
 * takes the number of its SYN,ACK again. */
static void server_that_closed_opens_with_its_number(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1",  "fin" },
        { "CLOSE_WAIT",  TO_B, ".",  100, 301, 0, "FIN_WAIT_2?", "fin-acked" },
        { "any",         TO_A, "S",  279, 0,   0, "SYN_SENT?",   "any", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "any", .later = 300 * MILLISECONDS });
}

/* A refused B's SYN; half a minute later A opens with the number that it had long ago. */
static void refuser_opens_with_its_old_number(void)
{
    FIGURE(ESTABLISHED_100_300, CLOSED_BY_A,
        { "TIME_WAIT?", TO_A, "S",  250,  0,    0, "SYN_SENT?", "any", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "any", .later = SECONDS },
        { "TIME_WAIT?", TO_B, ".",  101,  301,  0, "SYN_SENT?", "challenge-ack", .was_a = "any", .was_b = "any" },
        { "CLOSED?",    TO_A, "R",  301,  0,    0, "SYN_SENT?", "half-open-reset", .reset = EXACT },
        { "any",        TO_A, "S",  250,  0,    0, "SYN_SENT?", "any", .later = SECONDS, .repeats = 1 },
        { "CLOSED?",    TO_B, "R.", 0,    251,  0, "CLOSED?",   "refused", .was_a = "any", .reset = RIGHT_ACK },
        { "SYN_SENT*",  TO_B, "S",  89,   0,    0, "SYN_RCVD?", "any", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "any", .later = 30 * SECONDS });
}

/* A challenge ACK of an old connection, then the answer to the SYN: its numbers begin
 * with the SYN,ACK, so A, which acknowledges what was not captured behind it, may have had B's FIN. */
static void challenge_then_answer(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,   0,    0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_A, ".",  66000, 4284794602, 0, "any?",   "challenge-ack", .was_b = "any" },
        { "ESTABLISHED?", TO_A, "S.", 300,   101,  0,  "SYN_RCVD",     "syn-ack", .was_b = "any", .later = SECONDS },
        { "ESTABLISHED?", TO_B, "P.", 101,   321,  10, "ESTABLISHED?", "any" },
        { "ESTABLISHED?", TO_B, ".",  111,   332,  0,  "any?",         "any" });
}

/* A's FIN was on its way to B when the capture's next is A's SYN: what B answers that with it sends from
 * SYN_RCVD, and the FIN is none of the new connection. */
static void fin_of_the_one_before_does_not_haunt(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",   TO_B, "F.", 100,  300,  0, "CLOSE_WAIT?",  "fin" },
        { "SYN_SENT?",    TO_B, "S",  9000, 0,    0, "CLOSE_WAIT?",  "syn-in-connection", .stream = NEW_CONNECTION,
          .was_a = "any", .was_b = "any", .later = 30 * SECONDS },
        { "ESTABLISHED?", TO_A, "S.", 7000, 9001, 0, "SYN_RCVD",     "syn-ack", .was_b = "any" },
        { "ESTABLISHED",  TO_B, ".",  9001, 7001, 0, "ESTABLISHED?", "handshake-ack" });
}

/* Only what B sends was captured: a SYN,ACK with other numbers, long after, opens the next connection. */
static void next_connection_of_one_direction(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300,  101,  0,  "SYN_RCVD",     "syn-ack" },
        { "any",          TO_A, "P.", 301,  201,  10, "ESTABLISHED?", "any" },
        { "any",          TO_A, "F.", 311,  201,  0,  "FIN_WAIT_1?",  "any" },
        { "ESTABLISHED?", TO_A, "S.", 7000, 9001, 0,  "SYN_RCVD?",    "syn-ack", .stream = NEW_CONNECTION, .was_a = "any",
          .was_b = "any", .later = 200 * SECONDS });
}

/* Nor does a FIN of the one before close the next: A had sent its FIN there and B had it; in the next one B closes,
 * and A does not.  Half-closed it is, or unknown, but not closed. */
static void fin_of_the_one_before_does_not_close_the_next(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100,  300,  0, "CLOSE_WAIT?", "fin" },
        { "any",         TO_A, ".",  300,  101,  0, "CLOSE_WAIT",  "fin-acked" },
        { "any",         TO_B, "S",  9000, 0,    0, "CLOSE_WAIT?", "syn-in-connection", .stream = NEW_CONNECTION, .was_a = "any",
          .was_b = "any", .later = 2 * SECONDS },
        { "any",         TO_A, "F.", 7000, 9001, 0, "any",         "any", .was_a = "any", .was_b = "any" },
        { "CLOSE_WAIT?", TO_B, ".",  9001, 7001, 0, "any",         "any", .was_a = "any", .was_b = "any", .outcome = "half-closed",
          .closed_by = BY_B, .owing = A_OWES });
}

/* A stranger's SYN in a long transfer, whose numbers pass the SYN's: all of it is of the connection that goes on. */
static void transfer_that_passes_a_forged_syn(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",         TO_B, "S",  100100, 0,   0,     "any",         "syn-in-connection", .stream = NEW_CONNECTION, .was_a = "any" },
        { "any",         TO_A, ".",  300,    100, 0,     "any", "any", .was_a = "any", .was_b = "any" },
        { "any",         TO_B, "P.", 100,    300, 30000, "any",         "", .was_a = "any", .was_b = "any" },
        { "any",         TO_B, "P.", 30100,  300, 30000, "any",         "", .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_B, "P.", 60100,  300, 30000, "any",         "", .was_a = "any", .was_b = "any" },
        { "ESTABLISHED?", TO_B, "P.", 90100,  300, 30000, "any",         "" },
        { "ESTABLISHED?", TO_B, "P.", 120100, 300, 10,    "any",         "", .outcome = "open" });
}

/* Who keeps nothing beside is told of the next connection, and of no segment that it is of the one before. */
static void nobody_asks_for_two_at_once(void)
{
    static const struct line lines[] = {
        { .way = TO_B, .flags = "S",  .seq = 100 },
        { .way = TO_A, .flags = "R.", .ack = 101 },
        { .way = TO_B, .flags = "S",  .seq = 900000 },
        { .way = TO_A, .flags = "S.", .seq = 300, .ack = 900001 },
    };
    struct tcpstate_connection connections[3];
    struct tcpstate_remembered remembered = { .latest = &connections[0], .next = &connections[1] };
    struct tcpstate_observation got;

    tcpstate_connection_begin(&connections[0]);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct tcpstate_segment segment = figure_segment(&lines[i], i, &plays[0]);
        segment.time = (int64_t)i * SECONDS;
        tcpstate_observe(&remembered, &segment, TCPSTATE_DEFAULT_2MSL, &got);
        g_assert_cmpint(got.incarnation, ==, i == 2 ? TCPSTATE_INCARNATION_NEXT : TCPSTATE_INCARNATION_LATEST);
        if (i == 2)
            remembered = (struct tcpstate_remembered){ .latest = &connections[1], .before = &connections[0], .next = &connections[2] };
    }
    g_assert_false(remembered.before_changed);
    g_assert_cmpint(got.step, ==, TCPSTATE_STEP_SYN_ACK);
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/reopening/" #name, name)
    TEST(old_duplicate_syn);
    TEST(refusal_of_neither_syn);
    TEST(answer_to_the_lower_syn_again);
    TEST(lower_syn_that_counts);
    TEST(nobody_asks_for_two_at_once);
    TEST(old_duplicate_syn_seen_beside_b);
    TEST(old_duplicate_syn_in_a_connection);
    TEST(forged_syn_in_a_connection);
    TEST(forged_syn_in_last_ack);
    TEST(older_segments_behind_the_syn);
    TEST(new_acknowledgment_behind_the_syn);
    TEST(half_open_discovery);
    TEST(half_open_discovery_then_another_syn);
    TEST(challenge_ack_proves_established);
    TEST(half_open_discovery_of_a_connection_not_captured);
    TEST(active_side_discovers);
    TEST(syn_meets_close_wait);
    TEST(syn_meets_last_ack);
    TEST(port_reused_in_time_wait);
    TEST(port_reused_in_time_wait_by_time_stamp);
    TEST(syn_too_low_for_time_wait);
    TEST(syn_too_low_for_time_wait_with_a_time_stamp);
    TEST(port_reused_by_the_end_in_time_wait);
    TEST(port_reused_after_time_wait);
    TEST(second_of_two_syn_acks_is_taken);
    TEST(port_reused_after_a_lost_last_ack);
    TEST(port_reused_after_a_reset);
    TEST(port_reused_after_a_refusal);
    TEST(lower_after_a_refusal);
    TEST(port_reused_by_the_end_that_refused);
    TEST(port_reused_after_silence);
    TEST(port_reused_with_the_roles_exchanged);
    TEST(syns_that_open_nothing_new);
    TEST(server_that_closed_opens_with_its_number);
    TEST(refuser_opens_with_its_old_number);
    TEST(challenge_then_answer);
    TEST(fin_of_the_one_before_does_not_haunt);
    TEST(next_connection_of_one_direction);
    TEST(fin_of_the_one_before_does_not_close_the_next);
    TEST(transfer_that_passes_a_forged_syn);
    return g_test_run();
}
