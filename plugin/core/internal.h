/* internal.h - what the core's files share with each other and nobody else.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_INTERNAL_H
#define TCPSTATE_INTERNAL_H

#include <stddef.h>

#include "judge.h"
#include "sighting.h"

/* states.c: what becomes of each of a set of states. */
tcpstate_set tcpstate_next_of(tcpstate_set set, enum tcpstate_event event);

/* The lowest member of a set that is not empty: of states, or of events. */
static inline unsigned tcpstate_lowest(unsigned set)
{
    return (unsigned)__builtin_ctz(set);
}

/* The endpoint in whose name the RST of .last_reset was sent. */
static inline int tcpstate_last_reset_by(const struct tcpstate_connection *connection)
{
    return (connection->facts & TCPSTATE_CONNECTION_RESET_BY_B) != 0;
}

/* connection.c: the segment is of `latest`, or opens `next`; `before` had the four-tuple before, or is NULL, and is only read. */
void tcpstate_take_slow_path(struct tcpstate_connection *latest, const struct tcpstate_connection *before,
                             struct tcpstate_connection *next, const struct tcpstate_segment *segment,
                             int64_t two_msl, struct tcpstate_observation *observation);

/* fast-path.c: the next data of a connection that is open from both ends, or an ACK of
 * what was seen: they only move numbers on.  Takes the segment in and returns
 * true, or changes nothing. */
bool tcpstate_take_fast_path(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                             struct tcpstate_observation *observation);

/* Find out whether tcpstate_take_fast_path() may take the connection's next segment. */
void tcpstate_check_fast_path(struct tcpstate_connection *connection);

/* steps.c: what follows from a step alone; the columns are told in steps.def. */
enum answered { ITS_OWN_FIN = 1 + TCPSTATE_MILESTONES, THE_PROVOCATION, THE_OTHERS_SYN, THE_STALE_SYN };
struct step_row {
    const char *name;
    uint8_t phase;    /* enum tcpstate_phase */
    uint8_t checks;   /* TCPSTATE_CHECK_* */
    uint8_t is;       /* 1 + milestone; 0: none */
    uint8_t answers;  /* 1 + milestone, or enum answered; 0: nothing */
    uint8_t moment;   /* 1 + moment; 0: none */
    bool first_data, crosses, provokes;
    uint8_t ends;     /* enum tcpstate_ending */
    uint16_t tells;   /* TCPSTATE_CONNECTION_* */
};
const struct step_row *tcpstate_step_row(enum tcpstate_step step);

/* incarnation.c */

/* Whether the segment opens a new connection on the four-tuple, or belongs to the
 * one that is there, as an old duplicate SYN does (RFC 9293 figure 8). */
bool tcpstate_opens_new_connection(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

/* A SYN's sender goes on in the connection before, whose other end still held it. */
bool tcpstate_goes_on(const struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                      const struct tcpstate_segment *segment);

/* A SYN came while the other end still held the connection `before`: its sender
 * has begun anew, or the SYN was old or forged.  A segment that goes on in the old
 * numbers shows the latter; then `connection` goes on from what `before` was, and
 * this returns true. */
bool tcpstate_restore(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                      const struct tcpstate_segment *segment);

/* Of two SYN,ACKs with different numbers the first counts, until the other end acknowledges the second. */
void tcpstate_count_the_second_syn_ack(struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

/* The same of two SYNs with different numbers, of which the other end answered the second; its sender acknowledges that. */
void tcpstate_count_the_second_syn(struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

/* Both sent a SYN, and this end answers the other's by a SYN,ACK with another number than its own SYN's: it has given
 * that up, unseen, and accepts the other's call (a simultaneous open has one number, RFC 9293 section 3.5). */
void tcpstate_leave_own_attempt(struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

/* The sender of the SYN that began this one goes on in its numbers, so the other end has left the one before, unseen:
 * nothing that it did there counts here. */
void tcpstate_other_left_the_one_before(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                                        const struct tcpstate_segment *segment);

/* The end may still hold the connection before, although that was taken for over when a SYN of the other
 * began this one: nothing of it has come since. */
bool tcpstate_may_hold_the_one_before(const struct tcpstate_connection *connection, int from);

/* ... and does, where a segment of it is one of the last of `before`. */
void tcpstate_hold_the_one_before(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                                  const struct tcpstate_segment *segment);

/* The first segment of a connection; `before` had the four-tuple before, or NULL.
 * Returns where the other end was before, if it is rid of an old connection, else
 * UNKNOWN. */
enum tcpstate_state tcpstate_begin(struct tcpstate_connection *connection, const struct tcpstate_connection *before,
                                   const struct tcpstate_segment *segment);

/* beside.c */

/* Whether the segment is that of `before`, which had the four-tuple before `latest` and goes on beside it, or
 * is seen again.  Where it is the first to show that, both are set apart. */
bool tcpstate_is_of_the_one_before(struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment);

/* The segment opens `next`: whether `before`, the latest until then, may be seen again. */
void tcpstate_begin_next(struct tcpstate_beside *beside, struct tcpstate_connection *before,
                         const struct tcpstate_connection *next, const struct tcpstate_segment *segment);

/* An end of the one before may be in the latest by now, and so without it. */
void tcpstate_may_have_left(struct tcpstate_connection *before, int endpoint);

/* state-set.c */

/* What a set of states may become when any of the arrivals happen, in the order
 * of their numbers. */
tcpstate_set tcpstate_reach(tcpstate_set set, uint8_t arrivals);

/* Where a state leads when all of them happen. */
enum tcpstate_state tcpstate_replay(enum tcpstate_state state, uint8_t arrivals);

/* Whether any of the arrivals moves it from a state that it may be in, although it may be where
 * that leads already: it may turn out not to be. */
bool tcpstate_moves_any(tcpstate_set set, uint8_t arrivals);

/* The end most likely is there. */
void tcpstate_stand(struct tcpstate_endpoint *end, enum tcpstate_state likely);

/* Nothing is known of the end but that a SYN is on its way to it. */
void tcpstate_is_sent_syn(struct tcpstate_endpoint *end);

/* Restore the invariant of .may and .state. */
void tcpstate_derive_state(struct tcpstate_endpoint *end);

/* The end is in one of these states, and nothing is on its way to it. */
void tcpstate_leave_in(struct tcpstate_endpoint *end, tcpstate_set after, enum tcpstate_state likely);

/* It may be in one of these, too. */
void tcpstate_may_be(struct tcpstate_endpoint *end, tcpstate_set others);

/* move-sender.c, move.c */

/* What is known of where the sender stood when it sent the segment. */
struct departure {
    enum tcpstate_state state; /* most likely */
    enum tcpstate_state shown; /* as was shown before */
    enum tcpstate_state own;   /* where sending it leads, whatever is on its way to it */
    bool certain;              /* ... for certain */
    bool stood;                /* .state is certain */
    bool corrected;            /* it was not where was shown */
    bool in_flight;            /* something that it did not know of yet moves it on */
    bool closes_first_or_not;  /* it may have had the other's FIN or not */
};

/* Move the sender by what it can have sent. */
void tcpstate_move_sender(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment,
                          const struct judgement *judgement, struct departure *from);

/* ... and the receiver by what arrives; after tcpstate_remember(). */
void tcpstate_move(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   const struct judgement *judgement, struct departure *departure);

/* Neither a SYN nor with an ACK, RST aside: nobody sends that, and it moves nobody (RFC 9293
 * sections 3.10.7.2 and 3.10.7.4, fifth check). */
static inline bool tcpstate_is_nonsense(const struct tcpstate_segment *segment)
{
    return !(segment->flags & TCPSTATE_FLAG_ACK)
           && (segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN)) != TCPSTATE_FLAG_SYN;
}

/* Whether a SYN is the one that opened this connection, recorded behind what came of it. */
static inline bool tcpstate_is_recorded_late(const struct tcpstate_connection *connection,
                                             const struct tcpstate_segment *segment, const struct judgement *judgement)
{
    return (judgement->is & OVERTAKEN) && segment->time - connection->moments[TCPSTATE_MOMENT_FIRST] < TCPSTATE_LONG_WAY;
}

/* Whether its time stamp can be held against its sender's last in order (RFC 7323). */
static inline bool tcpstate_compares_stamps(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return (segment->options & TCPSTATE_OPTION_TIMESTAMPS) && (me->known & SENT_TIMESTAMPS);
}

/* How long a host's last time stamp is held against another: a clock that ticks each microsecond, as that of Linux may,
 * has come round half by then (RFC 7323 section 5.5; of one that ticks each millisecond it would be 24 days). */
#define TCPSTATE_OLDEST_STAMP (INT64_C(0x80000000) * 1000)

/* Older: it was sent before that, or by a host that has restarted, or by another behind
 * the same address. */
static inline bool tcpstate_is_older_stamp(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return tcpstate_compares_stamps(me, segment) && seq_lt(segment->ts_val, me->ts_val)
           && (me->last.frame == 0 || segment->time - me->last.time < TCPSTATE_OLDEST_STAMP);
}

/* No newer than all that was seen of its sender long before, although a time stamp clock ticks once a second at
 * least (RFC 7323 section 4.1): it was sent before that, and not now. */
static inline bool tcpstate_was_sent_long_ago(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return tcpstate_compares_stamps(me, segment) && me->last.frame != 0 && segment->time - me->last.time >= 2 * TCPSTATE_SECOND
           && segment->time - me->last.time < TCPSTATE_OLDEST_STAMP && seq_le(segment->ts_val, me->ts_newest);
}

/* Newer: its sender's clock has gone on, so it was sent after all that was seen. */
static inline bool tcpstate_is_newer_stamp(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return tcpstate_compares_stamps(me, segment) && seq_gt(segment->ts_val, me->ts_val);
}

/* It acknowledges one number more, in the midst of what was seen of the other: perhaps that of a
 * FIN which the capture lacks, where a stranger's data was seen. */
static inline bool tcpstate_acks_one_within(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                            const struct tcpstate_segment *segment)
{
    return segment->ack == me->rcv_nxt + 1 && (me->known & KNOWS_ACK) && (peer->known & KNOWS_SEQ)
           && seq_lt(segment->ack, peer->snd_max);
}

/* By how much a time stamp can be older than the latest: 2 MSL of 1 ms ticks (RFC 7323 section 5.4). */
#define MOST_TICKS UINT32_C(240000)

/* Newer, or older than a segment gets. */
static inline bool tcpstate_is_of_another_clock(const struct tcpstate_endpoint *me, const struct tcpstate_segment *segment)
{
    return tcpstate_compares_stamps(me, segment) && me->ts_val - segment->ts_val > MOST_TICKS;
}

/* Its sender may have begun anew: what it sends next in the old numbers may be from before,
 * unless it acknowledges what the other sends from now on.  False where the other's numbers
 * are not known, to tell by. */
static inline bool tcpstate_suspect_new_beginning(struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer)
{
    if (!(peer->known & KNOWS_SEQ))
        return false;
    me->known |= BEGAN_ANEW;
    me->anew_from = peer->snd_max;
    return true;
}

/* Who sent the last SYN or SYN,ACK with another number than its sender's. */
static inline int tcpstate_stale_from(const struct tcpstate_connection *connection)
{
    return (connection->stale & TCPSTATE_STALE_FROM_B) != 0;
}

/* sighting.c */

/* Whether the segment was sent once, and is seen again. */
bool tcpstate_is_seen_again(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                            uint32_t digest);

/* The same of a bare ACK or a keep-alive without an IP identification. */
bool tcpstate_is_bare_copy(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, uint32_t digest);

/* Its SYN was captured again: from where, to know what else comes from there. */
void tcpstate_learn_other_point(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment);

/* copy.c: take in a segment that was seen before. */
void tcpstate_take_copy(struct tcpstate_connection *connection, const struct tcpstate_segment *segment, uint32_t digest,
                        struct tcpstate_observation *observation);

/* sent-numbers.c */

/* The end has sent the numbers from `seq` up to `next`.  At most one range behind a hole is kept.
 * Where there are more holes the older range is forgotten; the receiver's
 * acknowledgment fills them all in the end. */
void tcpstate_extend(struct tcpstate_endpoint *me, uint32_t seq, uint32_t next);

/* The initial sequence number of an end whose SYN was not captured; unless `alone`, what was
 * acknowledged may be more than the SYN, so its FIN may lie right behind that. */
void tcpstate_learn_isn(struct tcpstate_endpoint *end, uint32_t isn, bool alone);

/* What the capture shows to be data or SYN is no FIN; data behind a hole larger than what is sent
 * unseen may be a stranger's. */
void tcpstate_keep_fin_from(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment);

/* The number of its FIN, and who closed first. */
void tcpstate_take_fin(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                       const struct tcpstate_segment *segment);

/* The number of a FIN that is not taken for one yet. */
void tcpstate_doubt_fin(struct tcpstate_endpoint *me, const struct tcpstate_segment *segment);

/* remember-opening.c, remember-transfer.c: the parts of tcpstate_remember(). */
void tcpstate_remember_syn(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                           struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                           const struct judgement *judgement);

/* A segment of neither SYN nor RST, of this connection. */
void tcpstate_remember_transfer(struct tcpstate_connection *connection, struct tcpstate_endpoint *me,
                                struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                                const struct judgement *judgement);

/* What it acknowledges, and the window it names. */
void tcpstate_remember_ack(struct tcpstate_endpoint *me, struct tcpstate_endpoint *peer,
                           const struct tcpstate_segment *segment, const struct judgement *judgement);

/* An ACK of more than was seen: the capture lacks something, or a stranger made the number up. */
void tcpstate_remember_claim(struct tcpstate_endpoint *me, uint32_t ack);

/* remember.c */

/* The shift count of a window field that `me` sends after its SYN: a scale counts
 * only if both SYNs offered one (RFC 7323 section 2.2); unless both were captured
 * whole, the field may mean as much as 2^14 times its number (section 2.3). */
static inline int tcpstate_window_scale(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer)
{
    const uint32_t both = me->known & peer->known;

    if (both & KNOWS_SCALE)
        return me->window_scale;
    /* A SYN,ACK offers one only to a SYN that did: what was seen of that is another's.  Where no
     * SYN,ACK was seen, either SYN may be. */
    const bool me_answers = me->known & SENT_SYN_ACK, peer_answers = peer->known & SENT_SYN_ACK;
    const bool offers = (me_answers && (me->known & KNOWS_SCALE)) || (peer_answers && (peer->known & KNOWS_SCALE));
    return (both & SYN_WHOLE) && (me_answers || peer_answers) && !offers ? 0 : 14;
}

/* Whether the segment is a FIN that the other end's FIN, recorded before it,
 * acknowledges; asked before it is remembered. */
bool tcpstate_is_acknowledged_fin(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                  const struct tcpstate_segment *segment);

/* Remember the segment's numbers; writes no state. */
void tcpstate_remember(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                       const struct judgement *judgement);

/* in-flight.c: once the segment has moved both ends. */
void tcpstate_keep_in_mind(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                           const struct judgement *judgement);

/* standing.c */

/* Where an end was before a segment. */
struct was {
    uint8_t state, likely;
};

/* Both ends stand where they stood, and nothing else is known yet. */
void tcpstate_begin_observation(struct tcpstate_connection *connection, struct tcpstate_observation *observation);

/* RFC 9293 figure 6: before the first SYN one end is CLOSED, the other listens;
 * and before a SYN,ACK, what it answers. */
void tcpstate_show_before_first(const struct tcpstate_segment *segment, struct tcpstate_observation *observation);

/* Where the sender stood before: what the segment shows to have been otherwise
 * than we inferred is corrected; where it was moved on by something still in
 * flight, its own move is the state it left. */
void tcpstate_show_departure(const struct departure *departure, enum tcpstate_state now, struct tcpstate_standing *standing);

/* What is shown of both ends after the segment. */
void tcpstate_show_ends(struct tcpstate_connection *connection, const struct was was[2],
                        const struct tcpstate_segment *segment, const struct departure *departure,
                        struct tcpstate_observation *observation);

/* conclude.c: each fills in its part of the observation. */
void tcpstate_check(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                    struct tcpstate_observation *observation);
void tcpstate_link(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                   const struct judgement *judgement, struct tcpstate_observation *observation);
void tcpstate_count_keep_alives(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                                struct tcpstate_observation *observation, bool is_keep_alive);
void tcpstate_keep_time(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                        enum tcpstate_step step);
void tcpstate_finish(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                     const struct judgement *judgement, struct tcpstate_observation *observation);

/* account.c: take in a segment after all of the above has concluded. */
void tcpstate_account(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                      const struct tcpstate_observation *observation);

/* account-pack.c: a part of what pack.c writes, for the rest of the connection is
 * known already; how many bytes. */
#define TCPSTATE_MOST_ACCOUNT 400
size_t tcpstate_account_pack(const struct tcpstate_connection *connection, uint8_t *packed);
size_t tcpstate_account_unpack(struct tcpstate_connection *connection, const uint8_t *packed, size_t size);

/* zeek.c: take in a segment as Zeek would. */
void tcpstate_zeek_observe(struct tcpstate_zeek *zeek, const struct tcpstate_segment *segment);

#endif
