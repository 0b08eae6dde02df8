/* view-tree.c - the tree of one segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * In an invisible tree protocol items are fakes, yet a column or a filter may
 * still ask for one leaf: so nothing here looks at an item to decide whether
 * to add the next one.  What is not referenced by anybody is not even
 * formatted; Wireshark's own proto_field_is_referenced() tells.
 */
#include "view-tree.h"

#include <string.h>

#include "../text/catalogue.h"
#include "fields.h"
#include "preferences.h"

/* What all the small functions below need. */
struct view {
    packet_info *pinfo;
    tvbuff_t *tvb;
    proto_tree *tree;
    const struct tcpstate_reading *reading;
    const struct tcpstate_sight *sight;
    enum tcpstate_language language;
    struct tcpstate_places places;
};

static bool wanted(const struct view *view, enum tcpstate_field field)
{
    return proto_field_is_referenced(view->tree, tcpstate_hf[field]);
}

/* In Chinese the item's own text replaces Wireshark's "English name: value". */
static void finish(const struct view *view, proto_item *item, enum tcpstate_field field, const char *value)
{
    if (view->language == TCPSTATE_CHINESE)
        proto_item_set_text(item, "%s: %s", tcpstate_field_chinese(field), value);
    proto_item_set_generated(item);
}

static void add_string(const struct view *view, enum tcpstate_field field, const char *value)
{
    if (!wanted(view, field))
        return;
    finish(view, proto_tree_add_string(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value), field, value);
}

static void add_uint(const struct view *view, enum tcpstate_field field, uint32_t value)
{
    char text[16];

    if (!wanted(view, field))
        return;
    snprintf(text, sizeof text, "%u", value);
    finish(view, proto_tree_add_uint(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value), field, text);
}

static proto_item *add_boolean(const struct view *view, enum tcpstate_field field, bool value)
{
    if (!wanted(view, field))
        return NULL;
    proto_item *item = proto_tree_add_boolean(view->tree, tcpstate_hf[field], view->tvb, 0, 0, value);
    finish(view, item, field,
           tcpstate_word(value ? TCPSTATE_WORD_PASSED : TCPSTATE_WORD_FAILED, view->language));
    return item;
}

/* A link, unless there is nothing to jump to or it is this very frame. */
static void add_frame(const struct view *view, enum tcpstate_field field, uint32_t frame)
{
    if (frame != 0 && frame != view->pinfo->num)
        add_uint(view, field, frame);
}

static const char *filled(const struct view *view, const char *template_text)
{
    char buffer[1024];

    if (!strchr(template_text, '{'))
        return template_text;
    tcpstate_fill(buffer, sizeof buffer, template_text, &view->places);
    return wmem_strdup(view->pinfo->pool, buffer);
}

/* tcpdump's letters: S F P R U E W, and '.' for ACK; "none" where there is
 * no flag at all. */
static const char *flags_text(const struct view *view, uint8_t flags)
{
    static const struct {
        uint8_t flag;
        char letter;
    } letters[] = {
        { TCPSTATE_FLAG_FIN, 'F' }, { TCPSTATE_FLAG_SYN, 'S' }, { TCPSTATE_FLAG_RST, 'R' },
        { TCPSTATE_FLAG_PSH, 'P' }, { TCPSTATE_FLAG_ACK, '.' }, { TCPSTATE_FLAG_URG, 'U' },
        { TCPSTATE_FLAG_ECE, 'E' }, { TCPSTATE_FLAG_CWR, 'W' },
    };
    char text[array_length(letters) + 1];
    size_t length = 0;

    for (size_t i = 0; i < array_length(letters); i++)
        if (flags & letters[i].flag)
            text[length++] = letters[i].letter;
    text[length] = '\0';
    return length > 0 ? wmem_strdup(view->pinfo->pool, text) : "none";
}

/* The state of an end as a learner reads it: "SYN_RCVD (inferred)". */
static const char *state_text(const struct view *view, enum tcpstate_state state, bool inferred)
{
    if (!inferred)
        return tcpstate_state_name(state);
    return wmem_strdup_printf(view->pinfo->pool, "%s (%s)", tcpstate_state_name(state),
                              tcpstate_word(TCPSTATE_WORD_INFERRED, view->language));
}

static void add_states(const struct view *view)
{
    const struct tcpstate_observation *seen = &view->sight->seen;
    int from = view->reading->segment.from;
    bool known = seen->client >= 0;
    int client = known ? seen->client : 0, server = !client;

    add_string(view, TCPSTATE_FIELD_SENDER, !known ? "unknown" : from == client ? "client" : "server");
    add_string(view, TCPSTATE_FIELD_ROLES, !known ? "unknown" : seen->roles_inferred ? "inferred" : "seen");
#define NAME(end, when) tcpstate_state_name(known ? (enum tcpstate_state)seen->ends[end].when : TCPSTATE_UNKNOWN)
    add_string(view, TCPSTATE_FIELD_CLIENT_STATE, NAME(client, after));
    add_string(view, TCPSTATE_FIELD_SERVER_STATE, NAME(server, after));
    add_string(view, TCPSTATE_FIELD_CLIENT_PREVIOUS, NAME(client, before));
    add_string(view, TCPSTATE_FIELD_SERVER_PREVIOUS, NAME(server, before));
#undef NAME
    add_boolean(view, TCPSTATE_FIELD_CLIENT_INFERRED, known && seen->ends[client].after_inferred);
    add_boolean(view, TCPSTATE_FIELD_SERVER_INFERRED, known && seen->ends[server].after_inferred);
    add_string(view, TCPSTATE_FIELD_SENDER_STATE, tcpstate_state_name((enum tcpstate_state)seen->ends[from].after));
    add_string(view, TCPSTATE_FIELD_RECEIVER_STATE, tcpstate_state_name((enum tcpstate_state)seen->ends[!from].after));
}

static void add_check(const struct view *view, enum tcpstate_field field, uint8_t check, uint32_t found)
{
    const struct tcpstate_observation *seen = &view->sight->seen;

    if (!(seen->checks & check))
        return;
    bool passed = !(seen->failed & check);
    proto_item *item = add_boolean(view, field, passed);
    if (passed)
        return;
    const char *numbers = wmem_strdup_printf(view->pinfo->pool, "%u != %u", found, seen->expected);
    if (item)
        proto_item_append_text(item, " (%s)", numbers);
    add_string(view, TCPSTATE_FIELD_CHECK_FAILED, numbers);
}

static void add_checks(const struct view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;

    add_check(view, TCPSTATE_FIELD_CHECK_ACK_ISN, TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1, segment->ack);
    add_check(view, TCPSTATE_FIELD_CHECK_SEQ_ISN, TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1, segment->seq);
    add_check(view, TCPSTATE_FIELD_CHECK_ACK_FIN, TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1, segment->ack);
}

static void add_numbers(const struct view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;
    int client = view->sight->seen.client;
    uint32_t isn;

    if (client >= 0) {
        if (tcpstate_life_isn(view->sight->life, client, segment->frame, &isn))
            add_uint(view, TCPSTATE_FIELD_CLIENT_ISN, isn);
        if (tcpstate_life_isn(view->sight->life, !client, segment->frame, &isn))
            add_uint(view, TCPSTATE_FIELD_SERVER_ISN, isn);
    }
    if (wanted(view, TCPSTATE_FIELD_FLAGS))
        add_string(view, TCPSTATE_FIELD_FLAGS, flags_text(view, segment->flags));
    add_uint(view, TCPSTATE_FIELD_NEXT_SEQ, tcpstate_segment_next(segment));
    if (view->sight->seen.repeats > 0)
        add_uint(view, TCPSTATE_FIELD_REPEATS, view->sight->seen.repeats);
}

static void add_reset(const struct view *view)
{
    static const char *const names[] = {
        [TCPSTATE_RESET_NUMBER_NONE] = "unknown",     [TCPSTATE_RESET_NUMBER_EXACT] = "exact",
        [TCPSTATE_RESET_NUMBER_WINDOW] = "in-window", [TCPSTATE_RESET_NUMBER_OUTSIDE] = "outside",
        [TCPSTATE_RESET_NUMBER_ACK] = "ack",          [TCPSTATE_RESET_NUMBER_BAD_ACK] = "bad-ack",
    };

    if (!(view->reading->segment.flags & TCPSTATE_FLAG_RST))
        return;
    add_string(view, TCPSTATE_FIELD_RESET_NUMBER, names[view->sight->seen.reset_number]);
    add_boolean(view, TCPSTATE_FIELD_RESET_TTL, view->sight->seen.reset_ttl_differs);
}

static void add_frames(const struct view *view)
{
    static const enum tcpstate_field fields[TCPSTATE_MILESTONES] = {
        [TCPSTATE_MILESTONE_SYN] = TCPSTATE_FIELD_FRAME_SYN,
        [TCPSTATE_MILESTONE_SYN_ACK] = TCPSTATE_FIELD_FRAME_SYN_ACK,
        [TCPSTATE_MILESTONE_HANDSHAKE_ACK] = TCPSTATE_FIELD_FRAME_ACK,
        [TCPSTATE_MILESTONE_FIN] = TCPSTATE_FIELD_FRAME_FIN,
        [TCPSTATE_MILESTONE_FIN_ACK] = TCPSTATE_FIELD_FRAME_FIN_ACK,
        [TCPSTATE_MILESTONE_PASSIVE_FIN] = TCPSTATE_FIELD_FRAME_PASSIVE_FIN,
        [TCPSTATE_MILESTONE_LAST_ACK] = TCPSTATE_FIELD_FRAME_LAST_ACK,
        [TCPSTATE_MILESTONE_RST] = TCPSTATE_FIELD_FRAME_RST,
    };

    add_frame(view, TCPSTATE_FIELD_FRAME_ANSWERS, view->sight->seen.answers);
    for (int i = 0; i < TCPSTATE_MILESTONES; i++)
        add_frame(view, fields[i], tcpstate_life_milestone(view->sight->life, (enum tcpstate_milestone)i));
    add_frame(view, TCPSTATE_FIELD_FRAME_PREVIOUS, tcpstate_life_previous(view->sight->life));
}

static const char *phase_name(enum tcpstate_phase phase)
{
    static const char *const names[] = {
        [TCPSTATE_PHASE_NONE] = "",         [TCPSTATE_PHASE_OPENING] = "opening",
        [TCPSTATE_PHASE_TRANSFER] = "transfer", [TCPSTATE_PHASE_CLOSING] = "closing",
        [TCPSTATE_PHASE_ABORT] = "abort",   [TCPSTATE_PHASE_FAILED] = "failed",
    };
    return names[phase];
}

/* "http" and "HTTP": the filter name, which is lower case, and the short name. */
static void name_protocol(struct view *view)
{
    if (view->sight->application < 0)
        return;
    view->places.protocol = proto_get_protocol_filter_name(view->sight->application);
    view->places.protocol_name =
        proto_get_protocol_short_name(find_protocol_by_id(view->sight->application));
}

static void fill_places(struct view *view)
{
    const struct tcpstate_observation *seen = &view->sight->seen;
    int from = view->reading->segment.from;

    view->places = (struct tcpstate_places){
        .language = view->language,
        .sender_is_client = seen->client < 0 ? -1 : seen->client == from,
        .repeats = seen->repeats,
        .before = (enum tcpstate_state)seen->ends[from].before,
        .after = (enum tcpstate_state)seen->ends[from].after,
        .receiver_before = (enum tcpstate_state)seen->ends[!from].before,
        .receiver_after = (enum tcpstate_state)seen->ends[!from].after,
    };
    name_protocol(view);
}

/* "TCP Connection State: Handshake 2/3, client ESTABLISHED (inferred), server SYN_RCVD" */
static void head(const struct view *view, proto_item *item, const char *label)
{
    const struct tcpstate_observation *seen = &view->sight->seen;
    int first = seen->client >= 0 ? seen->client : view->reading->segment.from;
    bool roles = seen->client >= 0;
    const char *separator = view->language == TCPSTATE_CHINESE ? "，" : ", ";

    if (view->language == TCPSTATE_CHINESE)
        proto_item_set_text(item, "TCP 连接状态");
    if (*label)
        proto_item_append_text(item, "%s%s", view->language == TCPSTATE_CHINESE ? "：" : ": ", label);
    for (int i = 0; i < 2; i++) {
        int end = i == 0 ? first : !first;
        enum tcpstate_word word = roles ? (i == 0 ? TCPSTATE_WORD_CLIENT : TCPSTATE_WORD_SERVER)
                                        : (i == 0 ? TCPSTATE_WORD_ONE_END : TCPSTATE_WORD_OTHER_END);
        proto_item_append_text(item, "%s%s %s", i == 0 && !*label ? (view->language == TCPSTATE_CHINESE ? "：" : ": ") : separator,
                               tcpstate_word(word, view->language),
                               state_text(view, (enum tcpstate_state)seen->ends[end].after,
                                          seen->ends[end].after_inferred));
    }
}

void tcpstate_view_tree(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                        const struct tcpstate_reading *reading, const struct tcpstate_sight *sight)
{
    if (!proto_field_is_referenced(tree, tcpstate_proto))
        return;

    struct view view = { .pinfo = pinfo, .tvb = tvb, .reading = reading, .sight = sight,
                         .language = tcpstate_language() };
    enum tcpstate_step step = sight->seen.step;
    proto_item *item = proto_tree_add_item(tree, tcpstate_proto, tvb, 0, 0, ENC_NA);

    proto_item_set_generated(item);
    view.tree = proto_item_add_subtree(item, tcpstate_ett);
    if (step != TCPSTATE_STEP_NONE) {
        fill_places(&view);
        const char *label = filled(&view, tcpstate_label_template(step, view.places.protocol != NULL));
        add_string(&view, TCPSTATE_FIELD_ANALYSIS, label);
        add_string(&view, TCPSTATE_FIELD_STEP, tcpstate_step_name(step));
        add_string(&view, TCPSTATE_FIELD_PHASE, phase_name(tcpstate_step_phase(step)));
        head(&view, item, label);
        if (wanted(&view, TCPSTATE_FIELD_EXPLANATION))
            add_string(&view, TCPSTATE_FIELD_EXPLANATION,
                       filled(&view, tcpstate_explanation(step, view.language)));
        if (view.places.protocol)
            add_string(&view, TCPSTATE_FIELD_PROTOCOL, view.places.protocol);
    } else {
        head(&view, item, "");
    }
    add_uint(&view, TCPSTATE_FIELD_STREAM, reading->stream);
    add_states(&view);
    add_checks(&view);
    add_numbers(&view);
    add_reset(&view);
    if (tcpstate_life_is_midstream(sight->life))
        add_boolean(&view, TCPSTATE_FIELD_MIDSTREAM, true);
    add_frames(&view);
}
