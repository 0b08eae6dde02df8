/* judge.c - is what is shown true?  The one rule, and its allowances.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For each recorded segment the passer-by shows a state of both ends.  One that is
 * shown as certain must be a state that the end had, at the moment T at which the
 * segment passed the tap (or the latest segment before it in the capture):
 *
 *   the sender:    any state from right after it sent this segment until T
 *   the other end: any state from its last *knowable* change until T
 *
 * A change of state is knowable if the capture so far holds a trace of it:
 *   - something that the end sent after the change; for a passer-by must know what
 *     else could have sent it;
 *   - for a change by what arrived (an ACK, a SYN, a RST): that segment, or a later one of
 *     the same host, which says the same or shows a hole; for whatever passes may have
 *     moved its receiver.  It counts when it *arrived*: what is still in flight
 *     has moved nobody, and a certain state that runs ahead of it is a lie;
 *   - for a RST that answers data to an end whose program has closed: that data, once
 *     the FIN of that end is known;
 *   - for a change by the other's FIN: a segment that bears it, or a number beyond it, from
 *     either end;
 *   - for a new connection of its own: an answer to its SYN.
 * A forged segment leaves a trace only if it was recorded itself.
 *
 * What is not knowable, and so allowed:
 *   (a) a FIN that has not been recorded, and that no recorded number covers: until then the state
 *       that the end would have, had its program not closed, is as good as the true one;
 *       and a RST or SYN that has not been recorded: nothing shows it, least of all a RST
 *       that refuses an ACK, as an end without a connection sends it, too; nor a second time what
 *       the network doubled behind the tap; who sends its own SYN
 *       after such a one, and is answered by a SYN,ACK, does just what the first to open does;
 *   (b) a timer that ran out, a program's close or abort, a crash: until the end sends; and that
 *       a FIN which was sent after the other's came in belongs to a close from before it:
 *       LAST_ACK is as good as CLOSING then;
 *   (c) a segment overtaken by a later one of its sender, or recorded after it: the
 *       sender may have moved on between sending and T;
 *   (d) a perfect forgery - the numbers that the host itself would have used, as far as
 *       was recorded, and a TTL that was recorded of it, or nothing recorded that these
 *       could be held against: the state that it claims, until the host itself sends
 *       something afterwards, other than a RST for want of a connection (which one that
 *       waits in SYN_SENT sends, too); and a forged FIN that was not recorded moved nobody,
 *       as far as others can see: they take its ACK for that of the true one.
 * A SYN that splits a handshake is sent by what is no TCP of the RFC: in SYN_RCVD, or, as the
 * RFC has it for a SYN, in SYN_SENT.
 * CLOSED is true of an end without a connection, whether or not its port listens: the
 * listener is another socket.  LISTEN is true only if there is one.
 *
 * Right, for an inferred state: one that could be shown as certain, or that the receiver gets
 * to by this segment, when it arrives.
 */
#include "judge.h"

#include <string.h>

enum pretence judge_pretends;
bool judge_outcomes;

/* What the capture held so far. */
struct known {
    moment now;
    int stands[2];       /* index of history that something it sent has shown */
    int newest[2], newest_ack[2]; /* number of its latest segment; of those with ACK */
    uint8_t recorded[MOST_SEGMENTS]; /* how often it passed and was recorded */
    bool seen[MOST_SEGMENTS]; /* ... or was recorded again */
    bool told_fin[2][MOST_LIVES], told_life[2][MOST_LIVES];
    bool accepted_by[2][MOST_LIVES]; /* its SYN was, by a SYN,ACK of the other's */
    bool met[2], spoke[2]; /* it sent anything; other than a RST for want of a connection */
    uint32_t next[2], acked[2]; /* what follows all that it was seen to send; what it acknowledged */
    bool ttl[2][256];    /* with which it was seen to send */
    uint32_t claimed[2]; /* (d), bit per state */
    moment claimed_at[2];
    uint32_t accepted[2]; /* what could be shown after the last record, bit per state */
    struct shown shown[2]; /* what was shown after it */
};

static int latest(const struct host *host, moment now)
{
    int at = host->history_count - 1;

    while (at > 0 && host->history[at].when > now)
        at--;
    return at;
}

/* Data that was not recorded comes to less than this. */
#define MOST_UNRECORDED (UINT32_C(1) << 20)

/* As exact as can be told from what was recorded. */
static bool seems_perfect(const struct known *known, const struct segment *segment)
{
    int from = segment->from;

    return segment->seq - known->next[from] < MOST_UNRECORDED
           && (!(segment->flags & ACK)
               || ((known->newest_ack[from] < 0 || !after(known->acked[from], segment->ack))
                   && (!after(segment->ack, known->next[!from]) || segment->ack - known->next[!from] < MOST_UNRECORDED)));
}

static void learn_claim(struct known *known, const struct segment *segment, uint8_t ttl)
{
    int from = segment->from;
    uint8_t flags = segment->flags;

    if (known->spoke[from] ? !(segment->perfect || seems_perfect(known, segment)) || !known->ttl[from][ttl]
                           : !segment->perfect && !segment->fits && known->spoke[!from] && !(flags & RST)
                                 && segment->ack != known->next[!from])
        return;
    if (!(flags & (RST | ACK)) && (flags & (SYN | FIN)) != SYN)
        return; /* nonsense: whoever reads it knows that */
    known->claimed_at[from] = known->now;
    if (flags & RST)
        known->claimed[from] = 1u << CLOSED;
    else if (flags & FIN)
        known->claimed[from] = 1u << FIN_WAIT_1 | 1u << CLOSING | 1u << LAST_ACK;
    else if (flags & SYN)
        known->claimed[from] = flags & ACK ? 1u << SYN_RCVD : 1u << SYN_SENT | 1u << SYN_RCVD;
    else
        known->claimed[from] = 1u << ESTABLISHED | 1u << CLOSE_WAIT;
}

static void learn(const struct world *world, struct known *known, const struct record *record)
{
    const struct segment *segment = &world->segments[record->segment];
    int from = segment->from, to = !from;

    if (!record->again && known->recorded[segment->number] < UINT8_MAX)
        known->recorded[segment->number]++;
    if (record->passed > known->now)
        known->now = record->passed;
    if (segment->forged) {
        learn_claim(known, segment, record->ttl);
        return;
    }
    /* One that refuses an ACK has that one's number. */
    if (!known->met[from] || (!(segment->flags & RST) && after(segment_end(segment), known->next[from])))
        known->next[from] = segment_end(segment);
    if ((segment->flags & ACK) && (known->newest_ack[from] < 0 || after(segment->ack, known->acked[from])))
        known->acked[from] = segment->ack;
    known->met[from] = true;
    known->ttl[from][record->ttl] = true;
    known->spoke[from] |= segment->life >= 0;
    if (segment->sent >= known->claimed_at[from] && !((segment->flags & RST) && segment->life < 0))
        known->claimed[from] = 0;
    if (segment->stands > known->stands[from])
        known->stands[from] = segment->stands;
    if (segment->number > known->newest[from])
        known->newest[from] = segment->number;
    if ((segment->flags & ACK) && segment->number > known->newest_ack[from])
        known->newest_ack[from] = segment->number;
    if (segment->life >= 0) {
        const struct life *life = &world->host[from].lives[segment->life];
        known->told_life[from][segment->life] = true;
        known->told_fin[from][segment->life] |= life->has_fin && after(segment_end(segment), life->fin);
    }
    if (segment->heard_life >= 0 && (segment->flags & ACK)) {
        const struct life *life = &world->host[to].lives[segment->heard_life];
        known->told_life[to][segment->heard_life] = true;
        known->accepted_by[to][segment->heard_life] |= (segment->flags & SYN) != 0;
        known->told_fin[to][segment->heard_life] |= life->has_fin && segment->ack == life->fin + 1;
        if (life->begins > known->stands[to])
            known->stands[to] = life->begins;
    }
}

/* Whether it was moved by what the network made of a segment behind the tap: one that had come
 * before, and was recorded once. */
static bool is_unrecorded_copy(const struct world *world, const struct known *known, const struct step *step)
{
    return step->cause == BY_ARRIVAL && step->when > world->arrived[step->segment] && known->recorded[step->segment] <= 1;
}

static bool is_knowable(const struct world *world, const struct known *known, int end, int index);

/* Whether it takes a SYN that was sent while it was still in a connection, which it lost unseen: as far
 * as anybody saw, that SYN met the connection. */
static bool is_syn_of_before(const struct world *world, const struct known *known, int end, int index)
{
    const struct step *step = &world->host[end].history[index], *before = step - 1;

    return index >= 2 && step->state == SYN_RCVD && step->cause == BY_ARRIVAL && before->cause != BY_ARRIVAL
           && before[-1].state >= SYN_RCVD && world->segments[step->segment].sent < before->when
           && !is_knowable(world, known, end, index - 1);
}

static bool is_knowable(const struct world *world, const struct known *known, int end, int index)
{
    const struct step *step = &world->host[end].history[index];

    if (index <= known->stands[end])
        return true;
    if (step->cause != BY_ARRIVAL)
        return (step->state == FIN_WAIT_1 || step->state == LAST_ACK) && known->told_fin[end][step->life]; /* else (a) */
    if (step->by_orphan && !known->told_fin[end][step->life])
        return false;
    if (is_unrecorded_copy(world, known, step) || is_syn_of_before(world, known, end, index))
        return false;
    if (known->recorded[step->segment] && !step->by_fin)
        return true;
    if (world->segments[step->segment].forged)
        return known->recorded[step->segment];
    const uint8_t flags = world->segments[step->segment].flags;
    if ((flags & RST) || (flags & (SYN | ACK)) == SYN)
        return false; /* (a) */
    if (step->by_fin)
        return step->peer_life >= 0 && known->told_fin[!end][step->peer_life];
    return (step->by_ack ? known->newest_ack : known->newest)[!end] >= step->segment;
}

/* Whether a SYN took it to SYN_RCVD that was not recorded. */
static bool met_unseen_syn(const struct world *world, const struct known *known, const struct step *step)
{
    return step->state == SYN_RCVD && step->cause == BY_ARRIVAL && !known->recorded[step->segment]
           && (world->segments[step->segment].flags & (SYN | ACK)) == SYN;
}

/* The states of an end from an index of its history until an index, with (a). */
static uint32_t states_between(const struct world *world, const struct known *known, int end, int first, int last)
{
    const struct host *host = &world->host[end];
    uint32_t states = 0;

    for (int i = first; i <= last; i++) {
        const struct step *step = &host->history[i];
        states |= 1u << step->state;
        if (step->state == LISTEN)
            states |= 1u << CLOSED;
        if (step->life >= 0 && !known->told_fin[end][step->life])
            states |= 1u << step->unclosed;
        if (step->fin_held_back)
            states |= 1u << LAST_ACK;
        if (step->forged_fin >= 0 && !known->recorded[step->forged_fin]) {
            const bool told = step->peer_life >= 0 && known->told_fin[!end][step->peer_life];
            states |= 1u << step->unheard
                      | (step->life >= 0 && !known->told_fin[end][step->life] ? 1u << step->untold : 0)
                      | (step->state == CLOSING && told ? 1u << TIME_WAIT : 0);
        }
        if (met_unseen_syn(world, known, step) && step->life >= 0 && known->accepted_by[end][step->life])
            states |= 1u << ESTABLISHED;
        if (states >> SYN_RCVD & 1 && host->variant->split)
            states |= 1u << SYN_SENT;
    }
    return states;
}

/* A RST that refuses an ACK comes from SYN_SENT and SYN_RCVD as well as from where there
 * is nothing; with nothing recorded of the attempt, the latter is as good. */
static bool seems_to_have_nothing(const struct world *world, const struct known *known, const struct segment *segment)
{
    const struct step *step = &world->host[(int)segment->from].history[segment->stands];

    return (segment->flags & RST) && segment->life < 0 && step->life >= 0
           && !known->told_life[(int)segment->from][step->life]
           && !(step->peer_life >= 0 && known->told_life[!segment->from][step->peer_life]);
}

static uint32_t accepted(const struct world *world, const struct known *known, const struct segment *segment, int end)
{
    int last = latest(&world->host[end], known->now), first = last;

    if (segment->from == end && !segment->forged)
        return states_between(world, known, end, segment->stands, last)
               | (seems_to_have_nothing(world, known, segment) ? 1u << CLOSED : 0) | known->claimed[end];
    else
        while (first > 0 && !is_knowable(world, known, end, first))
            first--;
    return states_between(world, known, end, first, last) | known->claimed[end];
}

static void count(const struct world *world, const struct known *known, const struct segment *segment, int end,
                  const struct shown *shown, uint32_t states, struct tally *tally)
{
    int who = segment->from != end;

    if (shown->state == STATES) {
        tally->unknown[who]++;
        return;
    }
    if (!shown->inferred) {
        tally->certain[who]++;
        return;
    }
    moment arrives = world->arrived[segment->number];
    if (who == 1 && arrives != NEVER && arrives > known->now)
        states |= states_between(world, known, end, latest(&world->host[end], known->now),
                                 latest(&world->host[end], arrives));
    tally->inferred[who]++;
    tally->right[who] += states >> shown->state & 1;
}

/* Where an end may have been before a record: where it could be shown after the record
 * before; from its last change that was knowable without the record until now; and
 * where the record itself shows it to have been. */
static uint32_t accepted_before(const struct world *world, const struct known *was, const struct known *known,
                                const struct segment *segment, int end)
{
    int last = latest(&world->host[end], known->now), first = latest(&world->host[end], was->now);

    while (first > 0 && !is_knowable(world, was, end, first))
        first--;
    if (segment->from == end && !segment->forged && segment->stands < first)
        first = segment->stands;
    return states_between(world, was, end, first, last) | was->accepted[end] | was->claimed[end] | known->claimed[end];
}

/* States from which no host sends such a segment, nor gets to by what is still on
 * its way to it. */
static bool is_absurd(const struct segment *segment, unsigned state)
{
    uint32_t not_any_more = 1u << FIN_WAIT_1 | 1u << FIN_WAIT_2 | 1u << CLOSING | 1u << LAST_ACK | 1u << TIME_WAIT;

    if (segment->flags & RST)
        return false;
    if ((segment->flags & (SYN | FIN)) == FIN)
        return state == LISTEN || state == SYN_SENT || state == SYN_RCVD || state == ESTABLISHED || state == CLOSE_WAIT;
    if ((segment->flags & (SYN | FIN | ACK)) == SYN)
        return not_any_more >> state & 1;
    if ((segment->flags & (SYN | FIN)) == SYN)
        return state == SYN_SENT || state == TIME_WAIT || state == LAST_ACK;
    return false;
}

/* Whether a state that is shown as certain is among those that may be. */
static bool is_true(const struct shown *shown, uint32_t states)
{
    return shown->inferred || shown->state == STATES || (states >> shown->state & 1);
}

static uint8_t truth_of(const struct world *world, const struct known *known, const struct segment *segment, int end)
{
    const struct host *host = &world->host[end];

    if (segment->from == end && !segment->forged)
        return host->history[segment->stands].state;
    return host->history[latest(host, known->now)].state;
}

unsigned judge_shown(const struct segment *segment, int end, const struct judged *judged, uint8_t shown_last)
{
    const struct shown *before = &judged->row.before[end], *after = &judged->row.after[end];
    unsigned wrong = 0;

    if (!is_true(after, judged->accepted[end]))
        wrong |= 1u << WRONG_AFTER;
    /* What was wrong after the last record is not wrong a second time. */
    if (before->state != shown_last && !is_true(before, judged->accepted_before[end]))
        wrong |= 1u << WRONG_BEFORE;
    if (segment->from == end && judged->genuine && !judged->row.copy && after->state != STATES
        && !(judged->accepted[end] >> after->state & 1) && is_absurd(segment, after->state))
        wrong |= 1u << WRONG_ABSURD;
    return wrong;
}

/* What is shown of one end; returns the set of what is wrong. */
static unsigned judge_end(const struct world *world, const struct known *was, const struct known *known,
                          const struct record *record, int end, struct judged *judged, struct tally *tally)
{
    const struct segment *segment = &world->segments[record->segment];

    judged->accepted[end] = accepted(world, known, segment, end);
    judged->accepted_before[end] = accepted_before(world, was, known, segment, end);
    count(world, known, segment, end, &judged->row.after[end], judged->accepted[end], tally);
    return judge_shown(segment, end, judged, was->shown[end].state);
}

/* Counts what is wrong, and keeps the first of it: of what comes first in a record, a state after it. */
static void note(struct lie *lie, int lies, int record, int end, unsigned wrong, const struct row *row, uint8_t truth,
                 bool of_sender, struct tally *tally)
{
    bool first = lies == 0;

    for (int i = 0; i < WRONG_OUTCOME; i++) {
        if (!(wrong >> i & 1))
            continue;
        tally->wrong[i]++;
        if (first)
            *lie = (struct lie){ record, (uint8_t)i, (uint8_t)end, of_sender,
                                 i == WRONG_BEFORE ? row->before[end].state : row->after[end].state, truth, NULL };
        first = false;
    }
}

int judge_server_hint(const struct world *world)
{
    return world->plan.world % 3 ? 1 : -1;
}

/* What is told of the whole, and who is said to have closed it first; returns how many lies that is. */
static int judge_end_of_all(const struct world *world, const struct capture *capture, const struct passer_by *passer_by, int before,
                            struct lie *lie, struct tally *tally)
{
    static const char *const closed_by[] = { "closed by A", "closed by B", "closed by both" };
    const char *outcome = passer_by_outcome(passer_by);
    const int closer = passer_by_closer(passer_by);
    const bool is_false[2] = { outcome_is_false(world, capture, outcome), closer_is_false(world, capture, closer) };
    int lies = 0;

    tally->told[0] += !is_false[0] && strcmp(outcome, "unknown") != 0;
    tally->told[1] += !is_false[1] && closer >= 0;
    for (int i = 0; i < 2; i++) {
        if (!is_false[i])
            continue;
        tally->wrong[WRONG_OUTCOME]++;
        if (judge_outcomes && before + lies++ == 0)
            *lie = (struct lie){ .record = capture->count - 1, .wrong = WRONG_OUTCOME, .outcome = i == 0 ? outcome : closed_by[closer] };
    }
    return lies;
}

int judge(const struct world *world, const struct capture *capture, struct lie *lie, struct tally *tally,
          struct judged *rows)
{
    static struct passer_by passer_by;
    struct known known = { .newest = { -1, -1 }, .newest_ack = { -1, -1 },
                           .shown = { { STATES, true }, { STATES, true } } }, was;
    int lies = 0;

    passer_by_begin(&passer_by, judge_server_hint(world));
    for (int i = 0; i < capture->count; i++) {
        const struct record *record = &capture->records[i];
        const struct segment *segment = &world->segments[record->segment];
        struct recorded recorded = { segment, record->stamped, record->ttl, record->cut };
        struct judged judged;
        struct row *row = &judged.row;
        passer_by_sees(&passer_by, &recorded, row);
        for (int end = 0; end < 2; end++) {
            if (judge_pretends == SLEEPS && i > 0)
                row->after[end] = known.shown[end];
            if (judge_pretends != HONEST)
                row->after[end].inferred = false;
        }
        if (row->copy)
            tally->copies[!known.seen[segment->number]]++;
        known.seen[segment->number] = true;
        was = known;
        learn(world, &known, record);
        /* Of a copy, made by the capture or by the network, it is not asked what could have sent it. */
        judged.genuine = !segment->forged && !record->again && !was.recorded[segment->number];
        for (int end = 0; end < 2; end++) {
            const unsigned wrong = judge_end(world, &was, &known, record, end, &judged, tally);
            known.accepted[end] = judged.accepted[end];
            known.shown[end] = row->after[end];
            judged.truth[end] = truth_of(world, &known, segment, end);
            judged.lies[end] = (uint8_t)wrong;
            note(lie, lies, i, end, wrong, row, judged.truth[end], segment->from == end, tally);
            lies += (int)((wrong & 1u << WRONG_AFTER) + (wrong >> WRONG_BEFORE & 1) + (wrong >> WRONG_ABSURD & 1));
        }
        if (rows)
            rows[i] = judged;
    }
    lies += judge_end_of_all(world, capture, &passer_by, lies, lie, tally);
    tally->segments += (uint64_t)capture->count;
    tally->worlds++;
    tally->lies += (uint64_t)lies;
    tally->lying_worlds += lies > 0;
    return lies;
}
