/* system-language.c - the user's setting on Windows and macOS; see system-language.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "system-language.h"

#include <glib.h>

#ifdef __APPLE__
#include <CoreFoundation/CoreFoundation.h>

/* A program that is started from the Finder has no LANG. */
char *tcpstate_system_language(void)
{
    char name[64] = "";

    if (g_getenv("LC_ALL") || g_getenv("LC_MESSAGES") || g_getenv("LANG"))
        return NULL;
    CFArrayRef languages = CFLocaleCopyPreferredLanguages();
    if (languages && CFArrayGetCount(languages) > 0)
        CFStringGetCString((CFStringRef)CFArrayGetValueAtIndex(languages, 0), name, sizeof name, kCFStringEncodingUTF8);
    if (languages)
        CFRelease(languages);
    return *name ? g_strdup(name) : NULL;
}
#elif defined(_WIN32)
/* The environment's LC_ALL and LANG first, then the setting. */
char *tcpstate_system_language(void)
{
    return g_win32_getlocale();
}
#else
char *tcpstate_system_language(void)
{
    return NULL;
}
#endif
