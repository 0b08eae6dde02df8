# embed.cmake - the files of this folder as C, for wireshark/page-file.c.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: which files make the page, and in which order the scripts stand.  Sets
# page_assets to the C file that is made, when CMake runs: a change here makes it
# run again.

set(page_scripts words.js data.js diagram.js ladder.js list.js step.js paper.js page.js)

function(append_asset c name)
    set(hex "")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS page/${file})
        file(READ ${CMAKE_CURRENT_SOURCE_DIR}/page/${file} bytes HEX)
        string(APPEND hex ${bytes})
    endforeach()
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND ${c} "static const unsigned char ${name}_bytes[] = { ${bytes} };\n"
        "const struct tcpstate_asset tcpstate_page_${name} = { ${name}_bytes, sizeof ${name}_bytes };\n")
    set(${c} "${${c}}" PARENT_SCOPE)
endfunction()

set(page_c "/* Made by page/embed.cmake. */\n#include \"${CMAKE_CURRENT_SOURCE_DIR}/wireshark/page-assets.h\"\n")
append_asset(page_c frame page.html)
append_asset(page_c style page.css)
append_asset(page_c script ${page_scripts})
set(page_assets ${CMAKE_CURRENT_BINARY_DIR}/page-assets.c)
set(page_c_before "")
if(EXISTS ${page_assets})
    file(READ ${page_assets} page_c_before)
endif()
if(NOT page_c STREQUAL page_c_before)
    file(WRITE ${page_assets} "${page_c}")
endif()
