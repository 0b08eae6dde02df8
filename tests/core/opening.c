/* opening.c - how a connection begins: RFC 9293 section 3.5, and what gets lost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A is the client and B the server.  Openings that fail are in refusing.c,
 * those on a used pair of ports in reopening.c and contested.c, Fast Open in fastopen.c.
 */
#include "figure.h"

/* RFC 9293 figure 6, with the states before the first segment. */
static void three_way_handshake(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn",
          .was_a = "CLOSED", .was_b = "LISTEN", .client = CLIENT_IS_A, .answers = NO_LINE, .checks = NO_CHECKS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack",
          .client = CLIENT_IS_A, .answers = 1, .checks = ACK_IS_J_PLUS_1 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack",
          .client = CLIENT_IS_A, .answers = 2, .checks = ACK_IS_J_PLUS_1 | SEQ_IS_J_PLUS_1,
          .id = TCPSTATE_STEP_HANDSHAKE_ACK },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        /* Only one who has the third segment acknowledges what came after it. */
        { "ESTABLISHED",  TO_A, ".",  301, 111, 0,  "ESTABLISHED",  "" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" },
        { "ESTABLISHED",  TO_A, "P.", 321, 111, 20, "ESTABLISHED",  "" },
        { "ESTABLISHED",  TO_B, "P.", 111, 341, 10, "ESTABLISHED",  "" });
}

static void server_speaks_first(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "server-speaks-first" },
        { "ESTABLISHED",  TO_B, ".",  101, 321, 0,  "ESTABLISHED",  "" },
        { "ESTABLISHED",  TO_B, "P.", 101, 321, 10, "ESTABLISHED",  "client-answers" },
        { "ESTABLISHED",  TO_A, "P.", 321, 111, 20, "ESTABLISHED",  "" });
}

/* As the two ends of SSH do: what does not acknowledge the other's first data is no answer to it. */
static void both_speak_at_once(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "first-data-crosses" },
        { "ESTABLISHED",  TO_A, ".",  321, 111, 0,  "ESTABLISHED",  "" },
        { "ESTABLISHED",  TO_B, ".",  111, 321, 0,  "ESTABLISHED",  "" });
}

/* The server's greeting is on its way when the client speaks. */
static void client_speaks_before_it_has_the_greeting(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "server-speaks-first" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED",  "first-data-crosses" });
}

static void handshake_ack_carries_the_first_data(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "handshake-ack",
          .answers = 2, .checks = ACK_IS_J_PLUS_1 | SEQ_IS_J_PLUS_1, .id = TCPSTATE_STEP_HANDSHAKE_ACK_DATA },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" },
        { "ESTABLISHED",  TO_B, "P.", 111, 321, 10, "ESTABLISHED",  "" });
}

/* RFC 3168 section 6.1.1: ECE and CWR on a SYN ask for ECN; they are no more
 * than that.  AccECN's AE bit is not among the eight flags. */
static void ecn_setup_is_a_plain_handshake(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "SEW", 100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.E", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",   101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

static void syn_never_answered(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .later = 1 * SECONDS,
          .repeats = 1, .answers = 1 },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .later = 2 * SECONDS,
          .repeats = 2, .answers = 1 },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .later = 4 * SECONDS,
          .repeats = 3, .answers = 1 });
}

static void syn_lost(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn-retransmitted", .repeats = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* The SYN sent again tells that A never was ESTABLISHED. */
static void syn_ack_lost(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD",     "syn-retransmitted",
          .repeats = 1, .was_a = "SYN_SENT" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack-retransmitted",
          .repeats = 1, .answers = 2, .checks = ACK_IS_J_PLUS_1 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* The SYN,ACK sent again tells that B still is in SYN_RCVD: the third segment
 * was lost, or the accept queue is full, or the accept is deferred. */
static void handshake_ack_lost(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED",  TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack-retransmitted",
          .repeats = 1, .was_b = "SYN_RCVD" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack-repeated", .answers = 2 },
        { "ESTABLISHED",  TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack-retransmitted",
          .repeats = 2, .was_b = "SYN_RCVD" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, ".",  301, 111, 0,  "ESTABLISHED",  "" });
}

/* Deferred accept: B does not take in the bare third segment at all. */
static void data_proves_what_a_deferred_accept_hid(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED",  TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack-retransmitted",
          .repeats = 1, .was_b = "SYN_RCVD" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" });
}

/* The very SYN that opened it arrives late, in ESTABLISHED: RFC 9293 section
 * 3.10.7.4, fourth, and RFC 5961 section 4.2, irrespective of its number. */
static void late_copy_of_the_syn(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_B, "S",  89,  0,   0,  "ESTABLISHED", "syn-in-connection", .repeats = 1 },
        { "ESTABLISHED?", TO_A, ".",  300, 100, 0,  "ESTABLISHED", "challenge-ack", .answers = LINE(1) },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" });
}

/* A SYN,ACK with another number, in ESTABLISHED: RFC 5961 section 4.2 again. */
static void forged_syn_ack_in_a_connection(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_A, "S.", 900, 100, 0,  "ESTABLISHED?", "syn-in-connection" },
        { "ESTABLISHED?", TO_B, ".",  100, 300, 0,  "ESTABLISHED?", "challenge-ack", .answers = LINE(1) },
        { "ESTABLISHED?", TO_A, "P.", 300, 100, 10, "ESTABLISHED?", "" },
        { "CLOSE_WAIT?", TO_A, "F.", 310, 100, 0,  "FIN_WAIT_1",  "fin" });
}

/* ---- What the capture missed ---- */

static void syn_not_captured(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack",
          .was_a = "SYN_SENT", .was_b = "LISTEN", .client = CLIENT_IS_A, .answers = NO_LINE },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .answers = 1 },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" });
}

static void syn_ack_not_captured(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .answers = NO_LINE },
        { "ESTABLISHED?", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" });
}

/* Both are missing; B's data, acknowledging J+1, proves them. */
static void syn_ack_and_third_segment_not_captured(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "any", .was_b = "any" },
        { "ESTABLISHED",  TO_B, ".",  101, 321, 0,  "ESTABLISHED",  "any" },
        { "ESTABLISHED",  TO_B, "P.", 101, 321, 10, "ESTABLISHED",  "client-answers" });
}

/* B's data proves that the third segment came, although nobody saw it.  What A
 * then sends is not it: it acknowledges more than K+1. */
static void handshake_ack_not_captured(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "server-speaks-first" },
        { "ESTABLISHED",  TO_B, "P.", 101, 321, 10, "ESTABLISHED",  "client-answers" });
}

static void handshake_ack_and_first_data_not_captured(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 111, 301, 10, "ESTABLISHED?", "" },
        { "ESTABLISHED",  TO_A, "P.", 301, 121, 20, "ESTABLISHED",  "first-response" });
}

/* A bare ACK of K+1 with a number beyond J+1: if it is the third segment, the
 * check says what is odd about it. */
static void third_segment_with_another_number(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED*", TO_B, ".",  111, 301, 0, "ESTABLISHED?", "handshake-ack",
          .checks = ACK_IS_J_PLUS_1 | SEQ_IS_J_PLUS_1, .failed = SEQ_IS_J_PLUS_1, .expected = 101 });
}

/* Only the client's direction is captured. */
static void only_the_clients_side_is_captured(void)
{
    FIGURE(
        { "SYN_SENT",    TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED?", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED?", TO_B, ".", 111, 321, 0,  "ESTABLISHED*", "" },
        { "FIN_WAIT_1?", TO_B, "F.", 111, 321, 0,  "CLOSE_WAIT?",  "fin-midstream" });
}

/* ---- What the capture has in another order than the wire ---- */

static void syn_ack_recorded_before_the_syn(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack", .client = CLIENT_IS_A },
        { "ESTABLISHED?", TO_B, "S",  100, 0,   0, "SYN_RCVD",     "syn",
          .was_a = "any", .client = CLIENT_IS_A },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack",
          .answers = 1, .checks = ACK_IS_J_PLUS_1 | SEQ_IS_J_PLUS_1 });
}

static void handshake_ack_recorded_before_the_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT",    TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED", TO_A, "S.", 300, 101, 0,  "ESTABLISHED?", "syn-ack", .was_b = "any", .answers = 1 },
        { "ESTABLISHED", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED", TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" });
}

/* ---- Simultaneous open ---- */

/* RFC 9293 figure 7, as a capture in the middle sees it: each SYN before the
 * other has reached its receiver. */
static void simultaneous_open(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "SYN_RCVD?",    TO_A, "S",  300, 0,   0,  "SYN_RCVD?",    "simultaneous-open",
          .was_a = "SYN_SENT", .was_b = "SYN_SENT", .answers = NO_LINE },
        { "SYN_RCVD",     TO_B, "S.", 100, 301, 0,  "ESTABLISHED?", "simultaneous-syn-ack",
          .checks = ACK_IS_J_PLUS_1, .answers = 2 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "ESTABLISHED?", "simultaneous-syn-ack",
          .checks = ACK_IS_J_PLUS_1, .answers = 1 },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" });
}

/* The same beside B: its SYN,ACK is the first of the two. */
static void simultaneous_open_seen_beside_b(void)
{
    FIGURE(
        { "SYN_RCVD?",    TO_A, "S",  300, 0,   0, "SYN_SENT",     "syn" },
        { "SYN_RCVD?",    TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "simultaneous-open",
          .was_a = "SYN_SENT", .was_b = "SYN_SENT" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "simultaneous-syn-ack" },
        { "ESTABLISHED?", TO_B, "S.", 100, 301, 0, "ESTABLISHED?", "simultaneous-syn-ack" });
}

/* B's SYN,ACK was overtaken by what B sent once A's had opened it. */
static void simultaneous_open_syn_ack_overtaken(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_RCVD?",    TO_A, "S",  300, 0,   0, "SYN_RCVD?",    "simultaneous-open",
          .was_a = "SYN_SENT", .was_b = "SYN_SENT" },
        { "SYN_RCVD",     TO_B, "S.", 100, 301, 0, "ESTABLISHED?", "simultaneous-syn-ack" },
        { "ESTABLISHED?", TO_A, ".",  301, 101, 0, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "ESTABLISHED?", "simultaneous-syn-ack" });
}

/* A SYN,ACK of who has sent a SYN answers one that the capture lacks. */
static void simultaneous_open_other_syn_not_captured(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_RCVD", TO_B, "S.", 100, 301, 0, "ESTABLISHED?", "simultaneous-syn-ack", .was_b = "any" });
}

/* A SYN,ACK in A's name where an ACK is due: its number is that of the SYN, which B has
 * (RFC 9293 section 3.10.7.4, first check); or B sent a SYN that the capture lacks. */
static void syn_ack_in_place_of_the_third_segment(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "any",          TO_B, "S.", 100, 301, 0, "SYN_RCVD?", "syn-in-connection", .was_a = "any" },
        { "any",          TO_A, ".",  301, 101, 0, "SYN_RCVD?", "challenge-ack", .was_a = "any" },
        { "ESTABLISHED*", TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack", .was_a = "any" });
}

/* One end's SYN,ACK is lost: it sends it again until an ACK comes. */
static void simultaneous_open_syn_ack_sent_again(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_RCVD?",    TO_A, "S",  300, 0,   0, "SYN_RCVD?",    "simultaneous-open",
          .was_a = "SYN_SENT", .was_b = "SYN_SENT" },
        { "SYN_RCVD",     TO_B, "S.", 100, 301, 0, "ESTABLISHED?", "simultaneous-syn-ack" },
        { "SYN_RCVD",     TO_B, "S.", 100, 301, 0, "ESTABLISHED?", "syn-ack-retransmitted", .repeats = 1,
          .answers = 3 });
}

/* RFC 9293 section 3.10.4: CLOSE in SYN_RCVD sends a FIN and goes to FIN_WAIT_1. */
static void fin_before_the_handshake_ended(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",   "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",    "syn-ack" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 101, 0, "FIN_WAIT_1",  "fin-in-handshake" },
        { "CLOSE_WAIT",   TO_B, ".",  101, 302, 0, "FIN_WAIT_2?", "fin-acked", .answers = 3 });
}

/* A FIN that is also the third segment: B goes from SYN_RCVD to CLOSE_WAIT. */
static void fin_completes_the_handshake(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",   "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",    "syn-ack" },
        { "FIN_WAIT_1",   TO_B, "F.", 101, 301, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?",  TO_A, ".",  301, 102, 0, "CLOSE_WAIT",  "fin-acked" });
}

/* A split handshake of five segments: who sends a SYN,ACK is in SYN_RCVD, and had none. */
static void syn_ack_in_a_split_handshake(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,   0, "any",      "syn" },
        { "any",       TO_A, ".",  301, 101, 0, "any",      "", .was_b = "any" },
        { "any",       TO_A, "S",  300, 0,   0, "any",      "simultaneous-open", .was_a = "any", .was_b = "any" },
        { "SYN_RCVD?", TO_B, "S.", 100, 301, 0, "any",      "simultaneous-syn-ack", .was_a = "any", .was_b = "any" });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/opening/" #name, name)
    TEST(three_way_handshake);
    TEST(server_speaks_first);
    TEST(both_speak_at_once);
    TEST(client_speaks_before_it_has_the_greeting);
    TEST(handshake_ack_carries_the_first_data);
    TEST(ecn_setup_is_a_plain_handshake);
    TEST(syn_never_answered);
    TEST(syn_lost);
    TEST(syn_ack_lost);
    TEST(handshake_ack_lost);
    TEST(data_proves_what_a_deferred_accept_hid);
    TEST(late_copy_of_the_syn);
    TEST(forged_syn_ack_in_a_connection);
    TEST(syn_not_captured);
    TEST(syn_ack_not_captured);
    TEST(syn_ack_and_third_segment_not_captured);
    TEST(handshake_ack_not_captured);
    TEST(handshake_ack_and_first_data_not_captured);
    TEST(third_segment_with_another_number);
    TEST(only_the_clients_side_is_captured);
    TEST(syn_ack_recorded_before_the_syn);
    TEST(handshake_ack_recorded_before_the_syn_ack);
    TEST(simultaneous_open);
    TEST(simultaneous_open_seen_beside_b);
    TEST(simultaneous_open_syn_ack_overtaken);
    TEST(simultaneous_open_other_syn_not_captured);
    TEST(syn_ack_in_place_of_the_third_segment);
    TEST(simultaneous_open_syn_ack_sent_again);
    TEST(fin_before_the_handshake_ended);
    TEST(fin_completes_the_handshake);
    TEST(syn_ack_in_a_split_handshake);
    return g_test_run();
}
