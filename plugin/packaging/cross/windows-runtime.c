/* windows-runtime.c - the little that a DLL of plain C needs and Windows' C
 * library (UCRT) does not export.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stdio.h>

int DllMainCRTStartup(void *module, unsigned long reason, void *reserved);

/* Called when the DLL is loaded: there are no constructors to run. */
int DllMainCRTStartup(void *module, unsigned long reason, void *reserved)
{
    (void)module, (void)reason, (void)reserved;
    return 1;
}

/* Of UCRT's headers (corecrt_stdio_config.h): return what C99 says of snprintf, not what _snprintf does. */
enum { STANDARD_SNPRINTF = 2 };

int printf(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = __stdio_common_vfprintf(0, stdout, format, NULL, arguments);
    va_end(arguments);
    return length;
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = __stdio_common_vfprintf(0, file, format, NULL, arguments);
    va_end(arguments);
    return length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = __stdio_common_vsprintf(STANDARD_SNPRINTF, buffer, size, format, NULL, arguments);
    va_end(arguments);
    return length < 0 ? -1 : length;
}
