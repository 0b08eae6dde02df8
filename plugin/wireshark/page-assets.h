/* page-assets.h - the files of ../page/, as ../page/embed.cmake puts them into
 * the plugin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_PAGE_ASSETS_H
#define TCPSTATE_PAGE_ASSETS_H

#include <stddef.h>

struct tcpstate_asset {
    const unsigned char *bytes;
    size_t size;
};

/* page.html, page.css, and the scripts one after another. */
extern const struct tcpstate_asset tcpstate_page_frame, tcpstate_page_style, tcpstate_page_script;

#endif
