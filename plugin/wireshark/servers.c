/* servers.c - which addresses and ports were seen to answer a SYN; see servers.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "servers.h"

#include <string.h>

#include "compat.h"
#include "hash.h"
#include "host.h"

/* An address and port; bytes that are not used are zero. */
struct server {
    uint8_t address[16];
    uint16_t port;
    uint16_t address_length;
};

static GHashTable *servers; /* a set of struct server; NULL: none in this file */
/* Their ports, a bit each: most segments that ask need not look further. */
static uint8_t ports[0x10000 / 8];

void tcpstate_servers_begin(void)
{
    memset(ports, 0, sizeof ports);
}

void tcpstate_servers_end(void)
{
    g_clear_pointer(&servers, g_hash_table_destroy); /* the file scope frees what is in it */
}

static unsigned hash(gconstpointer key)
{
    return tcpstate_hash(key, sizeof(struct server));
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct server)) == 0;
}

static struct server server_of(const struct tcpstate_pair *pair, int endpoint)
{
    struct server server = { .port = pair->port[endpoint], .address_length = pair->address_length };

    memcpy(server.address, pair->address[endpoint], sizeof server.address);
    return server;
}

static bool has(const struct tcpstate_pair *pair, int endpoint)
{
    const uint16_t port = pair->port[endpoint];

    if (!(ports[port / 8] & 1u << port % 8))
        return false;
    const struct server server = server_of(pair, endpoint);
    return g_hash_table_contains(servers, &server);
}

void tcpstate_servers_note(const struct tcpstate_pair *pair, int endpoint)
{
    const uint16_t port = pair->port[endpoint];

    if (has(pair, endpoint))
        return;
    if (!servers)
        servers = g_hash_table_new(hash, equal);
    struct server *server = wmem_new(tcpstate_file_scope(), struct server);
    *server = server_of(pair, endpoint);
    g_hash_table_add(servers, server);
    ports[port / 8] |= (uint8_t)(1u << port % 8);
}

int8_t tcpstate_servers_hint(const struct tcpstate_pair *pair)
{
    const bool is[2] = { has(pair, 0), has(pair, 1) };
    return (int8_t)(is[0] == is[1] ? -1 : is[0] ? 0 : 1);
}
