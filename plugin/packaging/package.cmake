# package.cmake - what cpack is told: a Debian package for the Wireshark that
# was built against.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Scope: name, version and dependencies.  What a Debian package holds beyond what
# cmake --install puts in place is debian.cmake's, beside this file.

set(CPACK_PACKAGE_NAME wireshark-plugin-tcpstate)
set(CPACK_PACKAGE_VENDOR "tcpstate")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Wireshark plugin that tells the state of TCP connections")
set(CPACK_PACKAGE_DESCRIPTION
"A dissector for Wireshark and tshark that says what each TCP segment means:
its step (Handshake 1/3 to Close 4/4, refused, aborted by whom) and the state
of RFC 9293 in which both endpoints are after it. It tells apart what was
seen, what is inferred and what is unknown.
.
With it come the profile \"TCP State\", a ladder diagram of each connection, a
report of what became of all of them, and expert information.")
set(CPACK_PACKAGING_INSTALL_PREFIX ${Wireshark_INSTALL_PREFIX})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR TGZ)

# As Debian's own tools do, DEBFULLNAME and DEBEMAIL say who packages.
set(contact "tcpstate maintainers <maintainers@users.noreply.r-seed-94db3f49.example>")
if(DEFINED ENV{DEBFULLNAME} AND DEFINED ENV{DEBEMAIL})
    set(contact "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
endif()
set(CPACK_PACKAGE_CONTACT ${contact})

find_program(TCPSTATE_DPKG_QUERY dpkg-query)
mark_as_advanced(TCPSTATE_DPKG_QUERY)
set(owner "")
if(TCPSTATE_DPKG_QUERY)
    # Which package the library is in: libwireshark16 in one release, libwireshark18 in the next.
    get_target_property(library epan LOCATION)
    get_filename_component(library ${library} REALPATH)
    execute_process(COMMAND ${TCPSTATE_DPKG_QUERY} -S ${library} OUTPUT_VARIABLE owner ERROR_QUIET)
endif()
if(owner MATCHES "^([^:]+):")
    set(library ${CMAKE_MATCH_1})
    set(series ${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION})
    math(EXPR next "${Wireshark_MINOR_VERSION} + 1")
    set(next ${Wireshark_MAJOR_VERSION}.${next})

    set(CPACK_GENERATOR DEB)
    set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
    # One package per series of Wireshark: the next series' replaces it on upgrade.
    set(CPACK_DEBIAN_PACKAGE_RELEASE 1~wireshark${series})
    set(CPACK_DEBIAN_PACKAGE_SECTION net)
    set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
    # shlibdeps knows the oldest library that will do, but not that the folder
    # plugins/4.0, and the plugin interface, end with the series.
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
    set(CPACK_DEBIAN_PACKAGE_DEPENDS "${library} (>= ${series}), ${library} (<< ${next}~)")
    set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "tshark | wireshark")
    set(CPACK_DEBIAN_PACKAGE_ENHANCES "wireshark, tshark")
    set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
    # After everything was installed to a temporary folder, before it is packed.
    set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
    set(CPACK_TCPSTATE_SOURCE ${PROJECT_SOURCE_DIR})
endif()
include(CPack)
