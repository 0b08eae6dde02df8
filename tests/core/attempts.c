/* attempts.c - an opening of which the capture holds little: a few segments, where one thing decides.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is right here follows from what a host may send in a state (RFC 9293 section 3.10), and from
 * what may have passed without being captured.
 */
#include "figure.h"

/* 70 s later there may have been another SYN, which this answers. */
static void answer_long_after_the_syn(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  9000, 0,    0, "SYN_RCVD?", "syn" },
        { "any?",     TO_A, "S.", 300,  4000, 0, "any",       "bad-syn-ack", .later = 70 * SECONDS,
          .failed = ACK_IS_J_PLUS_1, .expected = 9001 });
}

/* Who sends data does not challenge the SYN: it goes on in a connection that the capture lacks, and A in
 * another than this SYN's, perhaps. */
static void data_of_a_connection_that_was_not_captured(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,     0,     0,  "SYN_RCVD?", "syn" },
        { "any?",     TO_A, "P.", 5000000, 100,   10, "any",       "any", .later = 1 * MILLISECONDS });
}

/* The closed port's RST ended the attempt; what acknowledges another SYN, seconds later, opens none. */
static void syn_ack_of_another_after_a_refusal(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,    0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101,  0, "any",       "refused", .reset = RIGHT_ACK, .was_b = "CLOSED" },
        { "any",      TO_A, "S.", 300, 1511, 0, "any",       "bad-syn-ack", .later = 4 * SECONDS,
          .failed = ACK_IS_J_PLUS_1, .expected = 101, .outcome = "refused", .kind = TCPSTATE_CLOSE_RESET, .ended_by = BY_B });
}

/* RFC 9293 section 3.10.7.3, second check: in SYN_SENT a RST without ACK is dropped, also where its number is just
 * what follows what its sender has sent. */
static void reset_without_ack_in_syn_sent(void)
{
    FIGURE(
        { "any",       TO_A, "P.", 300, 100, 10, "any", "any" },
        { "SYN_SENT*", TO_B, "S",  100, 0,   0,  "any", "any", .later = 10 * MICROSECONDS },
        { "SYN_SENT*", TO_A, "R",  310, 0,   0,  "any", "reset-ignored", .reset = WRONG_ACK, .later = 1 * MILLISECONDS });
}

/* A SYN of the same number and the same identification 70 s later is on its way no more: the host has restarted. */
static void the_same_syn_a_minute_later(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,   0,  "SYN_RCVD?", "syn" },
        { "any",       TO_B, "P.", 101, 301, 10, "any",       "any" },
        { "SYN_SENT*", TO_B, "S",  100, 0,   0,  "any",       "any", .copy_of = 1, .later = 70 * SECONDS,
          .stream = NEW_CONNECTION, .is_no_copy = true });
}

/* An attempt of its own, after a second: a host that draws its numbers by lot. */
static void another_attempt_with_a_lower_number(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S", 9000, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT*", TO_B, "S", 4000, 0, 0, "SYN_RCVD?", "port-reused", .later = 1500 * MILLISECONDS, .stream = NEW_CONNECTION });
}

/* ... but 300 ms after the first it may be an older one that was late. */
static void a_lower_number_soon(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S", 9000, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT*", TO_B, "S", 4000, 0, 0, "any",       "stale-syn", .later = 300 * MILLISECONDS, .stream = SAME_CONNECTION });
}

/* A SYN,ACK in place of data, where nothing was seen of an opening: with numbers that both ends go on from it is sent
 * again; with one of them elsewhere it answers a SYN that the capture lacks. */
static void syn_ack_of_other_numbers_after_a_silence(void)
{
    FIGURE(
        { "any", TO_B, "P.", 100,     300, 10, "any",      "" },
        { "any", TO_A, "S.", 9000300, 101, 0,  "any", "syn-ack", .later = 4 * SECONDS, .stream = NEW_CONNECTION });
    FIGURE(
        { "any", TO_B, "P.", 100, 300,     10, "any",      "" },
        { "any", TO_A, "S.", 299, 9000101, 0,  "any", "syn-ack", .later = 4 * SECONDS, .stream = NEW_CONNECTION });
    FIGURE(
        { "any", TO_B, "P.", 100, 300, 10, "any", "" },
        { "any", TO_A, "S.", 299, 100, 0,  "any", "any", .later = 4 * SECONDS, .stream = SAME_CONNECTION });
}

/* A TTL that is not known is not another one. */
static void third_segment_without_a_ttl(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .no_ttl = true },
        { "CLOSED?",      TO_B, "R.", 101, 301, 0,  "any",          "any", .no_ttl = true, .reset = EXACT });
}

/* It is the client's option that lets a server speak early (RFC 7413 section 4.2). */
static void cookie_on_the_syn_ack_alone(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",   "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",    "any", .options = TCPSTATE_OPTION_TFO_COOKIE },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 10, "ESTABLISHED", "any" });
}

/* The same SYN,ACK 60 ms after the third segment, by another identification: nobody sends it again so soon. */
static void syn_ack_again_too_soon(void)
{
    FIGURE(
        { "any",  TO_B, ".",  101, 301, 0, "any",  "any", .later = 20 * MILLISECONDS },
        { "any",  TO_A, "S.", 300, 101, 0, "any",  "any", .later = 1 * MILLISECONDS },
        { "any",  TO_A, "S.", 300, 101, 0, "any?", "any", .repeats = 1, .later = 60 * MILLISECONDS });
}

/* Two interfaces, two queues: once both are there it is as if they had come in their order. */
static void syn_behind_its_answer(void)
{
    FIGURE(
        { "any",          TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack", .later = 20 * SECONDS },
        { "ESTABLISHED?", TO_B, "S",  100, 0,   0, "SYN_RCVD", "syn", .later = 2 * MICROSECONDS, .was_a = "any", .was_b = "any" });
}

/* An old duplicate, by its time stamp (RFC 7323 section 5), and what is sent to it is no answer to A's SYN. */
static void answer_to_an_old_duplicate(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,  0,    0, "SYN_RCVD?", "syn", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 500000 },
        { "SYN_SENT", TO_B, "S",  9000, 0,    0, "SYN_RCVD?", "stale-syn", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 1000,
          .later = 2 * MILLISECONDS },
        { "SYN_SENT?", TO_A, "S.", 300,  9001, 0, "SYN_RCVD",  "bad-syn-ack", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 7000,
          .ecr = 1000, .later = 1 * MILLISECONDS, .failed = ACK_IS_J_PLUS_1, .expected = 101 });
}

/* A firewall draws another number, and the capture holds both sides of it: two connections, each whole. */
static void rewritten_to_a_lower_number(void)
{
    FIGURE(
        { "SYN_SENT",    TO_B, "S",  3000100000, 0,          0,  "any",         "syn" },
        { "SYN_SENT*",   TO_B, "S",  100000,     0,          0,  "any",         "port-reused", .copy_of = 1, .ttl = 63,
          .stream = NEW_CONNECTION, .later = 50 * MICROSECONDS },
        { "any",         TO_A, "S.", 500000000,  100001,     0,  "SYN_RCVD",    "syn-ack", .later = 5 * MILLISECONDS },
        { "any",         TO_A, "S.", 500000000,  3000100001, 0,  "SYN_RCVD",    "syn-ack", .copy_of = 3, .ttl = 63,
          .later = 50 * MICROSECONDS },
        { "ESTABLISHED", TO_B, ".",  3000100001, 500000001,  0,  "any",         "handshake-ack", .later = 10 * MILLISECONDS },
        { "ESTABLISHED", TO_B, ".",  100001,     500000001,  0,  "any",         "handshake-ack", .copy_of = 5, .ttl = 63,
          .later = 50 * MICROSECONDS },
        { "ESTABLISHED", TO_B, "P.", 3000100001, 500000001,  10, "any",         "first-request", .later = 10 * MILLISECONDS },
        { "ESTABLISHED", TO_B, "P.", 100001,     500000001,  10, "any",         "first-request", .copy_of = 7, .ttl = 63,
          .later = 50 * MICROSECONDS },
        { "any",         TO_A, ".",  500000001,  100011,     0,  "ESTABLISHED", "", .later = 5 * MILLISECONDS },
        { "any",         TO_A, ".",  500000001,  3000100011, 0,  "ESTABLISHED", "", .copy_of = 9, .ttl = 63,
          .later = 50 * MICROSECONDS });
}

/* A host whose identification is always the same: the same SYN a second after the reset may be the first, by another clock. */
static void the_same_syn_of_a_constant_identification(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "any", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "any", "syn-ack", .id_is_zero = true },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "any", "handshake-ack", .copy_of = 1, .later = 5 * MILLISECONDS },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "any", "first-request", .copy_of = 1, .later = 5 * MILLISECONDS },
        { "CLOSED?",      TO_A, "R.", 301, 111, 0,  "any", "abort", .id_is_zero = true, .later = 5 * MILLISECONDS, .reset = EXACT },
        { "any?",         TO_B, "S",  100, 0,   0,  "any", "any", .copy_of = 1, .later = 1 * SECONDS });
}

/* By its identification it is the sending that was seen first, and so of that attempt, not of a third. */
static void the_first_of_two_attempts_seen_again(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S", 9000000, 0, 0, "any", "syn" },
        { "SYN_SENT*", TO_B, "S", 4000000, 0, 0, "any", "port-reused", .later = 1500 * MILLISECONDS, .stream = NEW_CONNECTION },
        { "any",       TO_B, "S", 9000000, 0, 0, "any", "any", .copy_of = 1, .later = 1 * MILLISECONDS, .stream = SAME_CONNECTION,
          .repeats = 1 });
}

/* B's own number is known: a SYN,ACK of another, a minute later, is of another connection. */
static void syn_ack_of_another_number_a_minute_later(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack" },
        { "any", TO_B, ".",  101, 301, 0, "any",      "any" },
        { "any", TO_A, "S.", 301, 101, 0, "any",      "syn-ack", .later = 70 * SECONDS, .stream = NEW_CONNECTION });
}

/* RFC 9293 figure 7, with A's SYN,ACK and B's not captured: who acknowledges its SYN opens A. */
static void simultaneous_open_ended_by_a_bare_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S", 100, 0,   0, "any", "syn" },
        { "any",          TO_A, "S", 300, 0,   0, "any", "simultaneous-open", .was_b = "any" },
        { "ESTABLISHED?", TO_A, ".", 301, 101, 0, "any", "any" });
}

/* The third segment was lost behind the capture: B stayed in SYN_RCVD until it came again. */
static void how_long_b_stayed_in_syn_rcvd(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack-retransmitted", .was_b = "any", .repeats = 1,
          .later = 900 * MILLISECONDS },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack-repeated", .stayed_b = 1200 });
}

/* The very same sending, by its identification, by a clock that is 1.5 s late. */
static void the_same_syn_by_a_late_clock(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0,   0, "SYN_RCVD?", "syn" },
        { "any",      TO_B, ".", 101, 310, 0, "any",       "any" },
        { "any",      TO_B, "S", 100, 0,   0, "any",       "any", .copy_of = 1, .later = 1500 * MILLISECONDS, .stream = SAME_CONNECTION,
          .repeats = 1 });
}

/* Recorded last, and its time tells that it passed first. */
static void syn_recorded_last(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 0, "any", "syn-ack" },
        { "any", TO_B, ".",  101, 301, 0, "any", "any" },
        { "any", TO_B, "F.", 101, 301, 0, "any", "any" },
        { "any", TO_A, "F.", 301, 102, 0, "any", "any" },
        { "any", TO_B, ".",  102, 302, 0, "any", "any" },
        { "any", TO_B, "S",  100, 0,   0, "any", "any", .later = -410 * MILLISECONDS, .stream = SAME_CONNECTION });
}

/* One sending with two numbers: a firewall; but the same identification 300 ms later is another sending, and a lower
 * number an old one's. */
static void two_numbers_with_one_identification(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S", 900100000, 0, 0, "any", "syn" },
        { "SYN_SENT*", TO_B, "S", 100000,    0, 0, "any", "port-reused", .copy_of = 1, .ttl = 63, .stream = NEW_CONNECTION,
          .later = 50 * MICROSECONDS });
    FIGURE(
        { "SYN_SENT", TO_B, "S",  9000000, 0,       0, "any", "syn" },
        { "any",      TO_A, "S.", 300,     9000001, 0, "any", "syn-ack" },
        { "any",      TO_B, "S",  4000000, 0,       0, "any", "stale-syn", .later = 700 * MILLISECONDS, .stream = SAME_CONNECTION },
        { "any",      TO_B, "S",  4000000, 0,       0, "any", "stale-syn", .copy_of = 3, .later = 300 * MILLISECONDS,
          .stream = SAME_CONNECTION });
}

/* An ACK of one more than the SYN, of which nothing was seen; only who is in SYN_RCVD sends its SYN,ACK again. */
static void syn_ack_of_one_more_sent_again(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "any",      TO_A, "S.", 300, 102, 0, "SYN_RCVD",  "any", .failed = ACK_IS_J_PLUS_1, .expected = 101 },
        { "any",      TO_A, "S.", 300, 102, 0, "SYN_RCVD",  "syn-ack-retransmitted", .later = 1 * SECONDS, .repeats = 1,
          .failed = ACK_IS_J_PLUS_1, .expected = 101 });
}

/* Two SYNs, 50 ms apart: which is answered, the number that is acknowledged tells; and B's number does not change. */
static void answers_to_the_first_of_two_syns(void)
{
#define TWO_SYNS \
    { "SYN_SENT",     TO_B, "S",  100,     0,   0, "any",      "syn" }, \
    { "ESTABLISHED?", TO_A, "S.", 300,     101, 0, "SYN_RCVD", "syn-ack", .later = 10 * MILLISECONDS }, \
    { "any",          TO_B, "S",  5000100, 0,   0, "any",      "any", .later = 50 * MILLISECONDS, .stream = NEW_CONNECTION }
    FIGURE(TWO_SYNS,
        { "any",       TO_A, "S.", 300, 101, 0, "SYN_RCVD*", "syn-ack-retransmitted", .later = 10 * MILLISECONDS, .repeats = 1 });
    FIGURE(TWO_SYNS,
        { "SYN_SENT*", TO_A, "S.", 301, 101, 0, "any",       "any", .later = 10 * MILLISECONDS });
}

/* The first attempt was refused: what acknowledges it now says nothing of the second. */
static void answer_to_an_attempt_that_was_refused(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100,     0,   0, "any", "syn" },
        { "CLOSED?",   TO_A, "R.", 0,       101, 0, "any", "refused", .reset = RIGHT_ACK, .was_b = "CLOSED" },
        { "SYN_SENT*", TO_B, "S",  2000000, 0,   0, "any", "port-reused", .later = 1 * MILLISECONDS, .stream = NEW_CONNECTION },
        { "SYN_SENT*", TO_A, "S.", 300,     101, 0, "any", "bad-syn-ack", .later = 1 * MILLISECONDS,
          .failed = ACK_IS_J_PLUS_1, .expected = 2000001 });
}

/* Of the number 0 of a RST nothing follows: it is of the attempt that it acknowledges. */
static void reset_of_the_first_of_two_syns(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,       0,   0, "any",      "syn" },
        { "any",          TO_B, "S",  5000100,   0,   0, "any",      "any", .later = 9 * MILLISECONDS, .stream = NEW_CONNECTION },
        { "ESTABLISHED?", TO_A, "S.", 700000000, 101, 0, "SYN_RCVD", "any", .later = 1 * MILLISECONDS, .was_a = "any" },
        { "CLOSED?",      TO_A, "R.", 0,         101, 0, "any",      "any", .reset = ACCEPTED });
}

/* Both hosts drew the same number, and A's older SYN came late: the third segment answers B's SYN,ACK, not that. */
static void the_same_number_at_both_ends(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  9000, 0,    0, "any",          "syn" },
        { "any",          TO_B, "S",  4000, 0,    0, "any",          "stale-syn", .later = 50 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 4000, 9001, 0, "SYN_RCVD",     "syn-ack", .was_a = "any" },
        { "ESTABLISHED*", TO_B, ".",  9001, 4001, 0, "ESTABLISHED?", "handshake-ack", .answers = 3 });
}

/* It acknowledges a number far from all that was seen of B: another SYN's. */
static void syn_ack_of_a_number_that_is_not_bs(void)
{
    FIGURE(
        { "any",       TO_A, ".",  5000300, 100, 0, "any", "any" },
        { "SYN_RCVD*", TO_B, "S.", 100,     300, 0, "any", "bad-syn-ack", .later = 1 * MILLISECONDS });
}

/* A's RST ended what there was; its SYN,ACK 300 ms later is of another connection, and it was A all the same. */
static void syn_ack_behind_ones_own_reset(void)
{
    FIGURE(
        { "CLOSED?", TO_B, "R.", 4000, 8000, 0, "any", "any", .reset = ACCEPTED },
        { "any",     TO_B, "S.", 100,  300,  0, "any", "any", .later = 300 * MILLISECONDS,
          .outcome = "reset", .kind = TCPSTATE_CLOSE_RESET, .closed_by = BY_UNKNOWN, .ended_by = BY_A });
}

/* RFC 7413: the server may acknowledge the data on the SYN, and send some on its SYN,ACK; either way the third
 * segment acknowledges the SYN, and goes on behind the data. */
static void third_segment_behind_data_on_a_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   5, "SYN_RCVD?",    "any" },
        { "ESTABLISHED?", TO_A, "S.", 300, 106, 0, "SYN_RCVD",     "any" },
        { "ESTABLISHED",  TO_B, ".",  106, 301, 0, "ESTABLISHED*", "handshake-ack" });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "any" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 5, "SYN_RCVD",     "any" },
        { "ESTABLISHED",  TO_B, ".",  101, 306, 0, "ESTABLISHED*", "handshake-ack" });
}

/* Two bare ACKs prove no more than one: in a split handshake they come from SYN_RCVD. */
static void bare_acks_behind_a_syn_ack(void)
{
    FIGURE(
        { "any",  TO_A, "S.", 300, 101, 0, "any", "syn-ack", .id_is_zero = true },
        { "any?", TO_B, ".",  101, 301, 0, "any", "any" },
        { "any?", TO_B, ".",  101, 301, 0, "any", "any", .later = 4 * SECONDS });
}

/* What lies between was not captured; who goes on, and acknowledges, has the handshake behind it. */
static void data_far_behind_the_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,     0,   0,  "any", "syn" },
        { "ESTABLISHED?", TO_B, "P.", 5000101, 301, 10, "any", "any", .later = 300 * MILLISECONDS });
}

/* The capture has the SYN,ACK from another point, too; what comes from there 700 ms later, with a later time stamp,
 * was sent then. */
static void syn_ack_again_from_the_other_point(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000,
          .id_is_zero = true },
        { "any", TO_A, "S.", 300, 101, 0, "SYN_RCVD*", "copy", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000,
          .id_is_zero = true, .ttl = 60, .same_bytes = true, .later = 10 * MICROSECONDS, .is_copy = true },
        { "any", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack-retransmitted", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5700,
          .id_is_zero = true, .ttl = 60, .same_bytes = true, .later = 700 * MILLISECONDS, .is_no_copy = true, .repeats = 1 });
}

/* One SYN was sent, which the capture has twice; so there is one answer, however late it has that again. */
static void the_one_refusal_by_a_late_clock(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any", "syn", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000, .id_is_zero = true },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "any", "refused", .reset = RIGHT_ACK, .was_b = "CLOSED", .id_is_zero = true },
        { "CLOSED?",  TO_B, "S",  100, 0,   0, "any", "copy", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000,
          .copy_of = 1, .id_is_zero = true, .later = 10 * MILLISECONDS, .is_copy = true },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "any", "copy", .copy_of = 2, .id_is_zero = true, .later = 1500 * MILLISECONDS,
          .is_copy = true });
}

/* Only A's side is captured: what goes on behind the data of its SYN is the third segment. */
static void third_segment_behind_the_syns_data_from_one_side(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   5,  "SYN_RCVD?",    "any" },
        { "ESTABLISHED*", TO_B, "P.", 106, 301, 10, "ESTABLISHED?", "handshake-ack" });
}

/* A FIN where B's SYN,ACK was is none: what A acknowledges is the SYN,ACK. */
static void fin_in_the_place_of_the_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "any", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "any", "syn-ack" },
        { "any",          TO_A, "F.", 300, 100, 0, "any", "any", .later = 4 * SECONDS },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "any", "handshake-ack" });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/attempts/" #name, name)
    TEST(answer_long_after_the_syn);
    TEST(data_of_a_connection_that_was_not_captured);
    TEST(syn_ack_of_another_after_a_refusal);
    TEST(reset_without_ack_in_syn_sent);
    TEST(the_same_syn_a_minute_later);
    TEST(another_attempt_with_a_lower_number);
    TEST(a_lower_number_soon);
    TEST(syn_ack_of_other_numbers_after_a_silence);
    TEST(third_segment_without_a_ttl);
    TEST(cookie_on_the_syn_ack_alone);
    TEST(syn_ack_again_too_soon);
    TEST(syn_behind_its_answer);
    TEST(answer_to_an_old_duplicate);
    TEST(rewritten_to_a_lower_number);
    TEST(the_same_syn_of_a_constant_identification);
    TEST(the_first_of_two_attempts_seen_again);
    TEST(syn_ack_of_another_number_a_minute_later);
    TEST(simultaneous_open_ended_by_a_bare_ack);
    TEST(how_long_b_stayed_in_syn_rcvd);
    TEST(the_same_syn_by_a_late_clock);
    TEST(syn_recorded_last);
    TEST(two_numbers_with_one_identification);
    TEST(syn_ack_of_one_more_sent_again);
    TEST(answers_to_the_first_of_two_syns);
    TEST(answer_to_an_attempt_that_was_refused);
    TEST(reset_of_the_first_of_two_syns);
    TEST(the_same_number_at_both_ends);
    TEST(syn_ack_of_a_number_that_is_not_bs);
    TEST(syn_ack_behind_ones_own_reset);
    TEST(third_segment_behind_data_on_a_syn);
    TEST(bare_acks_behind_a_syn_ack);
    TEST(data_far_behind_the_syn);
    TEST(syn_ack_again_from_the_other_point);
    TEST(the_one_refusal_by_a_late_clock);
    TEST(third_segment_behind_the_syns_data_from_one_side);
    TEST(fin_in_the_place_of_the_syn_ack);
    return g_test_run();
}
