/* times.c - how long each end stayed in the state it leaves, and the moments
 * that the times of a connection are measured between.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lines follow each other after 100 ms unless they say otherwise.
 */
#include "figure.h"
#include "latest.h"

static void time_in_each_state(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  99,  0,   0, "SYN_RCVD?",    "syn",
          .stayed_a = LEAVES_NONE, .stayed_b = LEAVES_NONE },
        { "ESTABLISHED?", TO_A, "S.", 299, 100, 0, "SYN_RCVD",     "syn-ack",
          .stayed_a = 100, .stayed_b = LEAVES_NONE },
        { "ESTABLISHED",  TO_B, ".",  100, 300, 0, "ESTABLISHED?", "handshake-ack", .later = 40 * MILLISECONDS,
          .stayed_a = LEAVES_NONE, .stayed_b = 140 },
        { "FIN_WAIT_1",   TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?",  "fin", .later = 5 * SECONDS,
          .stayed_a = 5040, .stayed_b = 5000 },
        { "FIN_WAIT_2?",  TO_A, ".",  300, 101, 0, "CLOSE_WAIT",   "fin-acked",
          .stayed_a = 100, .stayed_b = LEAVES_NONE },
        { "TIME_WAIT?",   TO_A, "F.", 300, 101, 0, "LAST_ACK",     "passive-fin", .later = 2 * SECONDS,
          .stayed_a = 2000, .stayed_b = 2100 },
        { "TIME_WAIT",    TO_B, ".",  101, 301, 0, "CLOSED?",      "last-ack",
          .stayed_a = LEAVES_NONE, .stayed_b = 100 });
}

/* A was believed to be ESTABLISHED for a while and never was: the time since
 * then must not be given as its time in SYN_SENT. */
static void time_in_a_state_that_was_corrected(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD",  "syn-retransmitted", .repeats = 1,
          .was_a = "SYN_SENT", .stayed_a = LEAVES_NONE },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack-retransmitted", .repeats = 1,
          .stayed_a = 300, .or_unknown = true });
}

/* B's own FIN took it to FIN_WAIT_1, and A's, in flight, on to CLOSING at
 * once; it was not in FIN_WAIT_1 since A's FIN was seen. */
static void time_in_a_state_left_at_once(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1", .stayed_a = 100, .stayed_b = AT_ONCE });
}

/* Nobody saw them enter ESTABLISHED: how long they stayed is not known, only
 * that it was at least as long as the capture.  What begins in it is known. */
static void time_in_a_state_that_began_before_the_capture(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "UNKNOWN",      "", .stayed_a = LEAVES_NONE, .stayed_b = LEAVES_NONE },
        { "ESTABLISHED?", TO_A, "P.", 300, 110, 20, "ESTABLISHED?", "", .stayed_a = LEAVES_NONE, .stayed_b = LEAVES_NONE },
        { "ESTABLISHED?", TO_B, "P.", 110, 320, 10, "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_A, "P.", 320, 120, 20, "ESTABLISHED?", "" },
        { "FIN_WAIT_1",   TO_B, "F.", 120, 340, 0,  "CLOSE_WAIT?",  "fin", .stayed_a = LEAVES_NONE, .stayed_b = LEAVES_NONE },
        { "FIN_WAIT_2?",  TO_A, ".",  340, 121, 0,  "CLOSE_WAIT",   "fin-acked", .stayed_a = 100, .stayed_b = LEAVES_NONE },
        { "TIME_WAIT?",   TO_A, "F.", 340, 121, 0,  "LAST_ACK",     "passive-fin", .stayed_a = 100, .stayed_b = 200 });
    FIGURE( /* the first FIN of the capture may be one that was sent again */
        { "FIN_WAIT_1?",  TO_B, "F.", 120, 340, 0,  "CLOSE_WAIT?",  "fin-midstream", .stayed_a = LEAVES_NONE, .stayed_b = LEAVES_NONE },
        { "FIN_WAIT_2?",  TO_A, ".",  340, 121, 0,  "CLOSE_WAIT?",  "fin-acked", .stayed_a = LEAVES_NONE, .stayed_b = LEAVES_NONE });
}

static void time_before_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "", .reset_after = LEAVES_NONE },
        { "CLOSED?",     TO_A, "R.", 310, 100, 0,  "CLOSED?",      "abort", .reset = EXACT, .later = 3 * SECONDS,
          .reset_after = 3000 });
    FIGURE( /* its sender has sent nothing else */
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .reset = RIGHT_ACK, .was_b = "CLOSED",
          .reset_after = LEAVES_NONE });
}

/* ---- Moments ---- */

static struct tcpstate_connection connection;

static void at(int64_t ms, uint8_t from, const char *flags, uint32_t seq, uint32_t ack, uint32_t len)
{
    static uint32_t frame;
    struct tcpstate_observation seen;
    struct tcpstate_segment segment = { .from = from, .flags = figure_flags(flags), .seq = seq, .ack = ack,
                                        .payload = len, .window = 1000, .frame = ++frame, .ip_id = (uint16_t)frame,
                                        .time = ms * MILLISECONDS, .server_hint = -1 };

    observe_latest(&connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
}

static void assert_moment(enum tcpstate_moment moment, int64_t ms)
{
    int64_t got = connection.moments[moment];

    g_assert_cmpint(got == TCPSTATE_NO_TIME ? -1 : got / MILLISECONDS, ==, ms);
}

static void moments_of_a_life(void)
{
    tcpstate_connection_begin(&connection);
    for (int i = 0; i < TCPSTATE_MOMENTS; i++)
        assert_moment((enum tcpstate_moment)i, -1);
    at(1000, 0, "S", 100, 0, 0);
    at(1001, 0, "S", 100, 0, 0); /* the first SYN counts, not its like */
    at(1020, 1, "S.", 300, 101, 0);
    at(1040, 0, ".", 101, 301, 0);
    at(1100, 0, "P.", 101, 301, 10);
    at(1150, 1, ".", 301, 111, 0);
    at(1200, 1, "P.", 301, 111, 20);
    at(1210, 1, "P.", 321, 111, 20);
    assert_moment(TCPSTATE_MOMENT_END, -1);
    assert_moment(TCPSTATE_MOMENT_FIN, -1);
    at(2000, 1, "F.", 341, 111, 0);
    at(2010, 0, ".", 111, 342, 0);
    at(2500, 0, "F.", 111, 342, 0);
    at(2510, 1, ".", 342, 112, 0);
    at(2600, 0, "F.", 111, 342, 0);
    assert_moment(TCPSTATE_MOMENT_FIRST, 1000);
    assert_moment(TCPSTATE_MOMENT_SYN, 1000);
    assert_moment(TCPSTATE_MOMENT_SYN_ACK, 1020);
    assert_moment(TCPSTATE_MOMENT_HANDSHAKE_ACK, 1040);
    assert_moment(TCPSTATE_MOMENT_REQUEST, 1100);
    assert_moment(TCPSTATE_MOMENT_RESPONSE, 1200);
    assert_moment(TCPSTATE_MOMENT_FIN, 2000);
    assert_moment(TCPSTATE_MOMENT_END, 2510);
    assert_moment(TCPSTATE_MOMENT_LAST, 2600);
}

/* A stranger's FIN in the name of end 0, the FIN of end 1, and data where the first was: the first
 * FIN is that of end 1, when that was sent first. */
static void moment_of_the_fin_that_stays(void)
{
    tcpstate_connection_begin(&connection);
    at(1000, 0, "S", 100, 0, 0);
    at(1020, 1, "S.", 300, 101, 0);
    at(1040, 0, ".", 101, 301, 0);
    at(1100, 0, "F.", 101, 301, 0);
    assert_moment(TCPSTATE_MOMENT_FIN, 1100);
    at(1500, 1, "F.", 301, 101, 0);
    at(1900, 1, "F.", 301, 101, 0); /* sent again */
    assert_moment(TCPSTATE_MOMENT_FIN, 1100);
    at(2200, 0, "P.", 101, 301, 10);
    assert_moment(TCPSTATE_MOMENT_FIN, 1500);
}

/* ... without another there is none. */
static void moment_of_a_fin_that_was_none(void)
{
    tcpstate_connection_begin(&connection);
    at(1000, 0, "S", 100, 0, 0);
    at(1020, 1, "S.", 300, 101, 0);
    at(1040, 0, ".", 101, 301, 0);
    at(1100, 0, "F.", 101, 301, 0);
    at(2200, 0, "P.", 101, 301, 10);
    assert_moment(TCPSTATE_MOMENT_FIN, -1);
}

/* The third segment with data is the first request as well. */
static void moments_of_a_handshake_with_data(void)
{
    tcpstate_connection_begin(&connection);
    at(1000, 0, "S", 100, 0, 0);
    at(1020, 1, "S.", 300, 101, 0);
    at(1040, 0, "P.", 101, 301, 10);
    assert_moment(TCPSTATE_MOMENT_HANDSHAKE_ACK, 1040);
    assert_moment(TCPSTATE_MOMENT_REQUEST, 1040);
    assert_moment(TCPSTATE_MOMENT_RESPONSE, -1);
}

/* Midway nothing is known but the first and the last that was seen. */
static void moments_midstream(void)
{
    tcpstate_connection_begin(&connection);
    at(5000, 0, "P.", 101, 301, 10);
    at(5100, 1, "P.", 301, 111, 10);
    at(5200, 0, "R.", 111, 311, 0);
    assert_moment(TCPSTATE_MOMENT_FIRST, 5000);
    assert_moment(TCPSTATE_MOMENT_SYN, -1);
    assert_moment(TCPSTATE_MOMENT_REQUEST, -1);
    assert_moment(TCPSTATE_MOMENT_RESPONSE, -1);
    assert_moment(TCPSTATE_MOMENT_END, 5200);
    assert_moment(TCPSTATE_MOMENT_LAST, 5200);
}

static void first_data_steps(void)
{
    g_assert_true(tcpstate_step_is_first_data(TCPSTATE_STEP_HANDSHAKE_ACK_DATA));
    g_assert_true(tcpstate_step_is_first_data(TCPSTATE_STEP_FIRST_REQUEST));
    g_assert_true(tcpstate_step_is_first_data(TCPSTATE_STEP_FIRST_RESPONSE));
    g_assert_true(tcpstate_step_is_first_data(TCPSTATE_STEP_SERVER_SPEAKS_FIRST));
    g_assert_true(tcpstate_step_is_first_data(TCPSTATE_STEP_CLIENT_ANSWERS));
    g_assert_false(tcpstate_step_is_first_data(TCPSTATE_STEP_HANDSHAKE_ACK));
    g_assert_false(tcpstate_step_is_first_data(TCPSTATE_STEP_HALF_CLOSED_DATA));
    g_assert_false(tcpstate_step_is_first_data(TCPSTATE_STEP_NONE));
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/times/" #name, name)
    TEST(time_in_each_state);
    TEST(time_in_a_state_that_was_corrected);
    TEST(time_in_a_state_left_at_once);
    TEST(time_in_a_state_that_began_before_the_capture);
    TEST(time_before_a_reset);
    TEST(moments_of_a_life);
    TEST(moment_of_the_fin_that_stays);
    TEST(moment_of_a_fin_that_was_none);
    TEST(moments_of_a_handshake_with_data);
    TEST(moments_midstream);
    TEST(first_data_steps);
    return g_test_run();
}
