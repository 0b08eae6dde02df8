/* page-steps.c - the steps of a connection in a page's data; see page-steps.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "page-steps.h"

#include <inttypes.h>

#include "host.h"
#include "names.h"
#include "wording.h"

#define INFERRED 16u /* added to a state's number */
_Static_assert(TCPSTATE_STATES <= INFERRED, "a state's number has no room for the mark");

static void add_checks(json_dumper *out, const struct tcpstate_rung *rung, const struct tcpstate_page_detail *detail)
{
    static const struct {
        uint8_t check;
        const char *name;
        bool of_ack;
    } checks[] = {
        { TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1, "ack_isn", true },
        { TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1, "seq_isn", false },
        { TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1, "ack_fin", true },
    };

    if (detail->checks == 0)
        return;
    json_dumper_set_member_name(out, "checks");
    json_dumper_begin_array(out);
    for (size_t i = 0; i < array_length(checks); i++) {
        if (!(detail->checks & checks[i].check))
            continue;
        uint32_t found = checks[i].of_ack ? rung->numbers.ack : rung->numbers.seq;
        json_dumper_value_anyf(out, "[\"%s\",%u,%u]", checks[i].name, found,
                               detail->failed & checks[i].check ? detail->expected : found);
    }
    json_dumper_end_array(out);
}

static void add_reset(json_dumper *out, const struct tcpstate_rung *rung, const struct tcpstate_page_detail *detail)
{
    if (!(rung->numbers.flags & TCPSTATE_FLAG_RST) || rung->icmp)
        return;
    tcpstate_page_add_string(out, "reset", tcpstate_reset_number_name((enum tcpstate_reset_number)detail->reset_number));
    tcpstate_page_add_flag(out, "ttl_differs", detail->reset_ttl_differs);
    tcpstate_page_add_time(out, "reset_after", detail->reset_after);
}

static void add_detail(struct tcpstate_page_writing *writing, const struct tcpstate_rung *rung,
                       const struct tcpstate_page_detail *detail, int a)
{
    json_dumper *out = writing->out;

    tcpstate_page_add_string(out, "kind", tcpstate_step_name((enum tcpstate_step)detail->step));
    tcpstate_page_add_string(out, "phase", tcpstate_phase_name(tcpstate_step_phase((enum tcpstate_step)detail->step)));
    tcpstate_page_add_text(writing, "label", detail->label);
    tcpstate_page_add_text(writing, "explanation", detail->explanation);
    add_checks(out, rung, detail);
    tcpstate_page_add_count(out, "payload", detail->payload);
    tcpstate_page_add_count(out, "answers", detail->answers);
    tcpstate_page_add_count(out, "repeats", detail->repeats);
    tcpstate_page_add_time(out, "repeats_after", detail->repeats_after);
    tcpstate_page_add_time(out, "stayed_a", detail->stayed[a]);
    tcpstate_page_add_time(out, "stayed_b", detail->stayed[!a]);
    add_reset(out, rung, detail);
}

static unsigned state_number(uint8_t state, bool inferred)
{
    return state + (inferred && state != TCPSTATE_UNKNOWN ? INFERRED : 0);
}

/* A row in which nothing was sent, as the ladder has it; nanoseconds, 0: none. */
void tcpstate_page_add_pause(struct tcpstate_page_writing *writing, enum tcpstate_phrase phrase, int64_t pause)
{
    if (pause <= 0)
        return;
    const char *seconds = tcpstate_seconds_text(writing->pool, pause), *texts[TCPSTATE_LANGUAGES];
    for (int language = 0; language < TCPSTATE_LANGUAGES; language++)
        texts[language] = wmem_strdup_printf(writing->pool, tcpstate_phrase(phrase, (enum tcpstate_language)language), seconds);
    tcpstate_page_add_words(writing, "pause", texts[TCPSTATE_ENGLISH], texts[TCPSTATE_CHINESE]);
}

static void append_step(struct tcpstate_page_writing *writing, const struct tcpstate_page_connection *connection,
                        const struct tcpstate_rung *rung, int a, int64_t first)
{
    const struct tcpstate_ladder *ladder = &connection->ladder;
    json_dumper *out = writing->out;
    bool raw = false;
    int b = !a;

    json_dumper_begin_object(out);
    tcpstate_page_add_number(out, "frame", rung->numbers.frame);
    tcpstate_page_add_number(out, "time", (rung->time - first) / 1000);
    tcpstate_page_add_number(out, "from", rung->numbers.from != a);
    tcpstate_page_add_pause(writing, writing->page->filter ? TCPSTATE_PHRASE_LADDER_PAUSE_FILTERED : TCPSTATE_PHRASE_LADDER_PAUSE, rung->pause);
    json_dumper_set_member_name(out, "states");
    json_dumper_value_anyf(out, "[%u,%u,%u,%u]", state_number(rung->before[a], rung->before_inferred[a]),
                           state_number(rung->before[b], rung->before_inferred[b]),
                           state_number(rung->after[a], rung->after_inferred[a]),
                           state_number(rung->after[b], rung->after_inferred[b]));
    tcpstate_page_add_string(out, "icmp", rung->icmp);
    if (!rung->icmp) {
        tcpstate_page_add_string(out, "numbers", tcpstate_numbers_text(writing->pool, ladder->incarnation, &rung->numbers, true, &raw));
        tcpstate_page_add_flag(out, "raw", raw);
        tcpstate_page_add_number(out, "seq", rung->numbers.seq);
        if (rung->numbers.flags & TCPSTATE_FLAG_ACK)
            tcpstate_page_add_number(out, "ack", rung->numbers.ack);
    }
    if (rung->run.segments > 0) {
        json_dumper_set_member_name(out, "run");
        json_dumper_value_anyf(out, "[%u,%" PRIu64 ",%u,%d,%d]", rung->run.segments, rung->run.bytes, rung->run.last_frame,
                               rung->run.again, rung->run.shut);
    } else {
        add_detail(writing, rung, &connection->details[rung - ladder->rungs], a);
    }
    json_dumper_end_object(out);
}

void tcpstate_page_add_steps(struct tcpstate_page_writing *writing, const struct tcpstate_page_connection *connection, int a, int64_t first)
{
    const struct tcpstate_ladder *ladder = &connection->ladder;
    uint64_t most = (uint64_t)ladder->half * 2;

    if (ladder->count > most)
        tcpstate_page_add_pair(writing->out, "left_out", ladder->half, ladder->count - most);
    json_dumper_set_member_name(writing->out, "steps");
    json_dumper_begin_array(writing->out);
    for (uint64_t i = 0; i < ladder->count; i++) {
        if (tcpstate_ladder_left_out(ladder, i))
            i = ladder->count - ladder->half;
        append_step(writing, connection, tcpstate_ladder_rung(ladder, i), a, first);
    }
    json_dumper_end_array(writing->out);
}
