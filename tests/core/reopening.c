/* reopening.c - the same four-tuple used anew: after a close, a reset, a refusal, a silence.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark gives each SYN with a number of its own a new tcp.stream;
 * NEW_CONNECTION and SAME_CONNECTION say what it really is.  A SYN where the other
 * end still holds the old connection is in contested.c.
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
    TEST(nobody_asks_for_two_at_once);
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
    TEST(fin_of_the_one_before_does_not_haunt);
    TEST(next_connection_of_one_direction);
    TEST(fin_of_the_one_before_does_not_close_the_next);
    return g_test_run();
}
