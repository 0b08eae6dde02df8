/* view-flow.c - the ladder in the window: Statistics, Flow Graph, and
 * tshark -z flow,tcpstate,network.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark draws the graph from a list of items, one per arrow, and owns it.
 * A lifeline is an address; ours hold "address:port", so that two ends on one
 * host are two.  An arrow for a run of plain segments is put into the list with
 * the first of them and rewritten with each that follows, because nobody tells
 * when the last one has come.
 */
#include "views.h"

#include <string.h>

#include <epan/to_str.h>

#include "../text/phrases.h"
#include "preferences.h"
#include "steps-between.h"
#include "text-width.h"
#include "wording.h"

typedef struct _seq_analysis_item item_t;
typedef struct _seq_analysis_info info_t;

enum { LABEL_COLUMNS = 19 }; /* what tshark's drawing shows of a label */

/* What goes on in one connection. */
struct flow {
    struct {
        item_t *item; /* the run that goes on, or NULL */
        struct tcpstate_run run;
    } open[2]; /* by direction */
    struct tcpstate_shown shown; /* with those that are open */
    struct tcpstate_taken taken[2];
    bool begun; /* something of it is drawn */
};

/* One list of Wireshark's. */
struct graph {
    GHashTable *flows; /* struct tcpstate_incarnation -> struct flow, or NULL: left out */
    item_t *first;     /* of the list */
    uint32_t clients;  /* lifelines at the left */
    size_t notice;     /* length of what stands before its own comment */
    uint64_t left_out; /* connections */
};

static char flow_type[64]; /* what the dialog's list calls this graph, which it reads when it opens */
static GHashTable *graphs; /* info_t -> struct graph, of this capture file */

static void free_graph(void *data)
{
    struct graph *graph = (struct graph *)data;

    g_hash_table_destroy(graph->flows);
    g_free(graph);
}

static void end_file(void)
{
    g_clear_pointer(&graphs, g_hash_table_destroy);
}

/* Wireshark empties a list and fills it anew when it draws another graph, and
 * does not say so. */
static struct graph *graph_of(info_t *info)
{
    if (!graphs)
        graphs = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_graph);
    struct graph *graph = (struct graph *)g_hash_table_lookup(graphs, info);
    if (graph && !g_queue_is_empty(info->items))
        return graph;
    graph = g_new0(struct graph, 1);
    graph->flows = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    g_hash_table_insert(graphs, info, graph);
    return graph;
}

/* ---- Lifelines ---- */

/* Its place from the left, or num_nodes: there is none. */
static uint32_t place_of(const info_t *info, const address *node)
{
    uint32_t place = 0;

    while (place < info->num_nodes && !addresses_equal(&info->nodes[place], node))
        place++;
    return place;
}

static bool has_node(const info_t *info, const address *node)
{
    return place_of(info, node) < info->num_nodes;
}

static address node_of(const char *text)
{
    address node = ADDRESS_INIT_NONE;

    set_address(&node, AT_STRINGZ, (int)strlen(text) + 1, text);
    return node;
}

/* The text of a lifeline.  A segment from an end to itself (the LAND attack) has
 * two ends of one name, and Wireshark cannot draw an arrow from a lifeline to
 * itself. */
static const char *lifeline(packet_info *pinfo, const struct tcpstate_pair *pair, int endpoint)
{
    const char *text = tcpstate_endpoint_text(pinfo->pool, pair, endpoint);

    if (endpoint == 1 && strcmp(text, tcpstate_endpoint_text(pinfo->pool, pair, 0)) == 0)
        return wmem_strdup_printf(pinfo->pool, "%s'", text);
    return text;
}

/* Which of the two ends has its lifeline left of the other's. */
static int stands_left(const info_t *info, packet_info *pinfo, const struct tcpstate_pair *pair)
{
    address nodes[2] = { node_of(lifeline(pinfo, pair, 0)), node_of(lifeline(pinfo, pair, 1)) };

    return place_of(info, &nodes[0]) < place_of(info, &nodes[1]) ? 0 : 1;
}

/* Make a lifeline at a place from the left, or at the right end; what stands
 * there moves on. */
static void make_node(info_t *info, const address *node, uint32_t place)
{
    memmove(&info->nodes[place + 1], &info->nodes[place], (info->num_nodes - place) * sizeof info->nodes[0]);
    copy_address(&info->nodes[place], node);
    info->num_nodes++;
}

/* Those of a connection: all clients stand left of all servers, so that each
 * handshake begins at the left.  False if there is no room for them. */
static bool make_nodes_of(info_t *info, struct graph *graph, packet_info *pinfo, const struct tcpstate_tapped *tapped)
{
    int client = tapped->meaning.seen.client, left = client >= 0 ? client : tapped->reading.segment.from;
    address nodes[2];
    uint32_t wanted = 0;

    for (int i = 0; i < 2; i++) {
        nodes[i] = node_of(lifeline(pinfo, &tapped->reading.pair, left ^ i));
        wanted += !has_node(info, &nodes[i]);
    }
    if (info->num_nodes + wanted > TCPSTATE_FLOW_NODES)
        return false;
    if (!has_node(info, &nodes[0]))
        make_node(info, &nodes[0], graph->clients++);
    if (!has_node(info, &nodes[1]))
        make_node(info, &nodes[1], info->num_nodes);
    return true;
}

/* One for the word of ICMP, at the right end. */
static bool make_node_of_icmp(info_t *info, const address *node)
{
    if (has_node(info, node))
        return true;
    if (info->num_nodes == TCPSTATE_FLOW_NODES)
        return false;
    make_node(info, node, info->num_nodes);
    return true;
}

/* ---- Arrows ---- */

static const char *phrase(enum tcpstate_phrase id)
{
    return tcpstate_phrase(id, tcpstate_language());
}

static bool is_inferred(const struct tcpstate_standing *end)
{
    return end->after_inferred && end->after != TCPSTATE_UNKNOWN;
}

/* "ESTABLISHED | ESTABLISHED?", from left to right as the lifelines stand, whether or
 * not it is known who the client is; for there is little room. */
static char *states_text(const info_t *info, packet_info *pinfo, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_observation *seen = &tapped->meaning.seen;
    int left = stands_left(info, pinfo, &tapped->reading.pair);
    const struct tcpstate_standing *ends[2] = { &seen->ends[left], &seen->ends[!left] };

    return wmem_strdup_printf(pinfo->pool, "%s%s | %s%s", tcpstate_state_name((enum tcpstate_state)ends[0]->after),
                              is_inferred(ends[0]) ? "?" : "", tcpstate_state_name((enum tcpstate_state)ends[1]->after),
                              is_inferred(ends[1]) ? "?" : "");
}

/* An arrow without its texts, at the end of the list; NULL if it cannot be drawn. */
static item_t *add_item(info_t *info, packet_info *pinfo, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_reading *reading = &tapped->reading;
    int from = reading->segment.from;
    address ends[2] = { node_of(lifeline(pinfo, &reading->pair, from)), node_of(lifeline(pinfo, &reading->pair, !from)) };
    uint16_t ports[2] = { reading->pair.port[from], reading->pair.port[!from] };

    if (reading->quoted) { /* a router's or host's word to the sender, not the other end's segment */
        ends[1] = ends[0];
        ends[0] = node_of(wmem_strdup_printf(pinfo->pool, "%s ICMP", address_to_display(pinfo->pool, &pinfo->src)));
        ports[1] = ports[0];
        ports[0] = 0;
        if (!make_node_of_icmp(info, &ends[0]))
            return NULL;
    }
    item_t *item = sequence_analysis_create_sai_with_addresses(pinfo, info);
    if (!item) /* a frame without addresses */
        return NULL;
    free_address(&item->src_addr);
    free_address(&item->dst_addr);
    copy_address(&item->src_addr, &ends[0]);
    copy_address(&item->dst_addr, &ends[1]);
    item->port_src = ports[0];
    item->port_dst = ports[1];
    item->frame_number = reading->segment.frame;
    item->conv_num = (uint16_t)tcpstate_incarnation_number(tapped->meaning.incarnation);
    item->line_style = 1;
    item->display = TRUE;
    sequence_analysis_use_color_filter(pinfo, item);
    if (!item->has_color_filter) { /* else each conversation gets a loud colour of its own */
        item->fg_color = 0x000000;
        item->bg_color = 0xffffff;
        item->has_color_filter = TRUE;
    }
    g_queue_push_tail(info->items, item);
    return item;
}

/* That connections were left out stands with the first arrow, where it is seen. */
static void set_comment(struct graph *graph, item_t *item, const char *text)
{
    char count[TCPSTATE_GROUPED], *notice = NULL;

    if (item == graph->first && graph->left_out > 0) {
        tcpstate_grouped(count, graph->left_out);
        notice = g_strdup_printf(phrase(TCPSTATE_PHRASE_FLOW_LEFT_OUT), count);
        graph->notice = strlen(notice);
    }
    char *before = item->comment;
    item->comment = notice ? g_strconcat(notice, text, NULL) : g_strdup(text);
    g_free(before);
    g_free(notice);
}

static void add_step(info_t *info, struct graph *graph, packet_info *pinfo, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_segment *segment = &tapped->reading.segment;
    item_t *item = add_item(info, pinfo, tapped);

    if (!item)
        return;
    item->frame_label = tcpstate_printable(tcpstate_label_of(pinfo->pool, &tapped->reading, &tapped->meaning));
    wmem_strbuf_t *comment = wmem_strbuf_new(pinfo->pool, states_text(info, pinfo, tapped));
    if (!tapped->reading.quoted) {
        struct tcpstate_numbers numbers = tcpstate_numbers_of(segment);
        bool raw = false;
        wmem_strbuf_append_printf(comment, "%s%s", phrase(TCPSTATE_PHRASE_FLOW_AND),
                                  tcpstate_numbers_text(pinfo->pool, tapped->meaning.incarnation, &numbers, false, &raw));
    }
    if (tcpstate_columns(item->frame_label) > LABEL_COLUMNS)
        wmem_strbuf_append_printf(comment, "%s%s", phrase(TCPSTATE_PHRASE_FLOW_AND), item->frame_label);
    if (!graph->first)
        graph->first = item;
    set_comment(graph, item, wmem_strbuf_get_str(comment));
}

/* `again`: its data was sent before. */
static void add_to_run(info_t *info, struct graph *graph, packet_info *pinfo, const struct tcpstate_tapped *tapped,
                       struct flow *flow, bool again)
{
    int from = tapped->reading.segment.from;
    const struct tcpstate_observation *seen = &tapped->meaning.seen;

    if (!tcpstate_shows_the_same(&flow->shown, seen) || (flow->open[from].item && !tcpstate_run_takes(&flow->open[from].run, &tapped->reading, again)))
        flow->open[0].item = flow->open[1].item = NULL;
    for (int i = 0; i < 2; i++) {
        flow->shown.state[i] = seen->ends[i].after;
        flow->shown.inferred[i] = seen->ends[i].after_inferred;
    }
    if (!flow->open[from].item) {
        item_t *item = add_item(info, pinfo, tapped);
        if (!item)
            return;
        if (!graph->first)
            graph->first = item;
        item->frame_label = (char *)g_malloc0(TCPSTATE_RUN_TEXT);
        flow->open[from].item = item;
        flow->open[from].run = (struct tcpstate_run){ .again = again };
        if (tapped->reading.segment.window == 0)
            flow->open[!from].item = NULL;
    }
    tcpstate_run_add(&flow->open[from].run, &tapped->reading);
    tcpstate_run_text(flow->open[from].item->frame_label, &flow->open[from].run, false);
    char run[TCPSTATE_RUN_TEXT];
    tcpstate_run_text(run, &flow->open[from].run, true);
    set_comment(graph, flow->open[from].item,
                wmem_strdup_printf(pinfo->pool, "%s%s%s", states_text(info, pinfo, tapped),
                                   phrase(TCPSTATE_PHRASE_FLOW_AND), run));
}

static void leave_out(struct graph *graph)
{
    graph->left_out++;
    if (!graph->first)
        return;
    char *own = g_strdup(graph->first->comment + graph->notice);
    set_comment(graph, graph->first, own);
    g_free(own);
}

static tap_packet_status draw(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *of_tap,
                              tap_flags_t flags _U_)
{
    info_t *info = (info_t *)data;
    const struct tcpstate_tapped *tapped = (const struct tcpstate_tapped *)of_tap;
    struct graph *graph = graph_of(info);
    const struct tcpstate_incarnation *incarnation = tapped->meaning.incarnation;
    void *found;

    if (!g_hash_table_lookup_extended(graph->flows, incarnation, NULL, &found)) {
        found = make_nodes_of(info, graph, pinfo, tapped) ? g_new0(struct flow, 1) : NULL;
        g_hash_table_insert(graph->flows, (void *)incarnation, found);
        if (!found)
            leave_out(graph);
    }
    struct flow *flow = (struct flow *)found;
    if (!flow)
        return TAP_PACKET_DONT_REDRAW;
    const struct tcpstate_segment *segment = &tapped->reading.segment;
    if (tcpstate_is_plain(tapped) && tapped->meaning.seen.copy && flow->begun)
        return TAP_PACKET_DONT_REDRAW; /* nobody sent it */
    const bool again = !tapped->reading.quoted && tcpstate_was_taken(&flow->taken[segment->from], segment);
    if (tcpstate_is_plain(tapped)) {
        add_to_run(info, graph, pinfo, tapped, flow, again);
    } else {
        add_step(info, graph, pinfo, tapped);
        flow->open[0].item = flow->open[1].item = NULL;
    }
    flow->begun = true;
    return TAP_PACKET_REDRAW;
}

void tcpstate_view_flow_register(int proto)
{
    if (!TCPSTATE_HAS_FLOW_GRAPH) /* this Wireshark's list is not known */
        return;
    register_cleanup_routine(end_file);
    register_seq_analysis("tcpstate", flow_type, proto, TCPSTATE_TAP, TL_REQUIRES_NOTHING, draw);
}

void tcpstate_view_flow_name(enum tcpstate_language language)
{
    g_strlcpy(flow_type, tcpstate_phrase(TCPSTATE_PHRASE_MENU, language), sizeof flow_type);
}
