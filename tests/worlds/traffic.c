/* traffic.c - draws what happens in a world of each kind, and when.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each draw is a statement of its own (plan.c says why).
 */
#include "world.h"

/* The time within which most of a connection happens. */
moment plan_span(const struct plan *plan)
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

/* At some time, by either host. */
static void add_anywhere(struct plan *plan, struct random *random, moment most, enum deed deed, uint32_t amount)
{
    moment when = random_between(random, 0, most);
    int host = random_chance(random, 50);

    add(plan, when, host, deed, amount);
}

static void add_forgery(struct plan *plan, struct random *random)
{
    struct forgery *forgery = &plan->forgeries[plan->forgery_count++];
    bool any_time = random_chance(random, 60);

    forgery->when = random_between(random, 0, any_time ? plan_span(plan) + 10 * MILLISECOND
                                                       : (plan->delay[0] + plan->delay[1]) * 3);
    forgery->name = random_chance(random, 50);
    forgery->aim = (uint8_t)random_below(random, AIMS);
    forgery->same_ttl = random_chance(random, 50);
    forgery->unseen = random_chance(random, 10);
    forgery->broken = random_chance(random, 10);
    forgery->noise = random_bits(random);
}

/* Another connection on the four-tuple: soon, or when TIME_WAIT is over. */
static moment add_reopening(struct plan *plan, struct random *random, moment from)
{
    static const uint8_t how[] = { ISN_HIGHER, ISN_MUCH_HIGHER, ISN_LOWER, ISN_EQUAL, ISN_ANY, ISN_ANY };
    bool soon = random_chance(random, 70);
    moment when = from + (soon ? random_between(random, 0, 2000) * MILLISECOND : random_between(random, 2, 130) * SECOND);
    int host = random_chance(random, 25);

    add(plan, when, host, CONNECT, how[random_below(random, 6)]);
    if (host == 1)
        plan->listens[0] = random_chance(random, 80);
    return when + plan_span(plan);
}

static void draw_abort(struct plan *plan, struct random *random)
{
    add_anywhere(plan, random, plan_span(plan), ABORT, 0);
    if (random_chance(random, 20))
        add_anywhere(plan, random, plan_span(plan), ABORT, 0);
}

static void draw_closes_of(struct plan *plan, struct random *random, int host)
{
    moment most = plan_span(plan);

    plan->manner[host].writes_before_close = random_chance(random, 40);
    if (random_chance(random, 60)) {
        enum deed deed = random_chance(random, 50) ? CLOSE : SHUTDOWN;
        add(plan, random_between(random, 0, most), host, deed, 0);
    }
    if (random_chance(random, 30)) {
        uint32_t amount = 1 + random_below(random, 5000);
        add(plan, random_between(random, 0, most), host, WRITE, amount);
    }
    if (random_chance(random, 20)) {
        moment when = random_between(random, 0, most);
        add(plan, when, host, STOP_READING, 0);
        add(plan, when + random_between(random, 50, 3000) * MILLISECOND, host, READ_AGAIN, 0);
        plan->variant[host].window = 2000;
    }
}

static void draw_closes(struct plan *plan, struct random *random)
{
    for (int i = 0; i < 2; i++)
        draw_closes_of(plan, random, i);
    if (random_chance(random, 30))
        plan->manner[0].at_end = plan->manner[1].at_end = CLOSE;
}

static void draw_reopen(struct plan *plan, struct random *random)
{
    moment when = plan_span(plan);

    if (random_chance(random, 40)) {
        enum deed deed = random_chance(random, 50) ? CLOSE : ABORT;
        add_anywhere(plan, random, when, deed, 0);
    }
    do
        when = add_reopening(plan, random, when);
    while (random_chance(random, 35));
}

static void draw_crash(struct plan *plan, struct random *random)
{
    moment most = plan_span(plan), when = random_between(random, 0, most);
    int host = random_chance(random, 60);

    plan->manner[0].rounds = plan->manner[1].rounds = 3;
    add(plan, when, host, CRASH, random_bits(random));
    if (random_chance(random, 20))
        add(plan, when, host, STOP_LISTENING, 0);
    if (random_chance(random, 60))
        add_reopening(plan, random, when);
    if (random_chance(random, 50))
        add(plan, random_between(random, when, when + most), !host, WRITE, 500);
}

static void draw_forged(struct plan *plan, struct random *random)
{
    do
        add_forgery(plan, random);
    while (random_chance(random, 40) && plan->forgery_count < MOST_FORGERIES);
}

static void draw_fast_open(struct plan *plan, struct random *random)
{
    struct variant *client = &plan->variant[0], *server = &plan->variant[1];

    client->fast_open = true;
    server->fast_open = random_chance(random, 80);
    client->cookie_known = random_chance(random, 80);
    client->option_254 = server->option_254 = random_chance(random, 15);
    plan->manner[1].serves = true;
    plan->manner[0].serves = false;
    if (random_chance(random, 40))
        plan->manner[1].thinks = 0;
    if (random_chance(random, 30)) {
        enum deed deed = random_chance(random, 60) ? CLOSE : ABORT;
        add_anywhere(plan, random, plan_span(plan), deed, 0);
    }
    if (random_chance(random, 10)) {
        client->cookie_known = client->cookie_unsaid = true; /* data on the SYN, but no option */
        server->takes_syn_data = random_chance(random, 50);
    }
    server->cookie_alone = random_chance(random, 20);
    if (server->cookie_alone) /* it greets, or closes, before the third segment */
        add_anywhere(plan, random, plan->delay[0] + 2 * plan->delay[1], random_chance(random, 70) ? WRITE : CLOSE, 100);
}

static void draw_simultaneous(struct plan *plan, struct random *random)
{
    plan->listens[1] = random_chance(random, 30);
    add(plan, random_between(random, 0, plan->delay[0] + plan->delay[1] + 3 * MILLISECOND), 1, CONNECT, ISN_ANY);
    if (random_chance(random, 40))
        add_anywhere(plan, random, plan_span(plan), CLOSE, 0);
}

static void draw_refused(struct plan *plan, struct random *random)
{
    plan->listens[1] = false;
    if (random_chance(random, 50))
        add(plan, random_between(random, 0, 3000) * MILLISECOND, 1, LISTEN_AGAIN, 0);
    if (random_chance(random, 30)) {
        moment when = random_between(random, 0, 3000) * MILLISECOND;
        add(plan, when, 0, ABORT, 0); /* gives up, and tries again with another number */
        when += random_between(random, 0, 50) * MILLISECOND;
        add(plan, when, 0, CONNECT, random_below(random, 5));
    }
    if (random_chance(random, 60)) {
        moment when = random_between(random, 1, 4000) * MILLISECOND;
        add(plan, when, 0, CONNECT, random_below(random, 5));
    }
}

static void draw_signed(struct plan *plan, struct random *random)
{
    plan->signs = true;
    if (random_chance(random, 50))
        add_forgery(plan, random);
    if (random_chance(random, 50)) {
        uint32_t offset = random_bits(random);
        add_anywhere(plan, random, plan_span(plan), CRASH, offset);
    }
    if (random_chance(random, 30))
        add_reopening(plan, random, plan_span(plan));
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
        add_anywhere(plan, random, plan_span(plan) * 2, deed, amount);
    }
}

static void draw_ordinary(struct plan *plan, struct random *random)
{
    if (random_chance(random, 4))
        add_anywhere(plan, random, plan_span(plan), STOP_READING, 0);
}

static void draw_split(struct plan *plan, struct random *random)
{
    plan->variant[1].split = (uint8_t)(1 + random_below(random, 2));
}

void plan_draw_traffic(struct plan *plan, struct random *random)
{
    static void (*const draw[TRAFFIC_KINDS])(struct plan *, struct random *) = {
        [TRAFFIC_ORDINARY] = draw_ordinary,   [TRAFFIC_ABORT] = draw_abort,
        [TRAFFIC_CLOSES] = draw_closes,       [TRAFFIC_REOPEN] = draw_reopen,
        [TRAFFIC_CRASH] = draw_crash,         [TRAFFIC_FORGED] = draw_forged,
        [TRAFFIC_FAST_OPEN] = draw_fast_open, [TRAFFIC_SIMULTANEOUS] = draw_simultaneous,
        [TRAFFIC_SPLIT] = draw_split,         [TRAFFIC_REFUSED] = draw_refused,
        [TRAFFIC_SIGNED] = draw_signed,       [TRAFFIC_WILD] = draw_wild,
    };

    plan->listens[1] = true;
    add(plan, 0, 0, CONNECT, ISN_ANY);
    draw[plan->traffic](plan, random);
}
