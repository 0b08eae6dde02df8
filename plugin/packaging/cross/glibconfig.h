/* glibconfig.h - what GLib's headers want to know of the system: of Windows and
 * macOS, 64 bit, by what the compiler says of itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Debian's own file says that long has 8 bytes, which on Windows it has not.
 * The names are GLib's; tests/install/test_release.py holds them against
 * Debian's file.  GLIB_MAJOR_VERSION and the like come from CMakeLists.txt.
 */
#ifndef TCPSTATE_GLIBCONFIG_H
#define TCPSTATE_GLIBCONFIG_H

#include <glib/gmacros.h>

#include <float.h>
#include <limits.h>

#if __SIZEOF_POINTER__ != 8 || __SIZEOF_INT__ != 4 || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "only for 64 bit, little-endian"
#endif

G_BEGIN_DECLS

#define G_MINFLOAT FLT_MIN
#define G_MAXFLOAT FLT_MAX
#define G_MINDOUBLE DBL_MIN
#define G_MAXDOUBLE DBL_MAX
#define G_MINSHORT SHRT_MIN
#define G_MAXSHORT SHRT_MAX
#define G_MAXUSHORT USHRT_MAX
#define G_MININT INT_MIN
#define G_MAXINT INT_MAX
#define G_MAXUINT UINT_MAX
#define G_MINLONG LONG_MIN
#define G_MAXLONG LONG_MAX
#define G_MAXULONG ULONG_MAX

typedef signed char gint8;
typedef unsigned char guint8;
typedef signed short gint16;
typedef unsigned short guint16;
typedef signed int gint32;
typedef unsigned int guint32;
typedef __INT64_TYPE__ gint64;
typedef __UINT64_TYPE__ guint64;
typedef __PTRDIFF_TYPE__ gssize;
typedef __SIZE_TYPE__ gsize;
typedef __INTPTR_TYPE__ gintptr;
typedef __UINTPTR_TYPE__ guintptr;
typedef gint64 goffset;

#define G_GINT16_MODIFIER "h"
#define G_GINT16_FORMAT "hi"
#define G_GUINT16_FORMAT "hu"
#define G_GINT32_MODIFIER ""
#define G_GINT32_FORMAT "i"
#define G_GUINT32_FORMAT "u"
#define G_HAVE_GINT64 1
#define G_GINT64_CONSTANT(value) (value##LL)
#define G_GUINT64_CONSTANT(value) (value##ULL)
#define G_GINT64_MODIFIER "ll"
#define G_GINT64_FORMAT __INT64_FMTi__
#define G_GUINT64_FORMAT __UINT64_FMTu__
#define G_GSIZE_MODIFIER "z"
#define G_GSSIZE_MODIFIER "z"
#define G_GSIZE_FORMAT "zu"
#define G_GSSIZE_FORMAT "zi"
#define G_GINTPTR_MODIFIER "z"
#define G_GINTPTR_FORMAT __INTPTR_FMTi__
#define G_GUINTPTR_FORMAT __UINTPTR_FMTu__
#define G_GOFFSET_MODIFIER G_GINT64_MODIFIER
#define G_GOFFSET_FORMAT G_GINT64_FORMAT
#define G_GOFFSET_CONSTANT(value) G_GINT64_CONSTANT(value)

#define GLIB_SIZEOF_VOID_P __SIZEOF_POINTER__
#define GLIB_SIZEOF_LONG __SIZEOF_LONG__
#define GLIB_SIZEOF_SIZE_T __SIZEOF_SIZE_T__
#define GLIB_SIZEOF_SSIZE_T __SIZEOF_SIZE_T__

#define G_MAXSIZE __SIZE_MAX__
#define G_MINSSIZE (-G_MAXSSIZE - 1)
#define G_MAXSSIZE __PTRDIFF_MAX__
#define G_MINOFFSET G_MININT64
#define G_MAXOFFSET G_MAXINT64

#define GPOINTER_TO_INT(pointer) ((gint)(gintptr)(pointer))
#define GPOINTER_TO_UINT(pointer) ((guint)(guintptr)(pointer))
#define GINT_TO_POINTER(number) ((gpointer)(gintptr)(number))
#define GUINT_TO_POINTER(number) ((gpointer)(guintptr)(number))

#define G_VA_COPY va_copy
#define G_VA_COPY_AS_ARRAY 1
#define G_HAVE_ISO_VARARGS 1
#define G_HAVE_GNUC_VARARGS 1
#define G_HAVE_GROWING_STACK 0
#define G_GNUC_INTERNAL
#define G_THREADS_ENABLED
#define G_ATOMIC_LOCK_FREE
#define GLIB_USING_SYSTEM_PRINTF

#ifdef _WIN32
#define G_OS_WIN32
#define G_PLATFORM_WIN32 /* its data is declared dllimport */
#define G_THREADS_IMPL_WIN32
#define G_POLLFD_FORMAT "%#" __UINT64_FMTx__
#define G_PID_FORMAT "p"
#define G_MODULE_SUFFIX "dll"
#define G_DIR_SEPARATOR '\\'
#define G_DIR_SEPARATOR_S "\\"
#define G_SEARCHPATH_SEPARATOR ';'
#define G_SEARCHPATH_SEPARATOR_S ";"
typedef void *GPid;
#else
#define GLIB_HAVE_ALLOCA_H
#define G_OS_UNIX
#define G_THREADS_IMPL_POSIX
#define G_HAVE_GNUC_VISIBILITY 1
#define G_POLLFD_FORMAT "%d"
#define G_PID_FORMAT "i"
#define G_MODULE_SUFFIX "so"
#define G_DIR_SEPARATOR '/'
#define G_DIR_SEPARATOR_S "/"
#define G_SEARCHPATH_SEPARATOR ':'
#define G_SEARCHPATH_SEPARATOR_S ":"
typedef int GPid;
#endif

/* poll.h and sys/socket.h of both systems. */
#define GLIB_SYSDEF_POLLIN =1
#define GLIB_SYSDEF_POLLOUT =4
#define GLIB_SYSDEF_POLLPRI =2
#define GLIB_SYSDEF_POLLHUP =16
#define GLIB_SYSDEF_POLLERR =8
#define GLIB_SYSDEF_POLLNVAL =32
#define GLIB_SYSDEF_AF_UNIX 1
#define GLIB_SYSDEF_AF_INET 2
#ifdef _WIN32
#define GLIB_SYSDEF_AF_INET6 23
#else
#define GLIB_SYSDEF_AF_INET6 30
#endif
#define GLIB_SYSDEF_MSG_OOB 1
#define GLIB_SYSDEF_MSG_PEEK 2
#define GLIB_SYSDEF_MSG_DONTROUTE 4

#define G_BYTE_ORDER G_LITTLE_ENDIAN
#define TCPSTATE_SAME(type, value) ((type)(value))
#define GINT16_TO_LE(value) TCPSTATE_SAME(gint16, value)
#define GUINT16_TO_LE(value) TCPSTATE_SAME(guint16, value)
#define GINT32_TO_LE(value) TCPSTATE_SAME(gint32, value)
#define GUINT32_TO_LE(value) TCPSTATE_SAME(guint32, value)
#define GINT64_TO_LE(value) TCPSTATE_SAME(gint64, value)
#define GUINT64_TO_LE(value) TCPSTATE_SAME(guint64, value)
#define GINT_TO_LE(value) TCPSTATE_SAME(gint, value)
#define GUINT_TO_LE(value) TCPSTATE_SAME(guint, value)
#define GLONG_TO_LE(value) TCPSTATE_SAME(glong, value)
#define GULONG_TO_LE(value) TCPSTATE_SAME(gulong, value)
#define GSIZE_TO_LE(value) TCPSTATE_SAME(gsize, value)
#define GSSIZE_TO_LE(value) TCPSTATE_SAME(gssize, value)
#define GINT16_TO_BE(value) ((gint16)GUINT16_SWAP_LE_BE(value))
#define GUINT16_TO_BE(value) (GUINT16_SWAP_LE_BE(value))
#define GINT32_TO_BE(value) ((gint32)GUINT32_SWAP_LE_BE(value))
#define GUINT32_TO_BE(value) (GUINT32_SWAP_LE_BE(value))
#define GINT64_TO_BE(value) ((gint64)GUINT64_SWAP_LE_BE(value))
#define GUINT64_TO_BE(value) (GUINT64_SWAP_LE_BE(value))
#define GINT_TO_BE(value) ((gint)GINT32_TO_BE(value))
#define GUINT_TO_BE(value) ((guint)GUINT32_TO_BE(value))
#if __SIZEOF_LONG__ == 4
#define GLONG_TO_BE(value) ((glong)GINT32_TO_BE(value))
#define GULONG_TO_BE(value) ((gulong)GUINT32_TO_BE(value))
#else
#define GLONG_TO_BE(value) ((glong)GINT64_TO_BE(value))
#define GULONG_TO_BE(value) ((gulong)GUINT64_TO_BE(value))
#endif
#define GSIZE_TO_BE(value) ((gsize)GUINT64_TO_BE(value))
#define GSSIZE_TO_BE(value) ((gssize)GINT64_TO_BE(value))

G_END_DECLS

#endif
