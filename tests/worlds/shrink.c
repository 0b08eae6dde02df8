/* shrink.c - a world that shows a lie, made as small as it gets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * First things are taken out of its plan (an action, a forgery, the network's
 * faults, what the passer-by misses) and it runs again; then, where the passer-by
 * misses segments, more records are taken out of the capture.  Each step stays if a lie of the same kind is still there.
 */
#include "judge.h"

static struct world trial;
static struct capture trial_capture;

/* Is the same lie told of what stands in `trial`? */
static bool persists(const struct capture *capture, const struct lie *wanted, struct lie *found)
{
    struct tally tally = { 0 };

    return judge(&trial, capture, found, &tally, NULL) > 0 && found->shown == wanted->shown && found->wrong == wanted->wrong && found->truth == wanted->truth
           && found->of_sender == wanted->of_sender && found->outcome == wanted->outcome;
}

/* Where the passer-by misses segments anyway, it may miss more. */
static bool capture_misses(unsigned kind)
{
    return kind != CAPTURE_WHOLE && kind != CAPTURE_TWICE && kind != CAPTURE_DISORDER && kind != CAPTURE_CUT;
}

static bool try_plan(struct world *world, struct capture *capture, struct lie *lie, const struct plan *plan)
{
    struct lie found;

    world_run(&trial, plan);
    capture_make(&trial, &trial_capture);
    if (trial_capture.count > capture->count || !persists(&trial_capture, lie, &found))
        return false;
    *world = trial;
    for (int i = 0; i < 2; i++)
        world->host[i].variant = &world->plan.variant[i];
    *capture = trial_capture;
    *lie = found;
    return true;
}

/* Each way to make a plan simpler, by number; false if there is no such way. */
static bool simplify(struct plan *plan, int way)
{
    if (way < MOST_ACTIONS) {
        for (int i = way; i + 1 < plan->action_count; i++)
            plan->actions[i] = plan->actions[i + 1];
        plan->action_count -= way < plan->action_count;
        return true;
    }
    way -= MOST_ACTIONS;
    if (way < MOST_FORGERIES) {
        for (int i = way; i + 1 < plan->forgery_count; i++)
            plan->forgeries[i] = plan->forgeries[i + 1];
        plan->forgery_count -= way < plan->forgery_count;
        return true;
    }
    way -= MOST_FORGERIES;
    struct variant *variant = &plan->variant[way & 1];
    struct manner *manner = &plan->manner[way & 1];
    switch (way) {
    case 0: plan->loss = 0; return true;
    case 1: plan->duplicates = 0; return true;
    case 2: plan->jitter = 0; return true;
    case 3: plan->capture.kind = CAPTURE_WHOLE; return true;
    case 4: case 5: variant->keep_alive = 0; return true;
    case 6: case 7: variant->timestamps = false; return true;
    case 8: case 9: variant->sacks = false; return true;
    case 10: case 11: variant->scales = false; return true;
    case 12: case 13: variant->delays_acks = false; return true;
    case 14: case 15: manner->rounds = 1; return true;
    case 16: case 17: manner->request = manner->request ? 10 : 0; return true;
    case 18: case 19: manner->response = manner->response ? 10 : 0; return true;
    case 20: case 21: manner->at_end = NOTHING; return true;
    case 22: case 23: manner->at_fin = NOTHING; return true;
    case 24: case 25: variant->retransmits_less = false; return true;
    case 26: case 27: variant->window = 65535; return true;
    case 28: case 29: variant->full_queue = 0; return true;
    case 30: case 31: variant->defers_accept = false; return true;
    case 32: case 33: variant->syn_ack_fin = false; return true;
    case 34: case 35: variant->syn_ack_data = 0; return true;
    case 36: case 37: variant->rst_ttl = variant->rst_text = 0; return true;
    case 38: plan->flaps = 0; plan->outage_to = 0; return true;
    case 39: plan->duplicates /= 2; plan->loss /= 2; return true;
    default: return false;
    }
}

static void shrink_plan(struct world *world, struct capture *capture, struct lie *lie)
{
    for (bool again = true; again;) {
        again = false;
        for (int way = 0;; way++) {
            struct plan plan = world->plan;
            int was = capture->count;
            if (!simplify(&plan, way))
                break;
            if (try_plan(world, capture, lie, &plan))
                again |= capture->count < was;
        }
    }
}

static void shrink_records(struct world *world, struct capture *capture, struct lie *lie)
{
    trial = *world;
    for (int i = 0; i < 2; i++)
        trial.host[i].variant = &trial.plan.variant[i];
    capture->count = lie->record + 1;
    for (int size = capture->count / 2; size > 0; size = size > 1 ? size / 2 : 0)
        for (int at = 0; at + size <= capture->count;) {
            struct lie found;
            trial_capture = *capture;
            trial_capture.count -= size;
            for (int i = at; i < trial_capture.count; i++)
                trial_capture.records[i] = trial_capture.records[i + size];
            if (persists(&trial_capture, lie, &found)) {
                *capture = trial_capture;
                *lie = found;
                capture->count = lie->record + 1;
            } else {
                at++;
            }
        }
}

void shrink(struct world *world, struct capture *capture, struct lie *lie, bool drops)
{
    shrink_plan(world, capture, lie);
    capture->count = lie->record + 1;
    if (drops || (capture_misses(world->plan.capture.kind)))
        shrink_records(world, capture, lie);
}
