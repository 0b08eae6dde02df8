/* core.c - libFuzzer: any sequence of segments, into the core.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: one target; tests/fuzz/run builds and starts it.  Eight bytes of input
 * make one segment, whose numbers lie near those that the ends have come to:
 * so that most of what the fuzzer tries is nearly a connection.
 *
 * What must hold after each segment is in sound() and implied(); an equal
 * connection that takes no fast path (core/fast-path.c) must say and remember
 * the same, bit by bit; what is packed, or written on the timeline, must come
 * back; and the input itself, taken for a packed connection, must unpack without
 * a byte read past its end (the sanitizers see to that).
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugin/wireshark/timeline.h"
#include "internal.h"

#define MILLISECOND INT64_C(1000000)
#define BYTES_PER_SEGMENT 8

#define HOLDS(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "frame %u: not so: %s\n", segment->frame, #condition); \
            abort(); \
        } \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The number that `choice` stands for, of `end`'s. */
static uint32_t number(uint8_t choice, int8_t off, const struct tcpstate_endpoint *end, const struct tcpstate_endpoint *peer)
{
    const uint32_t known[] = { end->snd_nxt, end->snd_max, peer->rcv_nxt, end->isn, end->fin, end->claim, 0, 0x80000000u };

    return known[choice & 7] + (uint32_t)(int32_t)off;
}

static struct tcpstate_segment decode(const uint8_t *data, const struct tcpstate_connection *connection, uint32_t frame,
                                      int64_t *now)
{
    static const int64_t gaps[] = { 0, 1, 10, 1000, 61000, 3600000, -1, -61000 };
    static const uint32_t lengths[] = { 0, 0, 0, 0, 1, 100, 1460, 65535 };
    uint8_t from = data[0] & 1;
    const struct tcpstate_endpoint *me = &connection->ends[from], *peer = &connection->ends[!from];

    *now += gaps[data[0] >> 1 & 7] * MILLISECOND;
    return (struct tcpstate_segment){
        .from = from,
        .flags = data[1],
        .options = data[0] & 0x80 ? data[6] : 0,
        .window_scale = data[7] & 15,
        .ttl = data[0] & 0x40 ? 64 : data[7],
        .ip_id = (uint16_t)(data[0] & 0x20 ? frame : data[7]),
        .window = data[6] & 0x0f ? 1000 : 0,
        .options_sum = data[7],
        .seq = number(data[2], (int8_t)data[3], me, peer),
        .ack = number(data[2] >> 4, (int8_t)data[4], peer, me),
        .payload = lengths[data[5] & 7],
        .ts_val = data[5] & 8 ? frame : data[7],
        .frame = frame,
        .time = *now,
        .server_hint = (int8_t)(data[5] >> 4 & 3) > 1 ? -1 : (int8_t)(data[5] >> 4 & 1),
    };
}

static uint8_t replay(const struct tcpstate_endpoint *end)
{
    enum tcpstate_state state = (enum tcpstate_state)end->likely;

    for (int event = 0; event < 8; event++)
        if (end->pending & 1u << event)
            state = tcpstate_next(state, (enum tcpstate_event)event);
    return (uint8_t)state;
}

/* Whether the table leads from one state to another within a connection, that
 * is without going through CLOSED or LISTEN. */
static bool leads(uint8_t from, uint8_t to)
{
    static bool reached[TCPSTATE_STATES][TCPSTATE_STATES], known;

    if (!known) {
        for (int s = 0; s < TCPSTATE_STATES; s++) {
            reached[s][s] = true;
            for (int event = 0; event < TCPSTATE_EVENTS; event++)
                reached[s][tcpstate_next((enum tcpstate_state)s, (enum tcpstate_event)event)] = true;
        }
        for (int via = 0; via < TCPSTATE_STATES; via++) {
            if (via == TCPSTATE_CLOSED || via == TCPSTATE_LISTEN)
                continue;
            for (int a = 0; a < TCPSTATE_STATES; a++)
                for (int b = 0; b < TCPSTATE_STATES; b++)
                    reached[a][b] |= reached[a][via] && reached[via][b];
        }
        known = true;
    }
    return reached[from][to];
}

/* With TCPSTATE_FUZZ_TELL in the environment, for whoever reads a finding. */
static void tell(const struct tcpstate_segment *segment, const struct tcpstate_observation *seen)
{
    if (!getenv("TCPSTATE_FUZZ_TELL"))
        return;
    fprintf(stderr, "%u: from %u flags %#04x options %#04x seq %u ack %u len %u: %s;", segment->frame, segment->from, segment->flags,
            segment->options, segment->seq, segment->ack, segment->payload, tcpstate_step_name(seen->step));
    for (int i = 0; i < 2; i++)
        fprintf(stderr, " %s%s>%s%s", tcpstate_state_name((enum tcpstate_state)seen->ends[i].before),
                seen->ends[i].before_inferred ? "?" : "", tcpstate_state_name((enum tcpstate_state)seen->ends[i].after),
                seen->ends[i].after_inferred ? "?" : "");
    fputc('\n', stderr);
}

/* The connection and what is said of it are sound, whatever came. */
static void sound(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                  const struct tcpstate_observation *seen)
{
    struct tcpstate_outcome outcome;

    for (int i = 0; i < 2; i++) {
        const struct tcpstate_endpoint *end = &connection->ends[i];
        const struct tcpstate_standing *stands = &seen->ends[i];
        HOLDS(end->state < TCPSTATE_STATES && end->likely < TCPSTATE_STATES);
        HOLDS(end->state == replay(end) || (end->likely == TCPSTATE_UNKNOWN && end->state == TCPSTATE_UNKNOWN));
        HOLDS(stands->after == end->state && stands->before < TCPSTATE_STATES);
        /* Certain only where something that it sent proves it. */
        HOLDS(stands->after_inferred
              == (end->state != TCPSTATE_UNKNOWN && end->may != 1u << end->state && !(end->known & AS_SENT)));
        HOLDS(end->state == TCPSTATE_UNKNOWN || (end->may & 1u << end->state));
        /* From what is certain only the table leads on to what is certain;
         * CLOSED and LISTEN may begin anew, or have been forged. */
        if (!stands->before_inferred && !stands->after_inferred && stands->before != TCPSTATE_CLOSED
            && stands->before != TCPSTATE_LISTEN && stands->before != TCPSTATE_UNKNOWN
            && !(connection->facts & TCPSTATE_CONNECTION_REUSED))
            HOLDS(leads(stands->before, stands->after));
        HOLDS(seen->stayed[i] >= -1);
    }
    HOLDS((unsigned)seen->step < TCPSTATE_STEPS);
    HOLDS(seen->changed || seen->step == TCPSTATE_STEP_NONE);
    HOLDS(seen->client >= -1 && seen->client <= 1);
    HOLDS((seen->failed & ~seen->checks) == 0);
    HOLDS(seen->answers <= segment->frame && seen->reset_after >= -1 && seen->repeats_after >= -1);
    for (int i = 0; i < TCPSTATE_MILESTONES; i++)
        HOLDS(connection->milestones[i] <= segment->frame);
    tcpstate_outcome(connection, &outcome);
    HOLDS((unsigned)outcome.result < TCPSTATE_RESULTS && (unsigned)outcome.close_kind < TCPSTATE_CLOSE_KINDS
          && (unsigned)outcome.opening < TCPSTATE_OPENINGS && outcome.conn_state);
    HOLDS(outcome.closed_by >= TCPSTATE_BY_NOBODY && outcome.closed_by <= TCPSTATE_BY_UNKNOWN && outcome.owing >= -1 && outcome.owing <= 1);
}

/* A label implies what makes a segment that: its flags at the least. */
static void implied(const struct tcpstate_segment *segment, const struct tcpstate_observation *seen)
{
    const char *name = tcpstate_step_name(seen->step);
    uint8_t f = segment->flags;
    bool syn = f & TCPSTATE_FLAG_SYN, ack = f & TCPSTATE_FLAG_ACK, fin = f & TCPSTATE_FLAG_FIN, rst = f & TCPSTATE_FLAG_RST;

    if (strcmp(name, "syn") == 0 || strcmp(name, "syn-retransmitted") == 0 || strcmp(name, "port-reused") == 0
        || strcmp(name, "simultaneous-open") == 0 || strcmp(name, "stale-syn") == 0)
        HOLDS(syn && !ack && !rst && !fin);
    if (strcmp(name, "syn-ack") == 0 || strcmp(name, "bad-syn-ack") == 0 || strcmp(name, "syn-ack-retransmitted") == 0)
        HOLDS(syn && ack && !rst); /* it may carry a FIN */
    if (strcmp(name, "handshake-ack") == 0)
        HOLDS(ack && !syn && !rst && !fin);
    if (strncmp(name, "fin-acked", 9) == 0 || strcmp(name, "last-ack") == 0)
        HOLDS(ack && !syn && !rst);
    if (strcmp(name, "fin") == 0 || strcmp(name, "passive-fin") == 0 || strcmp(name, "fin-acked-passive-fin") == 0
        || strcmp(name, "simultaneous-close") == 0 || strcmp(name, "fin-retransmitted") == 0)
        HOLDS(fin && ack && !syn && !rst);
    if (strcmp(name, "abort") == 0 || strcmp(name, "refused") == 0 || strcmp(name, "time-wait-assassination") == 0
        || strncmp(name, "reset-", 6) == 0)
        HOLDS(rst && !syn);
    if (strcmp(name, "first-request") == 0 || strcmp(name, "first-response") == 0)
        HOLDS(segment->payload > 0 && !syn && !rst);
    if (seen->step == TCPSTATE_STEP_ABORT)
        HOLDS(seen->ends[segment->from].after == TCPSTATE_CLOSED || seen->ends[segment->from].after_inferred);
    if (!(f & TCPSTATE_FLAG_RST))
        HOLDS(seen->reset_number == TCPSTATE_RESET_NUMBER_NONE);
}

static bool same(const struct tcpstate_observation *a, const struct tcpstate_observation *b)
{
    return a->step == b->step && memcmp(a->ends, b->ends, sizeof a->ends) == 0 && a->client == b->client
           && a->checks == b->checks && a->failed == b->failed && a->answers == b->answers && a->repeats == b->repeats
           && a->changed == b->changed && a->over == b->over && a->copy == b->copy && a->expected == b->expected
           && a->roles_inferred == b->roles_inferred && a->reset_number == b->reset_number
           && a->reset_ttl_differs == b->reset_ttl_differs && a->repeats_after == b->repeats_after
           && a->reset_after == b->reset_after && memcmp(a->stayed, b->stayed, sizeof a->stayed) == 0;
}

/* Put away and fetched back it is what it was, and does what it would have. */
static void comes_back(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment)
{
    uint8_t packed[TCPSTATE_MOST_PACKED], again[TCPSTATE_MOST_PACKED];
    struct tcpstate_connection back;
    size_t size = tcpstate_pack(connection, packed);

    HOLDS(size <= sizeof packed);
    uint8_t *exact = malloc(size); /* so that a read past its end is seen */
    if (!exact)
        return;
    memcpy(exact, packed, size);
    HOLDS(tcpstate_unpack(&back, exact, size) == size);
    free(exact);
    HOLDS(tcpstate_pack(&back, again) == size && memcmp(packed, again, size) == 0);
}

/* What the plugin remembers of it (wireshark/timeline.c), written after the entry
 * before and read again: nothing changes, and frames only grow. */
static void on_the_timeline(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                            const struct tcpstate_observation *observed, struct tcpstate_entry *last)
{
    uint8_t bytes[TCPSTATE_MOST_ENTRY];
    struct tcpstate_observation kept = *observed, *seen = &kept, later;
    struct tcpstate_entry next = *last, entry;
    const int application = (int)(segment->options_sum & 0xff) - 1;

    if (!seen->changed)
        return;
    tcpstate_entry_make(&entry, connection, segment, segment->options_sum & 1, seen, application);
    for (int i = 0; i < 2; i++) {
        if (!(entry.knows_isn & 1u << i)) { /* what it does not know itself was known before */
            entry.isn[i] = last->isn[i];
            entry.knows_isn |= last->knows_isn & (uint8_t)(1u << i);
        }
    }
    size_t size = tcpstate_write_entry(bytes, &entry, last);
    uint8_t *exact = malloc(size);
    if (!exact)
        return;
    memcpy(exact, bytes, size);
    HOLDS(size <= sizeof bytes && tcpstate_read_entry(exact, &next) == size);
    free(exact);
    HOLDS(memcmp(&next, &entry, offsetof(struct tcpstate_entry, knows_isn) + 1) == 0); /* the rest is padding */
    HOLDS(next.frame > last->frame);
    HOLDS(tcpstate_entry_seen(&next, segment, &later) == (tcpstate_step_is_first_data(seen->step) && !seen->failed ? application : -1));
    later.over = seen->over; /* ended.is_over of the connection */
    later.copy = seen->copy; /* wireshark/copies.c */
    HOLDS(same(&later, seen));
    *last = next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tcpstate_entry entry = tcpstate_no_entry;
    struct tcpstate_connection connection, twin, before, *had = NULL;
    struct tcpstate_beside beside = { .until = TCPSTATE_NO_TIME };
    struct tcpstate_observation seen, twin_seen;
    int64_t now = 1000 * MILLISECOND;
    uint32_t frame = 0;

    if (size > 0) {
        struct tcpstate_connection any;
        uint8_t *exact = malloc(size);
        if (exact) {
            memcpy(exact, data, size);
            tcpstate_unpack(&any, exact, size);
            free(exact);
        }
    }
    tcpstate_connection_begin(&connection);
    for (; size >= BYTES_PER_SEGMENT; data += BYTES_PER_SEGMENT, size -= BYTES_PER_SEGMENT) {
        struct tcpstate_segment made = decode(data, &connection, ++frame, &now), *segment = &made;
        struct tcpstate_connection next, twin_next;
        struct tcpstate_remembered remembered = { .latest = &connection, .before = had, .next = &next, .beside = &beside };
        twin = connection;
        tcpstate_take_slow_path(&twin, had, &twin_next, segment, TCPSTATE_DEFAULT_2MSL, &twin_seen);
        tcpstate_observe(&remembered, segment, TCPSTATE_DEFAULT_2MSL, &seen);
        if (seen.incarnation == TCPSTATE_INCARNATION_BEFORE) {
            sound(&before, segment, &seen);
            implied(segment, &seen);
            continue;
        }
        const bool is_one = !remembered.before_changed; /* or the twin was not told of the other */
        HOLDS(seen.incarnation == twin_seen.incarnation || !is_one);
        if (seen.incarnation == TCPSTATE_INCARNATION_NEXT) {
            before = connection;
            had = &before;
            connection = next;
            twin = twin_next;
        }
        tell(segment, &seen);
        HOLDS(!is_one || same(&seen, &twin_seen));
        HOLDS(!is_one || memcmp(&connection, &twin, offsetof(struct tcpstate_connection, ended_by) + sizeof twin.ended_by) == 0);
        sound(&connection, segment, &seen);
        implied(segment, &seen);
        comes_back(&connection, segment);
        on_the_timeline(&connection, segment, &seen, &entry);
        if (data[6] == 0xff && data[7] == 0xff)
            tcpstate_observe_unreachable(&connection, segment, &seen);
    }
    return 0;
}
