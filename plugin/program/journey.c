/* journey.c - from a record to a connection; see journey.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define TCPSTATE_COMPAT_FILES
#include "journey.h"

#include "../packet/walk.h"
#include "../wireshark/capture.h"
#include "../wireshark/link.h"
#include "odd.h"
#include "settings.h"
#include "streams.h"

/* The connection of a frame that was dissected: it is not dissected again. */
struct odd_incarnation {
    uint32_t frame;
    const struct tcpstate_incarnation *incarnation;
};

struct tcpstate_journey tcpstate_journey_begin(const struct tcpstate_command *command, bool twice)
{
    tcpstate_host_begin();
    return (struct tcpstate_journey){
        .command = command,
        .asked = tcpstate_streams_begin(),
        .odd_incarnations = twice ? g_array_new(FALSE, FALSE, sizeof(struct odd_incarnation)) : NULL,
        .passed = twice && command->filter ? g_hash_table_new(NULL, NULL) : NULL,
    };
}

void tcpstate_journey_end(struct tcpstate_journey *journey)
{
    if (journey->odd_incarnations)
        g_array_free(journey->odd_incarnations, TRUE);
    if (journey->passed)
        g_hash_table_destroy(journey->passed);
    tcpstate_streams_end();
    tcpstate_host_end();
}

/* What a record holds. */
struct found {
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    unsigned count;
    bool odd;    /* it had to be dissected */
    bool passes; /* the filter, if there is one */
};

static void observe(struct tcpstate_journey *journey, struct tcpstate_reading *reading, uint32_t length, bool passes)
{
    struct tcpstate_tapped tapped;

    if (reading->quoted || reading->mentioned) {
        tcpstate_streams_mention(&journey->asked, reading);
        reading->segment.ack = reading->segment.flags = 0; /* what an error quotes is word of its sequence number alone */
        if (reading->mentioned || !tcpstate_connections_take_quoted(reading, &tapped.meaning))
            return;
    } else {
        tcpstate_connections_take(&journey->asked, reading, &tapped.meaning);
    }
    if (!journey->view || !passes)
        return;
    tapped.reading = *reading;
    tapped.began = (double)(reading->segment.time - journey->began) / 1e6;
    tapped.length = length;
    journey->take(journey->view, &tapped);
}

/* Find the TCP headers of a record. */
static void read_record(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame,
                        bool dissect, struct found *found)
{
    const wtap_packet_header *header = &record->record->rec_header.packet_header;
    const nstime_t *time = &record->record->ts;
    struct tcpstate_bytes bytes = { record->bytes, (int)header->caplen, (int)MIN(header->len, (uint32_t)INT_MAX) };
    enum tcpstate_walked walked = TCPSTATE_WALKED_ODD;

    found->count = 0;
    found->odd = false;
    found->passes = true;
    if (record->record->rec_type != REC_TYPE_PACKET)
        return;
    if (!journey->command->dissect_all)
        walked = tcpstate_walk(tcpstate_link_of(header->pkt_encap), &bytes, frame, tcpstate_nanoseconds(time->secs, time->nsecs),
                               &found->readings[0]);
    found->odd = walked == TCPSTATE_WALKED_ODD;
    if (!found->odd)
        found->count = walked == TCPSTATE_WALKED_FOUND;
    else if (dissect)
        found->count = tcpstate_odd_read(record, frame, found->readings, &found->passes, &journey->problem);
}

/* For the second way. */
static void remember(struct tcpstate_journey *journey, const struct found *found, unsigned i)
{
    const struct tcpstate_incarnation *incarnation = tcpstate_connections_incarnation(&found->readings[i]);
    struct odd_incarnation known = { journey->frames, incarnation };

    if (found->odd)
        g_array_append_val(journey->odd_incarnations, known);
    if (journey->passed && found->passes && incarnation)
        g_hash_table_add(journey->passed, (void *)incarnation);
}

void tcpstate_journey_take(struct tcpstate_journey *journey, const struct tcpstate_record *record)
{
    int64_t time = tcpstate_nanoseconds(record->record->ts.secs, record->record->ts.nsecs);
    struct found found;

    if (journey->frames++ == 0)
        journey->began = time;
    tcpstate_capture_pass(journey->frames, time, record->record);
    tcpstate_settings.capture = journey->command->files[record->file];
    if (journey->turn_to)
        journey->turn_to(journey->view, record, journey->frames);
    read_record(journey, record, journey->frames, true, &found);
    for (unsigned i = 0; i < found.count; i++) {
        observe(journey, &found.readings[i], record->record->rec_header.packet_header.len, found.passes);
        if (journey->odd_incarnations)
            remember(journey, &found, i);
    }
    journey->odd += found.odd;
}

static bool is_wanted(const struct tcpstate_journey *journey, const struct tcpstate_incarnation *incarnation)
{
    return incarnation && (!journey->passed || g_hash_table_contains(journey->passed, incarnation))
           && tcpstate_selection_has(incarnation, &journey->command->selection);
}

bool tcpstate_journey_wants(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame)
{
    struct found found;
    bool wanted = false;

    read_record(journey, record, frame, false, &found);
    for (unsigned i = 0; i < found.count; i++)
        wanted = wanted || is_wanted(journey, tcpstate_connections_incarnation(&found.readings[i]));
    for (; journey->next_odd < journey->odd_incarnations->len; journey->next_odd++) {
        const struct odd_incarnation *known = &g_array_index(journey->odd_incarnations, struct odd_incarnation, journey->next_odd);
        if (known->frame > frame)
            break;
        wanted = wanted || (known->frame == frame && is_wanted(journey, known->incarnation));
    }
    return wanted;
}
