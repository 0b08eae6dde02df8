/* opening.c - what a host's TCP makes of a segment before it is synchronized.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 9293 section 3.10.7.1 to 3.10.7.3: CLOSED, LISTEN and SYN_SENT; with Fast Open
 * (RFC 7413) and what else a host may put on a SYN,ACK.
 */
#include "world.h"

/* The receiver's side of the options on a SYN. */
static void take_options(struct host *host, const struct segment *segment)
{
    const struct variant *variant = host->variant;

    host->scaled = variant->scales && (segment->has & HAS_SCALE);
    host->their_scale = host->scaled ? segment->scale : 0;
    host->sack_ok = variant->sacks && (segment->has & HAS_SACK_PERMITTED);
    host->timestamps = variant->timestamps && (segment->has & HAS_TIMESTAMPS);
    host->ts_recent = segment->ts_val;
    host->irs = segment->seq;
    host->rcv_nxt = host->edge = segment->seq + 1;
    host->send_window = segment->window;
    host->peer_life = segment->forged ? -1 : (int16_t)segment->life;
}

static uint32_t isn_of_passive(struct world *world, const struct host *host)
{
    uint32_t any = world_isn(world);

    if (!host->ever_opened || random_chance(&world->drawn, 30))
        return any;
    return random_chance(&world->drawn, 80) ? host->nxt + 1 + (any & 0xffffff) : host->last_iss - (any & 0xffff);
}

void host_listens_to(struct world *world, struct host *host, const struct segment *segment)
{
    const struct variant *variant = host->variant;

    if (segment->flags & RST)
        return;
    if (segment->flags & ACK) {
        host_resets(world, host, segment);
        return;
    }
    if (!(segment->flags & SYN) || (segment->flags & FIN))
        return;
    host->peer_life = segment->forged ? -1 : (int16_t)segment->life;
    host_begins(world, host, isn_of_passive(world, host), SYN_RCVD);
    if (world->over)
        return;
    take_options(host, segment);
    bool cookie = segment->has & HAS_COOKIE;
    host->asked_cookie = segment->has & HAS_COOKIE_REQUEST;
    if (segment->len > 0 && ((cookie && variant->fast_open) || variant->takes_syn_data)) {
        host->rcv_nxt = host->edge = segment_end(segment);
        host->fast_opened = cookie && variant->fast_open;
    }
    if (variant->cookie_alone && (cookie || host->asked_cookie))
        host->fast_opened = true;
    if (variant->syn_ack_data) {
        host->written += variant->syn_ack_data;
        if (variant->syn_ack_fin) {
            program_closes(world, host);
            host->fin_sent = true;
            host->nxt = host->fin + 1;
        }
    }
    host_sends_syn(world, host);
    if (host->fast_opened)
        program_gets_data(world, host, segment->len);
}

static void syn_sent_gets(struct world *world, struct host *host, const struct segment *segment)
{
    bool good = false;

    if (segment->flags & ACK) {
        good = after(segment->ack, host->iss) && !after(segment->ack, host->nxt);
        if (!good) {
            if (!(segment->flags & RST))
                host_resets(world, host, segment);
            return;
        }
    }
    if (segment->flags & RST) {
        if (good)
            host_forgets(world, host, host_nothing(host));
        return;
    }
    if (!(segment->flags & SYN))
        return;
    take_options(host, segment);
    if (!good) {
        /* Both opened at once, or the other splits its answer (RFC 9293 figure 7). */
        host_becomes(world, host, SYN_RCVD);
        host->nxt = host->iss + 1;
        host->rto_at = NEVER;
        host_sends_syn(world, host);
        return;
    }
    host->una = segment->ack;
    if (after(host->nxt, host->una))
        host->nxt = host->una; /* data on its SYN that was not taken goes again */
    host->rto_at = NEVER;
    host_opens(world, host);
    host->sends_ack = true;
    if (host->variant->takes_syn_ack_data)
        host_takes_text(world, host, segment);
}

void host_receives(struct world *world, struct host *host, const struct segment *segment)
{
    bool keyed = host->state != CLOSED;

    if (world->plan.signs && keyed && !(segment->has & HAS_SIGNATURE))
        return;
    switch ((enum state)host->state) {
    case CLOSED:
        if (!(segment->flags & RST))
            host_resets(world, host, segment);
        break;
    case LISTEN:
        host_listens_to(world, host, segment);
        break;
    case SYN_SENT:
        syn_sent_gets(world, host, segment);
        if (host->state == ESTABLISHED || host->state == CLOSE_WAIT) {
            host_sends(world, host);
            if (host->sends_ack)
                host_acks(world, host);
        }
        break;
    default:
        host_gets_synchronized(world, host, segment);
        break;
    }
}
