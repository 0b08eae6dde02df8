/* links.c - the frames that a connection's segments are linked to
 * (tcpstate.frame.*), and what each of them answers or repeats.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "complain.h"
#include "figure.h"
#include "latest.h"

static const char *const milestones[TCPSTATE_MILESTONES] = {
    [TCPSTATE_MILESTONE_SYN] = "syn",
    [TCPSTATE_MILESTONE_SYN_ACK] = "syn-ack",
    [TCPSTATE_MILESTONE_HANDSHAKE_ACK] = "handshake ack",
    [TCPSTATE_MILESTONE_FIN] = "fin",
    [TCPSTATE_MILESTONE_FIN_ACK] = "ack of the fin",
    [TCPSTATE_MILESTONE_PASSIVE_FIN] = "passive fin",
    [TCPSTATE_MILESTONE_LAST_ACK] = "last ack",
    [TCPSTATE_MILESTONE_RST] = "rst",
};

/* "S 100 0 0" from A, "<" before it from B; frames count from 1.  `wanted`
 * has a frame per milestone, 0 for none. */
static void assert_milestones(const char *segments, const uint32_t wanted[TCPSTATE_MILESTONES])
{
    struct tcpstate_connection connection;
    char **each = g_strsplit(segments, ";", -1);

    tcpstate_connection_begin(&connection);
    for (uint32_t i = 0; each[i]; i++) {
        struct tcpstate_observation seen;
        char flags[8] = "";
        unsigned seq = 0, ack = 0, len = 0;
        const char *text = g_strstrip(each[i]);
        bool from_b = *text == '<';
        if (sscanf(text + from_b, "%7s %u %u %u", flags, &seq, &ack, &len) != 4)
            g_error("no segment: %s", text);
        struct tcpstate_segment segment = { .from = from_b, .flags = figure_flags(flags), .seq = seq, .ack = ack,
                                            .payload = len, .window = 1000, .frame = i + 1, .time = i * SECONDS,
                                            .ip_id = (uint16_t)(i + 1), .server_hint = -1 };
        observe_latest(&connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
    }
    g_strfreev(each);
    for (int i = 0; i < TCPSTATE_MILESTONES; i++)
        if (connection.milestones[i] != wanted[i])
            complain("%s: %s: want frame %u, got %u", segments, milestones[i], wanted[i], connection.milestones[i]);
}

#define MILESTONES(segments, ...) \
    assert_milestones(segments, (const uint32_t[TCPSTATE_MILESTONES]){ __VA_ARGS__ })
#define SYN_IS(n) [TCPSTATE_MILESTONE_SYN] = (n)
#define SYN_ACK_IS(n) [TCPSTATE_MILESTONE_SYN_ACK] = (n)
#define HANDSHAKE_ACK_IS(n) [TCPSTATE_MILESTONE_HANDSHAKE_ACK] = (n)
#define OPENED SYN_IS(1), SYN_ACK_IS(2), HANDSHAKE_ACK_IS(3)
#define FIN_IS(n) [TCPSTATE_MILESTONE_FIN] = (n)
#define FIN_ACK_IS(n) [TCPSTATE_MILESTONE_FIN_ACK] = (n)
#define PASSIVE_FIN_IS(n) [TCPSTATE_MILESTONE_PASSIVE_FIN] = (n)
#define LAST_ACK_IS(n) [TCPSTATE_MILESTONE_LAST_ACK] = (n)
#define RST_IS(n) [TCPSTATE_MILESTONE_RST] = (n)

#define OPEN "S 99 0 0; <S. 299 100 0; . 100 300 0; "

static void opening(void)
{
    MILESTONES("S 99 0 0", SYN_IS(1));
    MILESTONES(OPEN ". 100 300 0", OPENED);
    MILESTONES("S 99 0 0; <S. 299 100 0; P. 100 300 5", OPENED);
    /* what is sent again is not the milestone */
    MILESTONES("S 99 0 0; S 99 0 0; <S. 299 100 0; <S. 299 100 0; . 100 300 0; . 100 300 0",
               SYN_IS(1), SYN_ACK_IS(3), HANDSHAKE_ACK_IS(5));
    MILESTONES("S 99 0 0; <S 299 0 0; S. 99 300 0; <S. 299 100 0", SYN_IS(1), SYN_ACK_IS(3));
}

static void closing(void)
{
    MILESTONES(OPEN "F. 100 300 0; <. 300 101 0; <F. 300 101 0; . 101 301 0",
               OPENED, FIN_IS(4), FIN_ACK_IS(5), PASSIVE_FIN_IS(6), LAST_ACK_IS(7));
    MILESTONES(OPEN "<F. 300 100 0; P. 100 301 5; F. 105 301 0; <. 301 106 0",
               OPENED, FIN_IS(4), FIN_ACK_IS(5), PASSIVE_FIN_IS(6), LAST_ACK_IS(7));
    MILESTONES(OPEN "F. 100 300 0; F. 100 300 0; <. 300 101 0; <. 300 101 0; <F. 300 101 0; <F. 300 101 0; . 101 301 0",
               OPENED, FIN_IS(4), FIN_ACK_IS(6), PASSIVE_FIN_IS(8), LAST_ACK_IS(10));
    /* crossing: the second FIN is the other's all the same */
    MILESTONES(OPEN "F. 100 300 0; <F. 300 100 0", OPENED, FIN_IS(4), PASSIVE_FIN_IS(5));
    MILESTONES("F. 100 300 0; <. 300 101 0", FIN_IS(1), FIN_ACK_IS(2));
    MILESTONES("S 99 0 0; <S. 299 100 0; <F. 300 100 0", SYN_IS(1), SYN_ACK_IS(2), FIN_IS(3));
}

/* Whatever kind of RST it is, the next one repeats it. */
static void resets(void)
{
    MILESTONES("S 99 0 0; <R. 0 100 0", SYN_IS(1), RST_IS(2));
    MILESTONES("S 99 0 0; <S. 299 100 0; R 100 0 0", SYN_IS(1), SYN_ACK_IS(2), RST_IS(3));
    MILESTONES("S 99 0 0; <S. 299 100 0; <R. 300 100 0", SYN_IS(1), SYN_ACK_IS(2), RST_IS(3));
    MILESTONES(OPEN "R. 100 300 0; R. 100 300 0", OPENED, RST_IS(4));
    MILESTONES(OPEN "F. 100 300 0; R. 101 300 0", OPENED, FIN_IS(4), RST_IS(5));
    MILESTONES("R. 100 300 0", RST_IS(1));
    MILESTONES(OPEN "F. 100 300 0; <. 300 101 0; <F. 300 101 0; . 101 301 0; R. 101 301 0",
               OPENED, FIN_IS(4), FIN_ACK_IS(5), PASSIVE_FIN_IS(6), LAST_ACK_IS(7), RST_IS(8));
    MILESTONES(OPEN "F. 100 300 0; <. 300 101 0; <F. 300 101 0; . 101 301 0; <R. 301 101 0",
               OPENED, FIN_IS(4), FIN_ACK_IS(5), PASSIVE_FIN_IS(6), LAST_ACK_IS(7), RST_IS(8));
    /* one that is ignored ends nothing */
    MILESTONES(OPEN "<P. 300 100 5; R 5000 0 0", OPENED);
}

/* A RST that answers no step answers the segment it is made from. */
static void reset_answers_the_segment_it_is_made_from(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_A, "P.", 310, 100, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R",  100, 0,   0,  "CLOSED?",     "abort", .reset = EXACT, .answers = LINE(2) });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R.", 100, 310, 0,  "CLOSED?",     "abort", .reset = EXACT, .answers = LINE(1) });
}

/* It does not acknowledge what came last, so it does not answer it. */
static void reset_answers_nothing(void)
{
    FIGURE({ "CLOSED?", TO_B, "R.", 100, 300, 0, "CLOSED?", "reset-of-unknown", .answers = NO_LINE });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "" },
        { "ESTABLISHED", TO_A, "P.", 310, 100, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R.", 100, 300, 0,  "CLOSED?",     "abort", .reset = EXACT, .answers = NO_LINE });
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_A, "P.", 300, 100, 10, "ESTABLISHED", "" },
        { "CLOSED?",      TO_B, "R.", 100, 300, 0,  "CLOSED?",     "abort", .reset = EXACT, .answers = NO_LINE });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/links/" #name, name)
    TEST(opening);
    TEST(closing);
    TEST(resets);
    TEST(reset_answers_the_segment_it_is_made_from);
    TEST(reset_answers_nothing);
    return g_test_run();
}
