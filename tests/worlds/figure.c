/* figure.c - a world as a figure: a line per recorded segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "judge.h"

const char *state_name(unsigned state)
{
    static const char *const names[STATES + 1] = {
        "CLOSED", "LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
        "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT", "-",
    };

    return names[state <= STATES ? state : STATES];
}

const char *wrong_name(unsigned wrong)
{
    static const char *const names[WRONGS] = {
        "shown as certain", "shown as certain before the segment", "shown, from which no host sends this", "",
    };

    return names[wrong];
}

static const char *flags_text(uint8_t flags, char text[8])
{
    char *at = text;

    for (int i = 0; i < 5; i++)
        if (flags & 1 << i)
            *at++ = "FSRP."[i];
    *at = '\0';
    return text;
}

static void print_options(const struct segment *segment, const struct record *record)
{
    if (record->cut) {
        printf(" cut");
    } else {
        if (segment->has & HAS_SCALE)
            printf(" scale %u", segment->scale);
        if (segment->has & HAS_TIMESTAMPS)
            printf(" ts %u", segment->ts_val);
        if (segment->has & (HAS_COOKIE | HAS_COOKIE_REQUEST))
            printf(" %s%s", segment->has & HAS_OPTION_254 ? "254 " : "", segment->has & HAS_COOKIE ? "cookie" : "cookie?");
        if (segment->has & HAS_SIGNATURE)
            printf(" signed");
        for (int i = 0; i < segment->sacks; i++)
            printf(" sack %u:%u", segment->sack[i].from, segment->sack[i].to);
    }
    printf(" win %u ttl %u", segment->window, record->ttl);
    if (record->again)
        printf(" again");
    if (segment->forged)
        printf(" FORGED%s", segment->perfect ? " perfectly" : "");
}

static void print_states(const struct judged *judged)
{
    for (int end = 0; end < 2; end++) {
        const struct shown *shown = &judged->row.after[end];
        char text[24];
        snprintf(text, sizeof text, "%s%s", state_name(shown->state), shown->inferred ? "?" : "");
        static const char *const marks[] = { "   ", "LIE", "was", "LIE", "ABS", "LIE", "ABS", "LIE" };
        printf(" | %c: %-12s %s %-11s", 'A' + end, text, marks[judged->lies[end]], state_name(judged->truth[end]));
    }
}

/* The record that holds a segment, from 1, or 0. */
static int record_of(const struct capture *capture, int segment)
{
    for (int i = 0; i < capture->count; i++)
        if (capture->records[i].segment == segment)
            return i + 1;
    return 0;
}

/* What each host went through until the figure's end, and why. */
static void print_histories(const struct world *world, const struct capture *capture)
{
    moment end = capture->count > 0 ? capture->records[capture->count - 1].passed : 0;

    for (int i = 0; i < 2; i++) {
        printf("%c:", 'A' + i);
        for (int j = 0; j < world->host[i].history_count && world->host[i].history[j].when <= end; j++) {
            const struct step *step = &world->host[i].history[j];
            printf(" %.4f %s", (double)step->when / 1e6, state_name(step->state));
            if (j > 0 && step->cause == BY_ARRIVAL) {
                int record = record_of(capture, step->segment);
                record ? printf(" (%d)", record) : printf(" (not recorded)");
            } else if (j > 0) {
                printf(" (%s)", step->cause == BY_TIMER ? "timer" : "program");
            }
        }
        printf("\n");
    }
}

static void print_states_that_fit(const struct judged *judged, const struct lie *lie)
{
    printf("%c could be shown in", 'A' + lie->end);
    for (unsigned state = 0; state < STATES; state++)
        if (judged->accepted[lie->end] >> state & 1)
            printf(" %s", state_name(state));
    printf("\n");
}

void figure_print(const struct world *world, const struct capture *capture, const struct lie *lie)
{
    static struct judged rows[MOST_RECORDS];
    struct tally tally = { 0 };
    struct lie first;
    uint32_t base[2] = { 0, 0 };
    bool has_base[2] = { false, false };

    judge(world, capture, &first, &tally, rows);
    printf("# %s, capture %s; columns: shown, LIE, true; was: the state shown before it is wrong; ABS: no host sends this from there\n", traffic_name((enum traffic_kind)world->plan.traffic),
           capture_name((enum capture_kind)world->plan.capture.kind));
    for (int i = 0; i < capture->count; i++) {
        const struct record *record = &capture->records[i];
        const struct segment *segment = &world->segments[record->segment];
        int from = segment->from;
        char flags[8];
        if (!has_base[from] && segment->seq != 0) {
            base[from] = segment->seq;
            has_base[from] = true;
        }
        if ((segment->flags & ACK) && !has_base[!from] && !(segment->flags & RST)) {
            base[!from] = segment->ack - 1;
            has_base[!from] = true;
        }
        printf("%3d %10.4f %s %-3s seq %d", i + 1, (double)record->stamped / 1e6, from == 0 ? "A>B" : "B>A",
               flags_text(segment->flags, flags), (int32_t)(segment->seq - base[from]));
        if (segment->flags & ACK)
            printf(" ack %d", (int32_t)(segment->ack - base[!from]));
        printf(" len %u", segment->len);
        print_states(&rows[i]);
        printf(" | %s%s;", rows[i].row.copy ? "copy " : "", rows[i].row.step);
        print_options(segment, record);
        printf("%s\n", lie && lie->record == i ? "   <==" : "");
    }
    print_histories(world, capture);
    if (lie && lie->wrong != WRONG_OUTCOME)
        print_states_that_fit(&rows[lie->record], lie);
}
