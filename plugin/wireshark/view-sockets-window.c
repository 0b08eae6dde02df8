/* view-sockets-window.c - Statistics -> TCP Connection State -> Sockets of a Host.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Asks for a host and a moment, feeds the capture through the tap once more,
 * and shows in a window of text what "-z tcpstate,sockets" prints.  The
 * listener is there during that pass only.
 */
#include "view-sockets.h"

#include <epan/funnel.h>
#include <epan/plugin_if.h>
#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "../text/phrases.h"
#include "preferences.h"

static const char *phrase(enum tcpstate_phrase which)
{
    return tcpstate_phrase(which, tcpstate_language());
}

static tap_packet_status take(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *tapped,
                              tap_flags_t flags _U_)
{
    tcpstate_sockets_take((struct tcpstate_sockets *)data, (const struct tcpstate_tapped *)tapped);
    return TAP_PACKET_DONT_REDRAW;
}

/* Wireshark resets its listeners before each pass. */
static void clear(void *data)
{
    tcpstate_sockets_clear((struct tcpstate_sockets *)data);
}

static void show(const funnel_ops_t *ops, const struct tcpstate_sockets *sockets)
{
    GString *text = g_string_new(NULL);
    funnel_text_window_t *shown = ops->new_text_window(ops->ops_id, phrase(TCPSTATE_PHRASE_SOCKETS_WINDOW));

    tcpstate_sockets_append(text, sockets);
    ops->set_text(shown, text->str);
    g_string_free(text, TRUE);
}

/* The answers, as "-z" has them: empty ones mean all hosts, at the end. */
static void answer(gchar **answers, void *data _U_)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();

    if (!answers || !answers[0] || !answers[1])
        return;
    char *words = g_strdup_printf("%s,%s", answers[0], answers[1]);
    struct tcpstate_sockets *sockets = tcpstate_sockets_new(words);
    GString *error = register_tap_listener(TCPSTATE_TAP, sockets, NULL, TL_REQUIRES_NOTHING, clear, take, NULL, NULL);
    if (error) {
        report_failure("%s", error->str);
        g_string_free(error, TRUE);
    } else {
        ops->retap_packets(ops->ops_id);
        show(ops, sockets);
        remove_tap_listener(sockets);
    }
    tcpstate_sockets_free(sockets);
    g_free(words);
}

static void ask(ext_menubar_gui_type gui _U_, gpointer object _U_, gpointer data _U_)
{
    const funnel_ops_t *ops = funnel_get_funnel_ops();
    const char *names[] = { phrase(TCPSTATE_PHRASE_SOCKETS_HOST), phrase(TCPSTATE_PHRASE_SOCKETS_MOMENT), NULL };
    const char *values[] = { "", "", NULL };

    if (ops && ops->new_dialog && ops->new_text_window && ops->set_text && ops->retap_packets)
        ops->new_dialog(ops->ops_id, phrase(TCPSTATE_PHRASE_SOCKETS_WINDOW), names, values, answer, NULL, NULL);
}

void tcpstate_view_sockets_window_register(ext_menu_t *menu)
{
    ext_menubar_add_entry(menu, phrase(TCPSTATE_PHRASE_SOCKETS_MENU), NULL, ask, NULL);
}
