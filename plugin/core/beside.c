/* beside.c - two connections of one four-tuple that go on at once, told apart by their numbers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Overlapping VLANs, a firewall that changes numbers and is captured on both sides, a SYN
 * that a stranger forged: the one before goes on beside the latest.  Or a capture of two
 * points sees the one before again when the latest has begun.  From then on each segment is
 * that of the one whose numbers are nearer; of what is seen again, that of the one that sent them.
 * The numbers that are asked are anchors, which move on only when a connection is far from its
 * anchor: who keeps each of them with its frame (../wireshark/beside.c) can say at any later
 * time what was said here.
 */
#include "evidence.h"

#define FAR_FROM_ANCHOR (UINT32_C(1) << 19)

/* A SYN,ACK answers the SYN before the latest.  The two came one after the other sooner
 * than anybody tries again, and are farther apart than an old duplicate is (RFC 9293
 * section 3.5, figure 8): one of them is not the other's repetition. */
static bool answers_the_one_before(const struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                                   const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    const struct tcpstate_endpoint *was = &before->ends[!from], *is = &latest->ends[!from], *me = &before->ends[from];
    const int64_t first = before->moments[TCPSTATE_MOMENT_SYN], second = latest->moments[TCPSTATE_MOMENT_SYN];

    return segment->ack == was->isn + 1 && seq_apart(is->isn, was->isn, MOST_UNSEEN)
           && (!(me->known & KNOWS_ISN) || me->isn == segment->seq)
           && first != TCPSTATE_NO_TIME && second >= first && second - first < TCPSTATE_SHORTEST_RETRANSMISSION;
}

/* Of a four-tuple that had a connection before, and in both numbers far from those of the latest. */
static bool is_far_from(const struct tcpstate_connection *latest, const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;

    return (latest->facts & TCPSTATE_CONNECTION_REUSED) && is_transfer(segment)
           && is_far_in_both(&latest->ends[from], &latest->ends[!from], segment);
}

/* It is the next that its sender had to send in the one before, and acknowledges what the other sent there last:
 * that goes on, whoever is in the latest (a proxy that keeps the addresses). */
static bool is_next_of(const struct tcpstate_connection *before, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *was = &before->ends[segment->from & 1], *other = &before->ends[!(segment->from & 1)];

    return (was->known & other->known & KNOWS_SEQ) && segment->seq == was->snd_max
           && (segment->payload > 0 || (segment->flags & TCPSTATE_FLAG_FIN)) && other->snd_max - segment->ack <= UINT16_MAX
           && !(was->known & SENT_FIN);
}

bool tcpstate_asks_the_one_before(const struct tcpstate_connection *latest, const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &latest->ends[segment->from & 1];

    if ((latest->facts & TCPSTATE_CONNECTION_CONTESTED) || (segment->flags & TCPSTATE_FLAG_RST)
        || tcpstate_may_hold_the_one_before(latest, segment->from & 1) || is_far_from(latest, segment))
        return true;
    switch (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)) {
    case TCPSTATE_FLAG_SYN: return (me->known & HAD_ISN) && me->isn_before == segment->seq;
    case TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK: return true;
    default: return false;
    }
}

/* The SYN of the one before once more: of the same number, sent by the same clock or counter. */
static bool is_syn_of_the_one_before(const struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                                     const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *was = &before->ends[segment->from & 1], *is = &latest->ends[segment->from & 1];

    return segment->seq == was->isn && (is->known & KNOWS_ISN) && segment->seq != is->isn
           && (segment->ip_id != 0 || segment->ts_val != 0) && was->syn_digest == tcpstate_syn_digest(segment)
           && segment->time - was->first_sent < TCPSTATE_LONGEST_WAY;
}

/* Until when a capture of two points, which shows itself as one, may see the one before again;
 * TCPSTATE_NO_TIME: it does not show itself. */
static int64_t seen_again_until(const struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                                const struct tcpstate_segment *segment)
{
    const bool twice = (before->facts & TCPSTATE_CONNECTION_SEEN_LATER) || before->ends[0].ttl_again != 0
                       || before->ends[1].ttl_again != 0;

    return (twice || is_syn_of_the_one_before(latest, before, segment)) && !(latest->facts & TCPSTATE_CONNECTION_CONTESTED)
               ? segment->time + TCPSTATE_LONGEST_WAY
               : TCPSTATE_NO_TIME;
}

/* The latest has its other end to itself, then, not the one that the one before left. */
static void set_apart(struct tcpstate_connection *latest, struct tcpstate_connection *before, const struct tcpstate_segment *segment)
{
    const int from = latest->client;
    struct tcpstate_endpoint *me = &latest->ends[from];
    const struct tcpstate_segment syn = { .time = me->first_sent, .frame = me->syn_frame, .seq = me->isn, .from = (uint8_t)from,
                                          .flags = TCPSTATE_FLAG_SYN, .server_hint = -1 };
    struct tcpstate_observation observation;
    struct tcpstate_connection alone, restored = *latest;

    if ((me->known & CLAIMS) && !(before->ends[from].known & (CLAIMS | KNOWS_ACK))) {
        before->ends[from].known |= CLAIMS; /* in the one before, perhaps */
        before->ends[from].claim = me->claim;
    }
    if (!(latest->facts & TCPSTATE_CONNECTION_CONTESTED))
        return;
    if (tcpstate_restore(&restored, before, segment))
        *before = restored; /* what the other end sent since was of the one before */
    tcpstate_connection_begin(&alone);
    tcpstate_take_slow_path(&alone, NULL, NULL, &syn, TCPSTATE_DEFAULT_2MSL, &observation);
    /* A host has a four-tuple once: another did send it, or a stranger. */
    tcpstate_leave_in(me, alone.ends[from].after | NOBODY_THERE, (enum tcpstate_state)alone.ends[from].likely);
    latest->ends[!from] = alone.ends[!from];
    latest->facts = (uint16_t)((latest->facts | TCPSTATE_CONNECTION_RESTORED)
                               & ~(TCPSTATE_CONNECTION_CONTESTED | TCPSTATE_CONNECTION_FAST_PATH));
}

static void set_anchor(struct tcpstate_anchor *anchor, const struct tcpstate_connection *connection)
{
    *anchor = (struct tcpstate_anchor){ .known = 0 };
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_endpoint *end = &connection->ends[i];
        anchor->next[i] = end->snd_max;
        anchor->first[i] = end->known & KNOWS_ISN ? end->isn : end->snd_max - MOST_UNSEEN;
        anchor->known |= (uint8_t)(end->known & KNOWS_SEQ ? 1u << i : 0);
    }
}

/* A host has a four-tuple once: who is in the latest connection has left the one before, unless it is another host. */
void tcpstate_may_have_left(struct tcpstate_connection *before, int endpoint)
{
    before->ends[endpoint].known &= ~(uint32_t)AS_SENT;
    tcpstate_may_be(&before->ends[endpoint], NOBODY_THERE);
    before->facts = (uint16_t)((before->facts | TCPSTATE_CONNECTION_RESTORED) & ~TCPSTATE_CONNECTION_FAST_PATH);
}

static void begin_beside(struct tcpstate_beside *beside, struct tcpstate_connection *before,
                         const struct tcpstate_connection *latest, int64_t until)
{
    *beside = (struct tcpstate_beside){ .until = until, .began = until != TCPSTATE_NO_TIME };
    if (!beside->began)
        return;
    set_anchor(&beside->of[0], before);
    set_anchor(&beside->of[1], latest);
    tcpstate_may_have_left(before, 0);
    tcpstate_may_have_left(before, 1);
}

void tcpstate_begin_next(struct tcpstate_beside *beside, struct tcpstate_connection *before, const struct tcpstate_connection *next,
                         const struct tcpstate_segment *segment)
{
    begin_beside(beside, before, next, seen_again_until(next, before, segment));
}

/* The SYN's number is so far from the old ones that either's can be told. */
static bool is_far(const struct tcpstate_connection *latest, const struct tcpstate_connection *before, int endpoint)
{
    return seq_apart(latest->ends[endpoint].isn, before->ends[endpoint].snd_max, UINT16_MAX);
}

/* Whether the segment shows that the one before goes on beside the latest, or that it is seen again. */
static bool shows_both(const struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment)
{
    struct tcpstate_connection *latest = remembered->latest, *before = remembered->before;

    switch (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST | TCPSTATE_FLAG_ACK)) {
    case TCPSTATE_FLAG_SYN:
        begin_beside(remembered->beside, before, latest, seen_again_until(latest, before, segment));
        return remembered->beside->began;
    case TCPSTATE_FLAG_ACK:
        if (before->end != TCPSTATE_ENDING_NONE)
            return false;
        if (!(tcpstate_goes_on(latest, before, segment) && is_far(latest, before, segment->from & 1))
            && !(is_far_from(latest, segment) && is_next_of(before, segment)))
            return false;
        break;
    case TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK:
        if (before->end != TCPSTATE_ENDING_NONE || !answers_the_one_before(latest, before, segment))
            return false;
        break;
    default:
        return false;
    }
    set_apart(latest, before, segment);
    begin_beside(remembered->beside, before, latest, INT64_MAX);
    return true;
}

/* How far the segment's numbers are from those of the anchor; UINT32_MAX: none is known. */
static uint32_t distance(const struct tcpstate_anchor *anchor, const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    const bool acknowledges = (segment->flags & TCPSTATE_FLAG_ACK) && (anchor->known & 1 << !from);
    const bool sends = (anchor->known & 1 << from) && !(acknowledges && (segment->flags & TCPSTATE_FLAG_RST)); /* that may be 0 */
    const uint32_t sent = sends ? seq_distance(segment->seq, anchor->next[from]) : 0;
    const uint32_t acknowledged = acknowledges ? seq_distance(segment->ack, anchor->next[!from]) : 0;

    return !sends && !acknowledges ? UINT32_MAX : sent > acknowledged ? sent
                                                                      : acknowledged;
}

/* Whether it goes on in the one before, while the latest is a SYN that nobody has answered, a stranger's perhaps: the
 * numbers of a long transfer may pass that SYN's, but who acknowledges the other end's is where that end is. */
static bool passes_an_unanswered_syn(const struct tcpstate_anchor of[2], const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1, other = 1 << !from;

    return (segment->flags & TCPSTATE_FLAG_ACK) && (of[0].known & other) && !(of[1].known & other)
           && seq_distance(segment->ack, of[0].next[!from]) < FAR_FROM_ANCHOR && segment->seq != of[1].next[from];
}

/* Whether a number is of what endpoint `i` had sent by then; true: nothing is known of that. */
static bool is_between(const struct tcpstate_anchor *anchor, int i, uint32_t number)
{
    return !(anchor->known & 1 << i) || number - anchor->first[i] <= anchor->next[i] - anchor->first[i];
}

/* Whether a number may be of what endpoint `i` sends from then on; true: nothing is known of that. */
static bool is_soon(const struct tcpstate_anchor *anchor, int i, uint32_t number)
{
    return !(anchor->known & 1 << i) || number - anchor->first[i] < MOST_UNSEEN;
}

/* What is seen again was sent before the latest began, and its numbers are not those of the latest. */
static bool is_seen_again(const struct tcpstate_anchor of[2], const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    const bool acknowledges = segment->flags & TCPSTATE_FLAG_ACK;

    return is_between(&of[0], from, segment->seq) && (!acknowledges || is_between(&of[0], !from, segment->ack))
           && !(is_soon(&of[1], from, segment->seq) && (!acknowledges || is_soon(&of[1], !from, segment->ack)));
}

bool tcpstate_beside_is_before(const struct tcpstate_beside *beside, const struct tcpstate_segment *segment)
{
    if (beside->until == INT64_MAX)
        return passes_an_unanswered_syn(beside->of, segment) || distance(&beside->of[0], segment) < distance(&beside->of[1], segment);
    return segment->time < beside->until && is_seen_again(beside->of, segment);
}

/* The segment is taken by the connection of this anchor.  Whether the anchor moves: not by what is far from
 * either's numbers, which a stranger made up. */
static bool move_anchor(struct tcpstate_anchor *anchor, const struct tcpstate_segment *segment)
{
    const int from = segment->from & 1;
    const uint32_t next = tcpstate_segment_next(segment);

    if ((segment->flags & TCPSTATE_FLAG_RST) || distance(anchor, segment) >= FAR_FROM_ANCHOR + MOST_UNSEEN
        || ((anchor->known & 1 << from) && seq_distance(next, anchor->next[from]) < FAR_FROM_ANCHOR))
        return false;
    anchor->next[from] = next;
    anchor->known |= (uint8_t)(1 << from);
    return true;
}

bool tcpstate_is_of_the_one_before(struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment)
{
    struct tcpstate_beside *beside = remembered->beside;

    if (!beside
        || (beside->until == TCPSTATE_NO_TIME
            && !(tcpstate_asks_the_one_before(remembered->latest, segment) && shows_both(remembered, segment))))
        return false;
    const bool before = tcpstate_beside_is_before(beside, segment);
    if (beside->until == INT64_MAX && move_anchor(&beside->of[!before], segment))
        beside->moved = (uint8_t)(1 << !before);
    return before;
}
