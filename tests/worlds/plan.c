/* plan.c - draws a world: how often each kind of traffic, capture and network is met.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The two tables below are the mix that shares and the bar are measured over:
 * mostly what captures hold, with enough of all that is hard.  Each draw is a statement
 * of its own: a compiler may choose the order of arguments, and the world must not
 * depend on it.
 */
#include <stddef.h>
#include <string.h>

#include "world.h"

/* Of 1,000 worlds. */
struct mix {
    const char *name;
    unsigned weight;
};

static const struct mix traffic_mix[TRAFFIC_KINDS] = {
    [TRAFFIC_ORDINARY] = { "ordinary", 430 },      /* opens, asks, answers, closes; now and then badly */
    [TRAFFIC_ABORT] = { "abort", 90 },             /* a program aborts at any moment */
    [TRAFFIC_CLOSES] = { "closes", 110 },          /* half-closes, orphans, crossing FINs, zero windows */
    [TRAFFIC_REOPEN] = { "reopen", 80 },           /* the four-tuple again, from either end */
    [TRAFFIC_CRASH] = { "crash", 40 },             /* one end forgets everything, and perhaps opens again */
    [TRAFFIC_FORGED] = { "forged", 90 },
    [TRAFFIC_FAST_OPEN] = { "fast-open", 50 },
    [TRAFFIC_SIMULTANEOUS] = { "simultaneous", 20 }, /* both open, both close */
    [TRAFFIC_SPLIT] = { "split", 10 },             /* split handshakes */
    [TRAFFIC_REFUSED] = { "refused", 30 },         /* nobody listens, or not yet */
    [TRAFFIC_SIGNED] = { "signed", 10 },           /* TCP-MD5, TCP-AO */
    [TRAFFIC_WILD] = { "wild", 40 },               /* programs that do anything at any moment */
};

static const struct mix capture_mix[CAPTURE_KINDS] = {
    [CAPTURE_WHOLE] = { "whole", 660 },
    [CAPTURE_LATE] = { "late", 60 },               /* begins midway */
    [CAPTURE_ONE_WAY] = { "one-way", 40 },         /* one direction only */
    [CAPTURE_HOLES] = { "holes", 60 },             /* misses segments at random */
    [CAPTURE_GAP] = { "gap", 40 },                 /* misses a time */
    [CAPTURE_CUT] = { "cut", 40 },                 /* a snap length that cuts the options off */
    [CAPTURE_TWICE] = { "twice", 60 },             /* sees segments twice */
    [CAPTURE_DISORDER] = { "disorder", 30 },       /* records them in another order */
    [CAPTURE_MIXED] = { "mixed", 10 },             /* several of these at once */
};

const char *traffic_name(enum traffic_kind kind)
{
    return traffic_mix[kind].name;
}

const char *capture_name(enum capture_kind kind)
{
    return capture_mix[kind].name;
}

static unsigned draw_traffic(struct random *random)
{
    unsigned at = random_below(random, 1000), kind = 0;

    while (kind + 1 < TRAFFIC_KINDS && at >= traffic_mix[kind].weight)
        at -= traffic_mix[kind++].weight;
    return kind;
}

static unsigned draw_capture(struct random *random)
{
    unsigned at = random_below(random, 1000), kind = 0;

    while (kind + 1 < CAPTURE_KINDS && at >= capture_mix[kind].weight)
        at -= capture_mix[kind++].weight;
    return kind;
}

static void draw_variant(struct variant *variant, struct random *random)
{
    static const uint8_t ttls[] = { 64, 128, 255, 63, 57, 113 };
    static const uint16_t sizes[] = { 1460, 1448, 536, 1220, 1460, 14480 }; /* the last: cut up on the network card, behind the tap */
    bool linux_like = random_chance(random, 60);

    *variant = (struct variant){ 0 };
    variant->repeats_syn_ack = linux_like || random_chance(random, 40);
    variant->takes_rst_in_window = random_chance(random, 12);
    variant->takes_rst_at_edge = linux_like;
    variant->takes_rst_at_fin = linux_like || random_chance(random, 30);
    variant->keeps_time_wait = random_chance(random, 25);
    variant->reuses_time_wait = linux_like || random_chance(random, 60);
    variant->syn_in_syn_rcvd = (uint8_t)(linux_like ? 1 : random_below(random, 3));
    variant->takes_syn_ack_data = random_chance(random, 60);
    variant->takes_syn_data = random_chance(random, 15);
    variant->resets_orphan = linux_like || random_chance(random, 50);
    variant->fin_with_data = random_chance(random, 60);
    variant->limits_acks = linux_like || random_chance(random, 50);
    variant->delays_acks = random_chance(random, 60);
    variant->rst_with_ack = random_chance(random, 75);
    variant->rst_at_fin = random_chance(random, 15);
    variant->retransmits_less = random_chance(random, 15);
    variant->byte_in_keep_alive = random_chance(random, 30);
    variant->byte_in_probe = random_chance(random, 40);
    variant->sacks = random_chance(random, 85);
    variant->timestamps = random_chance(random, 65);
    variant->scales = random_chance(random, 88);
    variant->scale = (uint8_t)random_below(random, 11);
    variant->initial_ttl = ttls[random_below(random, 6)];
    variant->mss = sizes[random_below(random, 6)];
    variant->window = random_chance(random, 85) ? 65535 : 2000 + random_below(random, 6000);
    variant->rto = random_between(random, 200, 1000) * MILLISECOND;
    variant->time_wait = random_chance(random, 70) ? 60 * SECOND : random_between(random, 1, 240) * SECOND;
    variant->keep_alive = random_chance(random, 10) ? random_between(random, 1, 30) * SECOND : 0;
    variant->retries = (uint8_t)(3 + random_below(random, 5));
    variant->counts_ip_id = random_chance(random, 60);
    if (random_chance(random, 2)) {
        variant->syn_ack_data = (uint16_t)(1 + random_below(random, 500));
        variant->syn_ack_fin = random_chance(random, 40);
    }
    if (random_chance(random, 3))
        variant->full_queue = (uint8_t)(1 + random_below(random, 3));
    variant->defers_accept = random_chance(random, 4);
    variant->draws_timestamps = random_chance(random, 15);
    if (random_chance(random, 4))
        variant->rst_text = (uint8_t)(1 + random_below(random, 60));
    if (random_chance(random, 12))
        variant->rst_ttl = ttls[random_below(random, 6)];
    if (variant->scales && random_chance(random, 15))
        variant->window = 65535u * 16;
}

static void draw_manners(struct plan *plan, struct random *random)
{
    static const uint32_t sizes[] = { 10, 100, 700, 1460, 3000, 9000, 30000 };
    int client = 0, server = 1;

    plan->manner[client].request = sizes[random_below(random, 5)];
    plan->manner[client].rounds = (uint8_t)(1 + random_below(random, 4));
    plan->manner[client].at_end = random_chance(random, 60) ? CLOSE : NOTHING;
    plan->manner[client].at_fin = random_chance(random, 92) ? CLOSE : NOTHING;
    plan->manner[client].thinks = random_chance(random, 30) ? 0 : random_between(random, 0, 80) * MILLISECOND;
    plan->manner[server].serves = true;
    plan->manner[server].response = sizes[random_below(random, 7)];
    plan->manner[server].rounds = plan->manner[client].rounds;
    plan->manner[server].at_end = plan->manner[client].at_end == NOTHING && random_chance(random, 85) ? CLOSE : NOTHING;
    plan->manner[server].at_fin = random_chance(random, 94) ? CLOSE : NOTHING;
    plan->manner[server].thinks = random_chance(random, 30) ? 0 : random_between(random, 0, 80) * MILLISECOND;
    if (random_chance(random, 10)) {
        /* The server greets. */
        plan->manner[server].serves = false;
        plan->manner[client].serves = true;
        plan->manner[server].request = 40;
        plan->manner[client].response = 100;
    }
}

static void draw_network(struct plan *plan, struct random *random)
{
    bool near = random_chance(random, 50);

    for (int i = 0; i < 2; i++)
        plan->delay[i] = near && i == (int)random_below(random, 2) ? random_between(random, 5, 100)
                                                                   : random_between(random, 100, 40000);
    if (random_chance(random, 25)) {
        plan->loss = (uint8_t)(1 + random_below(random, random_chance(random, 30) ? 60 : 12));
        plan->jitter = (uint8_t)random_below(random, 10);
    }
    if (random_chance(random, 12))
        plan->duplicates = (uint8_t)(1 + random_below(random, 12));
    if (random_chance(random, 15))
        plan->jitter = (uint8_t)(1 + random_below(random, 60));
    if (random_chance(random, 5))
        plan->flaps = (uint8_t)(1 + random_below(random, 30));
    if (random_chance(random, 4)) {
        plan->outage_from = random_between(random, 0, 500) * MILLISECOND;
        plan->outage_to = plan->outage_from + random_between(random, 10, 20000) * MILLISECOND;
        plan->outage_side = random_chance(random, 50);
    }
    plan->most_jitter = random_between(random, 100, random_chance(random, 20) ? 1500000 : 30000);
}

static void draw_capture_plan(struct plan *plan, struct random *random)
{
    moment most = plan_span(plan);

    plan->capture.kind = (uint8_t)draw_capture(random);
    plan->capture.way = random_chance(random, 50);
    plan->capture.one_way_too = random_chance(random, 30);
    plan->capture.percent = (uint8_t)(1 + random_below(random, 40));
    plan->capture.begins = random_between(random, 0, most);
    plan->capture.gap_from = random_between(random, 0, most);
    plan->capture.again_after = random_chance(random, 60) ? random_between(random, 0, 1500) : random_between(random, 1500, 25000);
    plan->capture.other_ttl = random_chance(random, 40);
    plan->capture.cuts_syns_only = random_chance(random, 50);
    plan->capture.gap_to = plan->capture.gap_from + random_between(random, 0, most);
    if (plan->capture.kind == CAPTURE_TWICE && random_chance(random, 50))
        plan->capture.percent = 100;
}

void plan_draw(struct plan *plan, uint64_t seed, uint64_t world)
{
    struct random random = random_stream(seed, world, 1);

    memset(plan, 0, sizeof *plan);
    plan->seed = seed;
    plan->world = world;
    plan->traffic = (uint8_t)draw_traffic(&random);
    for (int i = 0; i < 2; i++)
        draw_variant(&plan->variant[i], &random);
    draw_network(plan, &random);
    draw_manners(plan, &random);
    plan_draw_traffic(plan, &random);
    draw_capture_plan(plan, &random);
    plan->ends = 400 * SECOND;
}
