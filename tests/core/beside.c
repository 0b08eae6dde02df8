/* beside.c - for which segments the connection before the latest must be at hand.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who keeps it elsewhere brings it only for these (tcpstate_asks_the_one_before()): where there was none, and for
 * what most segments are, that would cost and give nothing.
 */
#include "figure.h"

/* Whether the last of the lines is asked of the one before, when the others have been taken in. */
static bool asks(const struct line *lines, size_t count)
{
    struct figure_tuple tuple;
    struct tcpstate_observation got;
    int64_t now = 0;

    figure_begin(&tuple);
    for (size_t i = 0;; i++) {
        struct tcpstate_segment segment = figure_segment(&lines[i], i, &plays[0]);
        now += lines[i].later ? lines[i].later : 100 * MILLISECONDS;
        segment.time = now;
        if (i + 1 == count)
            return tcpstate_asks_the_one_before(&tuple.latest, &segment);
        figure_observe(&tuple, &segment, &got);
    }
}

#define ASKS(...) asks((const struct line[]){ __VA_ARGS__ }, G_N_ELEMENTS(((const struct line[]){ __VA_ARGS__ })))

#define A_CONNECTION \
    { .way = TO_B, .flags = "S",  .seq = 100 }, \
    { .way = TO_A, .flags = "S.", .seq = 300, .ack = 101 }, \
    { .way = TO_B, .flags = ".",  .seq = 101, .ack = 301 }
#define A_RESET { .way = TO_B, .flags = "R.", .seq = 101, .ack = 301 }
#define ANOTHER_SYN { .way = TO_B, .flags = "S", .seq = 9000000, .later = 5 * SECONDS }
#define ANOTHER_SYN_ACK { .way = TO_A, .flags = "S.", .seq = 8000000, .ack = 9000001 }
#define ANOTHER A_CONNECTION, A_RESET, ANOTHER_SYN, ANOTHER_SYN_ACK, { .way = TO_B, .flags = ".", .seq = 9000001, .ack = 8000001 }

/* Where there was none before, nothing is of that. */
static void nothing_of_the_first(void)
{
    g_assert_false(ASKS(A_CONNECTION, { .way = TO_B, .flags = "P.", .seq = 9000101, .ack = 8000301, .len = 10 }));
    g_assert_false(ASKS(A_CONNECTION, { .way = TO_B, .flags = "S", .seq = 0 }));
    g_assert_false(ASKS({ .way = TO_B, .flags = "S", .seq = 100 }, { .way = TO_A, .flags = ".", .seq = 5000, .ack = 9000 }));
}

/* What goes on in the latest, and what begins a third. */
static void nothing_that_is_of_the_latest(void)
{
    g_assert_false(ASKS(ANOTHER, { .way = TO_B, .flags = "P.", .seq = 9000001, .ack = 8000001, .len = 10 }));
    g_assert_false(ASKS(ANOTHER, { .way = TO_A, .flags = "P.", .seq = 8000001, .ack = 9000001, .len = 10 }));
    g_assert_false(ASKS(ANOTHER, { .way = TO_B, .flags = "S", .seq = 70000000 }));
}

/* What is far from the latest, the SYN of the one before, and a RST, which may end that. */
static void what_may_be_of_the_one_before(void)
{
    g_assert_true(ASKS(ANOTHER, { .way = TO_B, .flags = "P.", .seq = 101, .ack = 301, .len = 10 }));
    g_assert_true(ASKS(ANOTHER, { .way = TO_B, .flags = "S", .seq = 100 }));
    g_assert_true(ASKS(ANOTHER, { .way = TO_A, .flags = "R", .seq = 301 }));
}

/* B may hold it still, as long as nothing of B was seen since A's SYN. */
static void an_end_that_may_hold_the_one_before(void)
{
    g_assert_true(ASKS(A_CONNECTION, A_RESET, ANOTHER_SYN, { .way = TO_A, .flags = ".", .seq = 301, .ack = 101 }));
    g_assert_false(ASKS(A_CONNECTION, A_RESET, ANOTHER_SYN, { .way = TO_A, .flags = "S.", .seq = 8000000, .ack = 5 },
                        { .way = TO_A, .flags = ".", .seq = 8000001, .ack = 9000001 }));
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/beside/" #name, name)
    TEST(nothing_of_the_first);
    TEST(nothing_that_is_of_the_latest);
    TEST(what_may_be_of_the_one_before);
    TEST(an_end_that_may_hold_the_one_before);
    return g_test_run();
}
