/* view-tree.c - the tree of one segment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * In an invisible tree protocol items are fakes, yet a column or a filter may
 * still ask for one leaf: so nothing here looks at an item to decide whether
 * to add the next one.  What is not referenced by anybody is not even
 * formatted: Wireshark counts who refers to a field (tree-fields.h).
 */
#include "view-tree.h"

#include <string.h>

#include "../text/catalogue.h"
#include "../text/phrases.h"
#include "capture.h"
#include "host.h"
#include "names.h"
#include "preferences.h"
#include "tree-fields.h"
#include "tree-parts.h"
#include "wording.h"

static void add_check(const struct tcpstate_view *view, enum tcpstate_field field, uint8_t check, uint32_t found)
{
    const struct tcpstate_observation *seen = &view->meaning->seen;
    bool passed = !(seen->failed & check);

    if (!(seen->checks & check))
        return;
    tcpstate_add_check(view, field, found, passed ? found : seen->expected);
    if (!passed)
        tcpstate_add_string(view, TCPSTATE_FIELD_CHECK_FAILED,
                            wmem_strdup_printf(view->pinfo->pool, "%u != %u", found, seen->expected));
}

static void add_checks(const struct tcpstate_view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;

    if (view->meaning->seen.checks == 0)
        return;
    add_check(view, TCPSTATE_FIELD_CHECK_ACK_ISN, TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1, segment->ack);
    add_check(view, TCPSTATE_FIELD_CHECK_SEQ_ISN, TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1, segment->seq);
    add_check(view, TCPSTATE_FIELD_CHECK_ACK_FIN, TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1, segment->ack);
}

/* J and K, shown where they are sent; elsewhere for filters only. */
static void add_isns(const struct tcpstate_view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;
    const struct tcpstate_observation *seen = &view->meaning->seen;
    uint32_t isn[2];

    if (seen->client < 0 || !tcpstate_any_wanted(view, TCPSTATE_FIELD_CLIENT_ISN, TCPSTATE_FIELD_SERVER_ISN))
        return;
    unsigned known = tcpstate_incarnation_isns(view->meaning->incarnation, segment->frame, isn);
    for (int i = 0; i < 2; i++) {
        int end = i == 0 ? seen->client : !seen->client;
        if (!(known & 1u << end))
            continue;
        enum tcpstate_field field = i == 0 ? TCPSTATE_FIELD_CLIENT_ISN : TCPSTATE_FIELD_SERVER_ISN;
        if (end == segment->from && (segment->flags & TCPSTATE_FLAG_SYN))
            tcpstate_add_uint(view, field, isn[end]);
        else
            tcpstate_add_hidden_uint(view, field, isn[end]);
    }
}

static void add_numbers(const struct tcpstate_view *view)
{
    const struct tcpstate_segment *segment = &view->reading->segment;

    add_isns(view);
    if (view->reading->quoted)
        return; /* of the quoted header these may be missing */
    if (tcpstate_wanted(view, TCPSTATE_FIELD_FLAGS))
        tcpstate_add_hidden_string(view, TCPSTATE_FIELD_FLAGS, tcpstate_flags_text(segment->flags));
    tcpstate_add_hidden_uint(view, TCPSTATE_FIELD_NEXT_SEQ, tcpstate_segment_next(segment));
    if (view->meaning->seen.repeats > 0)
        tcpstate_add_uint(view, TCPSTATE_FIELD_REPEATS, view->meaning->seen.repeats);
}

static void add_cause(const struct tcpstate_view *view, const char *name, const char *text, const char *source)
{
    tcpstate_add_named(view, TCPSTATE_FIELD_RESET_CAUSE, name, text);
    tcpstate_add_hidden_string(view, TCPSTATE_FIELD_RESET_SOURCE, source);
}

/* What came before the RST that ended the connection; what only later segments
 * show, on later visits. */
static void add_causes(const struct tcpstate_view *view)
{
    const unsigned claims = TCPSTATE_CAUSE_MP_REASON | TCPSTATE_CAUSE_PAYLOAD, late = TCPSTATE_CAUSE_BOTH_ENDS;
    struct tcpstate_account account = tcpstate_incarnation_connection(view->meaning->incarnation)->account;

    if (account.disowned == view->reading->segment.frame && view->meaning->later)
        add_cause(view, "disowned", tcpstate_phrase(TCPSTATE_PHRASE_CAUSE_DISOWNED, view->language), "hindsight");
    if (account.reset_frame != view->reading->segment.frame)
        return;
    for (unsigned cause = 1; cause <= TCPSTATE_CAUSE_PAYLOAD; cause <<= 1) {
        if (!(account.causes & cause) || ((cause & late) && !view->meaning->later))
            continue;
        add_cause(view, tcpstate_cause_name(cause), tcpstate_cause_text(view->pinfo->pool, view->language, &account, cause),
                  cause & claims ? "packet" : cause & late ? "hindsight" : "segments");
    }
}

static void add_reset(const struct tcpstate_view *view)
{
    enum tcpstate_reset_number number = (enum tcpstate_reset_number)view->meaning->seen.reset_number;

    if (!(view->reading->segment.flags & TCPSTATE_FLAG_RST))
        return;
    tcpstate_add_named(view, TCPSTATE_FIELD_RESET_NUMBER, tcpstate_reset_number_name(number), tcpstate_reset_number_word(number));
    /* That it does not differ is no news, and where nothing was there to compare with it is not even known. */
    if (view->meaning->seen.reset_ttl_differs)
        tcpstate_add_boolean(view, TCPSTATE_FIELD_RESET_TTL, true);
    else
        tcpstate_add_hidden_boolean(view, TCPSTATE_FIELD_RESET_TTL, false);
    if (tcpstate_any_wanted(view, TCPSTATE_FIELD_RESET_CAUSE, TCPSTATE_FIELD_RESET_SOURCE))
        add_causes(view);
}

static void add_midstream(const struct tcpstate_view *view)
{
    proto_item *item = tcpstate_add_boolean(view, TCPSTATE_FIELD_MIDSTREAM, true);

    if (item)
        proto_item_append_text(item, " (%s)", tcpstate_word(TCPSTATE_WORD_MIDSTREAM, view->language));
}

/* A copy that is a step is called one already. */
static void add_copy(const struct tcpstate_view *view)
{
    if (view->meaning->seen.step == TCPSTATE_STEP_COPY)
        tcpstate_add_hidden_boolean(view, TCPSTATE_FIELD_COPY, true);
    else
        tcpstate_add_boolean(view, TCPSTATE_FIELD_COPY, true);
}

static void add_mptcp(const struct tcpstate_view *view)
{
    static const struct {
        uint8_t option;
        const char *name;
    } names[] = {
        { TCPSTATE_OPTION_MP_CAPABLE, "MP_CAPABLE" }, { TCPSTATE_OPTION_MP_JOIN, "MP_JOIN" },
        { TCPSTATE_OPTION_MP_DATA_FIN, "DATA_FIN" },  { TCPSTATE_OPTION_MP_FASTCLOSE, "MP_FASTCLOSE" },
    };

    if (!tcpstate_wanted(view, TCPSTATE_FIELD_MPTCP))
        return;
    for (size_t i = 0; i < array_length(names); i++)
        if (view->reading->segment.options & names[i].option)
            tcpstate_add_string(view, TCPSTATE_FIELD_MPTCP, names[i].name);
}

/* The times that this very segment completes. */
static void add_times(const struct tcpstate_view *view)
{
    const int64_t *moments = tcpstate_incarnation_moments(view->meaning->incarnation);
    const struct tcpstate_observation *seen = &view->meaning->seen;
    int64_t now = view->reading->segment.time;
    static const struct {
        enum tcpstate_field field;
        enum tcpstate_moment from, to;
    } times[] = {
        { TCPSTATE_FIELD_TIME_SYN_TO_SYN_ACK, TCPSTATE_MOMENT_SYN, TCPSTATE_MOMENT_SYN_ACK },
        { TCPSTATE_FIELD_TIME_SYN_ACK_TO_ACK, TCPSTATE_MOMENT_SYN_ACK, TCPSTATE_MOMENT_HANDSHAKE_ACK },
        { TCPSTATE_FIELD_TIME_HANDSHAKE, TCPSTATE_MOMENT_SYN, TCPSTATE_MOMENT_HANDSHAKE_ACK },
        { TCPSTATE_FIELD_TIME_TO_REQUEST, TCPSTATE_MOMENT_HANDSHAKE_ACK, TCPSTATE_MOMENT_REQUEST },
        { TCPSTATE_FIELD_TIME_TO_RESPONSE, TCPSTATE_MOMENT_REQUEST, TCPSTATE_MOMENT_RESPONSE },
        { TCPSTATE_FIELD_TIME_CLOSE, TCPSTATE_MOMENT_FIN, TCPSTATE_MOMENT_END },
        { TCPSTATE_FIELD_TIME_LIFETIME, TCPSTATE_MOMENT_FIRST, TCPSTATE_MOMENT_END },
    };

    if (seen->step == TCPSTATE_STEP_NONE)
        return;
    for (size_t i = 0; i < array_length(times); i++) {
        int64_t from = moments[times[i].from], to = moments[times[i].to];
        /* Where another segment has that time it is shown there. */
        if (to == now && from != TCPSTATE_NO_TIME && to >= from)
            tcpstate_add_time(view, times[i].field, to - from);
    }
    tcpstate_add_time(view, TCPSTATE_FIELD_REPEATS_AFTER, seen->repeats_after);
    tcpstate_add_time(view, TCPSTATE_FIELD_RESET_AFTER, seen->reset_after);
}

/* One filter name; what it says and what mark it makes in the packet list depends. */
static enum tcpstate_field field_of_answers(const struct tcpstate_observation *seen)
{
    const uint8_t acknowledges = TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1 | TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1;

    if (seen->repeats > 0 || seen->step == TCPSTATE_STEP_COPY)
        return TCPSTATE_FIELD_FRAME_REPEATS;
    return (seen->checks & ~seen->failed & acknowledges) ? TCPSTATE_FIELD_FRAME_ANSWERS
                                                         : TCPSTATE_FIELD_FRAME_ANSWERS_BARE;
}

static void add_frames(const struct tcpstate_view *view)
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

    const uint32_t *milestones = tcpstate_incarnation_milestones(view->meaning->incarnation);
    uint32_t answers = view->meaning->seen.answers;
    bool opening = tcpstate_step_phase(view->meaning->seen.step) == TCPSTATE_PHASE_OPENING;

    if (!TCPSTATE_LAST_MARK_STAYS)
        tcpstate_add_frame(view, field_of_answers(&view->meaning->seen), answers);
    for (int i = 0; i < TCPSTATE_MILESTONES; i++) {
        uint32_t frame = milestones[i];
        if (frame == 0)
            continue;
        /* One link to a frame is enough for a reader; and from behind the
         * handshake one to where the connection begins, unless another leads back. */
        bool of_handshake = i == TCPSTATE_MILESTONE_SYN ? answers != 0
                                                        : i == TCPSTATE_MILESTONE_SYN_ACK
                                                              || i == TCPSTATE_MILESTONE_HANDSHAKE_ACK;
        if (frame == answers || (!opening && of_handshake))
            tcpstate_add_hidden_frame(view, fields[i], frame);
        else
            tcpstate_add_frame(view, fields[i], frame);
    }
    if (TCPSTATE_LAST_MARK_STAYS)
        tcpstate_add_frame(view, field_of_answers(&view->meaning->seen), answers);
    tcpstate_add_frame(view, TCPSTATE_FIELD_FRAME_PREVIOUS, tcpstate_incarnation_previous(view->meaning->incarnation));
}

/* "TCP Connection State: Handshake 2/3, client ESTABLISHED (inferred), server SYN_RCVD" */
static void head(const struct tcpstate_view *view, proto_item *item, const char *label)
{
    const struct tcpstate_observation *seen = &view->meaning->seen;
    bool roles = seen->client >= 0;
    int first = roles ? seen->client : view->reading->segment.from;
    bool chinese = view->language == TCPSTATE_CHINESE;
    const char *separator = tcpstate_phrase(TCPSTATE_PHRASE_COMMA, view->language);
    const char *states[2];

    if (!view->visible)
        return;
    for (int i = 0; i < 2; i++) {
        int end = i == 0 ? first : !first;
        states[i] = tcpstate_state_text((enum tcpstate_state)seen->ends[end].after,
                                        seen->ends[end].after_inferred);
    }
    tcpstate_set_line(view, item, chinese ? "TCP 连接状态: " : "TCP Connection State: ", label, *label ? separator : "",
                      tcpstate_word(roles ? TCPSTATE_WORD_CLIENT : TCPSTATE_WORD_ONE_END, view->language), " ", states[0],
                      separator, tcpstate_word(roles ? TCPSTATE_WORD_SERVER : TCPSTATE_WORD_OTHER_END, view->language), " ",
                      states[1], NULL);
}

static void add_step(const struct tcpstate_view *view, proto_item *item)
{
    enum tcpstate_step step = view->meaning->seen.step;
    wmem_allocator_t *pool = view->pinfo->pool;

    if (step == TCPSTATE_STEP_NONE) {
        head(view, item, "");
        return;
    }
    if (tcpstate_wanted(view, TCPSTATE_FIELD_ANALYSIS)) {
        const char *label = tcpstate_label_of(pool, view->reading, view->meaning);
        tcpstate_add_string(view, TCPSTATE_FIELD_ANALYSIS, label);
        head(view, item, label);
    }
    tcpstate_add_hidden_string(view, TCPSTATE_FIELD_PHASE, tcpstate_phase_name(tcpstate_step_phase(step)));
    if (tcpstate_tree_has_sender(view))
        tcpstate_add_explained(view, TCPSTATE_FIELD_STEP, tcpstate_step_name(step),
                               tcpstate_word(TCPSTATE_WORD_SENT_BY, view->language), tcpstate_tree_sender_word(view));
    else
        tcpstate_add_string(view, TCPSTATE_FIELD_STEP, tcpstate_step_name(step));
    if (tcpstate_wanted(view, TCPSTATE_FIELD_EXPLANATION))
        tcpstate_add_sentences(view, TCPSTATE_FIELD_EXPLANATION,
                               tcpstate_explanation_of(pool, view->language, view->reading, view->meaning));
    if (view->meaning->application >= 0)
        tcpstate_add_string(view, TCPSTATE_FIELD_PROTOCOL, tcpstate_protocol_filter_name(view->meaning->application));
}

/* What the capture is, in the tree of its first segment. */
static void add_capture(const struct tcpstate_view *view)
{
    if (!view->meaning->later || view->pinfo->num != tcpstate_capture_first() || view->reading->layer != 0
        || !tcpstate_wanted(view, TCPSTATE_FIELD_CAPTURE))
        return;
    for (int kind = 0; kind < TCPSTATE_CAPTURE_KINDS; kind++)
        if (tcpstate_capture_holds((enum tcpstate_capture_kind)kind) > 0)
            tcpstate_add_named(view, TCPSTATE_FIELD_CAPTURE, tcpstate_capture_name_of((enum tcpstate_capture_kind)kind),
                               tcpstate_capture_text(view->pinfo->pool, (enum tcpstate_capture_kind)kind));
}

/* Our number of the connection, and Wireshark's of the stream: shown where it is
 * another number. */
static void add_number(const struct tcpstate_view *view)
{
    const uint32_t number = tcpstate_incarnation_number(view->meaning->incarnation);
    proto_item *item = tcpstate_add_uint(view, TCPSTATE_FIELD_CONNECTION, number);

    if (!view->reading->has_stream)
        return;
    tcpstate_add_hidden_uint(view, TCPSTATE_FIELD_STREAM, view->reading->stream);
    if (item && view->visible && view->reading->stream != number)
        proto_item_append_text(item, " (tcp.stream %u)", view->reading->stream);
}

/* Whether somebody refers to the protocol itself, as the filter "tcpstate" does. */
static bool is_named(void)
{
    static const header_field_info *protocol;

    if (!protocol)
        protocol = proto_registrar_get_nth((unsigned)tcpstate_proto);
    return protocol->ref_type == HF_REF_TYPE_DIRECT;
}

bool tcpstate_view_tree_wants_stream(proto_tree *tree)
{
    return PTREE_DATA(tree)->visible
           || tcpstate_field_registrations[TCPSTATE_FIELD_STREAM].hfinfo.ref_type != HF_REF_TYPE_NONE;
}

proto_item *tcpstate_view_tree(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                               const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning,
                               bool needs_item)
{
    struct tcpstate_view view = { .pinfo = pinfo, .tvb = tvb, .tree = tree, .reading = reading, .meaning = meaning, .language = tcpstate_language(), .visible = PTREE_DATA(tree)->visible };
    proto_item *item = NULL;

    if (view.visible || needs_item || is_named()) {
        item = proto_tree_add_item(tree, tcpstate_proto, tvb, 0, 0, ENC_NA);
        proto_item_set_generated(item);
        view.tree = proto_item_add_subtree(item, tcpstate_ett);
    }
    add_step(&view, item);
    add_capture(&view);
    add_number(&view);
    tcpstate_tree_states(&view);
    add_checks(&view);
    add_numbers(&view);
    add_reset(&view);
    add_mptcp(&view);
    if (tcpstate_any_wanted(&view, TCPSTATE_FIELD_TIME_SYN_TO_SYN_ACK, TCPSTATE_FIELD_TIME_LIFETIME)
        || tcpstate_wanted(&view, TCPSTATE_FIELD_REPEATS_AFTER) || tcpstate_wanted(&view, TCPSTATE_FIELD_RESET_AFTER))
        add_times(&view);
    if ((meaning->later || meaning->seen.over) && tcpstate_any_wanted(&view, TCPSTATE_FIELD_OUTCOME, TCPSTATE_FIELD_RESPONSE_TIME))
        tcpstate_tree_outcome(&view);
    if (tcpstate_wanted(&view, TCPSTATE_FIELD_MIDSTREAM) && tcpstate_incarnation_is_midstream(meaning->incarnation))
        add_midstream(&view);
    if (meaning->later && tcpstate_incarnation_is_one_sided(meaning->incarnation))
        tcpstate_add_boolean(&view, TCPSTATE_FIELD_ONE_DIRECTION, true);
    if (meaning->later && tcpstate_wanted(&view, TCPSTATE_FIELD_SEGMENTS_MISSING)
        && tcpstate_incarnation_lacks_segments(meaning->incarnation))
        tcpstate_add_boolean(&view, TCPSTATE_FIELD_SEGMENTS_MISSING, true);
    if (meaning->seen.copy)
        add_copy(&view);
    if (tcpstate_any_wanted(&view, TCPSTATE_FIELD_FRAME_ANSWERS, TCPSTATE_FIELD_FRAME_PREVIOUS))
        add_frames(&view);
    if (meaning->later)
        tcpstate_tree_counts(&view);
    return item;
}
