/* per-connection.c - what a view keeps of each connection; see per-connection.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "per-connection.h"

#include <string.h>

enum { PAGE_BITS = 10, PER_PAGE = 1 << PAGE_BITS };

void tcpstate_per_connection_begin(struct tcpstate_per_connection *list, size_t size)
{
    list->pages = g_ptr_array_new_with_free_func(g_free);
    list->places = g_array_new(FALSE, TRUE, sizeof(uint32_t));
    list->size = size;
    list->count = 0;
}

void tcpstate_per_connection_end(struct tcpstate_per_connection *list)
{
    g_ptr_array_free(list->pages, TRUE);
    g_array_free(list->places, TRUE);
}

void tcpstate_per_connection_clear(struct tcpstate_per_connection *list)
{
    tcpstate_per_connection_cut(list, 0);
    g_ptr_array_set_size(list->pages, 0);
}

void tcpstate_per_connection_cut(struct tcpstate_per_connection *list, unsigned count)
{
    list->count = count;
    g_array_set_size(list->places, 0);
}

void *tcpstate_per_connection_at(const struct tcpstate_per_connection *list, unsigned index)
{
    return (char *)list->pages->pdata[index >> PAGE_BITS] + (index & (PER_PAGE - 1)) * list->size;
}

bool tcpstate_per_connection_find(const struct tcpstate_per_connection *list, const struct tcpstate_incarnation *incarnation,
                                  unsigned *index)
{
    const uint32_t number = tcpstate_incarnation_number(incarnation);
    const uint32_t place = number < list->places->len ? g_array_index(list->places, uint32_t, number) : 0;

    *index = place - 1;
    return place > 0;
}

void *tcpstate_per_connection_add(struct tcpstate_per_connection *list, const struct tcpstate_incarnation *incarnation)
{
    const uint32_t number = tcpstate_incarnation_number(incarnation);

    if (list->count >> PAGE_BITS == list->pages->len)
        g_ptr_array_add(list->pages, g_malloc(PER_PAGE * list->size));
    if (number >= list->places->len)
        g_array_set_size(list->places, number + 1);
    g_array_index(list->places, uint32_t, number) = ++list->count;
    return memset(tcpstate_per_connection_at(list, list->count - 1), 0, list->size);
}
