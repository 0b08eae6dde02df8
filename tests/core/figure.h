/* figure.h - a test is a figure, as RFC 9293 draws its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A line of a figure is a segment: A's state after it, the segment, B's state
 * after it, and the step that it is.  What else a line may hold stands behind
 * that, by name.
 *
 *     FIGURE(
 *         { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
 *         { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" },
 *         { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
 *
 * A '?' marks a state that is inferred and a '*' one that may be either; a
 * state or a step "any" is not looked at, "any?" must at least be marked.  The state before a segment must be
 * the one that the line above leaves, unless the line says otherwise.
 *
 * Every figure is played several times: with the ends exchanged, with its
 * numbers moved so that they pass 2^32 and 2^31 in its midst, and with a copy
 * behind each segment, as a capture on a mirror port makes.  The answer must
 * be the same.  Expectations come from the RFCs, never from the code.
 *
 * Only the core's public header is used here.
 */
#ifndef FIGURE_H
#define FIGURE_H

#include "line.h"

/* RFC 9293 figure 6, lines 2 to 4: A opens to B, with ISN `j` and `k`. */
#define HANDSHAKE(j, k) \
    { "SYN_SENT",     TO_B, "S",  (j),     0,       0, "SYN_RCVD?",    "syn" }, \
    { "ESTABLISHED?", TO_A, "S.", (k),     (j) + 1, 0, "SYN_RCVD",     "syn-ack" }, \
    { "ESTABLISHED",  TO_B, ".",  (j) + 1, (k) + 1, 0, "ESTABLISHED?", "handshake-ack" }

/* From there to "ESTABLISHED", proven at both ends, with the numbers of
 * figures 9 to 13: A sends 100 next and B 300.  Six lines. */
#define ESTABLISHED_100_300 \
    HANDSHAKE(89, 279), \
    { "ESTABLISHED",  TO_B, "P.", 90,  280, 10, "ESTABLISHED?", "first-request" }, \
    { "ESTABLISHED",  TO_A, "P.", 280, 100, 20, "ESTABLISHED",  "first-response" }, \
    { "ESTABLISHED",  TO_B, ".",  100, 300, 0,  "ESTABLISHED",  "" }
#define LINE(n) (6 + (n)) /* the n-th line after those six */

static const struct play plays[] = {
    { "as drawn", 0, 0, 0, false },
    { "ends exchanged", 1, 0, 0, false },
    { "numbers pass 2^32 at 100 and 300", 0, UINT32_MAX - 99, UINT32_MAX - 299, false },
    { "numbers pass 2^32 at 101 and 301", 0, UINT32_MAX - 100, UINT32_MAX - 300, false },
    { "numbers pass 2^32 at 89 and 279", 0, UINT32_MAX - 88, UINT32_MAX - 278, false },
    { "numbers pass 2^32 at 90 and 280", 0, UINT32_MAX - 89, UINT32_MAX - 279, false },
    { "numbers pass 2^32 at 99 and 299", 1, UINT32_MAX - 98, UINT32_MAX - 298, false },
    { "numbers pass 2^31", 1, (UINT32_C(1) << 31) - 100, (UINT32_C(1) << 31) - 300, false },
    { "every segment copied by the capture", 0, 0, 0, true },
};

static inline uint8_t figure_flags(const char *text)
{
    static const char letters[] = "FSRP.UEW"; /* from bit 0 on */
    uint8_t flags = 0;

    for (; *text; text++) {
        const char *at = strchr(letters, *text);
        if (!at)
            g_error("no such flag: %c", *text);
        flags |= (uint8_t)(1u << (at - letters));
    }
    return flags;
}

static inline struct tcpstate_segment figure_segment(const struct line *line, size_t i,
                                                     const struct play *play)
{
    bool from_a = line->way == TO_B;
    uint16_t mark = (uint16_t)(line->copy_of ? (size_t)line->copy_of
                               : line->copy || line->same_bytes ? i : i + 1);

    return (struct tcpstate_segment){
        .from = (uint8_t)(from_a ? play->a : !play->a),
        .flags = figure_flags(line->flags),
        .options = line->options,
        .window_scale = line->scale,
        .ttl = (uint8_t)(line->no_ttl ? 0 : line->ttl ? line->ttl : 64),
        .ip_id = line->id_is_zero ? 0 : mark,
        .options_sum = (uint16_t)(1000 + mark),
        .window = line->window == NO_WINDOW ? 0 : (uint16_t)(line->window ? line->window : 1000),
        .seq = line->seq + (from_a ? play->shift_a : play->shift_b),
        .ack = strchr(line->flags, '.') ? line->ack + (from_a ? play->shift_b : play->shift_a) : 0,
        .payload = line->len,
        .ts_val = line->ts,
        .ts_ecr = line->ecr,
        .frame = (uint32_t)(10 * (i + 1)),
        .server_hint = (int8_t)(line->hint == NO_WELL_KNOWN_PORT     ? -1
                                : line->hint == WELL_KNOWN_PORT_AT_A ? play->a
                                                                     : !play->a),
    };
}

/* What is remembered of a four-tuple. */
struct figure_tuple {
    struct tcpstate_connection latest, before, next;
    struct tcpstate_beside beside;
    bool has_before;
};

static inline void figure_begin(struct figure_tuple *tuple)
{
    tcpstate_connection_begin(&tuple->latest);
    tuple->has_before = false;
    tuple->beside.until = TCPSTATE_NO_TIME;
}

/* Whether what is said of the one before is what was done to it. */
static inline void figure_check_before(const struct tcpstate_remembered *remembered, const struct tcpstate_connection *was,
                                       const struct tcpstate_observation *got)
{
    const bool written = remembered->before && memcmp(was, remembered->before, sizeof *was) != 0;
    const bool may_be = got->incarnation == TCPSTATE_INCARNATION_BEFORE || got->ends_before || remembered->beside->began;

    g_assert_true(remembered->before_changed || !written);
    g_assert_true(may_be || !remembered->before_changed);
}

/* Hand a segment to the core, and keep the connections that it tells apart.  Returns the one that it belongs to. */
static inline struct tcpstate_connection *figure_observe(struct figure_tuple *tuple, const struct tcpstate_segment *segment,
                                                         struct tcpstate_observation *got)
{
    struct tcpstate_remembered remembered = { .latest = &tuple->latest, .before = tuple->has_before ? &tuple->before : NULL,
                                              .next = &tuple->next, .beside = &tuple->beside };
    struct tcpstate_connection was;

    memcpy(&was, &tuple->before, sizeof was);
    tcpstate_observe(&remembered, segment, TCPSTATE_DEFAULT_2MSL, got);
    figure_check_before(&remembered, &was, got);
    if (got->incarnation == TCPSTATE_INCARNATION_BEFORE)
        return &tuple->before;
    if (got->incarnation == TCPSTATE_INCARNATION_NEXT) {
        tuple->before = tuple->latest;
        tuple->latest = tuple->next;
        tuple->has_before = true;
    }
    return &tuple->latest;
}

static inline bool figure_play(const struct line *lines, size_t count, const struct play *play)
{
    struct figure_tuple tuple;
    struct figure_shown shown = { { TCPSTATE_UNKNOWN, TCPSTATE_UNKNOWN }, { false, false }, -1 };
    int64_t now = 0;
    const struct tcpstate_connection *last = NULL;
    bool good = true;

    figure_begin(&tuple);
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        struct tcpstate_segment segment = figure_segment(line, i, play);
        struct tcpstate_observation got;
        GString *complaints = g_string_new(NULL);
        const struct tcpstate_connection *connection = &tuple.latest;

        now += line->later ? line->later : line->copy || line->copy_of ? 10 * MICROSECONDS : 100 * MILLISECONDS;
        segment.time = now;
        if (line->icmp)
            tcpstate_observe_unreachable(&tuple.latest, &segment, &got);
        else
            connection = figure_observe(&tuple, &segment, &got);
        const bool first = connection != last || got.incarnation == TCPSTATE_INCARNATION_NEXT;
        if (got.incarnation == TCPSTATE_INCARNATION_NEXT)
            shown.client = -1;
        else if (first && last)
            shown.client = got.client; /* it goes on in the other connection */
        last = connection;
        if (line->stream != SAME_STREAM)
            figure_compare_number(complaints, "opens a new connection", line->stream == NEW_CONNECTION,
                                  got.incarnation == TCPSTATE_INCARNATION_NEXT);
        if (strcmp(line->step, tcpstate_step_name(got.step)) == 0)
            figure_note_step(got.step);
        figure_compare(complaints, line, play, &shown, first, &got);
        if (line->is_copy || line->is_no_copy)
            figure_compare_number(complaints, "copy", line->is_copy, got.copy);
        if (line->outcome)
            figure_compare_outcome(complaints, line, play, connection, &got);
        for (int end = 0; end < 2; end++) {
            shown.state[end] = got.ends[end].after;
            shown.inferred[end] = got.ends[end].after_inferred;
        }
        shown.client = got.client;
        if (play->copies && !line->icmp) {
            now += 10 * MICROSECONDS;
            segment.time = now;
            segment.frame++;
            figure_observe(&tuple, &segment, &got);
            figure_compare_copy(complaints, &shown, &got);
        }
        if (complaints->len > 0) {
            g_test_message("%s, line %" G_GSIZE_FORMAT " (%s%s %u/%u)%s", play->how, i + 1,
                           line->way == TO_B ? "A: " : "B: ", line->flags, line->seq, line->ack,
                           complaints->str);
            good = false;
        }
        g_string_free(complaints, TRUE);
    }
    return good;
}

static inline void figure_check(const struct line *lines, size_t count)
{
    for (size_t i = 0; i < G_N_ELEMENTS(plays); i++)
        if (!figure_play(lines, count, &plays[i])) {
            g_test_fail_printf("the figure differs, %s", plays[i].how);
            if (i == 0)
                return; /* the other plays would only say the same */
        }
}

/* Opens a test program: a test that fails does not keep the others from running. */
static inline void figure_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    g_test_set_nonfatal_assertions();
}

#define FIGURE(...) \
    do { \
        static const struct line lines[] = { __VA_ARGS__ }; \
        figure_check(lines, G_N_ELEMENTS(lines)); \
    } while (0)

#endif
