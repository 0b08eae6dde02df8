/* view-printed.c - "-z tcpstate,NAME": the views that tshark prints.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Scope: what stands between Wireshark's tap and struct tcpstate_printed.  The
 * views themselves know nothing of taps.
 */
#include "views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <epan/plugin_if.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "../text/phrases.h"
#include "host.h"
#include "preferences.h"
#include "survey.h"

/* A view that has been asked for. */
struct asked {
    const struct tcpstate_printed *printed;
    void *view;
    bool hindsight; /* its filter asks what a segment tells only when later ones are known */
    bool first;     /* ... and what it was asked of were first visits: nothing later was known */
};
static GPtrArray *all_asked; /* struct asked */

bool tcpstate_has_window(void)
{
    ws_info_t *info = NULL;

    plugin_if_get_ws_info(&info);
    return info && info->ws_info_supported;
}

static void forget(void *data)
{
    const struct asked *asked = (const struct asked *)data;

    asked->printed->forget(asked->view);
}

/* What was taken lives no longer than the file: tshark -M ends that and goes on with
 * another, and resets no tap. */
static void end_file(void)
{
    for (guint i = 0; i < all_asked->len; i++)
        forget(g_ptr_array_index(all_asked, i));
}

static tap_packet_status take(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *tapped,
                              tap_flags_t flags _U_)
{
    const struct asked *asked = (const struct asked *)data;

    asked->printed->take(asked->view, (const struct tcpstate_tapped *)tapped);
    return TAP_PACKET_REDRAW;
}

/* Of a filter on fields that only the connection's end tells, one pass would let
 * through what never holds and leave out what does: no answer is better. */
static void print(void *data)
{
    const struct asked *asked = (const struct asked *)data;

    if (asked->hindsight && asked->first) {
        fprintf(stderr, "tcpstate: %s\n", tcpstate_phrase(TCPSTATE_PHRASE_NEEDS_HINDSIGHT, tcpstate_language()));
        return;
    }
    asked->printed->print(asked->view);
}

/* Every segment, whatever the view's filter lets through. */
static tap_packet_status notice_visit(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                                      const void *tapped, tap_flags_t flags _U_)
{
    struct asked *asked = *(struct asked **)data;

    asked->first = !((const struct tcpstate_tapped *)tapped)->meaning.later;
    return TAP_PACKET_DONT_REDRAW;
}

/* Fields that say of a segment what only later ones show. */
static const char *const hindsight[] = {
#define FIELD(...)
#define HINDSIGHT(id, type, display, filter, ...) filter,
#include "fields.def"
#undef FIELD
#define EXPERT(...)
#define HINDSIGHT(id, filter, ...) filter,
#include "expert.def"
#undef EXPERT
};

/* Whether a filter names one of them. */
static bool needs_hindsight(const char *filter)
{
    bool found = false;

    for (size_t i = 0; filter && !found && i < array_length(hindsight); i++) {
        char *name = g_regex_escape_string(hindsight[i], -1);
        char *alone = g_strdup_printf("(?<![\\w.])%s(?![\\w.])", name);
        found = g_regex_match_simple(alone, filter, (GRegexCompileFlags)0, (GRegexMatchFlags)0);
        g_free(alone);
        g_free(name);
    }
    return found;
}

static void finish(void *data)
{
    struct asked *asked = (struct asked *)data;

    g_ptr_array_remove(all_asked, asked);
    asked->printed->end(asked->view);
    g_free(asked);
}

/* As tshark's own statistics end it. */
static void fail(const char *name, const char *why)
{
    report_failure("Couldn't register " TCPSTATE_TAP ",%s tap: %s", name, why);
    exit(EXIT_FAILURE);
}

/* What stands after "tcpstate,NAME" and its comma; NULL if there is nothing. */
static const char *argument_of(const char *name, const char *given)
{
    const char *rest = given + strlen(TCPSTATE_TAP ",") + strlen(name);

    /* tshark compares as many letters as the view has. */
    if (*rest != '\0' && *rest != ',')
        fail(name, wmem_strdup_printf(wmem_epan_scope(), "Invalid \"-z %s\"; perhaps \"-z " TCPSTATE_TAP ",%s,%s\" was meant",
                                      given, name, rest));
    return rest[0] == ',' && rest[1] != '\0' ? rest + 1 : NULL;
}

static TCPSTATE_STARTS start(const char *given, void *printed)
{
    struct asked *asked = g_new0(struct asked, 1);
    const char *filter = NULL;

    asked->printed = (const struct tcpstate_printed *)printed;
    asked->view = asked->printed->begin(argument_of(asked->printed->name, given), &filter);
    GString *error = register_tap_listener(TCPSTATE_TAP, asked, filter, TL_REQUIRES_NOTHING, forget, take, print, finish);
    if (error)
        fail(asked->printed->name, error->str);
    if (needs_hindsight(filter) && !tcpstate_has_window()) {
        struct asked **visits = g_new(struct asked *, 1); /* a listener's data is its name */
        *visits = asked;
        asked->hindsight = true;
        error = register_tap_listener(TCPSTATE_TAP, visits, NULL, TL_REQUIRES_NOTHING, NULL, notice_visit, NULL, g_free);
        if (error)
            fail(asked->printed->name, error->str);
    }
    g_ptr_array_add(all_asked, asked);
    return TCPSTATE_STARTED;
}

static void add(const struct tcpstate_printed *printed)
{
    stat_tap_ui ui = {
        .group = REGISTER_STAT_GROUP_GENERIC,
        .title = NULL, /* -z only: a terminal is its place */
        .cli_string = wmem_strdup_printf(wmem_epan_scope(), TCPSTATE_TAP ",%s", printed->name),
        .tap_init_cb = start,
    };

    register_stat_tap_ui(&ui, (void *)printed);
}

void tcpstate_view_printed_register(void)
{
    all_asked = g_ptr_array_new();
    tcpstate_on_file(NULL, end_file);
    add(&tcpstate_printed_ladder);
    add(&tcpstate_printed_page);
    if (tcpstate_has_window()) {
        tcpstate_view_connections_window_register();
        return;
    }
    add(&tcpstate_printed_connections);
    add(&tcpstate_printed_report);
    add(&tcpstate_printed_sockets);
}
