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

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/doubt/" #name, name)
    TEST(split_handshake);
    TEST(ack_behind_data_of_a_stranger);
    TEST(ack_at_the_number_of_its_fin);
    TEST(numbers_of_another_connection);
    TEST(third_segment_behind_the_next_syn);
    TEST(data_behind_the_next_syn);
    TEST(syn_ack_again_behind_an_unseen_fin);
    TEST(fin_behind_its_reset);
    return g_test_run();
}
