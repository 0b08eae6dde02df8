/* abort.c - RST in each state and by each side: RFC 9293 sections 3.5.2, 3.5.3 and 3.10.7, RFC 1337.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Both windows are 1000.  RSTs of the handshake are in refusing.c, whether its number counts in reset-number.c.
 */
#include "figure.h"

/* ---- In each state ---- */

static void abort_by_client(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?",  TO_B, "R.", 100, 300, 0, "CLOSED?", "abort", .reset = EXACT, .answers = LINE(-1) });
}

static void abort_by_server(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?",  "abort", .reset = EXACT });
}

/* Nothing of B's has proven that it took the third segment. */
static void abort_right_after_the_handshake(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "CLOSED?",  TO_B, "R.", 101, 301, 0, "CLOSED?", "abort", .reset = EXACT });
}

/* A program that closes with data unread: RFC 2525 section 2.17. */
static void abort_with_data_unread(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 500, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R.", 100, 800, 0,   "CLOSED?",     "abort", .reset = EXACT, .answers = LINE(1) });
}

/* RFC 9293 section 3.10.7: data on a RST is no reason not to accept it. */
static void reset_with_data(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 30, "CLOSED?", "abort", .reset = EXACT });
}

static void reset_in_fin_wait_1_by_the_active_closer(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSED?",     TO_B, "R.", 101, 300, 0, "CLOSED?",     "reset-in-close", .reset = EXACT });
}

static void reset_in_fin_wait_1_by_the_passive_closer(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSED?",    TO_A, "R.", 300, 101, 0, "CLOSED?",      "reset-in-close", .reset = EXACT });
}

/* Data reaches a socket that its program has closed both ways: the RST is
 * made from that data's ACK, and the socket is gone. */
static void data_to_a_closed_socket(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0,  "CLOSE_WAIT",  "fin-acked" },
        { "FIN_WAIT_2?", TO_A, "P.", 300, 101, 10, "CLOSE_WAIT",  "half-closed-data" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0,  "CLOSED?",     "reset-in-close", .reset = EXACT,
          .answers = LINE(3) });
}

static void reset_in_close_wait(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "CLOSED?",     TO_A, "R.", 300, 101, 0, "CLOSED?",      "reset-in-close", .reset = EXACT });
}

static void reset_in_closing(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "CLOSING?",   TO_A, "F.", 300, 100, 0, "CLOSING?",    "simultaneous-close",
          .was_a = "FIN_WAIT_1", .was_b = "FIN_WAIT_1" },
        { "CLOSED?",     TO_B, "R.", 101, 301, 0, "CLOSED?",     "reset-in-close", .reset = EXACT });
}

static void reset_in_last_ack(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0, "CLOSED?",     "reset-in-close", .was_a = "any",
          .reset = EXACT });
}

/* ---- After the end ---- */

/* RFC 1337: an old duplicate draws an ACK out of TIME_WAIT, and that ACK a
 * RST, which ends TIME_WAIT too early. */
static void time_wait_assassination(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0,  "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0,  "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0,  "CLOSED?",     "last-ack" },
        { "TIME_WAIT",  TO_A, "P.", 280, 100, 20, "CLOSED?",     "" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0,  "CLOSED?",     "any" },
        { "CLOSED?",    TO_A, "R",  301, 0,   0,  "CLOSED?",      "time-wait-assassination", .reset = EXACT });
}

static void reset_after_close(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "TIME_WAIT?", TO_A, "F.", 300, 101, 0, "LAST_ACK?",    "fin-acked-passive-fin" },
        { "TIME_WAIT",  TO_B, ".",  101, 301, 0, "CLOSED?",     "last-ack" },
        { "CLOSED?",     TO_B, "R.", 101, 301, 0, "CLOSED?",     "reset-after-close", .reset = EXACT });
}

/* A FIN sent again shows that the RST which went the other way has not come (RFC 9293 section 3.8.1). */
static void fin_again_after_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin" },
        { "FIN_WAIT_2?", TO_A, ".",  300, 101, 0, "CLOSE_WAIT",  "fin-acked" },
        { "TIME_WAIT?",  TO_A, "F.", 300, 101, 0, "LAST_ACK",    "passive-fin" },
        { "CLOSED?",     TO_B, "R",  101, 0,   0, "CLOSED?",     "reset-in-close", .was_a = "any", .reset = EXACT },
        { "CLOSED?",     TO_A, "F.", 300, 101, 0, "LAST_ACK*",   "fin-retransmitted", .later = 210 * MILLISECONDS,
          .repeats = 1, .was_b = "any" });
}

/* All that B sends is signed: it drops a RST that is not (RFC 2385 section 4.1). */
static void reset_without_a_signature(void)
{
#define SIGNS .options = TCPSTATE_OPTION_SIGNATURE
    FIGURE( /* a host without the key refuses */
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn", SIGNS },
        { "SYN_SENT", TO_A, "R.", 0,   101, 0, "any",       "reset-ignored", .was_b = "any", .reset = RIGHT_ACK,
          .id = TCPSTATE_STEP_RESET_UNSIGNED },
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any",       "syn-retransmitted", SIGNS, .later = 1 * SECONDS,
          .repeats = 1, .was_b = "any" });
    FIGURE( /* the third segment is told once, although the first proves nothing so soon after the RST */
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", SIGNS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", SIGNS },
        { "ESTABLISHED?", TO_B, "R",  101, 0,   0,  "SYN_RCVD",     "reset-ignored", .reset = EXACT,
          .id = TCPSTATE_STEP_RESET_UNSIGNED },
        { "ESTABLISHED?", TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", SIGNS },
        { "any",          TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", SIGNS });
#undef SIGNS
}

static void several_resets(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "abort", .reset = EXACT },
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "reset-repeated", .reset = EXACT, .answers = LINE(1) },
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "reset-repeated", .reset = EXACT });
}

/* Both abort at once: the RSTs cross. */
static void resets_of_both_ends(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "abort", .reset = EXACT },
        { "CLOSED?", TO_A, "R.", 300, 100, 0, "CLOSED?",  "reset-after-close", .reset = EXACT });
}

/* B's data was on its way when A's RST passed.  It proves nothing about the
 * RST; each of B's segments draws another. */
static void data_that_crosses_the_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0,  "CLOSED?", "abort", .reset = EXACT },
        { "CLOSED?", TO_A, "P.", 300, 100, 10, "CLOSED?", "" },
        { "CLOSED?", TO_B, "R",  100, 0,   0,  "CLOSED?", "reset-repeated", .reset = EXACT });
}

/* Data from an end that had said by a RST that it has no connection: it is
 * late, or somebody had forged the RST.  B has nothing any more. */
static void data_from_the_end_that_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0,  "CLOSED?", "abort", .reset = EXACT,
          .outcome = "reset", .kind = TCPSTATE_CLOSE_RESET, .ended_by = BY_A, .over = true },
        { "any",    TO_B, "P.", 100, 300, 10, "CLOSED?", "no-connection", .was_a = "any",
          .outcome = "reset", .kind = TCPSTATE_CLOSE_RESET /* by whom is not known */ },
        { "any",    TO_A, "R",  300, 0,   0,  "CLOSED?",  "reset-after-close", .reset = EXACT, .was_a = "any", .was_b = "any",
          .outcome = "reset", .kind = TCPSTATE_CLOSE_RESET });
}

/* And data that the other end acknowledges: the RST was nobody's, and reached nobody. */
static void reset_that_both_ends_outlive(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?",      TO_B, "R.", 100, 300, 0,  "CLOSED?",     "abort", .reset = EXACT },
        { "any",         TO_B, "P.", 100, 300, 10, "CLOSED?",     "no-connection", .was_a = "any" },
        { "ESTABLISHED?", TO_A, ".",  300, 110, 0,  "ESTABLISHED", "", .was_b = "ESTABLISHED" });
    FIGURE(ESTABLISHED_100_300, /* what was on its way when the RST came proves nothing */
        { "CLOSED?",      TO_B, "R.", 100, 300, 0,  "CLOSED?",     "abort", .reset = EXACT },
        { "any",         TO_B, "P.", 100, 300, 10, "CLOSED?",     "no-connection", .was_a = "any" },
        { "any",         TO_A, ".",  300, 100, 0,  "CLOSED?",     "", .was_b = "any" });
}

/* Older data, from before its RST, that came late. */
static void late_data_of_the_end_that_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0,  "CLOSED?", "abort", .reset = EXACT },
        /* Nothing new: it was on its way.  Who sends it is not CLOSED for certain. */
        { "CLOSED?", TO_B, "P.", 90, 300, 10, "CLOSED?", "" });
}

/* A RST in A's name lies beyond the window that B named last, as far as was seen; B may
 * have named a larger one.  B's ACK of what passed before the RST may have been sent
 * before it came, and proves nothing. */
static void acknowledgment_of_what_came_before_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED",  TO_B, "P.", 100,  300, 10, "ESTABLISHED",  "" },
        { "ESTABLISHED?", TO_B, "R",  5000, 0,   0,  "ESTABLISHED?", "any", .reset = OUTSIDE },
        { "ESTABLISHED?", TO_A, "P.", 300,  110, 10, "ESTABLISHED?", "any" });
}

/* After a RST in its name B may be in LISTEN, as far as is known; one in A's name, in its
 * window, does nothing there, but ends it where it really is.  Its ACK was sent before
 * that came in. */
static void reset_on_its_way_to_a_socket_in_doubt(void)
{
    FIGURE(HANDSHAKE(89, 279),
        { "ESTABLISHED",  TO_B, "P.", 90,  280, 10, "ESTABLISHED?", "first-request" },
        { "any",          TO_A, "R",  200, 0,   0,  "any",          "any", .reset = OUTSIDE, .was_a = "any", .was_b = "any" },
        { "any",          TO_B, "R",  600, 0,   0,  "any",          "any", .reset = IN_WINDOW, .was_a = "any", .was_b = "any" },
        { "any",          TO_A, ".",  280, 100, 0,  "ESTABLISHED?", "any", .was_a = "any", .was_b = "any" });
}

/* A RST without ACK, long behind the third segment, or behind data or a FIN, is not made of that: the
 * handshake was over, or B, which waits for its end, would have sent its SYN,ACK again. */
static void reset_long_after_the_third_segment(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "CLOSED?", TO_A, "R",  301, 0,   0, "CLOSED?", "abort", .reset = EXACT, .later = 4 * SECONDS });
    FIGURE(HANDSHAKE(100, 300),
        { "any",     TO_B, "P.", 101, 301, 10, "any",    "first-request", .later = 4 * SECONDS },
        { "CLOSED?", TO_A, "R",  301, 0,   0, "CLOSED?", "abort", .reset = EXACT, .later = 1 * MILLISECONDS });
    FIGURE(HANDSHAKE(100, 300),
        { "any",     TO_B, "F.", 101, 301, 0, "any",     "fin", .later = 600 * MILLISECONDS },
        { "CLOSED?", TO_A, "R",  301, 0,   0, "CLOSED?", "reset-in-close", .reset = EXACT, .later = 1 * MILLISECONDS });
    FIGURE(HANDSHAKE(100, 300), /* ... B did send it again, and waited still */
        { "any",     TO_A, "S.", 300, 101, 0,  "any",    "syn-ack-retransmitted", .was_b = "any", .repeats = 1,
          .later = 1 * SECONDS },
        { "any",     TO_B, "P.", 101, 301, 10, "any",    "first-request", .later = 4 * SECONDS },
        { "CLOSED?", TO_A, "R",  301, 0,   0, "any",     "handshake-aborted", .reset = EXACT, .later = 1 * MILLISECONDS });
    FIGURE(HANDSHAKE(100, 300), /* ... but this one is */
        { "CLOSED?", TO_A, "R",  301, 0,   0, "any",     "handshake-aborted", .reset = EXACT, .later = 1 * MILLISECONDS });
}

/* A RST in A's name, which A does not know of: it sends its data again, as no end that has reset does. */
static void data_again_behind_a_reset_in_its_name(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED",  TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R",  110, 0,   0,  "CLOSED?",     "abort", .reset = EXACT },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "any?",        "no-connection", .was_a = "any", .later = 300 * MILLISECONDS },
        { "ESTABLISHED?", TO_B, "P.", 100, 300, 10, "any?",        "any", .later = 600 * MILLISECONDS });
}

/* A RST in the name of B, which has closed; A closes, and B acknowledges that, as no end that has reset does: it is
 * a close, whatever came between. */
static void close_that_goes_on_behind_a_reset(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "CLOSE_WAIT?", TO_A, "F.", 300, 100, 0, "FIN_WAIT_1", "fin", .later = 10 * MILLISECONDS },
        { "CLOSE_WAIT",  TO_B, ".",  100, 301, 0, "any",        "fin-acked", .later = 10 * MILLISECONDS },
        { "CLOSED?",     TO_A, "R",  300, 0,   0, "CLOSED?",    "reset-in-close", .was_a = "any", .was_b = "any",
          .reset = TCPSTATE_RESET_NUMBER_OUTSIDE, .later = 2 * MILLISECONDS },
        { "any?",        TO_B, "F.", 100, 301, 0, "any",        "any", .was_a = "any", .was_b = "any", .later = 1 * MILLISECONDS },
        { "any",         TO_A, ".",  301, 101, 0, "TIME_WAIT?", "last-ack", .was_a = "any", .was_b = "any",
          .outcome = "closed", .kind = TCPSTATE_CLOSE_FOUR_SEGMENTS, .closed_by = BY_B, .over = true, .later = 10 * MILLISECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/abort/" #name, name)
    TEST(abort_by_client);
    TEST(abort_by_server);
    TEST(abort_right_after_the_handshake);
    TEST(abort_with_data_unread);
    TEST(reset_with_data);
    TEST(reset_in_fin_wait_1_by_the_active_closer);
    TEST(reset_in_fin_wait_1_by_the_passive_closer);
    TEST(data_to_a_closed_socket);
    TEST(reset_in_close_wait);
    TEST(reset_in_closing);
    TEST(reset_in_last_ack);
    TEST(time_wait_assassination);
    TEST(reset_after_close);
    TEST(fin_again_after_a_reset);
    TEST(reset_without_a_signature);
    TEST(several_resets);
    TEST(resets_of_both_ends);
    TEST(data_that_crosses_the_reset);
    TEST(data_from_the_end_that_reset);
    TEST(reset_that_both_ends_outlive);
    TEST(late_data_of_the_end_that_reset);
    TEST(acknowledgment_of_what_came_before_a_reset);
    TEST(reset_on_its_way_to_a_socket_in_doubt);
    TEST(reset_long_after_the_third_segment);
    TEST(data_again_behind_a_reset_in_its_name);
    TEST(close_that_goes_on_behind_a_reset);
    return g_test_run();
}
