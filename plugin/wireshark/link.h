/* link.h - Wireshark's link types, as the table of layers has them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_LINK_H
#define TCPSTATE_LINK_H

#include <wiretap/wtap.h>

#include "../packet/walk.h"

static inline enum tcpstate_link tcpstate_link_of(int encapsulation)
{
    switch (encapsulation) {
    case WTAP_ENCAP_ETHERNET: return TCPSTATE_LINK_ETHERNET;
    case WTAP_ENCAP_RAW_IP: return TCPSTATE_LINK_IP;
    case WTAP_ENCAP_RAW_IP4: return TCPSTATE_LINK_IPV4;
    case WTAP_ENCAP_RAW_IP6: return TCPSTATE_LINK_IPV6;
    case WTAP_ENCAP_PPP: return TCPSTATE_LINK_PPP;
    case WTAP_ENCAP_SLL: return TCPSTATE_LINK_SLL;
    case WTAP_ENCAP_SLL2: return TCPSTATE_LINK_SLL2;
    case WTAP_ENCAP_NULL: return TCPSTATE_LINK_NULL;
    case WTAP_ENCAP_IEEE_802_11: return TCPSTATE_LINK_WLAN;
    case WTAP_ENCAP_IEEE_802_11_RADIOTAP: return TCPSTATE_LINK_RADIOTAP;
    default: return TCPSTATE_LINK_OTHER;
    }
}

#endif
