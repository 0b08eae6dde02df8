/* forger.c - segments in a host's name that the host did not send.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From blind guesses to what a firewall on the path sends: a RST with the number
 * that is due.  `perfect` marks what the host itself could have sent at that moment, with
 * its TTL: nobody on the path can know that it did not, until it goes on.
 */
#include "world.h"

static struct segment in_name_of(const struct host *host, uint8_t flags, uint32_t seq, uint32_t ack)
{
    return (struct segment){ .from = (int8_t)host->me, .flags = flags, .seq = seq, .ack = flags & ACK ? ack : 0,
                             .window = 512, .forged = true, .stands = -1, .life = -1, .heard_life = -1,
                             .ttl = host->variant->initial_ttl };
}

/* A number in the window of whoever receives it, but not the one that is due. */
static uint32_t in_window(const struct host *host, const struct host *peer, uint32_t noise)
{
    uint32_t room = host_window(peer);

    return host->nxt + 1 + (room > 2 ? noise % (room - 1) : noise & 0xff);
}

/* A RST; returns false if there is nothing to reset. */
static bool forge_rst(struct segment *segment, const struct forgery *forgery, const struct host *host, const struct host *peer)
{
    uint8_t flags = forgery->noise & 1 ? RST : RST | ACK;

    switch ((enum aim)forgery->aim) {
    case AIM_RST_BOTH:
    case AIM_RST_EXACT:
        *segment = in_name_of(host, flags, peer->state > SYN_SENT ? peer->rcv_nxt : host->nxt, host->rcv_nxt);
        segment->perfect = true;
        return host->state >= SYN_RCVD || peer->state >= SYN_RCVD;
    case AIM_RST_AT_SYN:
        *segment = in_name_of(host, RST | ACK, 0, peer->iss + 1);
        segment->perfect = true;
        return peer->state == SYN_SENT;
    case AIM_RST_WINDOW:
        *segment = in_name_of(host, flags, in_window(host, peer, forgery->noise), host->rcv_nxt);
        return true;
    case AIM_RST_BLIND:
        *segment = in_name_of(host, flags, forgery->noise, forgery->noise * 7);
        return true;
    case AIM_RST_AT_FIN:
        *segment = in_name_of(host, RST, peer->rcv_nxt - 1, 0);
        return true;
    default:
        return false;
    }
}

/* A SYN, SYN,ACK, or what no TCP sends. */
static bool forge_syn(struct segment *segment, const struct forgery *forgery, const struct host *host, const struct host *peer)
{
    static const uint8_t odd[] = { 0, SYN | FIN, SYN | RST, FIN, FIN | PSH, SYN | RST | ACK, FIN | RST | ACK, PSH };

    switch ((enum aim)forgery->aim) {
    case AIM_SYN:
        *segment = in_name_of(host, SYN, forgery->noise & 2 ? in_window(host, peer, forgery->noise) : forgery->noise, 0);
        segment->perfect = true;
        return true;
    case AIM_SYN_LISTEN:
        *segment = in_name_of(host, SYN, forgery->noise, 0);
        segment->perfect = true;
        return peer->listens && peer->state <= LISTEN;
    case AIM_SYN_ACK:
        *segment = in_name_of(host, SYN | ACK, forgery->noise, forgery->noise & 1 ? forgery->noise * 7 : peer->iss + 1);
        segment->perfect = forgery->noise % 2 == 0 && peer->state == SYN_SENT;
        return true;
    case AIM_ODD:
        *segment = in_name_of(host, odd[forgery->noise % 8], forgery->noise & 64 ? peer->rcv_nxt : forgery->noise,
                              peer->state == SYN_SENT ? peer->iss + 1 : host->rcv_nxt);
        return true;
    default:
        return false;
    }
}

/* A FIN, data or a bare ACK; returns false if the host could not be there. */
static bool forge_other(struct segment *segment, const struct forgery *forgery, const struct host *host)
{
    bool lives = host->state >= SYN_RCVD;

    switch ((enum aim)forgery->aim) {
    case AIM_FIN_EXACT:
        *segment = in_name_of(host, FIN | ACK, host->nxt, host->rcv_nxt);
        segment->perfect = true;
        return lives && !host->fin_sent;
    case AIM_FIN_NEXT:
        *segment = in_name_of(host, FIN | ACK, host->nxt, host->rcv_nxt);
        return lives && host->fin_sent;
    case AIM_FIN_OLD:
        *segment = in_name_of(host, FIN | ACK, forgery->noise & 2 ? host->iss : host->una - forgery->noise % 50, host->rcv_nxt);
        return lives;
    case AIM_FIN_BLIND:
        *segment = in_name_of(host, FIN | ACK, forgery->noise, forgery->noise * 7);
        return true;
    case AIM_DATA_BLIND:
        *segment = in_name_of(host, PSH | ACK, forgery->noise, forgery->noise * 7);
        segment->len = 100;
        return true;
    case AIM_DATA_EXACT:
        *segment = in_name_of(host, PSH | ACK, host->nxt, host->rcv_nxt);
        segment->len = 100;
        segment->perfect = true;
        return lives && !host->fin_sent;
    case AIM_ACK_BLIND:
        *segment = in_name_of(host, ACK, host->nxt, forgery->noise);
        return true;
    default:
        return false;
    }
}

void forger_acts(struct world *world, struct forgery *forgery)
{
    const struct host *host = &world->host[forgery->name], *peer = &world->host[!forgery->name];
    struct segment segment;

    if (!forge_rst(&segment, forgery, host, peer) && !forge_syn(&segment, forgery, host, peer)
        && !forge_other(&segment, forgery, host))
        return;
    segment.fits = !(segment.flags & ACK) || segment.ack == host->rcv_nxt;
    segment.unseen = forgery->unseen;
    segment.broken = forgery->broken;
    if (!forgery->same_ttl)
        segment.ttl = (uint8_t)(segment.ttl - 1 - forgery->noise % 20);
    segment.ip_id = (uint16_t)(forgery->noise >> 8 | 1);
    world_send(world, &segment);
    if (forgery->aim == AIM_RST_BOTH) {
        segment = in_name_of(peer, RST, host->state > SYN_SENT ? host->rcv_nxt : peer->nxt, 0);
        segment.perfect = true;
        if (!forgery->same_ttl)
            segment.ttl = (uint8_t)(segment.ttl - 1 - forgery->noise % 20);
        world_send(world, &segment);
    }
}
