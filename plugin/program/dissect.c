/* dissect.c - tcpstate-dissect.so: frames through libwireshark, one by one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With the user's own preferences, as tshark would; what a frame holds is read
 * by the plugin's own reader (wireshark/segment.c).
 */
#define TCPSTATE_COMPAT_FILES
#include "odd.h"

#include "../wireshark/segment.h"

#include <epan/timestamp.h>
#include <wsutil/privileges.h>

int tcpstate_proto = -1; /* of the plugin's own protocol, which is not registered here */

WS_DLL_PUBLIC tcpstate_dissect_function tcpstate_dissect;

/* What Wireshark asks its program for; all that is remembered is the frame at hand. */
struct packet_provider_data {
    nstime_t time;
};

static const nstime_t *time_of_frame(struct packet_provider_data *provider, guint32 number)
{
    (void)number;
    return &provider->time;
}

static struct packet_provider_data provider;

static epan_t *begin(void)
{
    static const struct packet_provider_funcs functions = { .get_frame_ts = time_of_frame };

    timestamp_set_type(TS_RELATIVE);
    timestamp_set_precision(TS_PREC_AUTO);
    if (!epan_init(NULL, NULL, FALSE))
        return NULL;
    epan_load_settings();
    int plugin = proto_get_id_by_filter_name("tcpstate");
    if (plugin >= 0) /* it would follow the connections, too */
        proto_set_decoding(plugin, FALSE);
    tcpstate_segment_handoff();
    return epan_new(&provider, &functions);
}

unsigned tcpstate_dissect(const struct tcpstate_record *record, uint32_t frame,
                          struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS])
{
    static epan_t *session;
    static bool begun;
    static nstime_t elapsed;
    static const frame_data *reference;
    frame_data data;
    guint32 cumulated = 0;

    if (!begun) {
        begun = true;
        session = begin();
    }
    if (!session)
        return 0;
    provider.time = record->record->ts;
    frame_data_init(&data, frame, record->record, record->offset, 0);
    epan_dissect_t *edt = epan_dissect_new(session, FALSE, FALSE);
    frame_data_set_before_dissect(&data, &elapsed, &reference, NULL);
    TCPSTATE_DISSECT(epan_dissect_run, edt, record->subtype, record->record, record->bytes, &data);
    unsigned count = tcpstate_read_frame(edt->tvb, &edt->pi, readings);
    frame_data_set_after_dissect(&data, &cumulated);
    epan_dissect_free(edt);
    frame_data_destroy(&data);
    reference = NULL;
    return count;
}
