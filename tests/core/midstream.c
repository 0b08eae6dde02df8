/* midstream.c - a capture that begins in the middle: what is missing is said
 * to be missing, and what follows from little is marked as a guess.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "figure.h"
#include "latest.h"

/* A's data was sent in ESTABLISHED or in CLOSE_WAIT; nothing tells of B. */
static void data_is_a_guess(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "", .was_a = "UNKNOWN", .was_b = "UNKNOWN",
          .client = CLIENT_IS_UNKNOWN },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "", .client = CLIENT_IS_UNKNOWN });
}

/* Data that answers data: either may be sent again, in front of a FIN that was sent before
 * the capture began.  A bare segment right behind its sender's data shows that none was. */
static void talking_on_proves_nothing_yet(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "" },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_B, "P.", 110, 320, 10, "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_A, "P.", 320, 120, 20, "ESTABLISHED?", "" },
        { "ESTABLISHED",  TO_B, ".",  120, 340, 0,  "ESTABLISHED?", "" },
        { "ESTABLISHED",  TO_A, ".",  340, 120, 0,  "ESTABLISHED?", "" },
        { "FIN_WAIT_1",   TO_B, "F.", 120, 340, 0,  "CLOSE_WAIT?",  "fin" },
        { "FIN_WAIT_2?",  TO_A, ".",  340, 121, 0,  "CLOSE_WAIT",   "fin-acked" });
}

/* Nor do retransmissions: what was sent before the capture may come again
 * long after its sender has closed. */
static void retransmissions_stay_a_guess(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "" },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "ESTABLISHED?", "" });
}

/* One side's data again and again proves nothing about the other. */
static void one_side_only_stays_a_guess(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN", "" },
        { "ESTABLISHED?", TO_B, "P.", 110, 300, 10, "UNKNOWN", "" },
        { "ESTABLISHED?", TO_A, ".",  300, 120, 0,  "UNKNOWN", "" },
        { "ESTABLISHED?", TO_B, "P.", 120, 300, 10, "UNKNOWN", "" });
}

static void ack_alone_tells_nothing(void)
{
    FIGURE(
        { "UNKNOWN", TO_B, ".", 100, 300, 0, "UNKNOWN", "", .client = CLIENT_IS_UNKNOWN },
        { "UNKNOWN", TO_A, ".", 300, 100, 0, "UNKNOWN", "", .client = CLIENT_IS_UNKNOWN });
}

/* A well-known port makes an inference, and never a first request: the
 * beginning was not seen. */
static void well_known_port_is_a_hint(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "", .hint = WELL_KNOWN_PORT_AT_B,
          .client = CLIENT_IS_A, .roles_inferred = true },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "", .hint = WELL_KNOWN_PORT_AT_B,
          .client = CLIENT_IS_A, .roles_inferred = true });
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "", .hint = WELL_KNOWN_PORT_AT_A,
          .client = CLIENT_IS_B, .roles_inferred = true });
}

/* A SYN,ACK proves what the port had only hinted at, or belies it. */
static void syn_ack_settles_the_roles(void)
{
    FIGURE(
        { "any", TO_B, ".",  101, 301, 0, "any", "any", .hint = WELL_KNOWN_PORT_AT_A,
          .client = CLIENT_IS_B, .roles_inferred = true },
        { "any", TO_A, "S.", 300, 101, 0, "any", "any", .hint = WELL_KNOWN_PORT_AT_A, .was_a = "any",
          .was_b = "any", .client = CLIENT_IS_A });
}

/* A SYN outweighs the port from the start. */
static void hint_does_not_outweigh_a_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn", .hint = WELL_KNOWN_PORT_AT_A,
          .client = CLIENT_IS_A },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack", .hint = WELL_KNOWN_PORT_AT_A,
          .client = CLIENT_IS_A });
}

/* The capture begins with the third segment. */
static void begins_with_the_third_segment(void)
{
    FIGURE(
        { "UNKNOWN",      TO_B, ".",  101, 301, 0,  "UNKNOWN",      "" },
        { "ESTABLISHED?", TO_B, "P.", 101, 301, 10, "UNKNOWN",      "" },
        { "ESTABLISHED?", TO_A, "P.", 301, 111, 20, "ESTABLISHED?", "" });
}

/* ---- The close of what was not seen to open ---- */

/* B may have closed before the capture began, so this may be the second FIN. */
static void fin_of_a_connection_not_seen(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-midstream" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT*", "fin-acked", .answers = 1 },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK*",   "passive-fin" },
        { "TIME_WAIT*",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" });
}

static void fin_after_one_side_was_seen(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",     "" },
        { "FIN_WAIT_1?",  TO_B, "F.", 110, 300, 0,  "CLOSE_WAIT?", "fin-midstream" });
}

/* A FIN where there is no connection any more: a RST made from its ACK. */
static void fin_without_a_connection(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin-midstream" },
        { "CLOSED?",     TO_A, "R",  300, 0,   0, "CLOSED?",      "any", .was_b = "any", .reset = EXACT });
}

/* ---- Resets of what was not seen ---- */

static void reset_first_of_all(void)
{
    FIGURE(
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "reset-of-unknown", .was_a = "UNKNOWN",
          .was_b = "UNKNOWN", .client = CLIENT_IS_UNKNOWN });
}

/* RFC 9293 figure 10 without its beginning; the RST's number is B's ack. */
static void data_answered_by_a_reset(void)
{
    FIGURE(
        { "UNKNOWN", TO_A, "P.", 300, 100, 10, "ESTABLISHED?", "" },
        { "CLOSED?",  TO_B, "R",  100, 0,   0,  "CLOSED?",      "reset-of-unknown", .reset = EXACT,
          .answers = 1 });
}

/* ACK scan: a bare ACK draws a RST from an open port and a closed one alike. */
static void ack_scan(void)
{
    FIGURE(
        { "UNKNOWN", TO_B, ".", 100, 300, 0, "UNKNOWN", "" },
        { "CLOSED?", TO_A, "R", 300, 0,   0, "CLOSED?",  "reset-of-unknown", .reset = EXACT, .answers = 1 });
}

/* Without its SYN a window's scale is unknown, and up to 14 (RFC 7323 section
 * 2.3): a RST that may be in the window may not be said to be outside. */
static void window_of_unknown_scale(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "" },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "" },
        { "any",          TO_B, "R",  9000, 0,  0,  "ESTABLISHED?", "reset-ignored", .reset = IN_WINDOW });
}

/* ---- Holes of the capture in a connection that was seen to open ---- */

/* B acknowledges what was never captured: it did arrive, and no gap is left. */
static void acknowledgment_of_what_was_not_captured(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_A, ".", 300, 150, 0, "ESTABLISHED?", "" },
        { "FIN_WAIT_1",  TO_B, "F.", 150, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 151, 0, "CLOSE_WAIT",  "fin-acked" });
}

/* The capture missed the end of one direction and sees the other go on. */
static void only_one_direction_from_here_on(void)
{
    FIGURE(ESTABLISHED_100_300,
        /* B's FIN may be among what is acknowledged. */
        { "ESTABLISHED?", TO_B, ".",  100, 320, 0, "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_B, ".",  100, 340, 0, "ESTABLISHED?", "" },
        { "FIN_WAIT_1?",  TO_B, "F.", 100, 340, 0, "CLOSE_WAIT?", "fin-midstream" });
}

/* The initial sequence numbers: from a SYN, or from what acknowledges it. */
static void assert_isn(const struct tcpstate_connection *connection, int endpoint, bool known, uint32_t isn)
{
    uint32_t got = 0;

    g_assert_cmpint(tcpstate_isn(connection, endpoint, &got), ==, known);
    if (known)
        g_assert_cmpuint(got, ==, isn);
}

static void take(struct tcpstate_connection *connection, uint8_t from, uint8_t flags, uint32_t seq, uint32_t ack,
                 uint32_t frame)
{
    struct tcpstate_observation seen;
    struct tcpstate_segment segment = { .from = from, .flags = flags, .seq = seq, .ack = ack, .window = 1000,
                                        .frame = frame, .time = frame * SECONDS, .server_hint = -1 };

    observe_latest(connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
}

static void initial_sequence_numbers(void)
{
    enum { SYN = TCPSTATE_FLAG_SYN, ACK = TCPSTATE_FLAG_ACK };
    struct tcpstate_connection connection;

    tcpstate_connection_begin(&connection);
    assert_isn(&connection, 0, false, 0);
    assert_isn(&connection, 1, false, 0);
    take(&connection, 0, SYN, 100, 0, 1);
    assert_isn(&connection, 0, true, 100);
    assert_isn(&connection, 1, false, 0);
    take(&connection, 1, SYN | ACK, 300, 101, 2);
    assert_isn(&connection, 0, true, 100);
    assert_isn(&connection, 1, true, 300);

    tcpstate_connection_begin(&connection); /* the SYN,ACK not captured */
    take(&connection, 0, SYN, 100, 0, 1);
    take(&connection, 0, ACK, 101, 301, 2);
    assert_isn(&connection, 0, true, 100);
    assert_isn(&connection, 1, true, 300);

    tcpstate_connection_begin(&connection); /* the SYN not captured */
    take(&connection, 1, SYN | ACK, 300, 101, 1);
    assert_isn(&connection, 0, true, 100);
    assert_isn(&connection, 1, true, 300);

    tcpstate_connection_begin(&connection); /* midway */
    take(&connection, 0, ACK, 101, 301, 1);
    take(&connection, 1, ACK, 301, 101, 2);
    assert_isn(&connection, 0, false, 0);
    assert_isn(&connection, 1, false, 0);
}

/* After a close of which the capture has not the opening, a SYN,ACK in B's name has another
 * number than the 299 that leads to what A acknowledged: soon after, a stranger's, perhaps;
 * long after it is of another connection, which A has opened. */
static void syn_ack_of_another_number(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 100,  300,  0, "any",       "any" },
        { "any",         TO_A, "F.", 300,  101,  0, "any",       "any", .was_b = "any" },
        { "any",         TO_B, ".",  101,  301,  0, "any",       "any", .was_a = "any", .was_b = "any" },
        { "any?",        TO_A, "S.", 50,   20,   0, "SYN_RCVD?", "any", .was_a = "any", .was_b = "any",
          .later = 500 * MILLISECONDS });
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 100,  300,  0, "any",       "any" },
        { "any",         TO_A, "F.", 300,  101,  0, "any",       "any", .was_b = "any" },
        { "any",         TO_B, ".",  101,  301,  0, "any",       "any", .was_a = "any", .was_b = "any" },
        { "any?",        TO_A, "S.", 50,   20,   0, "SYN_RCVD*", "any", .was_a = "any", .was_b = "any",
          .stream = NEW_CONNECTION, .later = 13 * SECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/midstream/" #name, name)
    TEST(data_is_a_guess);
    TEST(talking_on_proves_nothing_yet);
    TEST(retransmissions_stay_a_guess);
    TEST(one_side_only_stays_a_guess);
    TEST(ack_alone_tells_nothing);
    TEST(well_known_port_is_a_hint);
    TEST(syn_ack_settles_the_roles);
    TEST(hint_does_not_outweigh_a_syn);
    TEST(begins_with_the_third_segment);
    TEST(fin_of_a_connection_not_seen);
    TEST(fin_after_one_side_was_seen);
    TEST(fin_without_a_connection);
    TEST(reset_first_of_all);
    TEST(data_answered_by_a_reset);
    TEST(ack_scan);
    TEST(window_of_unknown_scale);
    TEST(acknowledgment_of_what_was_not_captured);
    TEST(only_one_direction_from_here_on);
    TEST(initial_sequence_numbers);
    TEST(syn_ack_of_another_number);
    return g_test_run();
}
