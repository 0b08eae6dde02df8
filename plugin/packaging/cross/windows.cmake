# windows.cmake - Debian's clang and lld, for Windows.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The headers are of Debian's package mingw-w64-common, and with them the C
# library is UCRT, which is Wireshark's: with msvcrt's, stdout and errno would be
# another's.  Nothing of a compiler's own runtime is linked: the plugin is plain C
# without constructors, so that its DLL needs no entry point.

set(CMAKE_SYSTEM_NAME Windows)
set(machine ${TCPSTATE_MACHINE})
if(machine STREQUAL arm64)
    set(machine aarch64)
endif()
set(CMAKE_SYSTEM_PROCESSOR ${machine})
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET ${machine}-w64-windows-gnu)
set(CMAKE_RC_COMPILER llvm-rc)
set(CMAKE_AR llvm-ar)
set(CMAKE_RANLIB llvm-ranlib)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TCPSTATE_MACHINE)

set(CMAKE_C_FLAGS_INIT
    "-isystem /usr/share/mingw-w64/include -D_UCRT -D__MSVCRT_VERSION__=0xE00 -D__USE_MINGW_ANSI_STDIO=0")
set(CMAKE_MODULE_LINKER_FLAGS_INIT "-fuse-ld=lld -nostdlib -Wl,--no-insert-timestamp")
set(CMAKE_C_STANDARD_LIBRARIES "" CACHE STRING "" FORCE)
