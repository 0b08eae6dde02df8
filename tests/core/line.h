/* line.h - a line of a figure, and the observation held against it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What can stand in a line; figure.h tells how to draw with it.
 */
#ifndef LINE_H
#define LINE_H

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcpstate.h"

/* A line leaves most of its fields out. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define MICROSECONDS INT64_C(1000)
#define MILLISECONDS INT64_C(1000000)
#define SECONDS INT64_C(1000000000)

enum way { TO_B, TO_A };                              /* which way the segment goes */
enum client { ROLES_UNTESTED, CLIENT_IS_A, CLIENT_IS_B, CLIENT_IS_UNKNOWN };
enum closer { NOBODY, BY_A, BY_B, BY_BOTH, BY_UNKNOWN };
enum owing { NOTHING_OWED, A_OWES, B_OWES };
enum hint { NO_WELL_KNOWN_PORT, WELL_KNOWN_PORT_AT_A, WELL_KNOWN_PORT_AT_B };

/* Wireshark gave the segment a new tcp.stream, as it does at a SYN with a
 * number of its own: is it a new connection, or part of the one there is? */
enum stream { SAME_STREAM, NEW_CONNECTION, SAME_CONNECTION };

struct line {
    const char *a;     /* state of A after the segment */
    enum way way;
    const char *flags; /* as tcpdump writes them */
    uint32_t seq, ack, len;
    const char *b;     /* state of B after the segment */
    const char *step;

    /* The segment, further.  Left out: the window is 1000, the TTL 64, the
     * time 100 ms after the line above, the identification all its own. */
    uint32_t window; /* NO_WINDOW for 0 */
    uint16_t options;
    uint8_t scale, ttl;
    uint32_t ts, ecr;
    int64_t later; /* how long after the line above */
    bool copy;     /* it is the line above once more, 10 us later */
    int copy_of;   /* it is that line once more, 10 us after the line above */
    bool same_bytes; /* the same identification and checksum as the line above */
    bool id_is_zero; /* identification 0, as Linux has on a SYN,ACK */
    bool no_ttl;     /* it is not known */
    enum hint hint;
    enum stream stream;
    bool icmp; /* not the segment itself, but an ICMP error that quotes it */

    /* The observation, further.  Left out, except where it says otherwise,
     * it must be zero. */
    const char *was_a, *was_b; /* states before; left out: as the line above */
    enum client client;        /* left out: not tested */
    bool roles_inferred;       /* tested together with .client */
    int answers;               /* number of the line; left out: not tested; NO_LINE: none */
    int checks;                /* left out: not tested; NO_CHECKS: none */
    enum tcpstate_step id;     /* tells steps that share a name; left out: not tested */
    uint8_t failed;
    uint32_t expected; /* with .failed */
    uint16_t repeats;
    int reset; /* enum tcpstate_reset_number, or ACCEPTED where two readings of it agree */
    bool ttl_differs;
    bool is_copy, is_no_copy; /* left out: not tested */

    /* Times in milliseconds; left out: not tested. */
    int stayed_a, stayed_b; /* in the state that the end leaves, or LEAVES_NONE, AT_ONCE */
    bool or_unknown;        /* nobody need know how long they stayed */
    int reset_after;        /* since the last segment of a RST's sender, or LEAVES_NONE */

    /* What has become of the connection so far; left out: not tested. */
    const char *outcome, *conn_state;
    enum tcpstate_close_kind kind;
    enum closer closed_by;
    enum closer ended_by; /* left out: of a closed one who closed it, else nobody */
    enum owing owing;
    unsigned count;
    bool over;
};

#define NO_WINDOW UINT32_MAX
#define NO_LINE (-1)
#define NO_CHECKS (-1)
#define ACCEPTED (-1)
#define LEAVES_NONE (-1)
#define AT_ONCE (-2)

#define ACK_IS_J_PLUS_1 TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1
#define SEQ_IS_J_PLUS_1 TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1
#define ACK_IS_FIN_PLUS_1 TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1
#define EXACT TCPSTATE_RESET_NUMBER_EXACT
#define IN_WINDOW TCPSTATE_RESET_NUMBER_WINDOW
#define OUTSIDE TCPSTATE_RESET_NUMBER_OUTSIDE
#define RIGHT_ACK TCPSTATE_RESET_NUMBER_ACK
#define WRONG_ACK TCPSTATE_RESET_NUMBER_BAD_ACK

/* One way to play a figure. */
struct play {
    const char *how;
    int a;                    /* which endpoint A is */
    uint32_t shift_a, shift_b; /* added to the numbers of A's and B's bytes */
    bool copies;              /* a copy behind each segment */
};

/* "SYN_RCVD?" against what was observed. */
static inline bool figure_state_is(const char *wanted, uint8_t state, bool inferred)
{
    const char *name = tcpstate_state_name((enum tcpstate_state)state);
    size_t length = strcspn(wanted, "?*");

    if (strcmp(wanted, "any") == 0 || strcmp(wanted, "any?") == 0)
        return inferred || wanted[3] == '\0';
    if (strlen(name) != length || strncmp(wanted, name, length) != 0)
        return false;
    return wanted[length] == '*' || inferred == (wanted[length] == '?');
}

static inline void figure_complain(GString *complaints, const char *what, const char *wanted,
                                   const char *got)
{
    g_string_append_printf(complaints, "; %s: want %s, got %s", what, wanted, got);
}

static inline void figure_compare_state(GString *complaints, const char *what, const char *wanted,
                                        uint8_t state, bool inferred)
{
    char got[32];

    if (figure_state_is(wanted, state, inferred))
        return;
    g_snprintf(got, sizeof got, "%s%s", tcpstate_state_name((enum tcpstate_state)state), inferred ? "?" : "");
    figure_complain(complaints, what, wanted, got);
}

static inline void figure_compare_number(GString *complaints, const char *what, gint64 wanted, gint64 got)
{
    if (wanted != got)
        g_string_append_printf(complaints, "; %s: want %" G_GINT64_FORMAT ", got %" G_GINT64_FORMAT,
                               what, wanted, got);
}

/* The previous state needs no '?'; with one it must be inferred. */
static inline void figure_compare_before(GString *complaints, const char *what, const char *wanted,
                                         uint8_t state, bool inferred)
{
    const bool asks = strchr(wanted, '?') != NULL;

    if (strcmp(wanted, "any") != 0)
        figure_compare_state(complaints, what, wanted, state, inferred && asks);
}

/* tests/core/coverage asks which steps the figures met. */
static inline void figure_note_step(enum tcpstate_step step)
{
    const char *file = getenv("TCPSTATE_STEPS_SEEN");
    FILE *out = file && step != TCPSTATE_STEP_NONE ? fopen(file, "a") : NULL;

    if (out) {
        fprintf(out, "%s\n", tcpstate_step_name(step));
        fclose(out);
    }
}

/* What the last segment left, to be found again before the next. */
struct figure_shown {
    uint8_t state[2];
    bool inferred[2];
    int client; /* of the same connection */
};

static inline void figure_compare_time(GString *complaints, const char *what, const struct line *line, int wanted,
                                       int64_t got)
{
    if (wanted == 0 || (line->or_unknown && got == -1) || (wanted == AT_ONCE && got <= 0))
        return;
    if (wanted > 0 && got >= 0)
        got /= MILLISECONDS;
    figure_compare_number(complaints, what, wanted, got);
}

static inline void figure_compare(GString *complaints, const struct line *line, const struct play *play,
                                  const struct figure_shown *shown, bool first,
                                  const struct tcpstate_observation *got)
{
    int a = play->a, b = !play->a;
    const char *was[2];

    was[a] = line->was_a ? line->was_a : first ? "any" : tcpstate_state_name(shown->state[a]);
    was[b] = line->was_b ? line->was_b : first ? "any" : tcpstate_state_name(shown->state[b]);
    if (strcmp(line->step, "any") != 0 && strcmp(line->step, tcpstate_step_name(got->step)) != 0)
        figure_complain(complaints, "step", *line->step ? line->step : "none",
                        got->step ? tcpstate_step_name(got->step) : "none");
    if (line->id)
        figure_compare_number(complaints, "step's number", line->id, got->step);
    figure_compare_before(complaints, "A before", was[a], got->ends[a].before, got->ends[a].before_inferred);
    figure_compare_before(complaints, "B before", was[b], got->ends[b].before, got->ends[b].before_inferred);
    figure_compare_state(complaints, "A", line->a, got->ends[a].after, got->ends[a].after_inferred);
    figure_compare_state(complaints, "B", line->b, got->ends[b].after, got->ends[b].after_inferred);
    if (line->client) {
        figure_compare_number(complaints, "client", line->client == CLIENT_IS_A   ? a
                                                    : line->client == CLIENT_IS_B ? b
                                                                                  : -1, got->client);
        figure_compare_number(complaints, "roles inferred", line->roles_inferred, got->roles_inferred);
    }
    if (line->answers)
        figure_compare_number(complaints, "answers frame", line->answers == NO_LINE ? 0 : line->answers * 10,
                              got->answers);
    if (line->checks)
        figure_compare_number(complaints, "checks", line->checks == NO_CHECKS ? 0 : line->checks, got->checks);
    figure_compare_number(complaints, "failed checks", line->failed, got->failed);
    if (line->failed) {
        uint32_t shift = line->failed == SEQ_IS_J_PLUS_1 ? (line->way == TO_B ? play->shift_a : play->shift_b)
                                                         : (line->way == TO_B ? play->shift_b : play->shift_a);
        figure_compare_number(complaints, "number expected by the check", line->expected + shift, got->expected);
    }
    figure_compare_number(complaints, "repeats", line->repeats, got->repeats);
    if (line->reset != ACCEPTED)
        figure_compare_number(complaints, "reset number", line->reset, got->reset_number);
    figure_compare_number(complaints, "TTL differs", line->ttl_differs, got->reset_ttl_differs);

    figure_compare_time(complaints, "A stayed", line, line->stayed_a, got->stayed[a]);
    figure_compare_time(complaints, "B stayed", line, line->stayed_b, got->stayed[b]);
    figure_compare_time(complaints, "RST after", line, line->reset_after, got->reset_after);

    bool moved = got->step != TCPSTATE_STEP_NONE || got->client != shown->client;
    for (int i = 0; i < 2 && !first; i++)
        moved |= got->ends[i].after != shown->state[i] || got->ends[i].after_inferred != shown->inferred[i];
    if (moved && !got->changed)
        figure_complain(complaints, "changed", "true", "false");
}

static inline int figure_closer(enum closer who, int a)
{
    static const int others[] = { [NOBODY] = TCPSTATE_BY_NOBODY, [BY_BOTH] = TCPSTATE_BY_BOTH, [BY_UNKNOWN] = TCPSTATE_BY_UNKNOWN };

    return who == BY_A ? a : who == BY_B ? !a : others[who];
}

static inline void figure_compare_outcome(GString *complaints, const struct line *line, const struct play *play,
                                          const struct tcpstate_connection *connection,
                                          const struct tcpstate_observation *got)
{
    struct tcpstate_outcome outcome;
    int a = play->a, b = !play->a;

    tcpstate_outcome(connection, &outcome);
    if (strcmp(line->outcome, tcpstate_result_name(outcome.result)) != 0)
        figure_complain(complaints, "outcome", line->outcome, tcpstate_result_name(outcome.result));
    if (line->conn_state && strcmp(line->conn_state, outcome.conn_state) != 0)
        figure_complain(complaints, "conn_state", line->conn_state, outcome.conn_state);
    if (line->kind != outcome.close_kind)
        figure_complain(complaints, "close_kind", tcpstate_close_kind_name(line->kind),
                        tcpstate_close_kind_name(outcome.close_kind));
    enum closer ended_by = line->ended_by ? line->ended_by
                           : strcmp(line->outcome, "closed") == 0 ? line->closed_by : (enum closer)0;
    figure_compare_number(complaints, "closed by", figure_closer(line->closed_by, a), outcome.closed_by);
    figure_compare_number(complaints, "ended by", figure_closer(ended_by, a), outcome.ended_by);
    figure_compare_number(complaints, "owing", line->owing == A_OWES ? a : line->owing == B_OWES ? b : -1,
                          outcome.owing);
    figure_compare_number(complaints, "count", line->count, outcome.count);
    figure_compare_number(complaints, "over", line->over, got->over);
}

/* A copy moves nothing, and has no name but that. */
static inline void figure_compare_copy(GString *complaints, const struct figure_shown *shown,
                                       const struct tcpstate_observation *got)
{
    if (got->step != TCPSTATE_STEP_NONE && got->step != TCPSTATE_STEP_COPY)
        figure_complain(complaints, "step of the copy", "none", tcpstate_step_name(got->step));
    for (int i = 0; i < 2; i++) {
        figure_compare_before(complaints, "before the copy",
                              tcpstate_state_name((enum tcpstate_state)shown->state[i]), got->ends[i].before, false);
        figure_compare_before(complaints, "after the copy",
                              tcpstate_state_name((enum tcpstate_state)shown->state[i]), got->ends[i].after, false);
        figure_compare_number(complaints, "inferred after the copy", shown->inferred[i],
                              got->ends[i].after_inferred);
    }
}

#endif
