/* capture.c - what the passer-by records of all that passes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>

#include "judge.h"

static bool misses(const struct capture_plan *plan, const struct segment *segment, moment when, struct random *random)
{
    switch ((enum capture_kind)plan->kind) {
    case CAPTURE_MIXED:
        return (plan->one_way_too && segment->from != plan->way) || when < plan->begins / 2 || random_chance(random, plan->percent / 2u);
    case CAPTURE_LATE:
        return when < plan->begins;
    case CAPTURE_ONE_WAY:
        return segment->from != plan->way;
    case CAPTURE_HOLES:
        return random_chance(random, plan->percent) && !(plan->one_way_too && segment->from == plan->way);
    case CAPTURE_GAP:
        return when >= plan->gap_from && when < plan->gap_to;
    default:
        return false;
    }
}

/* A MIXED capture is cut in half of its worlds. */
static bool is_cut(const struct capture_plan *plan, const struct segment *segment)
{
    if (plan->kind != CAPTURE_CUT && (plan->kind != CAPTURE_MIXED || plan->way))
        return false;
    return !plan->cuts_syns_only || (segment->flags & SYN);
}

static void put(struct capture *capture, struct record record)
{
    int at = capture->count++;

    while (at > 0 && capture->records[at - 1].stamped > record.stamped) {
        capture->records[at] = capture->records[at - 1];
        at--;
    }
    capture->records[at] = record;
}

/* Two that came close together are recorded the other way round, with their own
 * times or with times that hide it. */
static void exchange(struct capture *capture, struct random *random, unsigned percent)
{
    for (int i = 0; i + 1 < capture->count; i++) {
        struct record *a = &capture->records[i], *b = a + 1;
        if (b->passed - a->passed > 3 * MILLISECOND || !random_chance(random, percent))
            continue;
        struct record first = *a;
        *a = *b;
        *b = first;
        if (random_chance(random, 50)) {
            moment stamp = a->stamped;
            a->stamped = b->stamped;
            b->stamped = stamp;
        }
        i++;
    }
}

void capture_make(const struct world *world, struct capture *capture)
{
    const struct capture_plan *plan = &world->plan.capture;
    struct random random = random_stream(world->plan.seed, world->plan.world, 4);

    capture->count = 0;
    for (int i = 0; i < world->passing_count; i++) {
        const struct passing *passing = &world->passings[i];
        const struct segment *segment = &world->segments[passing->segment];
        struct record record = { .segment = passing->segment, .passed = passing->when, .stamped = passing->when,
                                 .ttl = segment->ttl, .cut = is_cut(plan, segment) };
        if (misses(plan, segment, passing->when, &random))
            continue;
        put(capture, record);
        if ((plan->kind != CAPTURE_TWICE && plan->kind != CAPTURE_MIXED) || !random_chance(&random, plan->percent))
            continue;
        record.passed = record.stamped += plan->again_after;
        record.ttl = (uint8_t)(record.ttl - plan->other_ttl);
        record.again = true;
        put(capture, record);
    }
    if (plan->kind == CAPTURE_DISORDER || plan->kind == CAPTURE_MIXED)
        exchange(capture, &random, plan->percent);
}
