/* system-language.h - the language that the user has set in the system.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_SYSTEM_LANGUAGE_H
#define TCPSTATE_SYSTEM_LANGUAGE_H

/* The name of a locale, "zh_CN", to be freed with g_free().  NULL where the
 * environment says it (tcpstate_language_of_environment()): everywhere but on
 * Windows and macOS, and there in a terminal that sets LANG. */
char *tcpstate_system_language(void);

#endif
