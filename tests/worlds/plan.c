/* plan.c - draws a world: how often each kind of traffic, capture and network is met.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The two tables below are the mix that shares and the bar are measured over:
 * mostly what captures hold, with enough of all that is hard.
 */
#include <stddef.h>
#include <string.h>

#include "world.h"

/* Of 1,000 worlds. */
static const struct {
    const char *name;
    unsigned weight;
} traffic_mix[TRAFFIC_KINDS] = {
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
}, capture_mix[CAPTURE_KINDS] = {
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

    *variant = (struct variant){
        .repeats_syn_ack = linux_like || random_chance(random, 40),
        .takes_rst_in_window = random_chance(random, 12),
        .takes_rst_at_edge = linux_like,
        .takes_rst_at_fin = linux_like || random_chance(random, 30),
        .keeps_time_wait = random_chance(random, 25),
        .reuses_time_wait = linux_like || random_chance(random, 60),
        .syn_in_syn_rcvd = (uint8_t)(linux_like ? 1 : random_below(random, 3)),
        .takes_syn_ack_data = random_chance(random, 60),
        .takes_syn_data = random_chance(random, 15),
        .resets_orphan = linux_like || random_chance(random, 50),
        .fin_with_data = random_chance(random, 60),
        .limits_acks = linux_like || random_chance(random, 50),
        .delays_acks = random_chance(random, 60),
        .rst_with_ack = random_chance(random, 75),
        .rst_at_fin = random_chance(random, 15),
        .retransmits_less = random_chance(random, 15),
        .byte_in_keep_alive = random_chance(random, 30),
        .byte_in_probe = random_chance(random, 40),
        .sacks = random_chance(random, 85),
        .timestamps = random_chance(random, 65),
        .scales = random_chance(random, 88),
        .scale = (uint8_t)random_below(random, 11),
        .initial_ttl = ttls[random_below(random, 6)],
        .mss = sizes[random_below(random, 6)],
        .window = random_chance(random, 85) ? 65535 : 2000 + random_below(random, 6000),
        .rto = random_between(random, 200, 1000) * MILLISECOND,
        .time_wait = random_chance(random, 70) ? 60 * SECOND : random_between(random, 1, 240) * SECOND,
        .keep_alive = random_chance(random, 10) ? random_between(random, 1, 30) * SECOND : 0,
        .retries = (uint8_t)(3 + random_below(random, 5)),
        .counts_ip_id = random_chance(random, 60),
    };
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

    plan->manner[client] = (struct manner){
        .request = sizes[random_below(random, 5)],
        .rounds = (uint8_t)(1 + random_below(random, 4)),
        .at_end = random_chance(random, 60) ? CLOSE : NOTHING,
        .at_fin = random_chance(random, 92) ? CLOSE : NOTHING,
        .thinks = random_chance(random, 30) ? 0 : random_between(random, 0, 80) * MILLISECOND,
    };
    plan->manner[server] = (struct manner){
        .serves = true,
        .response = sizes[random_below(random, 7)],
        .rounds = plan->manner[client].rounds,
        .at_end = plan->manner[client].at_end == NOTHING && random_chance(random, 85) ? CLOSE : NOTHING,
        .at_fin = random_chance(random, 94) ? CLOSE : NOTHING,
        .thinks = random_chance(random, 30) ? 0 : random_between(random, 0, 80) * MILLISECOND,
    };
    if (random_chance(random, 10)) {
        /* The server greets. */
        plan->manner[server].serves = false;
        plan->manner[client].serves = true;
        plan->manner[server].request = 40;
        plan->manner[client].response = 100;
    }
}

/* The time within which most of such a connection happens. */
static moment span(const struct plan *plan)
{
    moment trip = plan->delay[0] + plan->delay[1];

    return trip * 8 + (plan->manner[0].thinks + plan->manner[1].thinks) * 3;
}

static void add(struct plan *plan, moment when, int host, enum deed deed, uint32_t amount)
{
    if (plan->action_count < MOST_ACTIONS)
        plan->actions[plan->action_count++] =
            (struct action){ .when = when, .host = (uint8_t)host, .deed = (uint8_t)deed, .amount = amount };
}

static void add_forgery(struct plan *plan, struct random *random)
{
    plan->forgeries[plan->forgery_count++] = (struct forgery){
        .when = random_chance(random, 60) ? random_between(random, 0, span(plan) + 10 * MILLISECOND)
                                          : random_between(random, 0, (plan->delay[0] + plan->delay[1]) * 3),
        .name = random_chance(random, 50),
        .aim = (uint8_t)random_below(random, AIMS),
        .same_ttl = random_chance(random, 50),
        .unseen = random_chance(random, 10),
        .broken = random_chance(random, 10),
        .noise = random_bits(random),
    };
}

/* Another connection on the four-tuple: soon, or when TIME_WAIT is over. */
static moment add_reopening(struct plan *plan, struct random *random, moment from)
{
    static const uint8_t how[] = { ISN_HIGHER, ISN_MUCH_HIGHER, ISN_LOWER, ISN_EQUAL, ISN_ANY, ISN_ANY };
    moment when = from + (random_chance(random, 70) ? random_between(random, 0, 2000) * MILLISECOND
                                                    : random_between(random, 2, 130) * SECOND);
    int host = random_chance(random, 75) ? 0 : 1;

    add(plan, when, host, CONNECT, how[random_below(random, 6)]);
    if (host == 1)
        plan->listens[0] = random_chance(random, 80);
    return when + span(plan);
}

static void draw_wild(struct plan *plan, struct random *random)
{
    static const uint8_t deeds[] = { CONNECT, WRITE, WRITE, CLOSE, SHUTDOWN, ABORT, CRASH, STOP_READING, READ_AGAIN,
                                     LISTEN_AGAIN, STOP_LISTENING, CONNECT };
    int count = 3 + (int)random_below(random, 7);

    plan->listens[0] = random_chance(random, 40);
    for (int i = 0; i < count; i++) {
        enum deed deed = (enum deed)deeds[random_below(random, 12)];
        uint32_t amount = deed == WRITE ? 1 + random_below(random, 4000) : random_below(random, 5);
        add(plan, random_between(random, 0, span(plan) * 2), random_chance(random, 50), deed, amount);
    }
}

static void draw_traffic_plan(struct plan *plan, struct random *random)
{
    moment most = span(plan);

    plan->listens[1] = true;
    add(plan, 0, 0, CONNECT, ISN_ANY);
    switch ((enum traffic_kind)plan->traffic) {
    case TRAFFIC_ORDINARY:
        if (random_chance(random, 4))
            add(plan, random_between(random, 0, most), random_chance(random, 50), STOP_READING, 0);
        break;
    case TRAFFIC_ABORT:
        add(plan, random_between(random, 0, most), random_chance(random, 50), ABORT, 0);
        if (random_chance(random, 20))
            add(plan, random_between(random, 0, most), random_chance(random, 50), ABORT, 0);
        break;
    case TRAFFIC_CLOSES:
        for (int i = 0; i < 2; i++) {
            plan->manner[i].writes_before_close = random_chance(random, 40);
            if (random_chance(random, 60))
                add(plan, random_between(random, 0, most), i, random_chance(random, 50) ? CLOSE : SHUTDOWN, 0);
            if (random_chance(random, 30))
                add(plan, random_between(random, 0, most), i, WRITE, 1 + random_below(random, 5000));
            if (random_chance(random, 20)) {
                moment when = random_between(random, 0, most);
                add(plan, when, i, STOP_READING, 0);
                add(plan, when + random_between(random, 50, 3000) * MILLISECOND, i, READ_AGAIN, 0);
                plan->variant[i].window = 2000;
            }
        }
        if (random_chance(random, 30))
            plan->manner[0].at_end = plan->manner[1].at_end = CLOSE;
        break;
    case TRAFFIC_REOPEN:
        if (random_chance(random, 40))
            add(plan, random_between(random, 0, most), random_chance(random, 50), random_chance(random, 50) ? CLOSE : ABORT, 0);
        for (moment when = most; random_chance(random, 35) || when == most;)
            when = add_reopening(plan, random, when);
        break;
    case TRAFFIC_CRASH: {
        int host = random_chance(random, 60);
        moment when = random_between(random, 0, most);
        plan->manner[0].rounds = plan->manner[1].rounds = 3;
        add(plan, when, host, CRASH, random_bits(random));
        if (random_chance(random, 20))
            add(plan, when, host, STOP_LISTENING, 0);
        if (random_chance(random, 60))
            add_reopening(plan, random, when);
        if (random_chance(random, 50))
            add(plan, random_between(random, when, when + most), !host, WRITE, 500);
        break;
    }
    case TRAFFIC_FORGED:
        do
            add_forgery(plan, random);
        while (random_chance(random, 40) && plan->forgery_count < MOST_FORGERIES);
        break;
    case TRAFFIC_FAST_OPEN:
        plan->variant[0].fast_open = true;
        plan->variant[1].fast_open = random_chance(random, 80);
        plan->variant[0].cookie_known = random_chance(random, 80);
        plan->variant[0].option_254 = random_chance(random, 15);
        plan->variant[1].option_254 = plan->variant[0].option_254;
        plan->manner[1].serves = true;
        plan->manner[0].serves = false;
        if (random_chance(random, 40))
            plan->manner[1].thinks = 0;
        if (random_chance(random, 30))
            add(plan, random_between(random, 0, most), random_chance(random, 50), random_chance(random, 60) ? CLOSE : ABORT, 0);
        if (random_chance(random, 10)) {
            plan->variant[0].cookie_known = true; /* data on the SYN, but no option */
            plan->variant[0].cookie_unsaid = true;
            plan->variant[1].takes_syn_data = random_chance(random, 50);
        }
        break;
    case TRAFFIC_SIMULTANEOUS:
        plan->listens[1] = random_chance(random, 30);
        add(plan, random_between(random, 0, plan->delay[0] + plan->delay[1] + 3 * MILLISECOND), 1, CONNECT, ISN_ANY);
        if (random_chance(random, 40))
            add(plan, random_between(random, 0, most), random_chance(random, 50), CLOSE, 0);
        break;
    case TRAFFIC_SPLIT:
        plan->variant[1].split = (uint8_t)(1 + random_below(random, 2));
        break;
    case TRAFFIC_REFUSED:
        plan->listens[1] = false;
        if (random_chance(random, 50))
            add(plan, random_between(random, 0, 3000) * MILLISECOND, 1, LISTEN_AGAIN, 0);
        if (random_chance(random, 30)) {
            moment when = random_between(random, 0, 3000) * MILLISECOND;
            add(plan, when, 0, ABORT, 0); /* gives up, and tries again with another number */
            add(plan, when + random_between(random, 0, 50) * MILLISECOND, 0, CONNECT, random_below(random, 5));
        }
        if (random_chance(random, 60))
            add(plan, random_between(random, 1, 4000) * MILLISECOND, 0, CONNECT, random_below(random, 5));
        break;
    case TRAFFIC_SIGNED:
        plan->signs = true;
        if (random_chance(random, 50))
            add_forgery(plan, random);
        if (random_chance(random, 50))
            add(plan, random_between(random, 0, most), random_chance(random, 50), CRASH, random_bits(random));
        if (random_chance(random, 30))
            add_reopening(plan, random, most);
        break;
    case TRAFFIC_WILD:
        draw_wild(plan, random);
        break;
    default:
        break;
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
    moment most = span(plan);

    plan->capture = (struct capture_plan){
        .kind = (uint8_t)draw_capture(random),
        .way = random_chance(random, 50),
        .one_way_too = random_chance(random, 30),
        .percent = (uint8_t)(1 + random_below(random, 40)),
        .begins = random_between(random, 0, most),
        .gap_from = random_between(random, 0, most),
        .again_after = random_chance(random, 60) ? random_between(random, 0, 1500) : random_between(random, 1500, 25000),
        .other_ttl = random_chance(random, 40),
        .other_checksum = random_chance(random, 20),
        .cuts_syns_only = random_chance(random, 50),
    };
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
    draw_traffic_plan(plan, &random);
    draw_capture_plan(plan, &random);
    plan->ends = 400 * SECOND;
}
