/* host.c - what a host's TCP sends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The sending half of RFC 9293.  A state is always changed before the segment
 * that goes with the change is sent, so a segment's .stands is where its sender
 * stood right after it.
 */
#include <string.h>

#include "world.h"

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Where it would stand if its program had not closed: all that others can know
 * until its FIN comes by. */
static enum state unclosed(const struct host *host, enum state state)
{
    if (!host->fin_queued || state < FIN_WAIT_1 || state == CLOSE_WAIT)
        return state;
    return !host->syn_acked ? SYN_RCVD : host->got_fin ? CLOSE_WAIT : ESTABLISHED;
}

/* Where it would stand without the other end's FIN. */
static enum state unheard(enum state state)
{
    return state == CLOSE_WAIT ? ESTABLISHED : state == CLOSING || state == LAST_ACK ? FIN_WAIT_1
           : state == TIME_WAIT ? FIN_WAIT_2 : state;
}

void host_becomes(struct world *world, struct host *host, enum state state)
{
    bool arrival = world->cause == BY_ARRIVAL;
    enum state was = host->state;

    if (host->history_count == MOST_HISTORY) {
        world->over = true;
        return;
    }
    host->history[host->history_count++] = (struct step){
        .when = world->now,
        .state = (uint8_t)state,
        .unclosed = (uint8_t)unclosed(host, state),
        .unheard = (uint8_t)unheard(state),
        .untold = (uint8_t)unheard(unclosed(host, state)),
        .forged_fin = host->got_fin ? host->forged_fin : -1,
        .cause = world->cause,
        .by_fin = arrival && (state == CLOSE_WAIT || state == CLOSING || (state == TIME_WAIT && was == FIN_WAIT_2)),
        .by_ack = arrival && (state == ESTABLISHED || state == FIN_WAIT_1 || state == FIN_WAIT_2 || (state == TIME_WAIT && was == CLOSING)
                              || (was == LAST_ACK && state <= LISTEN)),
        .fin_held_back = state == CLOSING && !host->fin_sent,
        .by_orphan = arrival && world->orphaned,
        .life = host->life,
        .peer_life = host->peer_life,
        .segment = world->cause_segment,
    };
    host->state = (uint8_t)state;
    if (state == TIME_WAIT) {
        host->rto_at = host->probe_at = host->keep_at = NEVER;
        host->wait_at = world->now + host->variant->time_wait;
    }
}

/* No connection any more. */
void host_forgets(struct world *world, struct host *host, enum state state)
{
    host->rto_at = host->ack_at = host->probe_at = host->wait_at = host->keep_at = NEVER;
    host->sends_ack = false;
    host->last_iss = host->iss;
    host->refused_at = -SECOND;
    host_becomes(world, host, state);
    host->life = host->peer_life = -1;
}

/* A new connection, active (SYN_SENT) or passive (SYN_RCVD). */
void host_begins(struct world *world, struct host *host, uint32_t iss, enum state state)
{
    const struct variant *variant = host->variant;

    if (host->life_count == MOST_LIVES) {
        world->over = true;
        return;
    }
    host->life = (int16_t)host->life_count++;
    host->lives[host->life] = (struct life){ .iss = iss, .begins = host->history_count };
    host->passive = state == SYN_RCVD;
    host->orphan = host->got_fin = host->fin_queued = host->fin_sent = host->syn_acked = host->fast_opened = false;
    host->sack_ok = host->timestamps = host->scaled = host->sends_ack = host->fin_held = false;
    host->reads = host->ever_opened = true;
    host->their_scale = host->retries = host->to_ack = host->same_acks = host->held_count = host->keep_alives = 0;
    host->rounds_left = world->plan.manner[host->me].rounds;
    host->iss = host->una = iss;
    host->nxt = host->written = host->recover = iss + 1;
    host->forged_fin = -1;
    host->queue_left = variant->full_queue;
    if (variant->draws_timestamps)
        host->ts_offset = world_isn(world);
    host->send_window = host->unread = host->served = host->syn_data = host->ts_recent = 0;
    host->rto_at = host->ack_at = host->probe_at = host->wait_at = host->keep_at = NEVER;
    if (state == SYN_SENT) {
        host->irs = host->rcv_nxt = host->edge = 0;
        host->peer_life = -1;
    }
    host_becomes(world, host, state);
    host->rto_at = world->now + variant->rto * 2;
}

uint32_t host_window(const struct host *host)
{
    uint32_t room = host->variant->window > host->unread ? host->variant->window - host->unread : 0;

    /* The right edge never moves back (RFC 9293 section 3.8.6). */
    if (after(host->edge, host->rcv_nxt + room))
        room = host->edge - host->rcv_nxt;
    return room;
}

static void add_sacks(const struct host *host, struct segment *segment)
{
    for (int i = 0; i < host->held_count && segment->sacks < 3; i++)
        segment->sack[segment->sacks++] = host->held[i];
}

/* What every segment of a host has; the rest is the caller's. */
static struct segment blank(struct world *world, struct host *host, uint8_t flags, uint32_t seq, uint32_t len)
{
    struct segment segment = {
        .from = (int8_t)host->me, .flags = flags, .seq = seq, .len = len,
        .ttl = host->variant->initial_ttl,
        .stands = host->history_count - 1, .life = host->life, .heard_life = host->peer_life,
    };

    host->ip_id++;
    if (len > 0 || host->variant->counts_ip_id)
        segment.ip_id = host->ip_id;
    if ((flags & RST) && host->variant->rst_ttl)
        segment.ttl = host->variant->rst_ttl;
    if (world->plan.signs)
        segment.has |= HAS_SIGNATURE;
    return segment;
}

static void stamp(struct world *world, const struct host *host, struct segment *segment)
{
    segment->has |= HAS_TIMESTAMPS;
    segment->ts_val = host->ts_offset + (uint32_t)(world->now / MILLISECOND);
    segment->ts_ecr = segment->flags & ACK ? host->ts_recent : 0;
}

/* The options that only a SYN has; one that answers has what the other offered. */
static void add_syn_options(struct world *world, const struct host *host, struct segment *segment)
{
    const struct variant *variant = host->variant;
    bool answers = host->passive || host->state == SYN_RCVD;

    if (variant->scales && (!answers || host->scaled)) {
        segment->has |= HAS_SCALE;
        segment->scale = variant->scale;
    }
    if (variant->sacks && (!answers || host->sack_ok))
        segment->has |= HAS_SACK_PERMITTED;
    if (variant->timestamps && (!answers || host->timestamps))
        stamp(world, host, segment);
    if (variant->fast_open && answers && host->asked_cookie)
        segment->has |= HAS_COOKIE;
    if (variant->fast_open && !answers && !variant->cookie_unsaid) {
        if (!variant->cookie_known)
            segment->has |= HAS_COOKIE_REQUEST;
        else if (segment->len > 0)
            segment->has |= HAS_COOKIE;
    }
    if (variant->option_254 && (segment->has & (HAS_COOKIE | HAS_COOKIE_REQUEST)))
        segment->has |= HAS_OPTION_254;
}

static void add_ack(struct host *host, struct segment *segment, uint32_t window)
{
    segment->ack = host->rcv_nxt;
    host->last_ack_sent = host->rcv_nxt;
    host->edge = host->rcv_nxt + window;
    host->to_ack = 0;
    host->sends_ack = false;
    host->ack_at = NEVER;
    if (host->sack_ok && !(segment->flags & (SYN | RST)))
        add_sacks(host, segment);
}

void host_emits(struct world *world, struct host *host, uint8_t flags, uint32_t seq, uint32_t len)
{
    struct segment segment = blank(world, host, flags, seq, len);
    uint32_t window = host_window(host);
    uint8_t scale = host->scaled && !(flags & SYN) ? host->variant->scale : 0;

    if (flags & ACK)
        add_ack(host, &segment, window);
    if (flags & SYN)
        add_syn_options(world, host, &segment);
    else if (host->timestamps)
        stamp(world, host, &segment);
    segment.window = (uint16_t)least(window >> scale, 65535);
    world_send(world, &segment);
}

void host_acks(struct world *world, struct host *host)
{
    host_emits(world, host, ACK, host->nxt, 0);
}

/* A RST where there is nothing, or that refuses an acknowledgment (RFC 9293
 * section 3.5.2, groups 1 and 2). */
void host_resets(struct world *world, struct host *host, const struct segment *answered)
{
    bool has_ack = answered->flags & ACK;
    struct segment segment = blank(world, host, has_ack ? RST : RST | ACK, has_ack ? answered->ack : 0, 0);

    if (!has_ack)
        segment.ack = segment_end(answered);
    segment.heard_life = -1;
    segment.life = -1;
    if (world->plan.signs && host->state <= LISTEN)
        segment.has &= (uint8_t)~HAS_SIGNATURE; /* no connection, no key */
    world_send(world, &segment);
}

/* Give the connection up and tell the other end. */
void host_aborts(struct world *world, struct host *host)
{
    uint32_t seq = host->nxt;

    if (host->fin_sent && host->variant->rst_at_fin && host->nxt == host->fin + 1)
        seq = host->fin;
    int16_t life = host->life, peer_life = host->peer_life;
    host_forgets(world, host, host_nothing(host));
    struct segment segment = blank(world, host, RST, seq, host->variant->rst_text);
    segment.life = life;
    segment.heard_life = peer_life;
    if (host->variant->rst_with_ack) {
        segment.flags |= ACK;
        segment.ack = host->rcv_nxt;
    }
    if (host->timestamps)
        stamp(world, host, &segment);
    world_send(world, &segment);
}

/* Its SYN or SYN,ACK, for the first time or again. */
void host_sends_syn(struct world *world, struct host *host)
{
    const struct variant *variant = host->variant;

    if (host->state == SYN_SENT) {
        uint32_t rides = host->retries == 0 ? host->syn_data : 0;
        host_emits(world, host, SYN, host->iss, rides);
        if (rides > 0 && after(host->iss + 1 + rides, host->nxt))
            host->nxt = host->iss + 1 + rides;
    } else if (variant->split && host->passive) {
        if (variant->split == 1)
            host_emits(world, host, ACK, host->iss, 0);
        host_emits(world, host, SYN, host->iss, 0);
    } else {
        uint32_t rides = host->passive ? variant->syn_ack_data : 0;
        bool ends = rides > 0 && host->fin_sent && host->fin == host->iss + 1 + rides;
        if (rides > 0 && before(host->nxt, host->iss + 1 + rides))
            host->nxt = host->iss + 1 + rides;
        host_emits(world, host, (uint8_t)(SYN | ACK | (ends ? FIN : 0)), host->iss, rides);
    }
    if (host->rto_at == NEVER)
        host->rto_at = world->now + variant->rto * 2;
}

bool host_may_send(const struct host *host)
{
    return host->state == ESTABLISHED || host->state == CLOSE_WAIT || host->state == FIN_WAIT_1
           || host->state == CLOSING || host->state == LAST_ACK || (host->state == SYN_RCVD && host->fast_opened);
}

/* New data as far as the window goes, and the FIN behind the last of it. */
void host_sends(struct world *world, struct host *host)
{
    if (!host_may_send(host))
        return;
    uint32_t most = host->variant->mss * 8u;
    uint32_t room = least(host->send_window, most);
    while (before(host->nxt, host->written) && host->nxt - host->una < room && !world->over) {
        uint32_t size = least(host->written - host->nxt, host->variant->mss);
        size = least(size, host->una + room - host->nxt);
        bool last = host->nxt + size == host->written;
        bool ends = last && host->fin_queued && host->variant->fin_with_data;
        uint32_t seq = host->nxt;
        host->nxt += size + ends;
        host->fin_sent |= ends;
        host_emits(world, host, (uint8_t)(ACK | (last ? PSH : 0) | (ends ? FIN : 0)), seq, size);
    }
    if (host->fin_queued && !host->fin_sent && host->nxt == host->written
        && (host->nxt - host->una < room || host->nxt == host->una)) {
        host->fin_sent = true;
        host->nxt++;
        host_emits(world, host, FIN | ACK, host->written, 0);
    }
    if (host->una != host->nxt && host->rto_at == NEVER)
        host->rto_at = world->now + host->variant->rto;
    if (host->una == host->nxt && host->nxt != host->written && host->probe_at == NEVER)
        host->probe_at = world->now + host->variant->rto;
    if (host->variant->keep_alive && (host->state == ESTABLISHED || host->state == CLOSE_WAIT))
        host->keep_at = world->now + host->variant->keep_alive;
}

/* The first of what was sent and is not acknowledged. */
void host_retransmits(struct world *world, struct host *host)
{
    if (host->state == SYN_SENT || (host->state == SYN_RCVD && host->una == host->iss)) {
        host_sends_syn(world, host);
        return;
    }
    if (host->una == host->iss) {
        /* A FIN before the handshake's end: its SYN,ACK goes with it no more. */
        if (!host->syn_acked && host->passive)
            host_sends_syn(world, host);
        return;
    }
    uint32_t end = before(host->nxt, host->written) ? host->nxt : host->written;
    uint32_t piece = host->variant->retransmits_less ? host->variant->mss / 2u + 1 : host->variant->mss;
    uint32_t size = before(host->una, end) ? least(end - host->una, piece) : 0;
    bool last = host->una + size == host->written;
    bool ends = host->fin_sent && last && (size == 0 || host->variant->fin_with_data);
    host_emits(world, host, (uint8_t)(ACK | (size && last ? PSH : 0) | (ends ? FIN : 0)), host->una, size);
}
