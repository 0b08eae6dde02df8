/* timers.c - what a host does when nothing comes in: sends again, probes, gives up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 6298 (retransmission, doubled each time), RFC 9293 sections 3.8.4 (keep-alives),
 * 3.8.6.1 (probes of a closed window) and 3.6.1 (TIME_WAIT), RFC 9293 section 3.8.6.3
 * (delayed ACKs).
 */
#include "world.h"

static void give_up(struct world *world, struct host *host)
{
    host_forgets(world, host, host_nothing(host));
}

static void rto_runs_out(struct world *world, struct host *host)
{
    if (++host->retries > host->variant->retries) {
        give_up(world, host);
        return;
    }
    host->recover = host->nxt;
    host->rto_at = world->now + (host->variant->rto << host->retries);
    host_retransmits(world, host);
}

static void probe(struct world *world, struct host *host)
{
    host->probe_at = NEVER;
    if (!host_may_send(host) || host->una != host->nxt || host->nxt == host->written || ++host->retries > 6)
        return;
    if (host->send_window > 0) {
        host_sends(world, host);
    } else if (host->variant->byte_in_probe) {
        uint32_t seq = host->nxt++;
        host_emits(world, host, ACK, seq, 1);
        host->rto_at = world->now + (host->variant->rto << host->retries);
        return;
    } else {
        host_emits(world, host, ACK, host->una - 1, 0);
    }
    host->probe_at = world->now + (host->variant->rto << host->retries);
}

static void keep_alive(struct world *world, struct host *host)
{
    host->keep_at = NEVER;
    if ((host->state != ESTABLISHED && host->state != CLOSE_WAIT) || host->una != host->nxt
        || ++host->all_keep_alives > 6)
        return;
    if (++host->keep_alives > 3) {
        host_aborts(world, host);
        return;
    }
    host_emits(world, host, ACK, host->nxt - 1, host->variant->byte_in_keep_alive);
    host->keep_at = world->now + host->variant->keep_alive;
}

void host_timers(struct world *world, struct host *host)
{
    if (host->ack_at <= world->now)
        host_acks(world, host);
    if (host->rto_at <= world->now) {
        host->rto_at = NEVER;
        rto_runs_out(world, host);
    }
    if (host->probe_at <= world->now)
        probe(world, host);
    if (host->keep_at <= world->now)
        keep_alive(world, host);
    if (host->wait_at <= world->now) {
        host->wait_at = NEVER;
        if (host->state == TIME_WAIT || host->state == FIN_WAIT_2)
            give_up(world, host);
    }
}

moment host_next_timer(const struct host *host)
{
    moment next = host->rto_at;

    next = host->ack_at < next ? host->ack_at : next;
    next = host->probe_at < next ? host->probe_at : next;
    next = host->keep_at < next ? host->keep_at : next;
    return host->wait_at < next ? host->wait_at : next;
}
