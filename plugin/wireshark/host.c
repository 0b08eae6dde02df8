/* host.c - what the shared parts ask, answered by Wireshark; see host.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host.h"

#include <epan/addr_resolv.h>
#include <epan/to_str.h>

#include "text-width.h"

wmem_allocator_t *tcpstate_file_scope(void)
{
    return wmem_file_scope();
}

bool tcpstate_keeps_timelines(void)
{
    return true; /* each visit asks */
}

void tcpstate_on_file(void (*begin)(void), void (*end)(void))
{
    if (begin)
        register_init_routine(begin);
    if (end)
        register_cleanup_routine(end);
}

const char *tcpstate_capture_name(void)
{
    return NULL;
}

const char *tcpstate_option_for_all(const char *in_tshark)
{
    return in_tshark;
}

const char *tcpstate_protocol_filter_name(int application)
{
    return proto_get_protocol_filter_name(application);
}

const char *tcpstate_protocol_short_name(int application)
{
    return proto_get_protocol_short_name(find_protocol_by_id(application));
}

const char *tcpstate_ip_text(wmem_allocator_t *pool, const uint8_t *bytes, unsigned length, bool resolve)
{
    address where;

    set_address(&where, length == 4 ? AT_IPv4 : AT_IPv6, (int)length, bytes);
    if (!resolve)
        return address_to_str(pool, &where);
    const char *name = address_to_display(pool, &where);
    if (tcpstate_is_printable(name))
        return name;
    /* A capture brings names along, and they may be anything. */
    char *printable = tcpstate_printable(name);
    name = wmem_strdup(pool, printable);
    g_free(printable);
    return name;
}
