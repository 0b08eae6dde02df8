/* host.c - what the shared parts ask (wireshark/host.h, wireshark/preferences.h),
 * answered without libwireshark.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../wireshark/host.h"

#include <wsutil/inet_addr.h>
#include <wsutil/to_str.h>

#include "../wireshark/preferences.h"
#include "settings.h"

struct tcpstate_settings tcpstate_settings = { .language = TCPSTATE_ENGLISH, .two_msl = TCPSTATE_TWO_MSL_SECONDS };

static wmem_allocator_t *scope;
enum { MOST_CALLBACKS = 8 };
static void (*begins[MOST_CALLBACKS])(void), (*ends[MOST_CALLBACKS])(void);
static int callbacks;

wmem_allocator_t *tcpstate_file_scope(void)
{
    return scope;
}

bool tcpstate_keeps_timelines(void)
{
    return tcpstate_settings.timelines;
}

void tcpstate_on_file(void (*begin)(void), void (*end)(void))
{
    g_assert(callbacks < MOST_CALLBACKS);
    begins[callbacks] = begin;
    ends[callbacks++] = end;
}

void tcpstate_host_begin(void)
{
    scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    for (int i = 0; i < callbacks; i++)
        if (begins[i])
            begins[i]();
}

void tcpstate_host_end(void)
{
    for (int i = 0; i < callbacks; i++)
        if (ends[i])
            ends[i]();
    wmem_destroy_allocator(scope);
    scope = NULL;
}

const char *tcpstate_capture_name(void)
{
    return tcpstate_settings.capture;
}

const char *tcpstate_option_for_all(const char *in_tshark)
{
    (void)in_tshark;
    return "--all";
}

/* No protocol is ever named. */
const char *tcpstate_protocol_filter_name(int application)
{
    (void)application;
    return "";
}

const char *tcpstate_protocol_short_name(int application)
{
    (void)application;
    return "";
}

/* Printing is what takes time of a capture that is short: inet_ntop() needs ten times as long. */
static const char *ip4_text(wmem_allocator_t *pool, const uint8_t bytes[4])
{
    char text[sizeof "255.255.255.255"] = "";
    char *at = uint_to_str_back(text + sizeof text - 1, bytes[3]);

    for (int i = 2; i >= 0; i--) {
        *--at = '.';
        at = uint_to_str_back(at, bytes[i]);
    }
    return wmem_strdup(pool, at);
}

/* Names are not looked up: neither does tshark, unless it is told to. */
const char *tcpstate_ip_text(wmem_allocator_t *pool, const uint8_t *bytes, unsigned length, bool resolve)
{
    char text[WS_INET6_ADDRSTRLEN];

    (void)resolve;
    if (length == 4)
        return ip4_text(pool, bytes);
    return wmem_strdup(pool, ws_inet_ntop6(bytes, text, sizeof text));
}

enum tcpstate_language tcpstate_language(void)
{
    return tcpstate_settings.language;
}

bool tcpstate_labels_all(void)
{
    return false;
}

bool tcpstate_labels_in_info(void)
{
    return false;
}

/* As the preferences are where nobody changes them. */
int64_t tcpstate_stalled_after(void)
{
    return TCPSTATE_STALLED_SECONDS * TCPSTATE_SECOND;
}

int64_t tcpstate_slow_response(void)
{
    return TCPSTATE_SLOW_RESPONSE_MS * (TCPSTATE_SECOND / 1000);
}

int64_t tcpstate_slow_handshake(void)
{
    return TCPSTATE_SLOW_HANDSHAKE_MS * (TCPSTATE_SECOND / 1000);
}

int64_t tcpstate_two_msl(void)
{
    return (int64_t)tcpstate_settings.two_msl * TCPSTATE_SECOND;
}

const char *tcpstate_label_template(enum tcpstate_step step, enum tcpstate_language of, bool with_protocol)
{
    return tcpstate_label(step, of, with_protocol);
}
