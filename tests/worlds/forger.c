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

void forger_acts(struct world *world, struct forgery *forgery)
{
    const struct host *host = &world->host[forgery->name], *peer = &world->host[!forgery->name];
    struct segment segment;
    bool perfect = false;
    bool lives = host->state >= SYN_RCVD;

    switch ((enum aim)forgery->aim) {
    case AIM_RST_BOTH:
    case AIM_RST_EXACT:
        if (!lives && peer->state < SYN_RCVD)
            return;
        segment = in_name_of(host, forgery->noise & 1 ? RST : RST | ACK, peer->state > SYN_SENT ? peer->rcv_nxt : host->nxt,
                             host->rcv_nxt);
        perfect = true;
        break;
    case AIM_RST_AT_SYN:
        if (peer->state != SYN_SENT)
            return;
        segment = in_name_of(host, RST | ACK, 0, peer->iss + 1);
        perfect = true;
        break;
    case AIM_RST_WINDOW:
        segment = in_name_of(host, forgery->noise & 1 ? RST : RST | ACK, in_window(host, peer, forgery->noise), host->rcv_nxt);
        break;
    case AIM_RST_BLIND:
        segment = in_name_of(host, forgery->noise & 1 ? RST : RST | ACK, forgery->noise, forgery->noise * 7);
        break;
    case AIM_SYN:
        segment = in_name_of(host, SYN, forgery->noise & 2 ? in_window(host, peer, forgery->noise) : forgery->noise, 0);
        perfect = true;
        break;
    case AIM_SYN_LISTEN:
        if (!peer->listens || peer->state > LISTEN)
            return;
        segment = in_name_of(host, SYN, forgery->noise, 0);
        perfect = true;
        break;
    case AIM_FIN_EXACT:
        if (!lives || host->fin_sent)
            return;
        segment = in_name_of(host, FIN | ACK, host->nxt, host->rcv_nxt);
        perfect = true;
        break;
    case AIM_FIN_BLIND:
        segment = in_name_of(host, FIN | ACK, forgery->noise, forgery->noise * 7);
        break;
    case AIM_DATA_BLIND:
        segment = in_name_of(host, PSH | ACK, forgery->noise, forgery->noise * 7);
        segment.len = 100;
        break;
    case AIM_ACK_BLIND:
        segment = in_name_of(host, ACK, host->nxt, forgery->noise);
        break;
    case AIM_SYN_ACK:
        segment = in_name_of(host, SYN | ACK, forgery->noise, forgery->noise & 1 ? forgery->noise * 7 : peer->iss + 1);
        perfect = forgery->noise % 2 == 0 && peer->state == SYN_SENT;
        break;
    case AIM_RST_AT_FIN:
        segment = in_name_of(host, RST, peer->rcv_nxt - 1, 0);
        break;
    case AIM_FIN_OLD:
        if (!lives)
            return;
        segment = in_name_of(host, FIN | ACK, forgery->noise & 2 ? host->iss : host->una - forgery->noise % 50, host->rcv_nxt);
        break;
    case AIM_DATA_EXACT:
        if (!lives || host->fin_sent)
            return;
        segment = in_name_of(host, PSH | ACK, host->nxt, host->rcv_nxt);
        segment.len = 100;
        perfect = true;
        break;
    case AIM_FIN_NEXT:
        if (!lives || !host->fin_sent)
            return;
        segment = in_name_of(host, FIN | ACK, host->nxt, host->rcv_nxt);
        break;
    case AIM_ODD: {
        static const uint8_t odd[] = { 0, SYN | FIN, SYN | RST, FIN, FIN | PSH, SYN | RST | ACK, FIN | RST | ACK, PSH };
        segment = in_name_of(host, odd[forgery->noise % 8], forgery->noise & 64 ? peer->rcv_nxt : forgery->noise,
                             peer->state == SYN_SENT ? peer->iss + 1 : host->rcv_nxt);
        break;
    }
    default:
        return;
    }
    segment.perfect = perfect;
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
