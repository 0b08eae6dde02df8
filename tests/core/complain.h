/* complain.h - say what is wrong and go on, so that one run tells all of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef COMPLAIN_H
#define COMPLAIN_H

#include <glib.h>
#include <stdarg.h>

G_GNUC_PRINTF(1, 2)
static inline void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_test_message("%s", text);
    g_test_fail();
    g_free(text);
}

#endif
