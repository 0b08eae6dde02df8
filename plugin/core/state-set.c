/* state-set.c - the states that an end may be in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Of each end the core knows the states in which its last segment may have left
 * it (.after), and what may have arrived since: most likely (.pending) or in
 * doubt (.doubtful).  From these follow the states that it may be in now (.may)
 * and the likeliest of them (.state).  The invariant, restored by
 * tcpstate_derive_state() and nowhere else:
 *
 *     .may   == what .after may have become by any of the arrivals
 *     .state == what .likely has become by all that are pending, if .may has it
 *
 * .likely is one of .after, so .state is one of .may; or .likely is UNKNOWN, and
 * nothing has been learnt of it.
 */
#include "internal.h"

tcpstate_set tcpstate_reach(tcpstate_set set, uint8_t arrivals)
{
    for (; arrivals != 0; arrivals &= (uint8_t)(arrivals - 1))
        set |= tcpstate_next_of(set, (enum tcpstate_event)tcpstate_lowest(arrivals));
    return set;
}

enum tcpstate_state tcpstate_replay(enum tcpstate_state state, uint8_t arrivals)
{
    for (; arrivals != 0; arrivals &= (uint8_t)(arrivals - 1))
        state = tcpstate_next(state, (enum tcpstate_event)tcpstate_lowest(arrivals));
    return state;
}

bool tcpstate_moves_any(tcpstate_set set, uint8_t arrivals)
{
    for (; set != 0; set &= (tcpstate_set)(set - 1)) {
        const enum tcpstate_state state = (enum tcpstate_state)tcpstate_lowest(set);
        if (tcpstate_replay(state, arrivals) != state)
            return true;
    }
    return false;
}

void tcpstate_stand(struct tcpstate_endpoint *end, enum tcpstate_state likely)
{
    end->likely = (uint8_t)likely;
    if (likely != TCPSTATE_UNKNOWN)
        end->after |= (tcpstate_set)(1u << likely);
    tcpstate_derive_state(end);
}

void tcpstate_derive_state(struct tcpstate_endpoint *end)
{
    end->may = tcpstate_reach(end->after, end->pending | end->doubtful);
    end->state = (uint8_t)tcpstate_replay((enum tcpstate_state)end->likely, end->pending);
    if (!(end->may & (1u << end->state)))
        end->state = TCPSTATE_UNKNOWN; /* what arrived says less than what it sent without being known */
}

void tcpstate_leave_in(struct tcpstate_endpoint *end, tcpstate_set after, enum tcpstate_state likely)
{
    end->after = after;
    end->likely = (uint8_t)likely;
    end->pending = end->doubtful = 0;
    tcpstate_derive_state(end);
}

void tcpstate_is_sent_syn(struct tcpstate_endpoint *end)
{
    tcpstate_leave_in(end, TCPSTATE_ANY_STATE, TCPSTATE_UNKNOWN);
    end->pending = BIT(TCPSTATE_GETS_SYN);
    tcpstate_derive_state(end);
}

void tcpstate_may_be(struct tcpstate_endpoint *end, tcpstate_set others)
{
    end->after |= others;
    tcpstate_derive_state(end);
}
