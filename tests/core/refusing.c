/* refusing.c - openings that fail: nobody there, nobody wants it, or given up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 9293 section 3.10.7.1 to 3.10.7.3.  A is the client.
 */
#include "figure.h"

/* RFC 9293 section 3.10.7.1: nobody listens, so nobody ever was in SYN_RCVD. */
static void refused(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK,
          .answers = 1, .checks = ACK_IS_J_PLUS_1, .client = CLIENT_IS_A });
}

static void refused_at_the_second_try(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn-retransmitted", .repeats = 1 },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK,
          .answers = 1 });
}

/* Windows tries the same SYN again after a RST; each try is refused. */
static void refused_every_time(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn-retransmitted", .repeats = 1, .was_a = "any" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK });
}

/* Section 3.10.7.3, second: in SYN_SENT a RST needs the right ACK. */
static void rst_with_a_wrong_ack_does_not_refuse(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_A, "R.", 0,   55,  0, "any",          "reset-ignored", .was_b = "any",
          .reset = WRONG_ACK },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD?",     "syn-ack", .was_b = "any" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* A SYN is refused by a RST with ACK; one without answers a segment with ACK, which
 * the capture then lacks, or is forged. */
static void rst_without_an_ack_does_not_refuse(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT?",    TO_A, "R",  0,   0,   0, "any",          "reset-ignored", .was_b = "any",
          .reset = WRONG_ACK },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD?",     "syn-ack", .was_b = "any" },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* RFC 9293 figure 11, a scanner, or a forged source: the SYN,ACK reaches a
 * host that has no such connection.  B goes back to LISTEN.  Whether A is
 * CLOSED or waits for the answer to another SYN (figure 8) is in doubt. */
static void syn_ack_rejected(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0, "LISTEN?",   "syn-ack-rejected", .was_a = "SYN_SENT",
          .reset = EXACT, .answers = 2 });
}

/* The same where the SYN was not captured, as in the backscatter of a flood. */
static void syn_ack_that_nobody_asked_for(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0, "LISTEN?",  "syn-ack-rejected", .was_a = "any",
          .reset = EXACT, .answers = 1 });
}

/* The RST was lost: B sends its SYN,ACK again. */
static void syn_ack_again_after_it_was_rejected(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0, "LISTEN?",   "syn-ack-rejected", .was_a = "any", .reset = EXACT },
        { "any",          TO_A, "S.", 300, 101, 0, "SYN_RCVD*", "syn-ack-retransmitted", .later = 1 * SECONDS,
          .repeats = 1, .was_a = "any", .was_b = "any" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0, "LISTEN?",   "syn-ack-rejected", .was_a = "any", .reset = EXACT });
}

/* B answers an old SYN, then the true one, with the same number. */
static void syn_ack_after_a_bad_one(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT*",    TO_A, "S.", 300, 5101, 0, "SYN_RCVD*", "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 101 },
        { "SYN_SENT*",    TO_B, "R",  5101,0,   0, "any",       "syn-ack-rejected", .reset = ACCEPTED },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD*", "syn-ack", .was_b = "any" },
        { "ESTABLISHED*", TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* A FIN of numbers that nobody in the handshake has: it is not behind a gap. */
static void fin_of_a_stranger_in_syn_rcvd(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,       0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101,     0, "SYN_RCVD",  "syn-ack" },
        { "any?",         TO_B, "F.", 101, 1000301, 0, "SYN_RCVD?", "fin-ignored", .was_a = "any" },
        { "ESTABLISHED*", TO_B, ".",  101, 301,     0, "ESTABLISHED?", "handshake-ack", .was_a = "any" });
}

/* The server gives up: RFC 9293 section 3.10.5, ABORT in SYN_RCVD. */
static void handshake_aborted_by_the_server(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",      TO_A, "R.", 301, 101, 0, "CLOSED?",    "handshake-aborted", .reset = ACCEPTED });
}

/* The same without an ACK: A has the SYN,ACK by then, and the number is exact. */
static void handshake_aborted_by_the_server_with_a_bare_rst(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",      TO_A, "R",  301, 0,   0, "CLOSED?",    "handshake-aborted", .reset = EXACT });
}

/* B has told, by its SYN,ACK sent again, that it is still in SYN_RCVD. */
static void handshake_aborted_by_the_client(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "ESTABLISHED", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack-retransmitted", .repeats = 1,
          .was_b = "SYN_RCVD" },
        { "CLOSED?",      TO_B, "R.", 101, 301, 0, "LISTEN?",  "handshake-aborted", .reset = EXACT });
}

/* A has the SYN,ACK, as its ACK tells, and wants no more. */
static void handshake_aborted_instead_of_the_third_segment(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",       TO_B, "R.", 101, 301, 0, "LISTEN?",   "handshake-aborted", .was_a = "any", .reset = EXACT });
}

/* tcp_abort_on_overflow, or the listener is gone: the RST is made from the
 * third segment, and B never got further than SYN_RCVD. */
static void third_segment_answered_by_a_reset(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "CLOSED?",     TO_A, "R",  301, 0,   0, "CLOSED?",   "handshake-aborted", .was_b = "any", .reset = EXACT,
          .answers = 3 });
}

/* With an ACK it comes from a socket: B had taken the third segment in. */
static void aborted_by_the_server_right_after_the_handshake(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "CLOSED?",     TO_A, "R.", 301, 101, 0, "CLOSED?",   "abort", .was_b = "any", .reset = EXACT });
}

/* Before anything came back.  The SYN alone tells what B must expect. */
static void handshake_aborted_in_syn_sent(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "CLOSED?",   TO_B, "R", 101, 0, 0, "LISTEN?",   "handshake-aborted", .reset = EXACT });
}

/* An active opener does not return to LISTEN: section 3.10.7.4, second. */
static void simultaneous_open_reset(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_RCVD?", TO_A, "S",  300, 0,   0, "SYN_RCVD?",    "simultaneous-open",
          .was_a = "SYN_SENT", .was_b = "SYN_SENT" },
        { "SYN_RCVD",  TO_B, "S.", 100, 301, 0, "ESTABLISHED?", "simultaneous-syn-ack" },
        { "CLOSED?",   TO_A, "R.", 301, 101, 0, "CLOSED?",       "any", .was_b = "any",
          .reset = ACCEPTED });
}

/* Section 3.10.7.3, first: not J+1, so it answers something else. */
static void bad_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_A, "S.", 300, 91,  0, "SYN_RCVD?",     "bad-syn-ack", .checks = ACK_IS_J_PLUS_1,
          .failed = ACK_IS_J_PLUS_1, .expected = 101 },
        { "SYN_SENT?",    TO_B, "R",  91,  0,   0, "LISTEN?",      "syn-ack-rejected", .reset = EXACT },
        { "ESTABLISHED?", TO_A, "S.", 400, 101, 0, "SYN_RCVD",     "syn-ack", .answers = 1 },
        { "ESTABLISHED",  TO_B, ".",  101, 401, 0, "ESTABLISHED?", "handshake-ack" });
}

/* The other wrong way: it acknowledges what was never sent. */
static void syn_ack_of_the_unsent(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT?",TO_A, "S.", 300, 5000, 0, "SYN_RCVD?", "bad-syn-ack",
          .failed = ACK_IS_J_PLUS_1, .expected = 101 });
}

/* Each off by one: J itself is not J+1. */
static void acknowledgment_of_the_isn_itself(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT",     TO_A, "S.", 300, 100, 0, "SYN_RCVD?",  "bad-syn-ack",
          .failed = ACK_IS_J_PLUS_1, .expected = 101 });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT",     TO_A, "R.", 0,   100, 0, "any",       "reset-ignored", .was_b = "any", .reset = WRONG_ACK });
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "any",          TO_B, ".",  101, 300, 0, "SYN_RCVD",  "" });
}

/* ICMP says that the SYN got nowhere: RFC 9293 section 3.9.2.2 lets A try on. */
static void unreachable(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "SYN_SENT?",    TO_B, "S",  100, 0,   0, "UNKNOWN",   "unreachable", .icmp = true, .answers = 1 },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn-retransmitted", .repeats = 1,
          .was_b = "any" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" });
}

/* What ICMP quotes may be forged or old: only the SYN that waits counts. */
static void unreachable_quotes_something_else(void)
{
    FIGURE(
        { "SYN_SENT",    TO_B, "S",  100, 0,   0,  "SYN_RCVD?",   "syn" },
        { "SYN_SENT",    TO_B, "S",  77,  0,   0,  "SYN_RCVD?",   "", .icmp = true });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "S",  89,  0,   0,  "ESTABLISHED", "", .icmp = true },
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "", .icmp = true });
}

/* The answer was on its way already: nothing that B has proven is taken back. */
static void unreachable_after_the_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
        { "any",          TO_B, "S",  100, 0,   0, "SYN_RCVD",     "any", .icmp = true },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* A forged FIN that no host there would send names the stranger's TTL; the next, at the
 * right number, has it, too.  B is where it was, unless it sent that itself. */
static void ttl_of_what_fits_nothing(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",   "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",    "syn-ack" },
        { "ESTABLISHED?", TO_A, "F.", 300, 101, 0, "any?",        "fin-ignored", .ttl = 33, .was_b = "any" },
        { "any?",         TO_A, "F.", 301, 101, 0, "FIN_WAIT_1?", "any", .ttl = 33, .was_b = "any", .was_a = "any" });
}

/* The first SYN is a stranger's, the second A's own; A completes what B answered to that.
 * Its numbers are those that B expects, so B may have taken them. */
static void numbers_of_the_other_syn(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  1000, 0,   0, "SYN_RCVD?", "syn" },
        { "any",      TO_B, "S",  900,  0,   0, "SYN_RCVD?", "stale-syn", .was_a = "any" },
        { "any",      TO_A, "S.", 300,  901, 0, "SYN_RCVD",  "bad-syn-ack", .was_a = "any", .failed = ACK_IS_J_PLUS_1,
          .expected = 1001 },
        { "any",      TO_B, ".",  901,  301, 0, "any?",      "any", .was_a = "any" });
}

/* A stranger's SYN in B's name, while B waits in SYN_RCVD.  A bare ACK does not go on from
 * that SYN, so B may still be there. */
static void acknowledgment_beside_a_forged_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,   0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,   101, 0, "SYN_RCVD",  "syn-ack" },
        { "any",          TO_A, "S",  90000, 0,   0, "any",       "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, ".",  101,   301, 0, "any",       "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_B, ".",  101,   301, 0, "any",       "any", .was_a = "any", .was_b = "any" },
        { "any",          TO_A, ".",  301,   101, 0, "any?",      "any", .was_a = "any", .was_b = "any" });
}

/* A RST in A's name, and A goes on long after: A did not reject the SYN,ACK.  B had the RST, and answers so. */
static void rejected_in_the_name_of_one_that_goes_on(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",  "syn-ack" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0,  "LISTEN?",   "syn-ack-rejected", .was_a = "any", .reset = EXACT,
          .outcome = "rejected", .conn_state = "RSTO", .kind = TCPSTATE_CLOSE_RESET, .ended_by = BY_A, .over = true },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "any",       "any", .was_a = "any", .later = 15 * SECONDS,
          .outcome = "unknown", .conn_state = "RSTO" });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/refusing/" #name, name)
    TEST(refused);
    TEST(refused_at_the_second_try);
    TEST(refused_every_time);
    TEST(rst_with_a_wrong_ack_does_not_refuse);
    TEST(rst_without_an_ack_does_not_refuse);
    TEST(syn_ack_rejected);
    TEST(syn_ack_that_nobody_asked_for);
    TEST(handshake_aborted_by_the_server);
    TEST(handshake_aborted_by_the_server_with_a_bare_rst);
    TEST(handshake_aborted_by_the_client);
    TEST(handshake_aborted_instead_of_the_third_segment);
    TEST(third_segment_answered_by_a_reset);
    TEST(aborted_by_the_server_right_after_the_handshake);
    TEST(handshake_aborted_in_syn_sent);
    TEST(simultaneous_open_reset);
    TEST(bad_syn_ack);
    TEST(syn_ack_of_the_unsent);
    TEST(acknowledgment_of_the_isn_itself);
    TEST(syn_ack_again_after_it_was_rejected);
    TEST(syn_ack_after_a_bad_one);
    TEST(fin_of_a_stranger_in_syn_rcvd);
    TEST(unreachable);
    TEST(unreachable_quotes_something_else);
    TEST(unreachable_after_the_syn_ack);
    TEST(ttl_of_what_fits_nothing);
    TEST(numbers_of_the_other_syn);
    TEST(acknowledgment_beside_a_forged_syn);
    TEST(rejected_in_the_name_of_one_that_goes_on);
    return g_test_run();
}
