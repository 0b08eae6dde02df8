/* program.c - what the programs on the two hosts do with their sockets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two sources: the plan's actions, at moments that know nothing of what goes on;
 * and a manner, by which a program answers what comes in.
 */
#include "world.h"

/* An action of its own accord, for this connection only. */
static void soon(struct world *world, const struct host *host, enum deed deed, uint32_t amount, moment after_ms)
{
    struct action action = { .when = world->now + after_ms, .host = host->me, .deed = (uint8_t)deed, .amount = amount };

    world_later(world, action.when, ACTS, host->me, host->life, &action);
}

static void ends(struct world *world, const struct host *host, enum deed deed, moment when)
{
    const struct manner *manner = &world->plan.manner[host->me];

    if (deed == NOTHING)
        return;
    if (manner->writes_before_close && (deed == CLOSE || deed == SHUTDOWN)) {
        soon(world, host, WRITE, 700, when);
        when += manner->thinks + 5 * MILLISECOND;
    }
    soon(world, host, deed, 0, when);
}

void program_is_open(struct world *world, struct host *host)
{
    const struct manner *manner = &world->plan.manner[host->me];

    if (host->rounds_left > 0 && !manner->serves && host->syn_data == 0)
        soon(world, host, WRITE, manner->request, manner->thinks);
    if (host->rounds_left == 0 && !manner->serves)
        ends(world, host, (enum deed)manner->at_end, manner->thinks);
}

void program_gets_data(struct world *world, struct host *host, uint32_t bytes)
{
    const struct manner *manner = &world->plan.manner[host->me];
    const struct manner *other = &world->plan.manner[!host->me];

    host->served += bytes;
    if (host->orphan)
        return;
    if (manner->serves) {
        if (host->served < other->request)
            return;
        host->served = 0;
        soon(world, host, WRITE, manner->response, manner->thinks);
        if (host->rounds_left > 0 && --host->rounds_left == 0)
            ends(world, host, (enum deed)manner->at_end, manner->thinks + MILLISECOND);
    } else if (host->served >= other->response && host->rounds_left > 0) {
        host->served = 0;
        if (--host->rounds_left > 0)
            soon(world, host, WRITE, manner->request, manner->thinks);
        else
            ends(world, host, (enum deed)manner->at_end, manner->thinks);
    }
}

void program_gets_fin(struct world *world, struct host *host)
{
    const struct manner *manner = &world->plan.manner[host->me];

    if (!host->fin_queued)
        ends(world, host, (enum deed)manner->at_fin, manner->thinks / 2);
}

/* A host that has begun just now, and begins again: with the same number its SYN would be equal to the first in every
 * byte, and a copy of it for whoever stands on the path (a bridge or a mirror port makes them within two milliseconds). */
static bool began_just_now(const struct world *world, const struct host *host)
{
    return world->now - host->history[host->lives[host->life].begins].when < 2 * MILLISECOND;
}

static void connects(struct world *world, struct host *host, enum isn isn)
{
    uint32_t any = world_isn(world), iss = any;

    if (host->state == TIME_WAIT && host->variant->reuses_time_wait)
        host_forgets(world, host, host_nothing(host));
    if (host->state > LISTEN)
        return;
    if (host->ever_opened && isn == ISN_HIGHER)
        iss = host->nxt + 1 + (any & 0xff);
    else if (host->ever_opened && isn == ISN_MUCH_HIGHER)
        iss = host->nxt + 100000 + (any & 0xffffff);
    else if (host->ever_opened && isn == ISN_LOWER)
        iss = host->iss - 1 - (any & (any & 0x10000 ? 0xffffff : 0xfff));
    else if (host->ever_opened && isn == ISN_EQUAL && !began_just_now(world, host))
        iss = host->iss;
    const struct variant *variant = host->variant;
    host_begins(world, host, iss, SYN_SENT);
    if (world->over)
        return;
    if (variant->fast_open && variant->cookie_known && host->rounds_left > 0) {
        host->syn_data = world->plan.manner[host->me].request;
        if (host->syn_data > variant->mss)
            host->syn_data = variant->mss;
        host->written = host->iss + 1 + host->syn_data;
    }
    host_sends_syn(world, host);
}

void program_closes(struct world *world, struct host *host)
{
    host->fin_queued = true;
    host->fin = host->written;
    host->lives[host->life].has_fin = true;
    host->lives[host->life].fin = host->fin;
    host_becomes(world, host, host->state == CLOSE_WAIT ? LAST_ACK : FIN_WAIT_1);
}

static void closes(struct world *world, struct host *host, bool both_ways)
{
    switch ((enum state)host->state) {
    case SYN_SENT:
        host_forgets(world, host, host_nothing(host));
        return;
    case SYN_RCVD:
        if (host->passive && !host->fast_opened)
            return; /* no program has it yet */
        if (host->nxt != host->written)
            return; /* RFC 9293 section 3.10.4: later */
        break;
    case ESTABLISHED:
    case CLOSE_WAIT:
        break;
    default:
        host->orphan |= both_ways;
        return;
    }
    if (both_ways && host->unread > 0) {
        host_aborts(world, host); /* RFC 2525 section 2.17 */
        return;
    }
    host->orphan = both_ways;
    program_closes(world, host);
    host_sends(world, host);
    if (!host->fin_sent && host->state == FIN_WAIT_1 && !host->syn_acked) {
        host->fin_sent = true; /* from SYN_RCVD (RFC 9293 section 3.10.4) */
        host->nxt = host->written + 1;
        host_emits(world, host, FIN | ACK, host->written, 0);
    }
}

static void aborts(struct world *world, struct host *host)
{
    switch ((enum state)host->state) {
    case CLOSED:
    case LISTEN:
    case TIME_WAIT:
        return;
    case SYN_SENT:
    case CLOSING:
    case LAST_ACK:
        host_forgets(world, host, host_nothing(host));
        return;
    case SYN_RCVD:
        if (host->passive && !host->fast_opened)
            return;
        host_aborts(world, host);
        return;
    default:
        host_aborts(world, host);
    }
}

void program_acts(struct world *world, struct host *host, const struct action *action)
{
    switch ((enum deed)action->deed) {
    case NOTHING:
        break;
    case CONNECT:
        connects(world, host, (enum isn)action->amount);
        break;
    case WRITE:
        if ((host->state == ESTABLISHED || host->state == CLOSE_WAIT || host->state == SYN_SENT
             || (host->state == SYN_RCVD && (!host->passive || host->fast_opened)))
            && !host->fin_queued) {
            host->written += action->amount;
            host_sends(world, host);
        }
        break;
    case CLOSE:
    case SHUTDOWN:
        closes(world, host, action->deed == CLOSE);
        break;
    case ABORT:
        aborts(world, host);
        break;
    case CRASH:
        host->ts_offset = action->amount;
        if (host->state > LISTEN)
            host_forgets(world, host, host_nothing(host));
        break;
    case STOP_READING:
        host->reads = false;
        break;
    case READ_AGAIN:
        if (host->state > SYN_RCVD && !host->reads && host->unread > 0) {
            host->unread = 0;
            host_acks(world, host); /* the window opens */
        }
        host->reads = true;
        break;
    case LISTEN_AGAIN:
    case STOP_LISTENING:
        host->listens = action->deed == LISTEN_AGAIN;
        if (host->state <= LISTEN)
            host_becomes(world, host, host_nothing(host));
        break;
    }
}
