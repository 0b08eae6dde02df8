/* dissect.c - tcpstate-dissect.so: frames through libwireshark, one by one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With the user's own preferences, as tshark would; what a frame holds is read
 * by the plugin's own reader (wireshark/segment.c).
 */
#define TCPSTATE_COMPAT_FILES
#include "odd.h"

#include "../wireshark/layers.h"
#include "../wireshark/segment.h"

#include <epan/timestamp.h>
#include <wsutil/privileges.h>

int tcpstate_proto = -1; /* of the plugin's own protocol, which is not registered here */

WS_DLL_PUBLIC tcpstate_dissect_function tcpstate_dissect;
WS_DLL_PUBLIC tcpstate_filter_function tcpstate_dissect_filter;

/* What Wireshark asks its program for: the times of the frames that another's are
 * told against.  Of the others nothing is remembered. */
struct packet_provider_data {
    frame_data first, before, now; /* .num is 0: none yet */
};

static struct packet_provider_data provider;

static const nstime_t *time_of_frame(struct packet_provider_data *of, guint32 number)
{
    return number == of->first.num ? &of->first.abs_ts : number == of->before.num ? &of->before.abs_ts : &of->now.abs_ts;
}

static epan_t *begin(void)
{
    static const struct packet_provider_funcs functions = { .get_frame_ts = time_of_frame };

    timestamp_set_type(TS_RELATIVE);
    timestamp_set_precision(TS_PREC_AUTO);
    if (!TCPSTATE_EPAN_INIT())
        return NULL;
    epan_load_settings();
    int plugin = proto_get_id_by_filter_name("tcpstate");
    if (plugin >= 0) /* it would follow the connections, too */
        proto_set_decoding(plugin, FALSE);
    tcpstate_layers_handoff();
    return epan_new(&provider, &functions);
}

static epan_t *session(void)
{
    static epan_t *begun;
    static bool tried;

    if (!tried) {
        tried = true;
        begun = begin();
    }
    return begun;
}

/* ---- The filter ---- */

static dfilter_t *filter; /* or NULL */

char *tcpstate_dissect_filter(const char *expression)
{
    if (!session())
        return g_strdup("Wireshark's library cannot be used");
    if (g_regex_match_simple("\\btcpstate\\b", expression, (GRegexCompileFlags)0, (GRegexMatchFlags)0))
        return g_strdup("the plugin's fields are not asked here: --outcome, --trouble and the like are, or tshark");
    char *problem = tcpstate_compile_filter(expression, &filter);
    if (!problem && filter && tcpstate_filter_needs_columns(filter))
        problem = g_strdup("there are no columns here to ask");
    return problem;
}

/* ---- Frames ---- */

static unsigned dissect(epan_dissect_t *edt, const struct tcpstate_record *record, struct tcpstate_reading *readings,
                        bool *passes)
{
    if (filter)
        epan_dissect_prime_with_dfilter(edt, filter);
    TCPSTATE_DISSECT(epan_dissect_run, edt, record->subtype, record->record, record->bytes, &provider.now);
    *passes = !filter || dfilter_apply_edt(filter, edt);
    return tcpstate_read_frame(edt->tvb, &edt->pi, readings);
}

unsigned tcpstate_dissect(const struct tcpstate_record *record, uint32_t frame,
                          struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS], bool *passes)
{
    static nstime_t elapsed;
    static guint32 cumulated;
    const frame_data *reference = provider.first.num > 0 ? &provider.first : NULL;

    if (!session())
        return 0;
    frame_data_init(&provider.now, frame, record->record, record->offset, cumulated);
    frame_data_set_before_dissect(&provider.now, &elapsed, &reference, provider.before.num > 0 ? &provider.before : NULL);
    epan_dissect_t *edt = epan_dissect_new(session(), filter != NULL, FALSE);
    unsigned count = dissect(edt, record, readings, passes);
    frame_data_set_after_dissect(&provider.now, &cumulated);
    epan_dissect_free(edt);
    frame_data_destroy(&provider.now); /* what it holds beyond its numbers */
    if (provider.first.num == 0)
        provider.first = provider.now;
    provider.before = provider.now;
    return count;
}
