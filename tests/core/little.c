/* little.c - captures that hold little: a few segments, where one thing decides.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is right here follows from what a host may send in a state (RFC 9293 section 3.10), and from
 * what may have passed without being captured.
 */
#include "figure.h"

/* RFC 7323 section 4.1: who sends it again sends a later time stamp. */
static void data_with_the_same_time_stamp(void)
{
    FIGURE(
        { "any", TO_B, "P.", 100, 300, 10, "any", "", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000, .id_is_zero = true },
        { "any", TO_B, "P.", 100, 300, 10, "any", "", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000, .id_is_zero = true,
          .same_bytes = true, .later = 50 * MILLISECONDS, .is_copy = true });
    FIGURE(
        { "any", TO_B, "P.", 100, 300, 10, "any", "", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000, .id_is_zero = true },
        { "any", TO_B, "P.", 100, 300, 10, "any", "", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5050, .id_is_zero = true,
          .same_bytes = true, .later = 50 * MILLISECONDS, .is_no_copy = true });
}

/* ... and does not take the place of the one that is known. */
static void another_ttl_behind_one_that_is_not_known(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", .no_ttl = true },
        { "ESTABLISHED", TO_A, ".",  301, 111, 0,  "ESTABLISHED",  "" },
        { "any",         TO_B, "R",  111, 0,   0,  "any",          "abort", .ttl = 60, .reset = EXACT, .ttl_differs = true });
}

/* The last byte once more, a millisecond later, is no second sighting of the ten before. */
static void the_last_byte_alone_without_a_ttl(void)
{
    FIGURE(
        { "any", TO_B, "P.", 100, 300, 10, "any", "", .id_is_zero = true },
        { "any", TO_B, "P.", 109, 300, 1,  "any", "", .id_is_zero = true, .no_ttl = true, .later = 1 * MILLISECONDS, .is_no_copy = true });
}

/* An ACK of 0: of another connection.  Where no SYN was seen, none is unanswered. */
static void data_both_ways_that_does_not_belong_together(void)
{
    FIGURE(
        { "any", TO_B, "P.", 100, 300,        10, "any", "" },
        { "any", TO_A, "P.", 300, 2000000100, 1,  "any", "any", .later = 1 * MILLISECONDS, .outcome = "unknown" });
}

/* A window of 0 was named a minute before: that this FIN lies beyond it the capture may be to blame for. */
static void fin_far_beyond_a_shut_window(void)
{
    FIGURE(
        { "any",         TO_A, "P.", 300, 100, 10, "any",         "any", .window = NO_WINDOW },
        { "FIN_WAIT_1?", TO_B, "FP.", 500, 300, 10, "ESTABLISHED?", "any", .later = 70 * SECONDS });
}

/* RFC 1337 section 2, figure 1: a duplicate of B's data meets TIME_WAIT, whose ACK meets a closed port. */
static void time_wait_assassination(void)
{
    FIGURE(HANDSHAKE(99, 254),
        { "ESTABLISHED", TO_A, "P.", 255, 100, 45, "ESTABLISHED", "server-speaks-first" },
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0,  "LAST_ACK",    "passive-fin" },
        { "TIME_WAIT",   TO_B, ".",  101, 301, 0,  "CLOSED?",     "last-ack" },
        { "TIME_WAIT",   TO_A, "P.", 255, 100, 45, "CLOSED?",     "", .later = 5 * SECONDS },
        { "TIME_WAIT",   TO_B, ".",  101, 301, 0,  "CLOSED?",     "" },
        { "CLOSED?",     TO_A, "R",  301, 0,   0,  "CLOSED?",     "time-wait-assassination", .reset = EXACT });
}

/* B's SYN,ACK had no time stamps, so they are not in use (RFC 7323 section 3.2), however old one is. */
static void older_time_stamp_that_was_not_agreed(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 100 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 105 },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 110 },
        { "FIN_WAIT_1",   TO_B, "F.", 111, 301, 0,  "CLOSE_WAIT?",  "fin", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 50 });
}

/* Whether B had closed before cannot be told for certain: what it sends may be sent again. */
static void data_behind_a_fin_that_begins_the_capture(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 500, 900, 0,  "CLOSE_WAIT?", "fin-midstream" },
        { "FIN_WAIT_2?", TO_A, "P.", 900, 501, 10, "CLOSE_WAIT?", "fin-acked", .later = 10 * MILLISECONDS },
        { "FIN_WAIT_2?", TO_B, ".",  501, 910, 0,  "CLOSE_WAIT?", "", .later = 10 * MILLISECONDS },
        { "TIME_WAIT?",  TO_A, "F.", 910, 501, 0,  "LAST_ACK?",   "passive-fin", .later = 10 * MILLISECONDS },
        { "TIME_WAIT?",  TO_B, ".",  501, 911, 0,  "CLOSED?",     "last-ack", .later = 10 * MILLISECONDS });
}

/* RFC 9293 section 3.10.7.4, fifth check: an ACK of what B never sent draws a RST of that number, and B stays in SYN_RCVD. */
static void reset_that_refuses_an_ack_of_too_much(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,    0,      0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,    101,    0, "SYN_RCVD",     "syn-ack" },
        { "any",          TO_B, ".",  101,    100301, 0, "any",          "any" },
        { "any",          TO_A, "R",  100301, 0,      0, "SYN_RCVD*",    "any", .reset = ACCEPTED },
        { "any",          TO_B, ".",  101,    301,    0, "ESTABLISHED?", "any" },
        { "any",          TO_A, "P.", 301,    101,    5, "ESTABLISHED*", "any", .outcome = "open" });
}

/* It was on its way when its sender's RST overtook it: it says nothing of where that is now. */
static void fin_recorded_right_behind_its_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, "R",  301, 0,   0, "any",         "any", .reset = ACCEPTED },
        { "any", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1?", "fin", .later = 10 * MICROSECONDS });
}

/* RFC 5961 section 3.2: a RST inside the window is challenged.  It lies where a keep-alive does, and is none. */
static void resets_where_a_keep_alive_lies(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, "R.", 299, 100, 0, "any", "any", .reset = ACCEPTED },
        { "any", TO_A, "R.", 299, 100, 0, "any", "any", .reset = ACCEPTED },
        { "any", TO_B, ".",  100, 300, 0, "any", "any" },
        { "any", TO_A, "P.", 300, 100, 5, "any", "any", .outcome = "open" });
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_A, "R.", 299, 100, 0, "any", "any", .reset = ACCEPTED },
        { "any", TO_A, "R.", 299, 100, 0, "any", "any", .reset = ACCEPTED, .outcome = "open" });
}

/* Only A's side is captured.  Both numbers are far from all that there were: data and FIN are of a connection whose
 * opening was not captured; a bare ACK may be anybody's; and who acknowledges what B goes on with is in this one. */
static void other_numbers_from_one_side(void)
{
#define ONE_SIDE \
    { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "any", "syn" }, \
    { "any",          TO_B, ".",  101, 301, 0,  "any", "any" }, \
    { "any",          TO_B, "P.", 101, 301, 10, "any", "any" }
    FIGURE(ONE_SIDE, { "any", TO_B, "P.", 9000101, 8000301, 10, "any", "any", .later = 4 * SECONDS, .stream = NEW_CONNECTION });
    FIGURE(ONE_SIDE, { "any", TO_B, "F.", 9000101, 8000301, 0,  "any", "any", .later = 4 * SECONDS, .stream = NEW_CONNECTION });
    FIGURE(ONE_SIDE, { "any", TO_B, ".",  9000101, 8000301, 0,  "any", "any", .later = 4 * SECONDS, .stream = SAME_CONNECTION });
    FIGURE(ONE_SIDE, { "any", TO_B, "P.", 9000101, 301,     10, "any", "any", .later = 4 * SECONDS, .stream = SAME_CONNECTION });
    FIGURE(ONE_SIDE, { "any", TO_B, "P.", 111,     8000301, 10, "any", "any", .later = 4 * SECONDS, .stream = SAME_CONNECTION });
}

/* A FIN in the name of the port that refused did nothing. */
static void fin_behind_a_refusal(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "any",       "refused", .reset = RIGHT_ACK, .was_b = "CLOSED" },
        { "CLOSED?",  TO_A, "F.", 300, 501, 0, "any",       "any", .was_b = "any",
          .outcome = "refused", .kind = TCPSTATE_CLOSE_RESET, .ended_by = BY_B });
}

/* RFC 9293 section 3.10.7.1: a RST is never answered. */
static void reset_answers_no_reset(void)
{
    FIGURE(
        { "any", TO_B, "R",  101, 0,   0, "any", "any", .reset = ACCEPTED },
        { "any", TO_A, "R.", 300, 101, 0, "any", "any", .reset = ACCEPTED, .answers = NO_LINE });
}

/* Nothing of A was captured but a RST that fits nothing: it may have closed before. */
static void only_a_reset_of_the_other_side(void)
{
    FIGURE(
        { "any", TO_A, "FP.", 300,     5000100, 10, "any", "any" },
        { "any", TO_B, "R.",  9000100, 300,     0,  "any", "reset-ignored", .reset = ACCEPTED, .later = 10 * MICROSECONDS,
          .outcome = "unknown", .closed_by = BY_UNKNOWN, .owing = A_OWES });
}

/* B had A's FIN when it passed, and not when B's own data, sent before, did. */
static void data_that_crosses_the_fin_and_how_long_b_stayed(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "any",         TO_A, "P.", 300, 100, 10, "any",         "any" },
        { "FIN_WAIT_2?", TO_A, ".",  310, 101, 0,  "CLOSE_WAIT",  "fin-acked", .was_b = "any" },
        { "TIME_WAIT?",  TO_A, "F.", 310, 101, 0,  "LAST_ACK",    "passive-fin", .stayed_a = 100, .stayed_b = 300 },
        { "TIME_WAIT",   TO_B, ".",  101, 311, 0,  "CLOSED?",     "last-ack", .stayed_b = 100 });
}

/* RFC 9293 section 3.10.7.4, eighth check: only the FIN sent again starts the 2 MSL anew. */
static void a_late_ack_does_not_prolong_time_wait(void)
{
#define CLOSED_BY_A \
    ESTABLISHED_100_300, \
    { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" }, \
    { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" }, \
    { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" }, \
    { "TIME_WAIT",   TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" }
    FIGURE(CLOSED_BY_A,
        { "TIME_WAIT*", TO_A, ".", 300, 101, 0, "any", "any", .later = 40 * SECONDS },
        { "CLOSED?",    TO_A, ".", 300, 101, 0, "any", "any", .later = 25 * SECONDS, .was_a = "any" });
    FIGURE(CLOSED_BY_A,
        { "TIME_WAIT*", TO_A, "F.", 300, 101, 0, "any", "any", .later = 40 * SECONDS, .repeats = 1, .was_b = "any" },
        { "TIME_WAIT*", TO_A, ".",  301, 101, 0, "any", "any", .later = 25 * SECONDS });
}

/* A capture whose clock goes back does not tell how long anything lasted. */
static void times_that_go_back(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK",    "any", .later = -80 * MILLISECONDS, .stayed_a = LEAVES_NONE,
          .stayed_b = LEAVES_NONE });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "any",         TO_B, "R.", 110, 300, 0,  "any",         "abort", .later = -1 * MILLISECONDS, .reset = EXACT,
          .reset_after = LEAVES_NONE });
}

/* Its number is far from what A expects, whatever B has sent: nothing of that was captured. */
static void reset_of_another_number_from_one_not_seen(void)
{
    FIGURE(
        { "any", TO_B, "P.", 100, 70000000, 10, "any", "any" },
        { "any", TO_A, "R",  0,   0,        0,  "any", "reset-ignored", .reset = OUTSIDE, .later = 4 * SECONDS });
}

/* One of the two SYN,ACKs is a stranger's, and nobody has said which. */
static void fin_behind_the_second_of_two_syn_acks(void)
{
    FIGURE(
        { "any", TO_A, "S.",  300,  101, 0,  "any",  "syn-ack" },
        { "any", TO_A, "S.",  9000, 101, 0,  "any",  "any", .later = 1 * MILLISECONDS },
        { "any", TO_A, "FP.", 9001, 101, 10, "any?", "any", .later = 1 * MILLISECONDS });
    FIGURE(
        { "any", TO_A, "S.",  300,  101, 0,  "any",  "syn-ack" },
        { "any", TO_A, "S.",  301,  101, 0,  "any",  "any", .later = 1 * MILLISECONDS },
        { "any", TO_A, "FP.", 302,  101, 10, "any?", "any", .later = 1 * MILLISECONDS });
}

/* A FIN is all that was seen of it, and the RST has another TTL. */
static void reset_with_another_ttl_than_the_fin(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "F.", 500, 900, 0, "any", "fin-midstream", .ttl = 60 },
        { "any",         TO_B, "R",  502, 0,   0, "any", "any", .reset = ACCEPTED, .ttl_differs = true });
}

/* However late, B's FIN acknowledges A's: A's ACK is the last. */
static void late_answer_to_the_fin(void)
{
    FIGURE(
        { "any", TO_A, "S.",  300, 101, 0,  "any",     "syn-ack" },
        { "any", TO_B, "F.",  101, 301, 0,  "any",     "any" },
        { "any", TO_A, "FP.", 301, 102, 10, "any",     "any", .later = 700 * MILLISECONDS },
        { "any", TO_B, ".",   102, 312, 0,  "CLOSED?", "last-ack" });
}

/* Data again 10 ms later, without an identification or a time stamp: it may be sent twice. */
static void data_again_without_an_identification(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any", "syn", .id_is_zero = true },
        { "any",      TO_A, "P.", 301, 101, 1, "any", "any", .id_is_zero = true },
        { "any",      TO_A, "P.", 301, 101, 1, "any", "any", .id_is_zero = true, .same_bytes = true, .later = 10 * MILLISECONDS,
          .is_no_copy = true });
    FIGURE(
        { "any", TO_B, "P.", 100, 300, 10, "any", "any", .id_is_zero = true },
        { "any", TO_A, "P.", 300, 110, 1,  "any", "any", .id_is_zero = true },
        { "any", TO_A, "P.", 300, 110, 1,  "any", "any", .id_is_zero = true, .same_bytes = true, .later = 10 * MILLISECONDS,
          .is_no_copy = true });
}

/* A's FIN acknowledges a number far from B's; but B acknowledges just that FIN. */
static void fin_that_fits_nothing_and_is_acknowledged(void)
{
    FIGURE(
        { "any",         TO_A, ".",   5000300, 100, 0,  "any", "any" },
        { "any",         TO_B, "FP.", 100,     300, 10, "any", "any", .later = 50 * MILLISECONDS },
        { "FIN_WAIT_2?", TO_A, ".",   5000300, 111, 0,  "any", "any", .later = 1500 * MILLISECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/little/" #name, name)
    TEST(data_with_the_same_time_stamp);
    TEST(another_ttl_behind_one_that_is_not_known);
    TEST(the_last_byte_alone_without_a_ttl);
    TEST(data_both_ways_that_does_not_belong_together);
    TEST(fin_far_beyond_a_shut_window);
    TEST(time_wait_assassination);
    TEST(older_time_stamp_that_was_not_agreed);
    TEST(data_behind_a_fin_that_begins_the_capture);
    TEST(reset_that_refuses_an_ack_of_too_much);
    TEST(fin_recorded_right_behind_its_reset);
    TEST(resets_where_a_keep_alive_lies);
    TEST(other_numbers_from_one_side);
    TEST(fin_behind_a_refusal);
    TEST(reset_answers_no_reset);
    TEST(only_a_reset_of_the_other_side);
    TEST(data_that_crosses_the_fin_and_how_long_b_stayed);
    TEST(a_late_ack_does_not_prolong_time_wait);
    TEST(times_that_go_back);
    TEST(reset_of_another_number_from_one_not_seen);
    TEST(fin_behind_the_second_of_two_syn_acks);
    TEST(reset_with_another_ttl_than_the_fin);
    TEST(late_answer_to_the_fin);
    TEST(data_again_without_an_identification);
    TEST(fin_that_fits_nothing_and_is_acknowledged);
    return g_test_run();
}
