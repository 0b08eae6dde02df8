/* transfer.c - between opening and closing: what is named, what is not, and
 * that nothing there moves a state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What plain segments are called on request is Wireshark's own analysis and
 * not the core's.
 */
#include "figure.h"

static void plain_data_has_no_name(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "", .answers = NO_LINE, .checks = NO_CHECKS },
        { "ESTABLISHED", TO_A, ".",  300, 110, 0,  "ESTABLISHED", "" },
        { "ESTABLISHED", TO_A, ".",  300, 110, 0,  "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, "P.", 130, 300, 10, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_A, ".",  300, 110, 0,  "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, "P.", 110, 300, 20, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, "P.U", 140, 300, 1, "ESTABLISHED", "" });
}

/* The first request, sent again because it was lost, is not another first. */
static void first_request_sent_again(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "" },
        { "ESTABLISHED", TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" },
        { "ESTABLISHED", TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "" });
}

/* Both ends' first data crosses: B did not have A's when it spoke. */
static void first_data_of_both_ends(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED", TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED", TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "any" },
        { "ESTABLISHED", TO_A, "P.", 321, 111, 20, "ESTABLISHED",  "" });
}

/* A's first data acknowledges data of B's that nobody saw: B spoke first. */
static void first_data_after_data_that_was_not_captured(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED?", TO_B, "P.", 101, 321, 10, "ESTABLISHED*", "client-answers" });
}

/* RFC 9293 section 3.8.4.  One that is answered has no name of its own; one
 * after another that was not answered tells of a silent end. */
static void keep_alives_unanswered(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "", .later = 60 * SECONDS },
        { "ESTABLISHED", TO_A, ".", 300, 100, 0, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "", .later = 60 * SECONDS },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "keep-alive-unanswered", .repeats = 2,
          .later = 10 * SECONDS },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "keep-alive-unanswered", .repeats = 3,
          .later = 10 * SECONDS },
        { "ESTABLISHED", TO_A, ".", 300, 100, 0, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "", .later = 60 * SECONDS });
}

/* Of B nothing was captured, so it may have answered each of them. */
static void keep_alives_in_one_direction(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, ".", 100, 300, 10, "UNKNOWN",      "" },
        { "ESTABLISHED?", TO_B, ".", 109, 300, 0,  "UNKNOWN",      "", .later = 10 * SECONDS },
        { "ESTABLISHED?", TO_B, ".", 109, 300, 0,  "UNKNOWN",      "", .later = 10 * SECONDS },
        { "ESTABLISHED?", TO_B, ".", 109, 300, 0,  "UNKNOWN",      "", .later = 10 * SECONDS, .outcome = "one-direction", .owing = B_OWES });
}

/* Before any data the number right before the next is the SYN's own (RFC 9293 section 3.8.4). */
static void keep_alive_before_any_data(void)
{
    FIGURE(HANDSHAKE(99, 299),
        { "ESTABLISHED", TO_A, ".", 299, 100, 0, "ESTABLISHED?", "", .later = 45 * SECONDS },
        { "ESTABLISHED", TO_B, ".", 100, 300, 0, "ESTABLISHED?", "" },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED?", "", .later = 45 * SECONDS },
        { "ESTABLISHED", TO_A, ".", 300, 100, 0, "ESTABLISHED?", "" });
}

/* Some stacks send one byte of old data along. */
static void keep_alive_with_a_byte(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, ".", 99, 300, 1, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".", 99, 300, 1, "ESTABLISHED", "keep-alive-unanswered", .repeats = 2 },
        { "ESTABLISHED", TO_B, "P.", 100, 300, 5, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".", 104, 300, 1, "ESTABLISHED", "", .later = 60 * SECONDS });
}

/* RFC 9293 section 3.8.6.1: into a window of 0 the same is a probe, which comes in pauses that double. */
static void probes_of_a_shut_window(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, ".", 300, 100, 0, "ESTABLISHED", "", .window = NO_WINDOW },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "", .later = 5 * SECONDS },
        { "ESTABLISHED", TO_B, ".", 99,  300, 0, "ESTABLISHED", "", .later = 10 * SECONDS });
}

/* A byte that nobody has acknowledged is data, however often it comes. */
static void a_byte_sent_again(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 1, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, "P.", 100, 300, 1, "ESTABLISHED", "", .later = 1 * SECONDS },
        { "ESTABLISHED", TO_B, "P.", 100, 300, 1, "ESTABLISHED", "", .later = 2 * SECONDS });
}

/* The ACK was recorded behind the byte that went after it; only the last is a keep-alive. */
static void ack_behind_a_byte(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, "P.", 100, 310, 1,  "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".",  100, 300, 0,  "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".",  100, 310, 0,  "ESTABLISHED", "", .later = 60 * SECONDS });
}

/* The last of them gives up: B is gone, and A says so. */
static void keep_alives_end_in_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, ".",  99,  300, 0, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".",  99,  300, 0, "ESTABLISHED", "keep-alive-unanswered", .repeats = 2 },
        { "CLOSED?",      TO_B, "R.", 100, 300, 0, "CLOSED?",     "abort", .reset = EXACT });
}

/* A window of 0 stops data, not state: a FIN that waits behind it has not
 * been sent, and a probe of one byte is only that. */
static void zero_window(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, ".",  300, 100, 0, "ESTABLISHED", "", .window = NO_WINDOW },
        { "ESTABLISHED", TO_B, ".",  100, 300, 1, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_A, ".",  300, 100, 0, "ESTABLISHED", "", .window = NO_WINDOW },
        { "ESTABLISHED", TO_A, ".",  300, 100, 0, "ESTABLISHED", "" },
        { "FIN_WAIT_1",  TO_B, "F.", 101, 300, 0, "CLOSE_WAIT?", "fin" });
}

/* An ACK far beyond all that was sent is not believed: RFC 5961 section 5.  A host that
 * always takes the same ISN sends just that in its next connection, if the capture lacks
 * the opening: what the other end is in then is in doubt, until it is acknowledged. */
static void absurd_acknowledgment(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED?", TO_A, ".", 300, 2000000100, 0, "ESTABLISHED?", "" },
        { "FIN_WAIT_1?", TO_B, "F.", 100, 300,        0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101,        0, "CLOSE_WAIT?",  "fin-acked" });
}

/* ---- Nonsense: what no TCP sends in earnest moves nobody ---- */

static void nonsense_in_a_connection(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "",    100, 0,   0,  "ESTABLISHED", "null-segment" },
        { "ESTABLISHED", TO_B, "P",   100, 0,   0,  "ESTABLISHED", "null-segment" },
        { "ESTABLISHED", TO_B, "F",   100, 0,   0,  "ESTABLISHED", "fin-without-ack" },
        { "ESTABLISHED", TO_B, "FPU", 100, 0,   0,  "ESTABLISHED", "xmas-segment" },
        { "ESTABLISHED", TO_B, "FSPU", 100, 0,  0,  "ESTABLISHED", "syn-fin" },
        { "ESTABLISHED", TO_B, "SF",  100, 0,   0,  "ESTABLISHED", "syn-fin" },
        { "ESTABLISHED", TO_B, "P.",  100, 300, 10, "ESTABLISHED", "" },
        { "FIN_WAIT_1",  TO_B, "F.",  110, 300, 0,  "CLOSE_WAIT?", "fin" });
    FIGURE(ESTABLISHED_100_300, /* a SYN,ACK may carry a FIN, and this one belongs to nothing */
        { "ESTABLISHED?", TO_B, "SF.", 100, 300, 0, "ESTABLISHED?", "syn-in-connection" });
}

/* Nor are its numbers remembered. */
static void nonsense_leaves_no_trace(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "SF",  5000, 0,   0,  "ESTABLISHED", "syn-fin" },
        { "ESTABLISHED?", TO_B, "SF.", 5000, 999, 0, "ESTABLISHED?", "syn-in-connection" },
        { "ESTABLISHED?", TO_B, "SR.", 5000, 999, 0, "ESTABLISHED?", "syn-rst", .reset = OUTSIDE },
        { "ESTABLISHED?", TO_B, "F",   150,  0,   10, "ESTABLISHED?", "fin-without-ack" },
        { "ESTABLISHED?", TO_B, "",    150,  0,   10, "ESTABLISHED?", "null-segment" },
        { "ESTABLISHED?", TO_B, "P.",  100,  300, 10, "ESTABLISHED?", "" },
        { "FIN_WAIT_1",  TO_B, "F.",  110,  300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",   300,  111, 0,  "CLOSE_WAIT?",  "fin-acked" });
    FIGURE(
        { "UNKNOWN",      TO_B, "SF", 5000, 0,   0, "UNKNOWN",      "syn-fin", .was_a = "any", .was_b = "any" },
        { "SYN_SENT",     TO_B, "S",  100,  0,   0, "SYN_RCVD?",    "syn", .was_a = "any", .was_b = "any",
          .client = CLIENT_IS_A },
        { "ESTABLISHED?", TO_A, "S.", 300,  101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101,  301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* The same as the first segment of all: it proves nothing, not even who opens. */
static void nonsense_first_of_all(void)
{
    FIGURE({ "UNKNOWN", TO_B, "",    100, 0,   0, "UNKNOWN", "null-segment", .client = CLIENT_IS_UNKNOWN,
             .was_a = "UNKNOWN", .was_b = "UNKNOWN" });
    FIGURE({ "UNKNOWN", TO_B, "F",   100, 0,   0, "UNKNOWN", "fin-without-ack", .client = CLIENT_IS_UNKNOWN,
             .was_a = "UNKNOWN", .was_b = "UNKNOWN" });
    FIGURE({ "UNKNOWN", TO_B, "FPU", 100, 0,   0, "UNKNOWN", "xmas-segment", .client = CLIENT_IS_UNKNOWN,
             .was_a = "UNKNOWN", .was_b = "UNKNOWN" });
    FIGURE({ "UNKNOWN", TO_B, "SF",  100, 0,   0, "UNKNOWN", "syn-fin", .client = CLIENT_IS_UNKNOWN,
             .was_a = "UNKNOWN", .was_b = "UNKNOWN" });
    /* RST is looked at before SYN (RFC 9293 section 3.10.7.4). */
    FIGURE({ "CLOSED?", TO_B, "SR",  100, 0,   0, "CLOSED?", "syn-rst", .client = CLIENT_IS_UNKNOWN,
             .was_a = "UNKNOWN", .was_b = "UNKNOWN" });
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "SR",  100, 0,   0,  "CLOSED?", "syn-rst", .reset = EXACT });
}

/* A closed port answers each of them with a RST: RFC 9293 section 3.10.7.1. */
static void nonsense_refused(void)
{
    FIGURE(
        { "UNKNOWN", TO_B, "",   100, 0,   0, "UNKNOWN", "null-segment" },
        { "CLOSED?", TO_A, "R.", 0,   100, 0, "CLOSED?",  "reset-of-unknown", .was_b = "any", .reset = ACCEPTED });
}

/* New data behind a byte that is sent again, by one who packs anew: a keep-alive has one byte at most (RFC 9293 section 3.8.4),
 * so the one that follows is the first. */
static void data_that_begins_as_a_keep_alive_does(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 99,  300, 10, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_B, ".",  108, 300, 0,  "ESTABLISHED", "", .later = 60 * SECONDS },
        { "ESTABLISHED", TO_B, ".",  108, 300, 0,  "ESTABLISHED", "keep-alive-unanswered", .repeats = 2, .later = 60 * SECONDS });
}

/* FIN with PSH or URG alone is no Christmas tree. */
static void fin_with_one_more_light(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "FP", 100, 0, 0, "ESTABLISHED", "fin-without-ack" },
        { "ESTABLISHED", TO_B, "FU", 100, 0, 0, "ESTABLISHED", "fin-without-ack" });
}

/* In SYN_RCVD a bad ACK draws a RST and leaves B there: section 3.10.7.4, fifth. */
static void bad_ack_in_the_handshake(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "any",          TO_B, ".",  101, 250, 0, "SYN_RCVD",     "" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack", .was_a = "any" });
    FIGURE( /* beyond A's window: B cannot have sent that in this connection */
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "any",          TO_B, ".",  101, 900000, 0, "SYN_RCVD?", "" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack", .was_a = "any" });
}

/* A segment of some older connection: it has neither J+1 nor K+1. */
static void stray_ack_in_the_handshake(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,  0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT?",    TO_B, ".",  5000, 300, 0, "SYN_RCVD?",    "" }, /* nobody there sends that */
        { "ESTABLISHED?", TO_A, "S.", 300,  101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101,  301, 0, "ESTABLISHED?", "handshake-ack" });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/transfer/" #name, name)
    TEST(plain_data_has_no_name);
    TEST(first_request_sent_again);
    TEST(first_data_of_both_ends);
    TEST(first_data_after_data_that_was_not_captured);
    TEST(keep_alives_unanswered);
    TEST(keep_alives_in_one_direction);
    TEST(keep_alive_before_any_data);
    TEST(keep_alive_with_a_byte);
    TEST(data_that_begins_as_a_keep_alive_does);
    TEST(probes_of_a_shut_window);
    TEST(a_byte_sent_again);
    TEST(ack_behind_a_byte);
    TEST(keep_alives_end_in_a_reset);
    TEST(zero_window);
    TEST(absurd_acknowledgment);
    TEST(nonsense_in_a_connection);
    TEST(nonsense_leaves_no_trace);
    TEST(nonsense_first_of_all);
    TEST(fin_with_one_more_light);
    TEST(nonsense_refused);
    TEST(bad_ack_in_the_handshake);
    TEST(stray_ack_in_the_handshake);
    return g_test_run();
}
