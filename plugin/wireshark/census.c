/* census.c - where both ends of each connection stand; see census.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "census.h"

#include "incarnations.h"

struct tcpstate_stand *tcpstate_census_at(const struct tcpstate_census *census, unsigned index)
{
    return (struct tcpstate_stand *)tcpstate_per_connection_at(&census->stands, index);
}

static void tell(const struct tcpstate_census *census, const struct tcpstate_stand *stand, int end, int change, int64_t now)
{
    if (census->changes && !stand->over && tcpstate_has_socket((enum tcpstate_state)stand->state[end]))
        census->changes(census->whom, stand, end, change, now);
}

static void tell_both(const struct tcpstate_census *census, const struct tcpstate_stand *stand, int change, int64_t now)
{
    for (int end = 0; end < 2; end++)
        tell(census, stand, end, change, now);
}

/* The next one has begun. */
static void end(struct tcpstate_census *census, const struct tcpstate_incarnation *before, int64_t now)
{
    unsigned index;

    if (!before || !tcpstate_per_connection_find(&census->stands, before, &index))
        return;
    struct tcpstate_stand *stand = tcpstate_census_at(census, index);
    tell_both(census, stand, -1, now);
    stand->over = true;
}

static struct tcpstate_stand *add(struct tcpstate_census *census, const struct tcpstate_incarnation *incarnation, int64_t now)
{
    end(census, incarnation->before, now);
    if (incarnation->before && incarnation->before->has_beside) /* only the latest two may go on side by side */
        end(census, incarnation->before->before, now);
    struct tcpstate_stand *stand = (struct tcpstate_stand *)tcpstate_per_connection_add(&census->stands, incarnation);
    *stand = (struct tcpstate_stand){
        .incarnation = incarnation, .since = { now, now }, .state = { TCPSTATE_UNKNOWN, TCPSTATE_UNKNOWN },
    };
    return stand;
}

static struct tcpstate_stand *find(struct tcpstate_census *census, const struct tcpstate_incarnation *incarnation, int64_t now)
{
    unsigned index;

    if (!tcpstate_per_connection_find(&census->stands, incarnation, &index))
        return add(census, incarnation, now);
    struct tcpstate_stand *stand = tcpstate_census_at(census, index);
    if (stand->over && incarnation->goes_on) { /* beside the next one */
        stand->over = false;
        tell_both(census, stand, 1, now);
    }
    return stand;
}

void tcpstate_census_take(struct tcpstate_census *census, const struct tcpstate_tapped *tapped)
{
    const int64_t now = tapped->reading.segment.time;
    struct tcpstate_stand *stand = find(census, tapped->meaning.incarnation, now);

    if (census->start == TCPSTATE_NO_TIME)
        census->start = tcpstate_tapped_start(tapped);
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_standing *end = &tapped->meaning.seen.ends[i];
        const bool moves = stand->state[i] != end->after;
        if (!moves && stand->inferred[i] == end->after_inferred)
            continue;
        tell(census, stand, i, -1, now);
        if (moves)
            stand->since[i] = now;
        stand->state[i] = end->after;
        stand->inferred[i] = end->after_inferred;
        tell(census, stand, i, 1, now);
    }
    census->moment = MAX(census->moment, now);
}

void tcpstate_census_begin(struct tcpstate_census *census, tcpstate_census_changes *changes, void *whom)
{
    *census = (struct tcpstate_census){ .start = TCPSTATE_NO_TIME, .moment = INT64_MIN, .changes = changes, .whom = whom };
    tcpstate_per_connection_begin(&census->stands, sizeof(struct tcpstate_stand));
}

void tcpstate_census_clear(struct tcpstate_census *census)
{
    tcpstate_per_connection_clear(&census->stands);
    census->start = TCPSTATE_NO_TIME;
    census->moment = INT64_MIN;
}

void tcpstate_census_end(struct tcpstate_census *census)
{
    tcpstate_per_connection_end(&census->stands);
}
