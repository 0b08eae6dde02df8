/* outcome.c - what is said of a whole connection: is it against what was recorded?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only worlds in which each host had one connection are judged: of others it is not
 * clear of which connection an outcome speaks.  An outcome need not know what was not
 * recorded; but it must not be against it.
 */
#include <string.h>

#include "judge.h"

/* What the records of a world tell for certain, to one who knows what is genuine. */
struct facts {
    bool met[2];         /* it sent something that was recorded, since the other's last SYN */
    bool closes[2];      /* it closed its side, recorded or not */
    bool told_fin[2];    /* ... and a recorded number shows it */
    bool open[2];        /* it sent something that was recorded when it was open */
    bool rst;
    bool forged_fin;     /* recorded or not: who closes in answer to it closes first, as far as anybody saw */
    bool went_on;        /* whoever got the last RST sent afterwards, other than a RST */
};

static struct facts gather(const struct world *world, const struct capture *capture)
{
    struct facts facts = { 0 };
    moment came[2] = { NEVER, NEVER }; /* when the last RST came to it */

    for (int i = 0; i < world->segment_count; i++)
        facts.forged_fin |= world->segments[i].forged && (world->segments[i].flags & FIN);
    for (int i = 0; i < capture->count; i++) {
        const struct segment *segment = &world->segments[capture->records[i].segment];
        int from = segment->from, to = !from;
        if (segment->flags & RST) {
            facts.rst = true;
            came[to] = world->arrived[segment->number];
            facts.went_on = false;
            continue;
        }
        if ((segment->flags & (SYN | ACK)) == SYN)
            facts.met[to] = false;
        if (segment->forged)
            continue;
        facts.met[from] = true;
        if (came[from] != NEVER && segment->sent > came[from])
            facts.went_on = true;
        const struct step *step = &world->host[from].history[segment->stands];
        facts.open[from] |= step->state >= ESTABLISHED && segment->len > 0 && !(segment->flags & SYN);
        for (int end = 0; end < 2; end++) {
            const struct life *life = &world->host[end].lives[0];
            if (world->host[end].life_count == 0 || !life->has_fin)
                continue;
            facts.closes[end] = true;
            if (end == from ? segment->life == 0 && after(segment_end(segment), life->fin)
                            : segment->heard_life == 0 && (segment->flags & ACK) && after(segment->ack, life->fin))
                facts.told_fin[end] = true;
        }
    }
    return facts;
}

/* Whether a RST ended the connection of either host. */
static bool was_reset(const struct world *world)
{
    for (int end = 0; end < 2; end++)
        for (int i = 1; i < world->host[end].history_count; i++) {
            const struct step *step = &world->host[end].history[i];
            if (step->state <= LISTEN && world->host[end].history[i - 1].state > LISTEN && step->cause == BY_ARRIVAL
                && !step->by_ack)
                return true;
        }
    for (int i = 0; i < world->segment_count; i++)
        if (!world->segments[i].forged && (world->segments[i].flags & RST) && world->segments[i].life >= 0)
            return true;
    return false;
}

bool outcome_is_false(const struct world *world, const struct capture *capture, const char *outcome)
{
    if (world->host[0].life_count > 1 || world->host[1].life_count > 1 || capture->count == 0)
        return false;
    const struct facts facts = gather(world, capture);
    bool both_open = facts.open[0] && facts.open[1];

    if (strcmp(outcome, "closed") == 0 || strcmp(outcome, "last-ack-missing") == 0)
        return !(facts.closes[0] && facts.closes[1]) && !facts.forged_fin;
    if (strcmp(outcome, "open") == 0 || strcmp(outcome, "silent") == 0)
        return facts.told_fin[0] || facts.told_fin[1];
    if (strcmp(outcome, "half-closed") == 0)
        return (facts.told_fin[0] && facts.told_fin[1]) || !(facts.closes[0] || facts.closes[1] || facts.forged_fin);
    if (strcmp(outcome, "reset") == 0)
        return !facts.rst || (!was_reset(world) && facts.went_on);
    if (strcmp(outcome, "refused") == 0 || strcmp(outcome, "rejected") == 0 || strcmp(outcome, "handshake-aborted") == 0)
        return both_open && facts.went_on;
    if (strcmp(outcome, "unanswered") == 0)
        return facts.met[0] && facts.met[1];
    if (strcmp(outcome, "half-open") == 0)
        return both_open;
    return false;
}

/* Whoever had the other's FIN when it closed was not the first. */
static bool closed_second(const struct world *world, int end)
{
    const struct host *host = &world->host[end];

    for (int i = 0; i < host->history_count; i++)
        if (host->history[i].state == CLOSE_WAIT)
            return true;
    return false;
}

bool closer_is_false(const struct world *world, const struct capture *capture, int closer)
{
    if (closer < 0 || world->host[0].life_count > 1 || world->host[1].life_count > 1)
        return false;
    const struct facts facts = gather(world, capture);

    if (facts.forged_fin)
        return false;
    if (closer == 2)
        return closed_second(world, 0) || closed_second(world, 1);
    return closed_second(world, closer) || !facts.closes[closer];
}
