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

unsigned tcpstate_odd_read(const struct tcpstate_record *record, uint32_t frame,
                           struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS], const char **problem)
{
    static tcpstate_dissect_function *dissect;
    static const char *failed;

    if (!dissect && !failed) {
        GModule *module = load();
        void *found = NULL;
        if (module && g_module_symbol(module, TCPSTATE_DISSECT_SYMBOL, &found))
            memcpy(&dissect, &found, sizeof dissect);
        else
            failed = g_strdup(g_module_error()); /* once, for good */
    }
    *problem = failed;
    return dissect ? dissect(record, frame, readings) : 0;
}
