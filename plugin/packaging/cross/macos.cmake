# macos.cmake - Debian's clang and lld, for macOS.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TCPSTATE_DARWIN is the folder with the C headers and the list of the C
# library's symbols, out of a cross compiler's npm package (../release says
# which).  Wireshark's and GLib's functions are looked up when the plugin is
# loaded, as with Wireshark's own plugins there; for arm64 the linker signs
# the file ("ad hoc"), without which that system loads nothing.

set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR ${TCPSTATE_MACHINE})
set(CMAKE_OSX_DEPLOYMENT_TARGET 11.0 CACHE STRING "The oldest macOS")
set(CMAKE_OSX_SYSROOT ${TCPSTATE_DARWIN} CACHE PATH "")
set(CMAKE_OSX_ARCHITECTURES ${TCPSTATE_MACHINE} CACHE STRING "")
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET ${TCPSTATE_MACHINE}-apple-macos11.0)
set(CMAKE_AR llvm-ar)
set(CMAKE_RANLIB llvm-ranlib)
set(CMAKE_INSTALL_NAME_TOOL llvm-install-name-tool)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TCPSTATE_MACHINE TCPSTATE_DARWIN)

set(CMAKE_C_FLAGS_INIT "-nostdlibinc")
set(machine ${TCPSTATE_MACHINE})
if(machine STREQUAL arm64)
    set(machine aarch64)
endif()
foreach(folder ${machine}-macos.11-none any-macos.11-any any-macos-any)
    string(APPEND CMAKE_C_FLAGS_INIT " -isystem ${TCPSTATE_DARWIN}/include/${folder}")
endforeach()
set(CMAKE_MODULE_LINKER_FLAGS_INIT "-fuse-ld=lld -Wl,-undefined,dynamic_lookup")
