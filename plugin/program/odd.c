/* odd.c - loads tcpstate-dissect.so when it is needed; see odd.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "odd.h"

#include <gmodule.h>

/* Beside the program, as it is built; or where it is installed. */
static GModule *load(void)
{
    char *self = g_file_read_link("/proc/self/exe", NULL);
    char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
    char *beside = g_build_filename(folder, TCPSTATE_DISSECT_FILE, NULL);
    GModule *module = g_module_open(beside, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);

    if (!module) {
        char *installed = g_build_filename(folder, TCPSTATE_DISSECT_FROM_BIN, TCPSTATE_DISSECT_FILE, NULL);
        module = g_module_open(installed, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
        g_free(installed);
    }
    g_free(beside);
    g_free(folder);
    g_free(self);
    return module;
}

/* One of the library's functions; NULL and *problem where it cannot be had. */
static void *function(const char *name, const char **problem)
{
    static GModule *module;
    static const char *failed;
    void *found = NULL;

    if (!module && !failed)
        module = load();
    if (!failed && (!module || !g_module_symbol(module, name, &found)))
        failed = g_strdup(g_module_error()); /* once, for good */
    *problem = failed;
    return found;
}

unsigned tcpstate_odd_read(const struct tcpstate_record *record, uint32_t frame,
                           struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS], bool *passes, const char **problem)
{
    static tcpstate_dissect_function *dissect;

    if (!dissect) {
        void *found = function(TCPSTATE_DISSECT_SYMBOL, problem);
        memcpy(&dissect, &found, sizeof dissect);
    }
    return dissect ? dissect(record, frame, readings, passes) : 0;
}

char *tcpstate_odd_filter(const char *expression)
{
    tcpstate_filter_function *filter;
    const char *problem;
    void *found = function(TCPSTATE_FILTER_SYMBOL, &problem);

    memcpy(&filter, &found, sizeof filter);
    return filter ? filter(expression) : g_strdup(problem);
}
