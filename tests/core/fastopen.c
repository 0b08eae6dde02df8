/* fastopen.c - TCP Fast Open (RFC 7413) and what MPTCP (RFC 8684) adds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A is the client.
 */
#include "figure.h"

#define ASKS .options = TCPSTATE_OPTION_TFO_REQUEST
#define COOKIE .options = TCPSTATE_OPTION_TFO_COOKIE

/* RFC 7413 section 3: the first connection fetches the cookie. */
static void cookie_requested_and_granted(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "tfo-cookie-request", ASKS, .client = CLIENT_IS_A },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "tfo-cookie", COOKIE, .answers = 1,
          .checks = ACK_IS_J_PLUS_1 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .answers = 2 },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" });
}

static void cookie_requested_and_not_granted(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "tfo-cookie-request", ASKS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* Section 4.2: with the data taken in, the third segment begins behind it;
 * nothing is wrong with that, so no check fails. */
static void data_on_the_syn_accepted(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?",    "tfo-syn-data", COOKIE },
        { "ESTABLISHED?", TO_A, "S.", 300, 111, 0,  "SYN_RCVD",     "tfo-data-accepted", .answers = 1 },
        { "ESTABLISHED",  TO_B, ".",  111, 301, 0,  "ESTABLISHED?", "handshake-ack", .answers = 2 },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED*", "first-response" },
        { "ESTABLISHED",  TO_B, "P.", 111, 321, 10, "ESTABLISHED*", "" },
        { "ESTABLISHED",  TO_A, ".",  321, 121, 0,  "ESTABLISHED",  "" });
}

/* Section 4.2.2: the server may answer at once, in SYN_RCVD. */
static void server_answers_before_the_handshake_is_over(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?",    "tfo-syn-data", COOKIE },
        { "ESTABLISHED?", TO_A, "S.", 300, 111, 0,  "SYN_RCVD",     "tfo-data-accepted" },
        { "ESTABLISHED?", TO_A, "P.", 301, 111, 20, "SYN_RCVD?",     "first-response" },
        { "ESTABLISHED",  TO_B, ".",  111, 321, 0,  "ESTABLISHED?", "handshake-ack" });
}

/* RFC 7413 section 4.2.2 and RFC 9293 section 3.10.4: and may close at once,
 * from SYN_RCVD straight to FIN_WAIT_1. */
static void server_closes_before_the_handshake_is_over(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?",   "tfo-syn-data", COOKIE },
        { "ESTABLISHED?", TO_A, "S.", 300, 111, 0,  "SYN_RCVD",    "tfo-data-accepted" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1",  "fin-in-handshake" },
        { "CLOSE_WAIT",   TO_B, ".",  111, 302, 0,  "FIN_WAIT_2?", "fin-acked" });
}

/* Linux takes an option without data for a cookie, too (tcp_try_fastopen() with
 * TFO_SERVER_COOKIE_NOT_REQD); and who saw only some of the options cannot tell. */
static void server_speaks_first_before_the_handshake_is_over(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "tfo-cookie-request", ASKS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 20, "any?",         "server-speaks-first" });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", .options = TCPSTATE_OPTION_CUT },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 20, "any?",         "server-speaks-first" });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED?", TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "server-speaks-first" });
}

static void data_on_the_syn_not_accepted(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?",    "tfo-syn-data", COOKIE },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "tfo-data-not-accepted", .answers = 1,
          .checks = ACK_IS_J_PLUS_1 },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "handshake-ack", .answers = 2 },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response" });
}

/* A cookie may come without data; then there is nothing to accept. */
static void cookie_without_data(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "tfo-syn-data", COOKIE },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

static void data_on_the_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?",    "tfo-syn-data", COOKIE },
        { "ESTABLISHED?", TO_A, "S.", 300, 111, 5,  "SYN_RCVD",     "tfo-data-accepted" },
        { "ESTABLISHED",  TO_B, ".",  111, 306, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 306, 111, 20, "ESTABLISHED*", "any" });
}

/* The SYN with data is lost; Linux sends it again without (section 4.1.3.1). */
static void syn_with_data_lost(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   10, "SYN_RCVD?",    "tfo-syn-data", COOKIE },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn-retransmitted", .repeats = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "any" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "handshake-ack" });
}

/* ---- MPTCP: each subflow is a TCP connection of its own ---- */

static void subflow_opens_like_any_other(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn",
          .options = TCPSTATE_OPTION_MP_CAPABLE },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack",
          .options = TCPSTATE_OPTION_MP_CAPABLE },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack",
          .options = TCPSTATE_OPTION_MP_CAPABLE });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn", .options = TCPSTATE_OPTION_MP_JOIN },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack", .options = TCPSTATE_OPTION_MP_JOIN },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack",
          .options = TCPSTATE_OPTION_MP_JOIN });
}

/* RFC 8684 section 3.3.3: DATA_FIN ends the data of the whole, not of the
 * subflow: no state moves. */
static void data_fin_moves_no_subflow(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, ".",  100, 300, 0, "ESTABLISHED", "mptcp-data-fin",
          .options = TCPSTATE_OPTION_MP_DATA_FIN },
        { "ESTABLISHED", TO_B, ".",  100, 300, 0, "ESTABLISHED", "", .options = TCPSTATE_OPTION_MP_DATA_FIN },
        { "ESTABLISHED", TO_A, ".",  300, 100, 0, "ESTABLISHED", "mptcp-data-fin",
          .options = TCPSTATE_OPTION_MP_DATA_FIN },
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0, "CLOSE_WAIT?", "fin",
          .options = TCPSTATE_OPTION_MP_DATA_FIN });
}

/* Section 3.5: in an ACK, answered by RSTs, or in a RST as Linux has it. */
static void fastclose(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, ".", 100, 300, 0, "ESTABLISHED", "mptcp-fastclose",
          .options = TCPSTATE_OPTION_MP_FASTCLOSE },
        { "CLOSED?",     TO_A, "R", 300, 0,   0, "CLOSED?",      "abort", .reset = EXACT });
    FIGURE(ESTABLISHED_100_300,
        { "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "mptcp-fastclose", .options = TCPSTATE_OPTION_MP_FASTCLOSE,
          .reset = EXACT });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/fastopen/" #name, name)
    TEST(cookie_requested_and_granted);
    TEST(cookie_requested_and_not_granted);
    TEST(data_on_the_syn_accepted);
    TEST(server_answers_before_the_handshake_is_over);
    TEST(server_closes_before_the_handshake_is_over);
    TEST(server_speaks_first_before_the_handshake_is_over);
    TEST(data_on_the_syn_not_accepted);
    TEST(cookie_without_data);
    TEST(data_on_the_syn_ack);
    TEST(syn_with_data_lost);
    TEST(subflow_opens_like_any_other);
    TEST(data_fin_moves_no_subflow);
    TEST(fastclose);
    return g_test_run();
}
