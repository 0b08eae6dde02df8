/* ladder-drawing.c - the ladder of one connection for a terminal; see ladder.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * As RFC 9293 draws it (figures 6 to 13): state, arrow, state.  Only letters
 * that every terminal draws one or two columns wide are used for the drawing.
 */
#include "ladder.h"

#include <inttypes.h>
#include <string.h>

#include "../text/phrases.h"
#include "host.h"
#include "preferences.h"
#include "text-width.h"
#include "unanswered.h"
#include "wording.h"

/* Widths of the columns, and what else holds for the whole drawing. */
struct drawing {
    GString *out;
    wmem_allocator_t *pool;           /* for the time of the drawing */
    const struct tcpstate_ladder *ladder;
    struct tcpstate_summary summary;
    enum tcpstate_language language;
    int left;                         /* endpoint at the left */
    char heads[2][32];                /* what stands above the ends */
    int number, time, state[2], arrow; /* columns */
    uint8_t shown[2];                 /* states that the last row left */
    unsigned *legend;
    GPtrArray *codes; /* conn_states that the legend has to explain */
};

static const char *phrase(const struct drawing *drawing, enum tcpstate_phrase id)
{
    return tcpstate_phrase(id, drawing->language);
}

/* Phrases are our own, and their comments say which are formats. */
static void append_phrase(const struct drawing *drawing, GString *text, enum tcpstate_phrase id, const char *argument)
{
    g_string_append_printf(text, phrase(drawing, id), argument);
}

static void time_text(char text[32], int64_t nanoseconds)
{
    int64_t microseconds = (nanoseconds < 0 ? -nanoseconds : nanoseconds) / 1000;

    snprintf(text, 32, "%s%" PRId64 ".%06d", nanoseconds < 0 ? "-" : "", microseconds / 1000000,
             (int)(microseconds % 1000000));
}

static void state_text(char text[32], const struct drawing *drawing, uint8_t state, bool inferred)
{
    inferred = inferred && state != TCPSTATE_UNKNOWN;
    if (inferred)
        *drawing->legend |= TCPSTATE_LEGEND_INFERRED;
    snprintf(text, 32, "%s%s", tcpstate_state_name((enum tcpstate_state)state), inferred ? "?" : "");
}

/* ---- Rows ---- */

static void measure(struct drawing *drawing)
{
    char text[32];

    for (uint64_t i = 0; i < drawing->ladder->count; i++) {
        if (tcpstate_ladder_left_out(drawing->ladder, i))
            i = drawing->ladder->count - drawing->ladder->half;
        const struct tcpstate_rung *rung = tcpstate_ladder_rung(drawing->ladder, i);
        drawing->number = MAX(drawing->number, snprintf(text, sizeof text, "%" PRIu32, rung->numbers.frame));
        time_text(text, rung->time - drawing->summary.moments[TCPSTATE_MOMENT_FIRST]);
        drawing->time = MAX(drawing->time, (int)strlen(text));
        for (int side = 0; side < 2; side++) {
            int end = side ^ drawing->left;
            state_text(text, drawing, rung->after[end], rung->after_inferred[end]);
            drawing->state[side] = MAX(drawing->state[side], tcpstate_columns(text));
            state_text(text, drawing, rung->before[end], rung->before_inferred[end]);
            drawing->state[side] = MAX(drawing->state[side], tcpstate_columns(text));
        }
    }
    drawing->number = MAX(drawing->number, tcpstate_columns(phrase(drawing, TCPSTATE_PHRASE_LADDER_NUMBER)));
    drawing->time = MAX(drawing->time, tcpstate_columns(phrase(drawing, TCPSTATE_PHRASE_LADDER_TIME)));
    for (int side = 0; side < 2; side++)
        drawing->state[side] = MAX(drawing->state[side], tcpstate_columns(drawing->heads[side]));
    drawing->arrow = TCPSTATE_LADDER_COLUMNS - drawing->number - 1 - drawing->time - 2 - drawing->state[0] - 1 - 1
                     - drawing->state[1];
}

static void end_row(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

static void append_right_aligned(GString *out, const char *text, int columns)
{
    tcpstate_append_padded(out, "", columns - tcpstate_columns(text));
    g_string_append(out, text);
}

static void append_row(struct drawing *drawing, const char *number, const char *time, const char *left,
                       const char *middle, const char *right)
{
    GString *out = drawing->out;

    append_right_aligned(out, number, drawing->number);
    g_string_append_c(out, ' ');
    append_right_aligned(out, time, drawing->time);
    g_string_append(out, "  ");
    tcpstate_append_padded(out, left, drawing->state[0]);
    g_string_append_c(out, ' ');
    tcpstate_append_padded(out, middle, drawing->arrow);
    g_string_append_c(out, ' ');
    g_string_append(out, right);
    end_row(out);
}

/* The states before a segment, where they are not those that the row above left:
 * the first of all, and what this segment proves to have been otherwise. */
static void append_before(struct drawing *drawing, const struct tcpstate_rung *rung, bool first)
{
    char texts[2][32] = { "", "" };
    bool any = false;

    for (int side = 0; side < 2; side++) {
        int end = side ^ drawing->left;
        if (rung->before[end] == drawing->shown[end] || rung->before[end] == TCPSTATE_UNKNOWN)
            continue;
        state_text(texts[side], drawing, rung->before[end], rung->before_inferred[end]);
        any = true;
    }
    if (!any)
        return;
    if (!first)
        *drawing->legend |= TCPSTATE_LEGEND_BEFORE;
    append_row(drawing, "", "", texts[0], "", texts[1]);
}

static void append_times(GString *text, char letter, int times)
{
    for (; times > 0; times--)
        g_string_append_c(text, letter);
}

/* "-- text ---->" or "<- text -----", as wide as the arrow is. */
static void draw_arrow(const struct drawing *drawing, GString *arrow, const struct tcpstate_rung *rung,
                       const char *text)
{
    bool rightward = (rung->numbers.from == drawing->left) != (rung->icmp != NULL);
    char shaft = rung->icmp ? '.' : rung->run.segments > 1 ? '=' : '-';
    int rest = drawing->arrow - 5 - tcpstate_columns(text);

    /* It is no segment: who sent it may be a router. */
    char far = rung->icmp ? ' ' : shaft;
    if (rightward) {
        append_times(arrow, far, 2);
        g_string_append_printf(arrow, " %s ", text);
        append_times(arrow, shaft, rest);
        g_string_append_c(arrow, '>');
    } else {
        g_string_append_printf(arrow, "<%c %s ", shaft, text);
        append_times(arrow, far, rest + 1);
    }
}

/* A label that is too long for its arrow. */
static void append_below(struct drawing *drawing, const char *label)
{
    GString *lines = g_string_new("");

    tcpstate_append_wrapped(lines, label, drawing->arrow - 3, 0);
    char **each = g_strsplit(lines->str, "\n", -1);
    for (char **line = each; **line; line++) { /* the last one ends the text */
        g_string_printf(lines, "   %s", *line);
        append_row(drawing, "", "", "", lines->str, "");
    }
    g_strfreev(each);
    g_string_free(lines, TRUE);
}

static void append_rung(struct drawing *drawing, const struct tcpstate_rung *rung)
{
    char number[16], time[32], states[2][32], run[TCPSTATE_RUN_TEXT];
    int room = drawing->arrow - 6; /* of the smallest arrow around it */
    bool raw = false;
    GString *text = g_string_new(""), *arrow = g_string_new("");
    const char *below = NULL;

    snprintf(number, sizeof number, "%" PRIu32, rung->numbers.frame);
    time_text(time, rung->time - drawing->summary.moments[TCPSTATE_MOMENT_FIRST]);
    for (int side = 0; side < 2; side++) {
        int end = side ^ drawing->left;
        state_text(states[side], drawing, rung->after[end], rung->after_inferred[end]);
    }
    if (rung->run.segments > 1) {
        tcpstate_run_text(run, &rung->run, true);
        tcpstate_append_cut(text, run, room);
        *drawing->legend |= TCPSTATE_LEGEND_RUN;
    } else {
        const char *label = rung->label;
        if (rung->run.segments == 1) { /* its numbers say that it is an ACK */
            tcpstate_run_text(run, &rung->run, true);
            label = rung->run.bytes > 0 ? run : rung->run.shut ? phrase(drawing, TCPSTATE_PHRASE_RUN_SHUT) : "";
        }
        if (rung->icmp) {
            append_phrase(drawing, text, TCPSTATE_PHRASE_ICMP_FROM, rung->icmp);
            *drawing->legend |= TCPSTATE_LEGEND_ICMP;
        } else {
            g_string_append(text, tcpstate_numbers_text(drawing->pool, drawing->ladder->incarnation, &rung->numbers, true,
                                                        &raw));
        }
        int both = tcpstate_columns(text->str) + 1 + tcpstate_columns(label);
        if (both > room)
            below = label;
        else if (*label)
            g_string_append_printf(text, "%s%s", both < room ? "  " : " ", label);
    }
    draw_arrow(drawing, arrow, rung, text->str);
    append_row(drawing, number, time, states[0], arrow->str, states[1]);
    if (below)
        append_below(drawing, below);
    *drawing->legend |= raw ? TCPSTATE_LEGEND_RAW : 0;
    memcpy(drawing->shown, rung->after, sizeof drawing->shown);
    g_string_free(text, TRUE);
    g_string_free(arrow, TRUE);
}

/* Time in which nothing was sent, as a row. */
static void append_pause(struct drawing *drawing, enum tcpstate_phrase words, int64_t pause)
{
    GString *text = g_string_new("");

    append_phrase(drawing, text, words, tcpstate_seconds_text(drawing->pool, pause));
    append_row(drawing, "", "", "", text->str, "");
    g_string_free(text, TRUE);
}

static void append_pause_at_the_end(struct drawing *drawing)
{
    const int64_t pause = tcpstate_ladder_pause_at_the_end(&drawing->summary);

    if (pause > 0)
        append_pause(drawing, TCPSTATE_PHRASE_LADDER_PAUSE_AT_THE_END, pause);
}

/* ---- Around them ---- */

static void append_heading(struct drawing *drawing)
{
    const struct tcpstate_summary *summary = &drawing->summary;
    char number[16], *printable;
    const char *ends[2];
    GString *text = g_string_new("");

    snprintf(number, sizeof number, "%" PRIu32, summary->number);
    for (int side = 0; side < 2; side++)
        ends[side] = tcpstate_endpoint_text(drawing->pool, &summary->pair, side ^ drawing->left);
    g_string_append_printf(text, phrase(drawing, TCPSTATE_PHRASE_LADDER_CONNECTION), number, ends[0],
                           summary->client < 0 ? "--" : "->", ends[1]);
    if (summary->client < 0 || summary->roles_inferred)
        g_string_append_printf(text, " (%s)", summary->client < 0
                                                  ? phrase(drawing, TCPSTATE_PHRASE_LADDER_ROLES_UNKNOWN)
                                                  : tcpstate_word(TCPSTATE_WORD_ROLES_INFERRED, drawing->language));
    if (summary->application >= 0)
        append_phrase(drawing, text, TCPSTATE_PHRASE_LADDER_KIND,
                      tcpstate_protocol_short_name(summary->application));
    append_phrase(drawing, text, TCPSTATE_PHRASE_LADDER_KIND,
                  tcpstate_result_word(summary->outcome.result, drawing->language));
    printable = tcpstate_printable(text->str);
    tcpstate_append_wrapped(drawing->out, printable, TCPSTATE_LADDER_COLUMNS, 4);
    if (tcpstate_incarnation_is_midstream(drawing->ladder->incarnation))
        tcpstate_append_wrapped(drawing->out, tcpstate_word(TCPSTATE_WORD_MIDSTREAM, drawing->language),
                                TCPSTATE_LADDER_COLUMNS, 4);
    append_row(drawing, phrase(drawing, TCPSTATE_PHRASE_LADDER_NUMBER), phrase(drawing, TCPSTATE_PHRASE_LADDER_TIME),
               drawing->heads[0], "", drawing->heads[1]);
    g_free(printable);
    g_string_free(text, TRUE);
}

static void append_closing_line(struct drawing *drawing)
{
    const struct tcpstate_summary *summary = &drawing->summary;
    const struct tcpstate_outcome *outcome = &summary->outcome;
    int64_t duration = tcpstate_incarnation_duration(drawing->ladder->incarnation);
    GString *text = g_string_new("");
    char time[32];

    append_phrase(drawing, text, TCPSTATE_PHRASE_LADDER_OUTCOME, tcpstate_ended_text(drawing->pool, summary));
    if (outcome->close_kind == TCPSTATE_CLOSE_FOUR_SEGMENTS)
        g_string_append(text, phrase(drawing, TCPSTATE_PHRASE_LADDER_IN_FOUR));
    if (outcome->close_kind == TCPSTATE_CLOSE_THREE_SEGMENTS)
        g_string_append(text, phrase(drawing, TCPSTATE_PHRASE_LADDER_IN_THREE));
    g_string_append_printf(text, " [%s]", outcome->conn_state);
    if (!g_ptr_array_find_with_equal_func(drawing->codes, outcome->conn_state, g_str_equal, NULL))
        g_ptr_array_add(drawing->codes, (void *)outcome->conn_state);
    time_text(time, duration);
    if (duration > 0) /* else there was one segment */
        append_phrase(drawing, text, TCPSTATE_PHRASE_LADDER_LASTED, time);
    const char *missing = tcpstate_missing_and_why(drawing->pool, drawing->language, drawing->ladder->incarnation, outcome,
                                                   summary->client);
    if (*missing)
        append_phrase(drawing, text, TCPSTATE_PHRASE_LADDER_MISSING, missing);
    tcpstate_append_wrapped(drawing->out, text->str, TCPSTATE_LADDER_COLUMNS, 4);
    g_string_free(text, TRUE);
}

static void name_ends(struct drawing *drawing)
{
    const struct tcpstate_summary *summary = &drawing->summary;

    drawing->left = summary->client >= 0 ? summary->client : tcpstate_ladder_rung(drawing->ladder, 0)->numbers.from;
    for (int side = 0; side < 2; side++) {
        if (summary->client < 0)
            snprintf(drawing->heads[side], sizeof drawing->heads[side], ":%u", summary->pair.port[side ^ drawing->left]);
        else
            snprintf(drawing->heads[side], sizeof drawing->heads[side], "%s%s",
                     tcpstate_word(side == 0 ? TCPSTATE_WORD_CLIENT : TCPSTATE_WORD_SERVER, drawing->language),
                     summary->roles_inferred ? "?" : "");
    }
}

void tcpstate_ladder_draw(GString *out, const struct tcpstate_ladder *ladder, unsigned *legend, GPtrArray *codes)
{
    struct drawing drawing = {
        .out = out,
        .pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE),
        .ladder = ladder,
        .language = tcpstate_language(),
        .shown = { TCPSTATE_UNKNOWN, TCPSTATE_UNKNOWN },
        .legend = legend,
        .codes = codes,
    };

    tcpstate_incarnation_summary(ladder->incarnation, &drawing.summary);
    name_ends(&drawing);
    measure(&drawing);
    append_heading(&drawing);
    for (uint64_t i = 0; i < ladder->count; i++) {
        if (tcpstate_ladder_left_out(ladder, i)) {
            char count[TCPSTATE_GROUPED];
            tcpstate_grouped(count, ladder->count - (uint64_t)ladder->half * 2);
            g_string_append_printf(out, phrase(&drawing, TCPSTATE_PHRASE_LADDER_STEPS_LEFT_OUT), count,
                                   tcpstate_option_for_all("-z tcpstate,ladder,all"));
            g_string_append_c(out, '\n');
            i = ladder->count - ladder->half;
        }
        const struct tcpstate_rung *rung = tcpstate_ladder_rung(ladder, i);
        if (rung->pause > 0)
            append_pause(&drawing, ladder->filtered ? TCPSTATE_PHRASE_LADDER_PAUSE_FILTERED : TCPSTATE_PHRASE_LADDER_PAUSE,
                         rung->pause);
        append_before(&drawing, rung, i == 0);
        append_rung(&drawing, rung);
    }
    append_pause_at_the_end(&drawing);
    append_closing_line(&drawing);
    wmem_destroy_allocator(drawing.pool);
}
