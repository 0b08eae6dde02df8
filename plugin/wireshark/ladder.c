/* ladder.c - fills the ladder of one connection; see ladder.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ladder.h"

#include "capture.h"

/* Nanoseconds without a segment that are a row: longer than most conversations rest
 * between two messages, and than the first retransmissions of a SYN wait. */
#define PAUSE (10 * (uint64_t)TCPSTATE_SECOND)

struct tcpstate_rung *tcpstate_ladder_rung(const struct tcpstate_ladder *ladder, uint64_t number)
{
    if (number >= ladder->half) /* the later half goes round */
        number = ladder->half + (number - ladder->half) % ladder->half;
    return &ladder->rungs[number];
}

/* Room for one more rung; it is not filled. */
static struct tcpstate_rung *add(struct tcpstate_ladder *ladder)
{
    uint64_t most = (uint64_t)ladder->half * 2;

    if (ladder->count >= ladder->room && ladder->room < most) {
        ladder->room = (uint32_t)MIN(MAX((uint64_t)ladder->room * 2, 8), most);
        ladder->rungs = g_renew(struct tcpstate_rung, ladder->rungs, ladder->room);
    }
    return tcpstate_ladder_rung(ladder, ladder->count++);
}

static struct tcpstate_rung *add_rung(struct tcpstate_ladder *ladder, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_segment *segment = &tapped->reading.segment;
    const struct tcpstate_observation *seen = &tapped->meaning.seen;
    struct tcpstate_rung *rung = add(ladder);

    *rung = (struct tcpstate_rung){
        .time = segment->time,
        .numbers = tcpstate_numbers_of(segment),
    };
    for (int i = 0; i < 2; i++) {
        rung->before[i] = seen->ends[i].before;
        rung->before_inferred[i] = seen->ends[i].before_inferred;
    }
    return rung;
}

static void set_after(struct tcpstate_rung *rung, const struct tcpstate_observation *seen)
{
    for (int i = 0; i < 2; i++) {
        rung->after[i] = seen->ends[i].after;
        rung->after_inferred[i] = seen->ends[i].after_inferred;
    }
}

static bool shows_the_same(const struct tcpstate_rung *rung, const struct tcpstate_observation *seen)
{
    struct tcpstate_shown shown;

    for (int i = 0; i < 2; i++) {
        shown.state[i] = rung->after[i];
        shown.inferred[i] = rung->after_inferred[i];
    }
    return tcpstate_shows_the_same(&shown, seen);
}

/* One more of the run that goes on in its direction, or the first of a new one. */
static struct tcpstate_rung *fold(struct tcpstate_ladder *ladder, const struct tcpstate_tapped *tapped, bool again)
{
    int from = tapped->reading.segment.from;

    for (int i = 0; i < 2; i++)
        if (ladder->open[i] > 0
            && (!shows_the_same(tcpstate_ladder_rung(ladder, ladder->open[i] - 1), &tapped->meaning.seen)
                || (i == from && !tcpstate_run_takes(&tcpstate_ladder_rung(ladder, ladder->open[i] - 1)->run, &tapped->reading, again))))
            ladder->open[0] = ladder->open[1] = 0;
    if (ladder->open[from] == 0) {
        if (tapped->reading.segment.window == 0)
            ladder->open[!from] = 0; /* what comes against a shut window are probes, mostly */
        add_rung(ladder, tapped);
        ladder->open[from] = ladder->count;
    }
    struct tcpstate_rung *rung = tcpstate_ladder_rung(ladder, ladder->open[from] - 1);
    rung->run.again = again;
    tcpstate_run_add(&rung->run, &tapped->reading);
    set_after(rung, &tapped->meaning.seen);
    return rung;
}

/* Nanoseconds since the segment before, if they are a row; else 0. */
static int64_t pause_before(const struct tcpstate_ladder *ladder, int64_t time)
{
    uint64_t pause = (uint64_t)time - (uint64_t)ladder->latest;

    if (ladder->count == 0 || time <= ladder->latest || pause < PAUSE)
        return 0;
    return (int64_t)MIN(pause, INT64_MAX);
}

struct tcpstate_rung *tcpstate_ladder_take(struct tcpstate_ladder *ladder, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_segment *segment = &tapped->reading.segment;
    bool plain = tcpstate_is_plain(tapped);

    if (plain && tapped->meaning.seen.copy && ladder->count > 0)
        return NULL;
    int64_t pause = pause_before(ladder, segment->time);
    bool again = !tapped->reading.quoted && tcpstate_was_taken(&ladder->taken[segment->from], segment);
    if (ladder->count == 0 || segment->time > ladder->latest)
        ladder->latest = segment->time;
    if (pause > 0)
        ladder->open[0] = ladder->open[1] = 0;
    struct tcpstate_rung *rung = plain ? fold(ladder, tapped, again) : add_rung(ladder, tapped);
    if (pause > 0)
        rung->pause = pause;
    if (!plain) {
        set_after(rung, &tapped->meaning.seen);
        ladder->open[0] = ladder->open[1] = 0;
    }
    return rung;
}

bool tcpstate_ladder_left_out(const struct tcpstate_ladder *ladder, uint64_t number)
{
    return ladder->count > (uint64_t)ladder->half * 2 && number >= ladder->half
           && number < ladder->count - ladder->half;
}

static bool is_over(enum tcpstate_result result)
{
    switch (result) {
    case TCPSTATE_RESULT_CLOSED:
    case TCPSTATE_RESULT_RESET:
    case TCPSTATE_RESULT_REFUSED:
    case TCPSTATE_RESULT_REJECTED:
    case TCPSTATE_RESULT_HANDSHAKE_ABORTED:
    case TCPSTATE_RESULT_UNREACHABLE: return true;
    default: return false;
    }
}

int64_t tcpstate_ladder_pause_at_the_end(const struct tcpstate_summary *summary)
{
    const int64_t last = summary->moments[TCPSTATE_MOMENT_LAST];
    const int64_t pause = last == TCPSTATE_NO_TIME ? -1 : tcpstate_capture_lasts(last);

    return pause >= (int64_t)PAUSE && !is_over(summary->outcome.result) ? pause : 0;
}
