/* sequence.c - numbers modulo 2^32: RFC 9293 section 3.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * figure.h plays every figure with its numbers moved past 2^32 and 2^31; here
 * the same is written out, and what lies half the space away.
 */
#include "figure.h"
#include "latest.h"

#define TOP UINT32_MAX

static void sequence_numbers_wrap(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  TOP,     0,       0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", TOP - 4, 0,       0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  0,       TOP - 3, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_B, "P.", 0,       TOP - 3, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_A, "P.", TOP - 3, 10,      3,  "ESTABLISHED",  "first-response" },
        { "ESTABLISHED",  TO_B, ".",  10,      TOP,     0,  "ESTABLISHED",  "" },
        { "CLOSE_WAIT?",  TO_A, "F.", TOP,     10,      0,  "FIN_WAIT_1",   "fin" },
        { "CLOSE_WAIT",   TO_B, ".",  10,      0,       0,  "FIN_WAIT_2?",  "fin-acked" },
        { "LAST_ACK",     TO_B, "F.", 10,      0,       0,  "TIME_WAIT?",   "passive-fin" },
        { "CLOSED?",      TO_A, ".",  0,       11,      0,  "TIME_WAIT",    "last-ack" });
}

static void fin_ahead_of_a_gap_that_wraps(void)
{
    FIGURE(HANDSHAKE(TOP - 20, 300),
        { "FIN_WAIT_1",  TO_B, "F.", 5,        301, 0,  "ESTABLISHED?", "fin-out-of-order" },
        { "FIN_WAIT_1?", TO_B, "P.", TOP - 19, 301, 25, "CLOSE_WAIT?",  "any" },
        { "FIN_WAIT_2?", TO_A, ".",  301,      6,   0,  "CLOSE_WAIT",   "fin-acked" });
}

static void window_that_wraps(void)
{
    FIGURE(HANDSHAKE(TOP - 100, 300),
        { "ESTABLISHED", TO_A, "P.", 301, TOP - 99, 10, "ESTABLISHED", "server-speaks-first" },
        { "any",         TO_B, "R",  899, 0,        0,  "ESTABLISHED?", "reset-ignored", .reset = IN_WINDOW },
        { "any",         TO_B, "R",  900, 0,        0,  "ESTABLISHED?", "reset-ignored", .reset = OUTSIDE });
}

/* Data sent from then on passes 2^31 beyond the ISN: it is not older than it. */
static void more_than_half_the_space_later(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_A, ".",  300, 1000000000, 0,  "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_A, ".",  300, 2000000000, 0,  "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_A, ".",  300, 2900000000, 0,  "ESTABLISHED?", "" },
        { "ESTABLISHED?", TO_B, "P.", 2900000000, 300, 10, "ESTABLISHED?", "" },
        { "FIN_WAIT_1?", TO_B, "F.", 2900000010, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 2900000011, 0,  "CLOSE_WAIT?",  "fin-acked" });
}

/* The same, with each step seen and within the window. */
static void more_than_four_gigabytes(void)
{
    enum { BIG = 60000 };
    struct tcpstate_connection connection;
    struct tcpstate_observation seen;
    struct tcpstate_segment segment = { .window = 65535, .time = SECONDS, .frame = 1, .server_hint = -1,
                                        .flags = TCPSTATE_FLAG_SYN, .seq = 99 };

    tcpstate_connection_begin(&connection);
    observe_latest(&connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
    segment = (struct tcpstate_segment){ .from = 1, .window = 65535, .time = SECONDS, .frame = 2, .server_hint = -1,
                                         .flags = TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK, .seq = 299, .ack = 100 };
    observe_latest(&connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
    uint32_t at = 100, frame = 3;
    for (uint64_t sent = 0; sent < UINT64_C(5) << 30; sent += BIG, at += BIG) {
        segment = (struct tcpstate_segment){ .window = 65535, .frame = frame++, .flags = TCPSTATE_FLAG_ACK,
                                             .seq = at, .ack = 300, .payload = BIG, .server_hint = -1 };
        segment.time = frame * MILLISECONDS * 10;
        observe_latest(&connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
        segment = (struct tcpstate_segment){ .from = 1, .window = 65535, .frame = frame++, .server_hint = -1,
                                             .flags = TCPSTATE_FLAG_ACK, .seq = 300, .ack = at + BIG };
        segment.time = frame * MILLISECONDS * 10;
        observe_latest(&connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
        if (sent > 0
            && (seen.step != TCPSTATE_STEP_NONE || seen.ends[0].after != TCPSTATE_ESTABLISHED
                || seen.ends[1].after != TCPSTATE_ESTABLISHED)) {
            g_test_fail_printf("after %" G_GUINT64_FORMAT " bytes: %s, %s/%s", sent, tcpstate_step_name(seen.step),
                               tcpstate_state_name((enum tcpstate_state)seen.ends[0].after),
                               tcpstate_state_name((enum tcpstate_state)seen.ends[1].after));
            return;
        }
    }
    segment = (struct tcpstate_segment){ .window = 65535, .frame = frame, .time = frame * MILLISECONDS * 10 + SECONDS,
                                         .flags = TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_FIN, .seq = at, .ack = 300,
                                         .server_hint = -1 };
    observe_latest(&connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
    g_assert_cmpstr(tcpstate_step_name(seen.step), ==, "fin");
    g_assert_cmpint(seen.ends[0].after, ==, TCPSTATE_FIN_WAIT_1);
    g_assert_cmpint(seen.ends[1].after, ==, TCPSTATE_CLOSE_WAIT);
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/sequence/" #name, name)
    TEST(sequence_numbers_wrap);
    TEST(fin_ahead_of_a_gap_that_wraps);
    TEST(window_that_wraps);
    TEST(more_than_half_the_space_later);
    TEST(more_than_four_gigabytes);
    return g_test_run();
}
