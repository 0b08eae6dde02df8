/* zeek.c - Zeek's view: tcpstate.conn_state and tcpstate.history.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A connection is a word per segment: who sends it (> or <), its flags as tcpdump
 * writes them, and what else matters.  What is expected is what Zeek 8's code does
 * with such segments, read by a person, and for the first group what its own test
 * captures' baselines say of captures with just these segments.
 */
#include <glib.h>
#include <string.h>

#include "latest.h"

#define SECOND INT64_C(1000000000)

/* A segment: what stands after a colon is left out where it is what comes next.
 *   ">S"  ">.20" 20 bytes  ">.@0" at number 0 after the ISN  ">R@0"  "<.!" window 0
 *   "+6" six seconds pass */
struct talk {
    struct tcpstate_connection connection;
    uint32_t next[2];
    int64_t now;
    uint32_t frame;
    uint16_t port[2];
};

static const uint32_t isn[2] = { 1000, 500000 };

static uint8_t read_flags(const char **at)
{
    static const char letters[] = "FSRP.";
    uint8_t flags = 0;

    for (const char *letter; **at && (letter = strchr(letters, **at)); ++*at)
        flags |= (uint8_t)(1u << (letter - letters));
    return flags;
}

static void say(struct talk *talk, const char *word)
{
    struct tcpstate_observation seen;

    if (*word == '\0')
        return; /* between two spaces */
    if (*word == '+') {
        talk->now += g_ascii_strtoll(word + 1, NULL, 10) * SECOND;
        return;
    }
    uint8_t from = *word++ == '<';
    uint8_t flags = read_flags(&word);
    struct tcpstate_segment segment = {
        .from = from, .flags = flags, .seq = talk->next[from], .window = 1000, .frame = ++talk->frame,
        .time = talk->now += SECOND / 1000, .server_hint = -1, .ip_id = (uint16_t)talk->frame,
        .source_port = talk->port[from], .destination_port = talk->port[!from],
    };
    if (flags & TCPSTATE_FLAG_ACK)
        segment.ack = talk->next[!from];
    if (g_ascii_isdigit(*word))
        segment.payload = (uint32_t)g_ascii_strtoull(word, (char **)&word, 10);
    if (*word == '@')
        segment.seq = isn[from] + (uint32_t)g_ascii_strtoull(word + 1, (char **)&word, 10);
    if (*word == '!')
        segment.window = 0;
    if ((int32_t)(tcpstate_segment_next(&segment) - talk->next[from]) > 0 && !(flags & TCPSTATE_FLAG_RST))
        talk->next[from] = tcpstate_segment_next(&segment);
    observe_latest(&talk->connection, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
}

static void expect_at(const char *words, uint16_t server_port, const char *state, const char *history)
{
    struct talk talk = { .next = { isn[0], isn[1] }, .port = { 50000, server_port } };
    char **all = g_strsplit(words, " ", -1), got[TCPSTATE_ZEEK_LETTERS + 1];
    struct tcpstate_connection back;
    uint8_t packed[TCPSTATE_MOST_PACKED];

    tcpstate_connection_begin(&talk.connection);
    for (char **word = all; *word; word++)
        say(&talk, *word);
    tcpstate_history(&talk.connection, got);
    if (strcmp(got, history) != 0 || strcmp(tcpstate_conn_state(&talk.connection), state) != 0)
        g_test_message("%s: want %s %s, got %s %s", words, state, history, tcpstate_conn_state(&talk.connection), got);
    g_assert_cmpstr(tcpstate_conn_state(&talk.connection), ==, state);
    g_assert_cmpstr(got, ==, history);

    /* The same after it has been put away. */
    size_t size = tcpstate_pack(&talk.connection, packed);
    g_assert_cmpuint(tcpstate_unpack(&back, packed, size), ==, size);
    tcpstate_history(&back, got);
    g_assert_cmpstr(tcpstate_conn_state(&back), ==, state);
    g_assert_cmpstr(got, ==, history);
    g_strfreev(all);
}

static void expect(const char *words, const char *state, const char *history)
{
    expect_at(words, 50001, state, history);
}

#define OPEN ">S <S. >. "

static void ordinary_lives(void)
{
    expect(">S", "S0", "S");
    expect(">S <R.", "REJ", "Sr");
    expect(">S <S.", "S1", "Sh"); /* for Zeek the SYN,ACK is the establishment */
    expect(OPEN, "S1", "ShA");
    expect(OPEN ">P.10 <. <P.20 >. >F. <F. >.", "SF", "ShADadFf");
    expect(OPEN ">P.10 <P.20 <F. >F. <.", "SF", "ShADdfFa");
    expect(OPEN ">F. <.", "S2", "ShAFa");
    expect(OPEN "<F. >.", "S3", "ShAf");
    expect(OPEN ">P.10 >R.", "RSTO", "ShADR");
    expect(OPEN ">P.10 <R.", "RSTR", "ShADr");
}

/* A RST after both FINs changes nothing, and a FIN makes the other's FIN and RST a close. */
static void fins_and_resets(void)
{
    expect(OPEN ">F. <F. >. >R", "SF", "ShAFfR");
    expect(OPEN ">F. >R <F.", "SF", "ShAFRf");
    expect(OPEN ">F. <R.", "RSTR", "ShAFr");
    expect(OPEN ">F. >R", "RSTO", "ShAFR");
}

static void attempts(void)
{
    expect(">S >R@0", "RSTOS0", "SR");
    expect(">S >R", "RSTOS0", "SR");
    expect(">S <S. >R", "RSTO", "ShR");
    expect(">S >F.", "SH", "SF");
    expect(">S <. >R", "RSTOS0", "SaR"); /* the responder's letters do not count */
    expect(">S >. >R", "OTH", "SAR");
}

/* Without a SYN: by FIN and RST alone, and by the ports who is the originator. */
static void without_a_beginning(void)
{
    expect(">P.10 <. <P.20", "OTH", "Dad");
    expect(">F. <F. >.", "SF", "FfA");
    expect("<P.10 <F.", "SH", "DF");
    expect_at("<P.10 <F.", 80, "SHR", "^df");
    expect_at("<S. <R.", 80, "RSTRH", "^hr");
    expect("<S. <R.", "OTH", "HR");
    expect("<S. >.", "OTH", "^hA");
    expect_at("<S. >.", 80, "S1", "^hA");
}

static void letters(void)
{
    expect(OPEN ">P.10 >P.10@1 <.", "S1", "ShADTa");
    expect(OPEN ">P.10 <.! <.! <.", "S1", "ShADaw");
    expect(">SF", "SH", "Q");
    expect(OPEN "<FR.", "RSTR", "ShAi");
}

/* A RST again with another number is written again, with the same it is not. */
static void written_again(void)
{
    expect(OPEN ">R >R", "RSTO", "ShAR");
    expect(OPEN ">R >R@5", "RSTO", "ShARR");
}

/* Zeek gives up an attempt after 5 s, and what is closed 5 s after its end. */
static void patience(void)
{
    expect(">S +1 >S@0 +3 >S@0 +7 >S@0 <S. >.", "S1", "ShA");
    expect(">S >. >P.10 +6 >P.10 >F.", "S0", "SAD");
    expect(OPEN ">F. <F. >. +6 >R", "SF", "ShAFf");
    expect(">S <R. +1 >S@0 <R.", "REJ", "Sr");
}

int main(int count, char **arguments)
{
    g_test_init(&count, &arguments, NULL);
#define TEST(name) g_test_add_func("/zeek/" #name, name)
    TEST(ordinary_lives);
    TEST(fins_and_resets);
    TEST(attempts);
    TEST(without_a_beginning);
    TEST(letters);
    TEST(written_again);
    TEST(patience);
#undef TEST
    return g_test_run();
}
