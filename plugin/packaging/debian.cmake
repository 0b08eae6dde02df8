# debian.cmake - run by cpack: makes of the installed files what Debian's policy
# wants of a package.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: the difference between cmake --install and a package: where documents
# are, what is compressed, copyright, Debian's changelog, lintian's overrides.
# CPACK_... is what package.cmake said.

cmake_minimum_required(VERSION 3.19)
set(packaging ${CMAKE_CURRENT_LIST_DIR})
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX})
set(doc ${root}/share/doc/${CPACK_PACKAGE_NAME})

function(run)
    execute_process(COMMAND ${ARGV} OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(output "${output}" PARENT_SCOPE)
endfunction()

file(RENAME ${root}/share/doc/tcpstate ${doc})
file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
configure_file(${packaging}/copyright ${doc}/copyright COPYONLY)
configure_file(${packaging}/lintian-overrides ${root}/share/lintian/overrides/${CPACK_PACKAGE_NAME} COPYONLY)

# The package's own history is that it was made: of this version, on the day
# that CHANGELOG.md says, so that the same sources make the same package.
file(STRINGS ${doc}/changelog heading REGEX "^## " LIMIT_COUNT 1)
if(NOT heading MATCHES "^## ${CPACK_PACKAGE_VERSION} \\(([0-9-]+)\\)$")
    message(FATAL_ERROR "CHANGELOG.md begins with \"${heading}\", not with ${CPACK_PACKAGE_VERSION} and its day")
endif()
run(date --utc --rfc-email --date=${CMAKE_MATCH_1})
file(WRITE ${doc}/changelog.Debian
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}; its changes are in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${output}
")

# As dh_strip does.
file(GLOB_RECURSE plugin ${root}/*/tcpstate.so)
file(GLOB_RECURSE library ${root}/*/tcpstate-dissect.so)
run(strip --strip-unneeded --remove-section=.comment --remove-section=.note ${plugin} ${library} ${root}/bin/tcpstate)
run(gzip -9n ${doc}/changelog ${doc}/changelog.Debian ${root}/share/man/man1/tcpstate.1
    ${root}/share/man/man7/tcpstate.7)
