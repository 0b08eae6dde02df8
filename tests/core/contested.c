/* contested.c - a SYN where a connection is: RFC 9293 figures 8 to 10, RFC 5961 section 4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The other end still holds the connection.  The SYN may be forged or old, and its sender's state is
 * in doubt until a RST, or a segment of the old connection, tells.
 */
#include "figure.h"

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

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/contested/" #name, name)
    TEST(old_duplicate_syn);
    TEST(refusal_of_neither_syn);
    TEST(answer_to_the_lower_syn_again);
    TEST(lower_syn_that_counts);
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
    TEST(challenge_then_answer);
    TEST(transfer_that_passes_a_forged_syn);
    return g_test_run();
}
