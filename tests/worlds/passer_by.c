/* passer_by.c - hands what the capture recorded to the core, and back what it says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only this file knows how the core is called.  It does what the plugin does
 * (../../plugin/wireshark/connections.c) for one four-tuple.
 */
#include "passer_by.h"

#include <string.h>

/* The worlds' states by the core's: two lists, kept apart on purpose. */
static const uint8_t state_of[TCPSTATE_STATES] = {
    [TCPSTATE_CLOSED] = CLOSED, [TCPSTATE_LISTEN] = LISTEN, [TCPSTATE_SYN_SENT] = SYN_SENT,
    [TCPSTATE_SYN_RCVD] = SYN_RCVD, [TCPSTATE_ESTABLISHED] = ESTABLISHED, [TCPSTATE_FIN_WAIT_1] = FIN_WAIT_1,
    [TCPSTATE_FIN_WAIT_2] = FIN_WAIT_2, [TCPSTATE_CLOSE_WAIT] = CLOSE_WAIT, [TCPSTATE_CLOSING] = CLOSING,
    [TCPSTATE_LAST_ACK] = LAST_ACK, [TCPSTATE_TIME_WAIT] = TIME_WAIT, [TCPSTATE_UNKNOWN] = STATES,
};

void passer_by_begin(struct passer_by *passer_by, int server_hint)
{
    tcpstate_connection_begin(&passer_by->latest);
    passer_by->beside.until = TCPSTATE_NO_TIME;
    passer_by->has_before = passer_by->is_of_before = false;
    passer_by->frame = 0;
    passer_by->server_hint = (int8_t)server_hint;
}

/* As the plugin sums up the options of a segment without SYN, FIN or RST. */
static uint16_t options_sum(const struct segment *segment)
{
    uint32_t sum = segment->has & HAS_TIMESTAMPS ? segment->ts_val * 31u + segment->ts_ecr : 0;

    for (int i = 0; i < segment->sacks; i++)
        sum = (sum * 31u + segment->sack[i].from) * 31u + segment->sack[i].to;
    return (uint16_t)(sum ^ sum >> 16);
}

static struct tcpstate_segment translate(const struct recorded *recorded)
{
    const struct segment *from = recorded->segment;
    struct tcpstate_segment to = {
        .from = (uint8_t)from->from, .flags = from->flags, .ttl = recorded->ttl, .window = from->window,
        .ip_id = from->ip_id, .seq = from->seq, .ack = from->ack, .payload = from->len,
        .time = recorded->stamped * 1000,
    };

    if (recorded->cut) {
        to.options = TCPSTATE_OPTION_CUT;
        return to;
    }
    if (from->has & HAS_SCALE) {
        to.options |= TCPSTATE_OPTION_WINDOW_SCALE;
        to.window_scale = from->scale;
    }
    if (from->has & HAS_TIMESTAMPS) {
        to.options |= TCPSTATE_OPTION_TIMESTAMPS;
        to.ts_val = from->ts_val;
        to.ts_ecr = from->ts_ecr;
    }
    if (from->has & HAS_COOKIE_REQUEST)
        to.options |= TCPSTATE_OPTION_TFO_REQUEST;
    if (from->has & HAS_COOKIE)
        to.options |= TCPSTATE_OPTION_TFO_COOKIE;
    to.options_sum = options_sum(from);
    if (from->has & HAS_SIGNATURE)
        to.options |= TCPSTATE_OPTION_SIGNATURE;
    return to;
}

static struct shown show(uint8_t state, bool inferred)
{
    return (struct shown){ state_of[state], inferred };
}

void passer_by_sees(struct passer_by *passer_by, const struct recorded *recorded, struct row *row)
{
    struct tcpstate_segment segment = translate(recorded);
    struct tcpstate_connection next;
    struct tcpstate_remembered remembered = { .latest = &passer_by->latest, .next = &next, .beside = &passer_by->beside,
                                              .before = passer_by->has_before ? &passer_by->before : NULL };
    struct tcpstate_observation seen;

    segment.frame = ++passer_by->frame;
    segment.server_hint = passer_by->server_hint;
    tcpstate_observe(&remembered, &segment, TCPSTATE_DEFAULT_2MSL, &seen);
    if (seen.incarnation == TCPSTATE_INCARNATION_NEXT) {
        passer_by->before = passer_by->latest;
        passer_by->latest = next;
        passer_by->has_before = true;
    }
    passer_by->is_of_before = seen.incarnation == TCPSTATE_INCARNATION_BEFORE;
    for (int i = 0; i < 2; i++) {
        row->before[i] = show(seen.ends[i].before, seen.ends[i].before_inferred);
        row->after[i] = show(seen.ends[i].after, seen.ends[i].after_inferred);
    }
    row->step = tcpstate_step_name(seen.step);
    row->copy = seen.copy;
}

/* The connection of the last segment. */
static void tell_outcome(const struct passer_by *passer_by, struct tcpstate_outcome *outcome)
{
    tcpstate_outcome(passer_by->is_of_before ? &passer_by->before : &passer_by->latest, outcome);
}

const char *passer_by_outcome(const struct passer_by *passer_by)
{
    struct tcpstate_outcome outcome;

    if (passer_by->frame == 0)
        return "";
    tell_outcome(passer_by, &outcome);
    return tcpstate_result_name(outcome.result);
}

int passer_by_closer(const struct passer_by *passer_by)
{
    struct tcpstate_outcome outcome;

    if (passer_by->frame == 0)
        return -1;
    tell_outcome(passer_by, &outcome);
    return outcome.closed_by == TCPSTATE_BY_UNKNOWN ? -1 : outcome.closed_by;
}
