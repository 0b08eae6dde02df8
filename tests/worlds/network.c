/* network.c - the path between the hosts, and the world's clock.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A segment leaves its host, passes the tap, and arrives; before the tap and
 * behind it, it may be lost, delayed or doubled.  A world is run by taking the
 * earliest of what is due: a segment at the tap or at its host, a timer, an
 * action of a program, a forgery.
 */
#include <stddef.h>
#include <string.h>

#include "world.h"

uint32_t world_isn(struct world *world)
{
    uint32_t any = random_bits(&world->drawn);

    return (any & 7) == 0 ? (any & 8) << 28 | (0u - (any >> 20)) >> 1 : any;
}

void world_later(struct world *world, moment when, enum event_kind kind, int host, int what, const struct action *action)
{
    if (world->event_count == MOST_EVENTS) {
        world->over = true;
        return;
    }
    struct event *event = &world->events[world->event_count++];
    *event = (struct event){ .when = when, .order = world->event_order++, .kind = (uint8_t)kind,
                             .host = (uint8_t)host, .what = what };
    if (action)
        event->action = *action;
}

static moment delayed(struct world *world, moment least)
{
    const struct plan *plan = &world->plan;

    if (plan->jitter && random_chance(&world->network, plan->jitter))
        return least + random_between(&world->network, 0, plan->most_jitter);
    return least;
}

/* On the half of the way between a host and the tap. */
static bool lost(struct world *world, int side)
{
    const struct plan *plan = &world->plan;

    if (plan->outage_side == side && world->now >= plan->outage_from && world->now < plan->outage_to)
        return true;
    return world->plan.loss && random_below(&world->network, 200) < world->plan.loss;
}

/* Give the segment its number and the network. The caller has filled in the rest. */
void world_send(struct world *world, struct segment *segment)
{
    const struct plan *plan = &world->plan;

    if (world->segment_count == MOST_SEGMENTS) {
        world->over = true;
        return;
    }
    segment->number = world->segment_count;
    segment->sent = world->now;
    if (plan->flaps && !segment->forged && random_chance(&world->network, plan->flaps))
        segment->ttl -= 2;
    world->arrived[segment->number] = NEVER;
    world->segments[world->segment_count++] = *segment;
    if (segment->unseen) {
        world_later(world, world->now + plan->delay[!segment->from], ARRIVES, !segment->from, segment->number, NULL);
        return;
    }
    int copies = plan->duplicates && random_chance(&world->network, plan->duplicates) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
        moment to_tap = delayed(world, plan->delay[(int)segment->from]);
        if (!lost(world, segment->from))
            world_later(world, world->now + to_tap, PASSES, segment->from, segment->number, NULL);
    }
}

/* At the tap. A forgery from behind the tap takes part of this way only. */
static void passes(struct world *world, int number)
{
    const struct plan *plan = &world->plan;
    int from = world->segments[number].from;

    if (world->passing_count == MOST_PASSINGS) {
        world->over = true;
        return;
    }
    world->passings[world->passing_count++] = (struct passing){ world->now, number };
    int copies = plan->duplicates && random_chance(&world->network, plan->duplicates) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
        moment on = delayed(world, plan->delay[!from]);
        if (!lost(world, !from) && !world->segments[number].broken)
            world_later(world, world->now + on, ARRIVES, !from, number, NULL);
    }
}

static void arrives(struct world *world, int number, int at)
{
    /* A copy: the answers it provokes may move the list, and it must not move. */
    struct segment segment = world->segments[number];

    if (world->arrived[number] == NEVER)
        world->arrived[number] = world->now;
    world->cause = BY_ARRIVAL;
    world->cause_segment = number;
    host_receives(world, &world->host[at], &segment);
    world->cause_segment = -1;
}

static void act(struct world *world, const struct event *event)
{
    struct host *host = &world->host[event->host];

    world->cause = BY_PROGRAM;
    if (event->what == -2 || event->what == host->life)
        program_acts(world, host, &event->action);
}

static void take(struct world *world, const struct event *event)
{
    switch ((enum event_kind)event->kind) {
    case PASSES:
        passes(world, event->what);
        break;
    case ARRIVES:
        arrives(world, event->what, event->host);
        break;
    case ACTS:
        act(world, event);
        break;
    case FORGES:
        forger_acts(world, &world->plan.forgeries[event->what]);
        break;
    }
}

static int earliest(const struct world *world)
{
    int best = -1;

    for (int i = 0; i < world->event_count; i++) {
        const struct event *event = &world->events[i];
        if (best < 0 || event->when < world->events[best].when
            || (event->when == world->events[best].when && event->order < world->events[best].order))
            best = i;
    }
    return best;
}

static void prepare_host(struct world *world, int me)
{
    struct host *host = &world->host[me];

    memset(host, 0, offsetof(struct host, lives));
    host->life_count = host->history_count = 0;
    host->variant = &world->plan.variant[me];
    host->me = (uint8_t)me;
    host->listens = world->plan.listens[me];
    host->life = host->peer_life = -1;
    host->refused_at = -SECOND;
    host->forged_fin = -1;
    host->rto_at = host->ack_at = host->probe_at = host->wait_at = host->keep_at = NEVER;
    host->ts_offset = random_bits(&world->drawn);
    host->ip_id = (uint16_t)random_bits(&world->drawn);
    world->cause = BY_PROGRAM;
    host_becomes(world, host, host->listens ? LISTEN : CLOSED);
}

void world_begin(struct world *world, const struct plan *plan)
{
    if (plan != &world->plan)
        world->plan = *plan;
    plan = &world->plan;
    world->now = 0;
    world->network = random_stream(plan->seed, plan->world, 2);
    world->drawn = random_stream(plan->seed, plan->world, 3);
    world->segment_count = world->passing_count = world->event_count = world->event_order = 0;
    world->cause_segment = -1;
    world->over = world->orphaned = false;
    for (int i = 0; i < 2; i++)
        prepare_host(world, i);
}

void world_run(struct world *world, const struct plan *plan)
{
    world_begin(world, plan);
    plan = &world->plan;
    for (int i = 0; i < plan->action_count; i++)
        world_later(world, plan->actions[i].when, ACTS, plan->actions[i].host, -2, &plan->actions[i]);
    for (int i = 0; i < plan->forgery_count; i++)
        world_later(world, plan->forgeries[i].when, FORGES, 0, i, NULL);
    while (!world->over) {
        int next = earliest(world);
        moment when = next >= 0 ? world->events[next].when : NEVER;
        int timer = -1;
        for (int i = 0; i < 2; i++) {
            moment due = host_next_timer(&world->host[i]);
            if (due < when) {
                when = due;
                timer = i;
            }
        }
        if (when == NEVER || when > plan->ends)
            break;
        world->now = when;
        if (timer >= 0) {
            world->cause = BY_TIMER;
            host_timers(world, &world->host[timer]);
            continue;
        }
        struct event event = world->events[next];
        world->events[next] = world->events[--world->event_count];
        take(world, &event);
    }
}
