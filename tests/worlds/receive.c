/* receive.c - what a host's TCP makes of a segment once it is synchronized.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 9293 section 3.10.7.4 in its order, with RFC 5961 (challenge ACKs) and RFC
 * 7323 section 5 (PAWS); where real stacks differ the host's variant says which
 * it is.
 */
#include "world.h"

static bool fits(const struct host *host, uint32_t seq)
{
    return seq - host->rcv_nxt < host_window(host);
}

/* RFC 9293 section 3.4, the table of four cases. */
static bool is_acceptable(const struct host *host, const struct segment *segment)
{
    uint32_t space = segment_space(segment);

    if (host_window(host) == 0)
        return space == 0 && segment->seq == host->rcv_nxt;
    return fits(host, segment->seq) || (space > 0 && fits(host, segment->seq + space - 1));
}

/* The ACK that answers what is not acceptable (RFC 9293 section 3.10.7.4, RFC 5961). */
static void refuses(struct world *world, struct host *host, const struct segment *segment)
{
    if (host->variant->limits_acks && segment->len == 0 && !(segment->flags & SYN)
        && world->now - host->refused_at < 500 * MILLISECOND)
        return;
    host->refused_at = world->now;
    host_acks(world, host);
}

/* Data and FIN, in order or behind a hole; RFC 9293 section 3.10.7.4, seventh and eighth. */
static void hold(struct host *host, uint32_t from, uint32_t to)
{
    int at = host->held_count;

    for (int i = 0; i < host->held_count; i++) {
        struct range *range = &host->held[i];
        if (after(from, range->to) || after(range->from, to))
            continue;
        if (before(from, range->from))
            range->from = from;
        if (after(to, range->to))
            range->to = to;
        return;
    }
    if (at == MOST_RANGES)
        return; /* no room: it will come again */
    host->held[host->held_count++] = (struct range){ from, to };
}

static void fill(struct host *host)
{
    for (int i = 0; i < host->held_count; i++) {
        if (after(host->held[i].from, host->rcv_nxt))
            continue;
        if (after(host->held[i].to, host->rcv_nxt))
            host->rcv_nxt = host->held[i].to;
        host->held[i] = host->held[--host->held_count];
        i = -1; /* it may touch another now */
    }
}

static void take_fin(struct world *world, struct host *host)
{
    host->rcv_nxt++;
    host->got_fin = true;
    host->sends_ack = true;
    switch ((enum state)host->state) {
    case ESTABLISHED:
    case SYN_RCVD:
        host_becomes(world, host, CLOSE_WAIT);
        break;
    case FIN_WAIT_1:
        host_becomes(world, host, CLOSING);
        break;
    case FIN_WAIT_2:
        host_becomes(world, host, TIME_WAIT);
        break;
    default:
        break;
    }
}

/* New data and a FIN, as far as the window goes. */
static void take_new(struct host *host, const struct segment *segment)
{
    uint32_t seq = segment->seq + ((segment->flags & SYN) != 0), end = seq + segment->len;
    uint32_t was = host->rcv_nxt, edge = host->rcv_nxt + host_window(host);

    if (after(end, edge))
        end = edge; /* what lies beyond the window is cut off, and a FIN with it */
    if (after(end, host->rcv_nxt)) {
        if (after(seq, host->rcv_nxt))
            hold(host, seq, end);
        else
            host->rcv_nxt = end;
        fill(host);
    }
    if ((segment->flags & FIN) && end == seq + segment->len && !before(end, was)) {
        host->fin_held = true;
        host->forged_fin = segment->forged ? segment->number : -1;
        host->peer_fin = end;
    }
}

/* At once, or a little later if that is its way and all is in order. */
static void owe_ack(struct world *world, struct host *host, bool in_order)
{
    host->to_ack++;
    if (!in_order || host->held_count > 0 || host->to_ack > 1 || !host->variant->delays_acks)
        host->sends_ack = true;
    else if (host->ack_at == NEVER)
        host->ack_at = world->now + 40 * MILLISECOND;
}

/* Returns false if the connection is gone. */
bool host_takes_text(struct world *world, struct host *host, const struct segment *segment)
{
    uint32_t end = segment->seq + ((segment->flags & SYN) != 0) + segment->len;
    uint32_t was = host->rcv_nxt;
    bool receives = host->state == ESTABLISHED || host->state == FIN_WAIT_1 || host->state == FIN_WAIT_2
                    || (host->state == SYN_RCVD && host->fast_opened);

    if (!receives) {
        host->sends_ack |= segment->len > 0 || (segment->flags & FIN);
        return true;
    }
    if (segment->len > 0 && after(end, host->rcv_nxt) && host->orphan && host->variant->resets_orphan) {
        world->orphaned = true;
        host_forgets(world, host, host_nothing(host));
        world->orphaned = false;
        host_resets(world, host, segment);
        return false;
    }
    take_new(host, segment);
    if (segment->len > 0 || (segment->flags & FIN))
        owe_ack(world, host, host->rcv_nxt != was);
    uint32_t got = host->rcv_nxt - was;
    if (!host->reads)
        host->unread += got;
    if (host->fin_held && host->rcv_nxt == host->peer_fin) {
        take_fin(world, host);
        if (got > 0)
            program_gets_data(world, host, got);
        program_gets_fin(world, host);
    } else if (got > 0) {
        program_gets_data(world, host, got);
    }
    return true;
}

void host_opens(struct world *world, struct host *host)
{
    host->syn_acked = true;
    host->retries = 0;
    host_becomes(world, host, ESTABLISHED);
    program_is_open(world, host);
}

/* RFC 5961 section 3.2 as Linux has it: what is due may be what lies behind all
 * that was SACKed. */
static bool is_at_edge(const struct host *host, uint32_t seq)
{
    uint32_t edge = host->rcv_nxt;

    for (int i = 0; i < host->held_count; i++)
        if (after(host->held[i].to, edge))
            edge = host->held[i].to;
    return host->held_count > 0 && host->sack_ok && seq == edge;
}

/* Second: the RST bit. */
static void judge_rst(struct world *world, struct host *host, const struct segment *segment)
{
    const struct variant *variant = host->variant;
    bool closes = host->state == CLOSE_WAIT || host->state == LAST_ACK || host->state == CLOSING;
    bool takes = segment->seq == host->rcv_nxt || variant->takes_rst_in_window
                 || (variant->takes_rst_at_edge && is_at_edge(host, segment->seq));

    if (variant->takes_rst_at_fin && closes && segment->seq == host->rcv_nxt - 1)
        takes = true;
    else if (!is_acceptable(host, segment))
        return;
    if (host->state == TIME_WAIT && variant->keeps_time_wait)
        return;
    if (takes)
        host_forgets(world, host, host_nothing(host));
    else if (host->state != SYN_RCVD)
        refuses(world, host, segment); /* a challenge */
}

/* Fourth: the SYN bit. */
static void judge_syn(struct world *world, struct host *host, const struct segment *segment)
{
    if (host->state == SYN_RCVD && host->passive && !(segment->flags & ACK) && host->variant->syn_in_syn_rcvd) {
        host_forgets(world, host, host_nothing(host));
        if (host->variant->syn_in_syn_rcvd == 1)
            host_resets(world, host, segment);
        return;
    }
    host_acks(world, host);
}

/* In SYN_RCVD: the end of the handshake. Returns false if the segment is done with. */
static bool take_ack_of_syn(struct world *world, struct host *host, const struct segment *segment)
{
    if (!after(segment->ack, host->una) || after(segment->ack, host->nxt)) {
        host_resets(world, host, segment); /* and stays (RFC 9293 section 3.10.7.4, fifth) */
        return false;
    }
    if (host->passive && !host->fast_opened
        && (host->queue_left > 0 || (host->variant->defers_accept && segment_space(segment) == 0))) {
        host->queue_left = (uint8_t)(host->queue_left - (host->queue_left > 0));
        return false;
    }
    host->send_window = (uint32_t)segment->window << host->their_scale;
    host->una = segment->ack;
    host->rto_at = NEVER;
    host_opens(world, host);
    return true;
}

/* What is acknowledged, and the window. Returns whether it is more than before. */
static bool take_numbers(struct world *world, struct host *host, const struct segment *segment)
{
    bool news = after(segment->ack, host->una);

    if (news) {
        host->una = segment->ack;
        host->retries = host->same_acks = 0;
        host->rto_at = host->una == host->nxt ? NEVER : world->now + host->variant->rto;
    } else if (segment->len == 0 && segment->ack == host->una && host->una != host->nxt && !(segment->flags & FIN)) {
        host->same_acks++;
    }
    if (!before(segment->ack, host->una))
        host->send_window = (uint32_t)segment->window << host->their_scale;
    if (host->send_window > 0 && host->probe_at != NEVER) {
        host->probe_at = NEVER;
        host->retries = 0;
    }
    host->keep_alives = 0;
    return news;
}

/* Returns false if the connection is gone. */
static bool take_ack_of_fin(struct world *world, struct host *host)
{
    switch ((enum state)host->state) {
    case FIN_WAIT_1:
        host_becomes(world, host, FIN_WAIT_2);
        if (host->orphan)
            host->wait_at = world->now + 60 * SECOND;
        return true;
    case CLOSING:
        host_becomes(world, host, TIME_WAIT);
        return true;
    case LAST_ACK:
        host_forgets(world, host, host_nothing(host));
        return false;
    default:
        return true;
    }
}

/* What an acceptable ACK acknowledges. Returns false if the segment is done with. */
static bool take_ack(struct world *world, struct host *host, const struct segment *segment)
{
    if (host->state == SYN_RCVD) {
        if (!take_ack_of_syn(world, host, segment))
            return false;
    } else if (after(segment->ack, host->nxt) || before(segment->ack, host->una - host->variant->window)) {
        refuses(world, host, segment); /* RFC 5961 section 5 */
        return false;
    }
    if (!host->syn_acked && after(segment->ack, host->iss)) {
        host->syn_acked = true; /* closed before the handshake's end: otherwise it would be open now */
        host_becomes(world, host, (enum state)host->state);
    }
    bool news = take_numbers(world, host, segment);
    if (host->fin_sent && after(host->una, host->fin))
        return take_ack_of_fin(world, host);
    if ((news && before(host->una, host->recover) && host->una != host->nxt) || host->same_acks == 3) {
        host_retransmits(world, host); /* the next hole */
        host->same_acks = 0;
    }
    return true;
}

static bool is_older(const struct host *host, const struct segment *segment)
{
    return host->timestamps && (segment->has & HAS_TIMESTAMPS) && before(segment->ts_val, host->ts_recent);
}

static bool opens_anew(const struct host *host, const struct segment *segment)
{
    bool newer = after(segment->seq, host->rcv_nxt)
                 || (host->timestamps && (segment->has & HAS_TIMESTAMPS) && after(segment->ts_val, host->ts_recent));

    return host->state == TIME_WAIT && host->listens && host->variant->reuses_time_wait && newer
           && (segment->flags & (SYN | ACK | RST | FIN)) == SYN;
}

/* In SYN_RCVD: the SYN that led there, again, or with ACK. Returns true if the
 * segment is done with. */
static bool take_syn_again(struct world *world, struct host *host, const struct segment *segment)
{
    if (host->state != SYN_RCVD || (segment->flags & (SYN | RST | FIN)) != SYN || segment->seq != host->irs
        || !host->variant->repeats_syn_ack)
        return false;
    if (!(segment->flags & ACK)) {
        host_sends_syn(world, host);
        return true;
    }
    if (segment->ack != host->nxt)
        return false;
    take_ack(world, host, segment); /* the other half of a simultaneous open, as Linux takes it */
    host_acks(world, host);
    host_sends(world, host);
    return true;
}

/* First: the sequence number, and PAWS (RFC 7323 section 5.3). */
static void refuse_unacceptable(struct world *world, struct host *host, const struct segment *segment)
{
    if (host->state == TIME_WAIT && (segment->flags & FIN))
        host->wait_at = world->now + host->variant->time_wait;
    /* A window that is closed takes ACKs (RFC 9293 section 3.10.7.4, first). */
    if (!is_older(host, segment) && host_window(host) == 0 && (segment->flags & (ACK | SYN)) == ACK
        && segment->seq == host->rcv_nxt) {
        if (!take_ack(world, host, segment))
            return;
        host_sends(world, host);
    }
    if (host->state > LISTEN)
        refuses(world, host, segment);
}

void host_gets_synchronized(struct world *world, struct host *host, const struct segment *segment)
{
    uint8_t flags = segment->flags;

    if (opens_anew(host, segment)) {
        host_forgets(world, host, LISTEN);
        host_listens_to(world, host, segment);
        return;
    }
    if (take_syn_again(world, host, segment))
        return;
    if (flags & RST) {
        judge_rst(world, host, segment);
        return;
    }
    if (is_older(host, segment) || !is_acceptable(host, segment)) {
        refuse_unacceptable(world, host, segment);
        return;
    }
    if (host->timestamps && (segment->has & HAS_TIMESTAMPS) && !after(segment->seq, host->last_ack_sent))
        host->ts_recent = segment->ts_val;
    if (flags & SYN) {
        judge_syn(world, host, segment);
        return;
    }
    if (!(flags & ACK) || !take_ack(world, host, segment) || !host_takes_text(world, host, segment))
        return;
    host_sends(world, host);
    if (host->sends_ack)
        host_acks(world, host);
}
