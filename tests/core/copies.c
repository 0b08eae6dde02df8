/* copies.c - one segment recorded twice: told from a retransmission, and
 * moves nothing.  The same identification, the same bytes, at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * figure.h plays every figure of every file once more with a copy behind each
 * segment; here are the cases that this does not meet.
 */
#include "figure.h"

/* Each is a step once, and its copy nothing but a copy. */
static void copy_moves_nothing(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "copy", .copy = true, .answers = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", .answers = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "copy", .copy = true, .answers = 3 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .answers = 3 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "copy", .copy = true },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "", .copy = true },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1",   "fin" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1",   "copy", .copy = true },
        { "CLOSED?",       TO_B, "R.", 111, 302, 0,  "CLOSED?",      "reset-in-close", .reset = EXACT },
        { "CLOSED?",       TO_B, "R.", 111, 302, 0,  "CLOSED?",      "copy", .copy = true });
}

/* The RST of a host that has sent nothing else. */
static void copy_of_a_refusal(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "copy", .copy = true });
}

/* Linux sends its SYN,ACK and its RST with identification 0: the checksum and
 * the time must do. */
static void copy_with_identification_zero(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack", .id_is_zero = true },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "copy", .id_is_zero = true, .copy = true });
}

/* Recorded on both sides of a router: one hop less to live. */
static void copy_behind_a_router(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn", .ttl = 64 },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "copy", .ttl = 63, .copy = true });
}

/* The answer comes before the copy of what it answers. */
static void copy_after_the_answer(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack", .later = 100 * MICROSECONDS },
        { "ESTABLISHED?", TO_B, "S",  100, 0,   0, "SYN_RCVD",     "copy", .copy_of = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "copy", .copy_of = 2 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* Two segments in a row, then the copies of both. */
static void copies_of_two_segments_in_a_row(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "FIN_WAIT_1",  TO_B, "F.", 110, 300, 0,  "CLOSE_WAIT?", "fin", .later = 10 * MICROSECONDS },
        { "FIN_WAIT_1?",  TO_B, "P.", 100, 300, 10, "CLOSE_WAIT?", "", .copy_of = LINE(1) },
        { "FIN_WAIT_1?",  TO_B, "F.", 110, 300, 0,  "CLOSE_WAIT?", "copy", .copy_of = LINE(2) },
        { "FIN_WAIT_2?", TO_A, ".",  300, 111, 0,  "CLOSE_WAIT",  "fin-acked" });
}

/* Captured at another point too, by a clock that is 2.5 s late: all of it comes once more. */
static void the_same_by_another_clock(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", .id_is_zero = true },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1",   "fin", .later = 10 * MILLISECONDS },
        { "LAST_ACK",     TO_B, "F.", 111, 302, 0,  "TIME_WAIT?",   "fin-acked-passive-fin", .later = 10 * MILLISECONDS },
        { "CLOSED?",      TO_A, ".",  302, 112, 0,  "TIME_WAIT",    "last-ack", .id_is_zero = true },
        { "CLOSED?",      TO_B, "S",  100, 0,   0,  "TIME_WAIT",    "copy", .copy_of = 1, .later = 1900 * MILLISECONDS },
        { "CLOSED?",      TO_A, "S.", 300, 101, 0,  "TIME_WAIT",    "copy", .copy_of = 2, .id_is_zero = true },
        { "CLOSED?",      TO_B, ".",  101, 301, 0,  "TIME_WAIT",    "", .copy_of = 3 },
        { "CLOSED?",      TO_B, "P.", 101, 301, 10, "TIME_WAIT",    "", .copy_of = 4 },
        { "CLOSED?",      TO_A, "F.", 301, 111, 0,  "TIME_WAIT",    "copy", .copy_of = 5 },
        { "CLOSED?",      TO_B, "F.", 111, 302, 0,  "TIME_WAIT",    "copy", .copy_of = 6 },
        { "CLOSED?",      TO_A, ".",  302, 112, 0,  "TIME_WAIT",    "copy", .copy_of = 7, .id_is_zero = true });
}

/* A RST without identification, 20 ms later, where copies come that late; nobody was there to be answered. */
static void copy_of_a_reset_on_a_long_way(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "copy", .copy_of = 1, .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" },
        { "CLOSED?",      TO_B, "R.", 101, 301, 0, "CLOSED?",      "abort", .id_is_zero = true, .reset = EXACT },
        { "CLOSED?",      TO_B, "R.", 101, 301, 0, "CLOSED?",      "copy", .id_is_zero = true, .copy_of = 5,
          .later = 20 * MILLISECONDS });
}

/* ---- What is no copy ---- */

/* Where copies come late, too: who sends again takes the next identification. */
static void sent_again_on_a_long_way(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "copy", .copy_of = 1, .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" },
        { "FIN_WAIT_1",   TO_B, "F.", 101, 301, 0, "CLOSE_WAIT?",  "fin" },
        { "FIN_WAIT_1",   TO_B, "F.", 101, 301, 0, "CLOSE_WAIT?",  "fin-retransmitted", .repeats = 1,
          .later = 300 * MILLISECONDS });
}

/* Two RSTs without identification, for two segments of data that came to a closed port. */
static void two_answers_on_a_long_way(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "copy", .copy_of = 1, .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 10, "ESTABLISHED",  "server-speaks-first" },
        { "ESTABLISHED",  TO_A, "P.", 311, 101, 10, "ESTABLISHED",  "" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0,  "CLOSED?",      "abort", .id_is_zero = true, .reset = EXACT },
        { "CLOSED?",      TO_B, "R",  101, 0,   0,  "CLOSED?",      "reset-repeated", .id_is_zero = true, .same_bytes = true,
          .reset = EXACT, .later = 5 * MILLISECONDS });
}

/* A stranger's RST has an identification that the end in whose name it comes has used before.  It
 * is nothing that was seen. */
static void reset_with_an_old_identification(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "copy", .copy_of = 1, .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 10, "ESTABLISHED",  "any" },
        { "CLOSED?",      TO_A, "R.", 311, 111, 0,  "CLOSED?",      "abort", .copy_of = 3, .reset = EXACT });
}

/* A host takes 200 ms and more to send again (RFC 6298 section 2.4). */
static void same_bytes_later_are_a_retransmission(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .same_bytes = true, .repeats = 1,
          .later = 200 * MILLISECONDS });
}

/* Sent again, a datagram gets an identification of its own. */
static void another_identification_is_a_retransmission(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .repeats = 1,
          .later = 10 * MICROSECONDS });
}

/* A clock that was set back is no reason to call it a copy. */
static void time_that_runs_backwards(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .same_bytes = true, .repeats = 1,
          .later = -5 * SECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/copies/" #name, name)
    TEST(copy_moves_nothing);
    TEST(copy_of_a_refusal);
    TEST(copy_with_identification_zero);
    TEST(copy_behind_a_router);
    TEST(copy_after_the_answer);
    TEST(the_same_by_another_clock);
    TEST(copy_of_a_reset_on_a_long_way);
    TEST(sent_again_on_a_long_way);
    TEST(two_answers_on_a_long_way);
    TEST(reset_with_an_old_identification);
    TEST(copies_of_two_segments_in_a_row);
    TEST(same_bytes_later_are_a_retransmission);
    TEST(another_identification_is_a_retransmission);
    TEST(time_that_runs_backwards);
    return g_test_run();
}
