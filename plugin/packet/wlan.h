/* wlan.h - from the beginning of an 802.11 frame to the LLC header of its data.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_WLAN_H
#define TCPSTATE_WLAN_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TCPSTATE_WLAN_NOTHING = 0, /* no data, or not enough of it */
    TCPSTATE_WLAN_ODD = -1,    /* only dissection can tell */
};

/* How long the radiotap header is that `size` bytes begin with; or one of the above. */
int tcpstate_radiotap_length(const uint8_t *bytes, int size);

/* How long the 802.11 header is, where plain data of one packet follows; or one of
 * the above.  What is encrypted, and what its keys may be told by, is odd. */
int tcpstate_wlan_length(const uint8_t *bytes, int size);

#endif
