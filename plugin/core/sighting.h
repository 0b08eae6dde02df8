/* sighting.h - whether the capture saw a segment twice that was sent once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Asked of every segment, so all of it is inline.
 */
#ifndef TCPSTATE_SIGHTING_H
#define TCPSTATE_SIGHTING_H

#include "tcpstate.h"

/* Two sightings of one segment by a capture that sees it twice (a SPAN port,
 * both sides of a router, a loopback) lie closer together than this; a host's
 * shortest retransmission timer is 200 ms (Linux) and RFC 6298 wants 1 s.
 * Nanoseconds. */
#define TCPSTATE_COPY_TIME (TCPSTATE_SECOND / 500)

/* Nothing is sent again sooner, nanoseconds: the same timer. */
#define TCPSTATE_SHORTEST_RETRANSMISSION (TCPSTATE_SECOND / 5)

/* What passed the capture is hardly on its way longer than the first of these, and
 * never longer than the second, nanoseconds: what an end sends later it sent with it,
 * or without it. */
#define TCPSTATE_LONG_WAY TCPSTATE_SECOND
#define TCPSTATE_LONGEST_WAY (3 * TCPSTATE_SECOND)

#define TCPSTATE_DIGEST_HAS_ID UINT32_C(0x80000000)

/* Two segments of one endpoint that differ have different digests, but for one
 * pair in 2^31; of two with the same IP identification, one pair in 2^15.  With an
 * identification the lower half is just that, so that it can be asked for later.
 * What is changed on the way is left out: the checksum that a card fills in, the MSS
 * of a SYN that a router lowers. */
static inline uint32_t tcpstate_digest(const struct tcpstate_segment *segment)
{
    const bool control = segment->flags & TCPSTATE_SYN_FIN_RST;
    const uint64_t numbers = (uint64_t)segment->ack << 32 | segment->seq;
    const uint64_t fields = (uint64_t)((uint32_t)segment->window << 16 | segment->ip_id) << 8 | segment->flags;
    const uint64_t stamps = control ? (uint64_t)segment->ts_val << 32 | segment->ts_ecr : segment->options_sum;
    uint64_t mixed = (numbers + fields * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);

    mixed = ((mixed ^ mixed >> 32) + stamps * UINT64_C(0xbf58476d1ce4e5b9) + segment->payload) * UINT64_C(0x94d049bb133111eb);
    const uint32_t digest = (uint32_t)(mixed >> 32 ^ mixed >> 15) & ~TCPSTATE_DIGEST_HAS_ID;
    return segment->ip_id ? (digest & UINT32_C(0xffff0000)) | TCPSTATE_DIGEST_HAS_ID | segment->ip_id : digest;
}

/* How many identifications before that of the segment seen; 0: it is the same, or there is none. */
static inline uint16_t tcpstate_ids_before(const struct tcpstate_sighting *sighting, const struct tcpstate_segment *segment)
{
    if (!(sighting->digest & TCPSTATE_DIGEST_HAS_ID) || segment->ip_id == 0)
        return 0;
    return (uint16_t)(sighting->digest - segment->ip_id);
}

static inline bool tcpstate_has_same_id(const struct tcpstate_sighting *sighting, const struct tcpstate_segment *segment)
{
    return (sighting->digest & TCPSTATE_DIGEST_HAS_ID) && segment->ip_id != 0 && (uint16_t)sighting->digest == segment->ip_id;
}

/* The same in 16 bits, for a SYN: of all its fields, and its identification. */
static inline uint16_t tcpstate_syn_digest(const struct tcpstate_segment *segment)
{
    const uint32_t digest = tcpstate_digest(segment);

    return (uint16_t)(digest ^ digest >> 16);
}

/* Whether the identification tells two sendings of a SYN apart: there is one, and what its sender
 * has sent since the SYN has others. */
static inline bool tcpstate_tells_sendings_apart(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return segment->ip_id != 0 && (me->snd_max == me->isn + 1 || !tcpstate_has_same_id(&me->last, segment));
}

static inline bool tcpstate_is_copy_of(const struct tcpstate_sighting *sighting, const struct tcpstate_segment *segment,
                                       uint32_t digest)
{
    return sighting->frame != 0 && sighting->digest == digest && segment->time >= sighting->time
           && segment->time - sighting->time < TCPSTATE_COPY_TIME;
}

/* Nearer to each other, whichever is first, than a host sends anything again. */
static inline bool tcpstate_is_near(const struct tcpstate_sighting *sighting, const struct tcpstate_segment *segment)
{
    return segment->time - sighting->time < TCPSTATE_SHORTEST_RETRANSMISSION
           && sighting->time - segment->time < TCPSTATE_SHORTEST_RETRANSMISSION;
}

/* The same bytes, sooner than a host would send them again. */
static inline bool tcpstate_is_seen_lately(const struct tcpstate_sighting *sighting,
                                           const struct tcpstate_segment *segment, uint32_t digest)
{
    return sighting->digest == digest && sighting->frame != 0 && tcpstate_is_near(sighting, segment);
}

/* The same bytes at once.  Without an IP identification bare ACKs look alike even
 * when they are sent twice, and more is asked (sighting.c). */
static inline bool tcpstate_is_copy(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                                    uint32_t digest)
{
    bool control = segment->flags & TCPSTATE_SYN_FIN_RST;

    if (segment->ip_id != 0
        && (tcpstate_is_seen_lately(&me->last, segment, digest)
            || (control && tcpstate_is_seen_lately(&me->last_control, segment, digest))))
        return true; /* who sends again takes another identification */
    if ((digest != me->last.digest && digest != me->last_control.digest) /* nearly always */
        || (segment->ip_id == 0 && segment->payload == 0 && !control))
        return false;
    return tcpstate_is_copy_of(&me->last, segment, digest)
           || (control && tcpstate_is_copy_of(&me->last_control, segment, digest));
}

/* From now on the segment has been seen. */
static inline void tcpstate_keep_sighting(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment, uint32_t digest)
{
    const struct tcpstate_sighting sighting = { .digest = digest, .frame = segment->frame, .time = segment->time };

    me->last = sighting;
    me->last_ack = segment->ack;
    if (segment->flags & TCPSTATE_SYN_FIN_RST)
        me->last_control = sighting;
}

#endif
