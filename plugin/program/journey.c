/* journey.c - from a record to a connection; see journey.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define TCPSTATE_COMPAT_FILES
#include "journey.h"

#include "../packet/walk.h"
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

/* What Wireshark finds in it, where the table of layers cannot place it. */
static unsigned find_by_dissection(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame,
                                   struct tcpstate_finding findings[TCPSTATE_MOST_LAYERS])
{
    wtap_packet_header *header = &record->record->rec_header.packet_header;
    const wtap_packet_header as_read = *header;
    struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS];
    unsigned count = tcpstate_odd_read(record, frame, readings, &findings[0].passes, &journey->problem);

    *header = as_read; /* a dissector may write there, of a frame that it finds within, and pcap.c does not read all of it anew */
    for (unsigned i = 0; i < count; i++) {
        findings[i] = findings[0];
        findings[i].first = i == 0;
        findings[i].found = true;
        findings[i].reading = readings[i];
    }
    return MAX(count, 1);
}

unsigned tcpstate_find(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame, bool dissect,
                       struct tcpstate_finding findings[TCPSTATE_MOST_LAYERS])
{
    const wtap_packet_header *header = &record->record->rec_header.packet_header;
    const nstime_t *time = &record->record->ts;
    struct tcpstate_finding *first = &findings[0];
    enum tcpstate_walked walked = TCPSTATE_WALKED_ODD;

    first->recorded = tcpstate_recorded(record->record);
    first->time = tcpstate_nanoseconds(time->secs, time->nsecs);
    first->offset = record->offset;
    first->file = record->file;
    first->packet = record->record->rec_type == REC_TYPE_PACKET;
    first->first = first->passes = true;
    first->found = first->odd = false;
    if (!first->packet)
        return 1;
    first->length = header->len;
    if (!journey->command->dissect_all) {
        struct tcpstate_bytes bytes = { record->bytes, (int)header->caplen, (int)MIN(header->len, (uint32_t)INT_MAX) };
        walked = tcpstate_walk(tcpstate_link_of(header->pkt_encap), &bytes, frame, first->time, &first->reading);
    }
    first->found = walked == TCPSTATE_WALKED_FOUND;
    first->odd = walked == TCPSTATE_WALKED_ODD;
    return first->odd && dissect ? find_by_dissection(journey, record, frame, findings) : 1;
}

/* For the second way. */
static void remember(struct tcpstate_journey *journey, const struct tcpstate_finding *finding)
{
    const struct tcpstate_incarnation *incarnation = tcpstate_connections_incarnation(&finding->reading);
    struct odd_incarnation known = { journey->frames, incarnation };

    if (finding->odd)
        g_array_append_val(journey->odd_incarnations, known);
    if (journey->passed && finding->passes && incarnation)
        g_hash_table_add(journey->passed, (void *)incarnation);
}

static void take_record(struct tcpstate_journey *journey, const struct tcpstate_finding *first)
{
    if (journey->frames++ == 0)
        journey->began = first->time;
    journey->odd += first->odd;
    tcpstate_capture_pass(journey->frames, first->time, first->recorded);
    tcpstate_settings.capture = journey->command->files[first->file];
    if (journey->turn_to)
        journey->turn_to(journey->view, first, journey->frames);
}

void tcpstate_journey_take(struct tcpstate_journey *journey, struct tcpstate_finding *finding)
{
    if (finding->first)
        take_record(journey, finding);
    if (!finding->found)
        return;
    observe(journey, &finding->reading, finding->length, finding->passes);
    if (journey->odd_incarnations)
        remember(journey, finding);
}

static bool is_wanted(const struct tcpstate_journey *journey, const struct tcpstate_incarnation *incarnation)
{
    return incarnation && (!journey->passed || g_hash_table_contains(journey->passed, incarnation))
           && tcpstate_selection_has(incarnation, &journey->command->selection);
}

bool tcpstate_journey_wants(struct tcpstate_journey *journey, const struct tcpstate_record *record, uint32_t frame)
{
    struct tcpstate_finding findings[TCPSTATE_MOST_LAYERS];

    (void)tcpstate_find(journey, record, frame, false, findings);
    bool wanted = findings[0].found && is_wanted(journey, tcpstate_connections_incarnation(&findings[0].reading));
    for (; journey->next_odd < journey->odd_incarnations->len; journey->next_odd++) {
        const struct odd_incarnation *known = &g_array_index(journey->odd_incarnations, struct odd_incarnation, journey->next_odd);
        if (known->frame > frame)
            break;
        wanted = wanted || (known->frame == frame && is_wanted(journey, known->incarnation));
    }
    return wanted;
}
