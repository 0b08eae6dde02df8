/* connections.c - from a segment to its connection, and back to what is known
 * of it at any frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A four-tuple has one connection after another, and the core says which segment
 * opens a new one: tcp.stream is split elsewhere, differently from one version of
 * Wireshark to the next.  Any other segment belongs to the latest connection of its
 * four-tuple, so the tuple leads to it directly; or to the one before, where both go
 * on at once (beside.c).
 */
#include "connections.h"

#include <string.h>

#include "beside.h"
#include "capture.h"
#include "copies.h"
#include "facts.h"
#include "four-tuples.h"
#include "host.h"
#include "icmp.h"
#include "incarnations.h"
#include "preferences.h"
#include "servers.h"

static void begin_file(void)
{
    tcpstate_four_tuples_begin();
    tcpstate_incarnations_begin();
    tcpstate_servers_begin();
}

static void end_file(void)
{
    tcpstate_four_tuples_end();
    tcpstate_incarnations_end();
    tcpstate_beside_end();
    tcpstate_copies_end();
    tcpstate_icmp_end();
    tcpstate_servers_end();
}

void tcpstate_connections_register(void)
{
    tcpstate_on_file(begin_file, end_file);
}

/* What the core is given of a four-tuple, and the room for it. */
struct given {
    struct tcpstate_remembered remembered;
    struct tcpstate_connection next, before;
    struct tcpstate_beside beside;
    struct tcpstate_segment hinted;
};

/* The one before the latest is given only where it matters.  Of a frame's layers the outermost may show
 * that both go on, and not the one that began the latest. */
static void give(struct given *given, struct tcpstate_incarnation *latest, const struct tcpstate_reading *reading)
{
    struct tcpstate_remembered *remembered = &given->remembered;

    *remembered = (struct tcpstate_remembered){ .latest = tcpstate_incarnation_open(latest), .next = &given->next };
    given->beside.until = TCPSTATE_NO_TIME;
    if (reading->layer == 0)
        remembered->beside = &given->beside;
    if (!latest->before)
        return;
    const bool at_once = latest->has_beside && tcpstate_beside_at(latest, reading->segment.frame, &given->beside);
    if (!at_once && !tcpstate_asks_the_one_before(remembered->latest, &reading->segment))
        return;
    given->before = *tcpstate_incarnation_look(latest->before);
    remembered->before = &given->before;
    if (at_once)
        remembered->beside = &given->beside;
    if (latest->first_frame == reading->segment.frame)
        remembered->beside = NULL;
}

/* Where no SYN has told the roles, another connection of the capture may. */
static const struct tcpstate_segment *add_hint(struct given *given, const struct tcpstate_reading *reading)
{
    const struct tcpstate_connection *before = given->remembered.before;
    const bool known = given->remembered.latest->client >= 0 && (!before || before->client >= 0);
    const int server = known || (reading->segment.flags & TCPSTATE_FLAG_SYN) ? -1 : tcpstate_servers_hint(&reading->pair);

    if (server < 0)
        return &reading->segment;
    given->hinted = reading->segment;
    given->hinted.server_hint = (int8_t)server;
    return &given->hinted;
}

/* A server that accepts a connection; not one of two ends that open it at once. */
static void note_server(const struct tcpstate_connection *connection, const struct tcpstate_reading *reading,
                        const struct tcpstate_observation *seen)
{
    const int from = reading->segment.from;

    if (connection->milestones[TCPSTATE_MILESTONE_SYN_ACK] == reading->segment.frame
        && seen->step != TCPSTATE_STEP_SIMULTANEOUS_SYN_ACK && seen->client == !from && !seen->roles_inferred)
        tcpstate_servers_note(&reading->pair, from);
}

/* What is counted of a connection as it was before the segment. */
static void count_before(struct tcpstate_counted *counted, const struct tcpstate_connection *connection,
                         const struct tcpstate_segment *segment)
{
    const struct tcpstate_endpoint *me = &connection->ends[segment->from];

    counted->segment = segment;
    counted->was = connection->facts;
    counted->ttl = me->ttl;
    counted->last_time = me->last.frame != 0 ? me->last.time : TCPSTATE_NO_TIME;
    counted->first = !(connection->facts & TCPSTATE_CONNECTION_BEGAN);
    counted->lacked = tcpstate_lacks_segments(connection);
}

static void count(struct tcpstate_counted *counted, struct tcpstate_incarnation *incarnation,
                  const struct tcpstate_connection *now, const struct tcpstate_observation *seen)
{
    counted->copy = seen->copy;
    counted->lacks = tcpstate_lacks_segments(now);
    counted->is = now->facts;
    counted->peer_seen = now->ends[!counted->segment->from].last.frame != 0;
    tcpstate_capture_count(counted, &incarnation->one_sided);
}

/* The segment showed that the one before goes on beside the latest, or is seen again; or it moved an anchor of theirs. */
static void keep_beside(struct tcpstate_incarnation *latest, const struct tcpstate_beside *beside, uint32_t frame)
{
    if (beside->began) {
        tcpstate_beside_add(latest, frame, beside);
        latest->has_beside = true;
        latest->before->goes_on |= beside->until == INT64_MAX;
    }
    if (beside->moved)
        tcpstate_beside_moved(latest, frame, beside);
}

/* The one place that hands a segment to the core, which says which of its four-tuple's connections it
 * belongs to.  Returns that, and sets *open to what is known of it, valid until another one is open. */
static struct tcpstate_incarnation *observe(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading,
                                            struct tcpstate_observation *seen, const struct tcpstate_connection **open)
{
    struct tcpstate_four_tuple *tuple = tcpstate_four_tuple_take(asked, reading);
    struct tcpstate_incarnation *latest = tcpstate_four_tuple_latest(tuple);
    struct tcpstate_counted counted[2];
    struct given given;

    give(&given, latest, reading);
    count_before(&counted[0], given.remembered.latest, &reading->segment);
    if (given.remembered.before)
        count_before(&counted[1], &given.before, &reading->segment);
    tcpstate_observe(&given.remembered, add_hint(&given, reading), tcpstate_two_msl(), seen);
    if (given.remembered.before_changed)
        *tcpstate_incarnation_open(latest->before) = given.before;
    if (seen->incarnation == TCPSTATE_INCARNATION_NEXT) {
        *tcpstate_four_tuple_add(asked, tuple, reading) = given.next;
        latest = tcpstate_four_tuple_latest(tuple);
        counted[0].was = 0;
        counted[0].first = true;
        counted[0].lacked = false;
    }
    if (given.remembered.beside)
        keep_beside(latest, &given.beside, reading->segment.frame);
    const bool of_before = seen->incarnation == TCPSTATE_INCARNATION_BEFORE;
    struct tcpstate_incarnation *incarnation = of_before ? latest->before : latest;
    *open = tcpstate_incarnation_open(incarnation);
    note_server(*open, reading, seen);
    count(&counted[of_before], incarnation, *open, seen);
    return incarnation;
}

static uint32_t last_appended; /* frame */

/* tshark -R takes a frame out between the passes, and the next one gets its number: whose
 * entry has that number is then told of the next one, which needs one of its own. */
static bool has_entry(const struct tcpstate_incarnation *incarnation, const struct tcpstate_reading *reading)
{
    struct tcpstate_entry entry;

    return reading->segment.frame == last_appended
           && tcpstate_incarnation_entry(incarnation, reading->segment.frame, reading->layer, &entry)
           && entry.frame == reading->segment.frame && entry.layer == reading->layer;
}

/* The observation is shown from now on as later visits find it. */
static void append(struct tcpstate_incarnation *incarnation, const struct tcpstate_connection *connection,
                   const struct tcpstate_reading *reading, struct tcpstate_observation *seen, int application)
{
    tcpstate_entry_make(tcpstate_incarnation_next_entry(incarnation), connection, &reading->segment, reading->layer, seen,
                        application);
    last_appended = reading->segment.frame;
    tcpstate_incarnation_append(incarnation);
}

/* Keep the outcome as it is when the connection ends; an attempt that failed
 * and then succeeded after all has not ended, and a RST may turn out to be
 * another's. */
static void note_end(struct tcpstate_incarnation *incarnation, const struct tcpstate_connection *connection,
                     const struct tcpstate_observation *seen)
{
    if (seen->over) {
        struct tcpstate_outcome outcome;
        tcpstate_outcome(connection, &outcome);
        incarnation->ended = (struct tcpstate_ended){
            .is_over = true,
            .result = (uint8_t)outcome.result,
            .opening = (uint8_t)outcome.opening,
            .close_kind = (uint8_t)outcome.close_kind,
            .closed_by = outcome.closed_by,
            .ended_by = outcome.ended_by,
        };
    } else if (incarnation->ended.is_over && connection->end == TCPSTATE_ENDING_NONE) {
        incarnation->ended.is_over = false;
    } else if (incarnation->ended.is_over && connection->end == TCPSTATE_ENDING_RESET) {
        incarnation->ended.ended_by = connection->ended_by;
    }
}

/* A RST that answers a challenge ended the connection that the challenger still held: the one before. */
static void note_end_before(struct tcpstate_incarnation *before)
{
    const struct tcpstate_observation over = { .over = true };

    if (before && !before->ended.is_over)
        note_end(before, tcpstate_incarnation_look(before), &over);
}

/* An answer that is still incomplete has no protocol of its own yet; the
 * question's will do. */
static int name_application(struct tcpstate_incarnation *incarnation, const struct tcpstate_asked *asked,
                            const struct tcpstate_reading *reading)
{
    int application = asked->application(asked->whom, reading);

    if (application >= 0)
        incarnation->application = application;
    return application == TCPSTATE_UNTOLD ? incarnation->application : application;
}

void tcpstate_connections_take(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading,
                               struct tcpstate_meaning *meaning)
{
    struct tcpstate_observation *seen = &meaning->seen;
    const struct tcpstate_connection *connection;
    struct tcpstate_incarnation *incarnation = observe(asked, reading, seen, &connection);

    tcpstate_copies_note(reading->segment.frame, reading->layer, seen->copy);
    meaning->incarnation = incarnation;
    meaning->application = -1;
    meaning->later = false;
    if (seen->step == TCPSTATE_STEP_NONE && reading->plain != TCPSTATE_STEP_NONE) {
        seen->step = seen->copy ? TCPSTATE_STEP_COPY : (enum tcpstate_step)reading->plain;
        seen->changed = true;
    }
    if (!seen->changed && !tcpstate_incarnation_is_blank(incarnation) && !has_entry(incarnation, reading))
        return;
    if (tcpstate_step_is_first_data(seen->step) && !seen->failed)
        meaning->application = name_application(incarnation, asked, reading);
    note_end(incarnation, connection, seen);
    append(incarnation, connection, reading, seen, meaning->application);
    if (seen->ends_before)
        note_end_before(incarnation->before);
}

bool tcpstate_connections_count(const struct tcpstate_asked *asked, const struct tcpstate_reading *reading)
{
    struct tcpstate_four_tuple *tuple = tcpstate_four_tuple_find(reading);

    if (tuple)
        tcpstate_four_tuple_count(asked, tuple, reading);
    return tuple;
}

/* It moved nothing: where the ends stand is what the timeline has. */
static bool tell_error(const struct tcpstate_incarnation *incarnation, const struct tcpstate_reading *reading,
                       struct tcpstate_observation *seen)
{
    struct tcpstate_entry entry;

    if (!tcpstate_incarnation_entry(incarnation, reading->segment.frame, reading->layer, &entry))
        return false;
    tcpstate_entry_seen_since(&entry, seen);
    seen->step = TCPSTATE_STEP_NOT_DELIVERED;
    seen->changed = true;
    return true;
}

bool tcpstate_connections_take_quoted(const struct tcpstate_reading *reading, struct tcpstate_meaning *meaning)
{
    const struct tcpstate_four_tuple *tuple = tcpstate_four_tuple_find(reading);
    struct tcpstate_observation *seen = &meaning->seen;

    if (!tuple)
        return false;
    struct tcpstate_incarnation *incarnation = tcpstate_four_tuple_at(tuple, &reading->segment);
    struct tcpstate_connection *connection = tcpstate_incarnation_open(incarnation);
    seen->changed = false;
    if (!tcpstate_icmp_is_of_size(reading))
        tcpstate_observe_unreachable(connection, &reading->segment, seen);
    if (!seen->changed
        && (!tcpstate_may_be_outstanding(connection, &reading->segment) || !tell_error(incarnation, reading, seen)))
        return false;
    tcpstate_icmp_note(incarnation, reading, seen->step == TCPSTATE_STEP_UNREACHABLE);
    meaning->incarnation = incarnation;
    meaning->application = -1;
    meaning->later = false;
    note_end(incarnation, connection, seen);
    append(incarnation, connection, reading, seen, -1);
    return true;
}

bool tcpstate_connections_find(const struct tcpstate_reading *reading, struct tcpstate_meaning *meaning)
{
    uint32_t frame = reading->segment.frame;
    struct tcpstate_entry entry;
    const struct tcpstate_four_tuple *tuple = tcpstate_four_tuple_find(reading);
    struct tcpstate_incarnation *incarnation = tuple ? tcpstate_four_tuple_at(tuple, &reading->segment) : NULL;

    if (!incarnation || !tcpstate_incarnation_entry(incarnation, frame, reading->layer, &entry))
        return false;
    struct tcpstate_observation *seen = &meaning->seen;
    bool itself = entry.frame == frame && entry.layer == reading->layer;
    if (reading->quoted && !itself)
        return false;
    meaning->incarnation = incarnation;
    meaning->later = true;
    meaning->application = itself ? tcpstate_entry_seen(&entry, &reading->segment, seen) : tcpstate_entry_seen_since(&entry, seen);
    seen->copy = !reading->quoted && tcpstate_copies_has(frame, reading->layer);
    return true;
}

const struct tcpstate_incarnation *tcpstate_connections_incarnation(const struct tcpstate_reading *reading)
{
    const struct tcpstate_four_tuple *tuple = tcpstate_four_tuple_find(reading);

    return tuple ? tcpstate_four_tuple_at(tuple, &reading->segment) : NULL;
}
