#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes samples/websocket-session.pcapng.

A browser's WebSocket session, 59117 -> 9010, as a capture on Windows loopback
shows it, in the middle of that machine's other loopback traffic.  SESSION is
the story, row by row; its numbered rows are a contract (the packet list must
show exactly that number, time and length), so change their texts only in ways
that keep the lengths, which are checked.  The other frames are filler: change
it in other_traffic.py as you like, the gaps are filled exactly.

The output is the same, byte by byte, on each run.  The frame lengths of the
session leave one reading only: heartbeats are one byte long in STOMP and three
here, so the text is compressed (RFC 7692, permessage-deflate).

Usage: /usr/bin/python3 samples/generate/websocket_session.py [OUTPUT]
"""
import base64
import hashlib
import random
import struct
import sys
import zlib
from pathlib import Path

import other_traffic
from other_traffic import BROWSER, COOKIE, ROOM, compact
from windows_loopback import C, S, Connection, http, micro, trace, write

rng = random.Random("websocket-session")

# --- STOMP in WebSocket ----------------------------------------------------------

def stomp(command, body="", **headers):
    """STOMP 1.2: command, headers, an empty line, body, NUL."""
    if body:
        headers["content_length"] = len(body.encode())
    lines = [command] + [f"{name.replace('_', '-')}:{value}" for name, value in headers.items()]
    return "\n".join(lines) + "\n\n" + body + "\0"


HEARTBEAT = "\n"
deflate = {who: zlib.compressobj(6, zlib.DEFLATED, -15) for who in (C, S)}   # context is kept


def websocket(who, opcode, payload, rsv1=0):
    """RFC 6455 §5.2, in one frame; the client masks."""
    masked = 0x80 if who == C else 0
    size = len(payload)
    length = bytes([masked | size]) if size < 126 else struct.pack(">BH", masked | 126, size)
    frame = bytes([0x80 | rsv1 | opcode]) + length
    if masked:
        key = rng.randbytes(4)
        frame += key
        payload = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    return frame + payload


def text(who, message):
    packed = deflate[who].compress(message.encode()) + deflate[who].flush(zlib.Z_SYNC_FLUSH)
    assert packed.endswith(b"\0\0\xff\xff")                       # cut off, RFC 7692 §7.2.1
    return websocket(who, 0x1, packed[:-4], rsv1=0x40)


def close_frame(who, code=b""):
    return websocket(who, 0x8, code)


KEY = base64.b64encode(rng.randbytes(16)).decode()
ACCEPT = base64.b64encode(hashlib.sha1(                           # RFC 6455 §4.2.2
    (KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
GET = http("GET /gc/ws/stomp HTTP/1.1", {
    "Host": "127.0.0.1:9010", "Connection": "Upgrade", "Pragma": "no-cache",
    "Cache-Control": "no-cache", **BROWSER, "Upgrade": "websocket",
    "Origin": "http://127.0.0.1:9010", "Sec-WebSocket-Version": 13,
    "Accept-Encoding": "gzip, deflate, br, zstd", "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    **COOKIE, "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    "Sec-WebSocket-Protocol": "v12.stomp"})
SWITCHING = http("HTTP/1.1 101 ", {
    "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    "X-Content-Type-Options": "nosniff", "X-XSS-Protection": 0,
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "Pragma": "no-cache", "Expires": 0, "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer", "X-Trace-Id": "6f1d0c9be2a84735",
    "Upgrade": "websocket", "Connection": "upgrade", "Sec-WebSocket-Accept": ACCEPT,
    "Sec-WebSocket-Protocol": "v12.stomp",
    "Sec-WebSocket-Extensions": "permessage-deflate;client_max_window_bits=15",
    "Date": "Tue, 14 May 2024 09:30:36 GMT"})

# --- The session --------------------------------------------------------------

TOKEN = base64.urlsafe_b64encode(rng.randbytes(207)).decode()
JSON = dict(content_type="application/json")


def chat(words, at, **more):
    return compact(room=ROOM, type="TEXT", text=words, at=at, **more)


ANSWER = chat("好的，三点会议室见。登录超时我昨天复现了：网关的空闲超时是六十秒，浏览器的心跳是十秒，"
              "中间的代理却在三十秒后就把连接关掉了。先看握手，再看是谁先发的FIN，然后对照两边的状态。",
              1715679082, id=643, mentions=[20931],
              sender={"uid": 20417, "name": "王小明", "avatar": "/gc/avatar/20417.png"},
              quote={"id": 642, "uid": 20931, "text": "请带上抓包文件。"})

# Frame number (None: this row may have any), seconds since the capture began,
# sender, length on the wire with the link header, flags, payload.
SESSION = [
    # the three-way handshake and the upgrade
    (1486, 36.928643, C, 56, "S", b""),
    (1487, 36.928672, S, 56, "SA", b""),
    (1488, 36.928696, C, 44, "A", b""),
    (1489, 36.928893, C, 639, "PA", GET),
    (None, 36.928921, S, 44, "A", b""),
    (None, 36.931406, S, 605, "PA", SWITCHING),
    (None, 36.931434, C, 44, "A", b""),
    # STOMP logs in and subscribes; both ends promise a heartbeat each 10 s
    (None, 36.932918, C, 353, "PA", text(C, stomp("CONNECT", Authorization="Bearer " + TOKEN,
                                                  accept_version="1.2", heart_beat="10000,10000"))),
    (None, 36.932947, S, 44, "A", b""),
    (None, 36.936127, S, 106, "PA", text(S, stomp("CONNECTED", version="1.2", heart_beat="10000,10000",
                                                  user_name="lihua"))),
    (None, 36.936158, C, 44, "A", b""),
    (None, 36.936871, C, 99, "PA", text(C, stomp("SUBSCRIBE", id="sub-0", destination="/user/queue/notice"))),
    (None, 36.936893, S, 44, "A", b""),
    (None, 36.937010, C, 71, "PA", text(C, stomp("SUBSCRIBE", id="sub-1", destination="/topic/presence"))),
    (None, 36.937033, S, 44, "A", b""),
    (None, 36.937122, C, 64, "PA", text(C, stomp("SUBSCRIBE", id="sub-2", destination="/topic/rooms"))),
    (None, 36.937141, S, 44, "A", b""),
    # the user opens a room, reads, writes
    (1614, 39.619573, C, 116, "PA", text(C, stomp("SUBSCRIBE", id="sub-3", unread_after_id=640,
                                                  destination="/topic/room/" + ROOM))),
    (1615, 39.619604, S, 44, "A", b""),
    (1701, 42.662700, C, 68, "PA", text(C, stomp("SEND", destination="/seen/641"))),
    (1702, 42.662736, S, 44, "A", b""),
    (1760, 46.937469, C, 53, "PA", text(C, HEARTBEAT)),
    (1761, 46.937544, S, 44, "A", b""),
    (1880, 52.452378, C, 217, "PA", text(C, stomp("SEND", chat("下午三点开会，讨论登录超时，请带上抓包文件。", 1715679052),
                                                  destination="/app/say", **JSON))),
    (1881, 52.452407, S, 44, "A", b""),
    (1908, 52.637561, S, 49, "PA", text(S, HEARTBEAT)),
    (1909, 52.637639, C, 44, "A", b""),
    (1996, 56.941952, C, 53, "PA", text(C, HEARTBEAT)),
    (1997, 56.942029, S, 44, "A", b""),
    (2219, 62.644045, S, 49, "PA", text(S, HEARTBEAT)),
    (2220, 62.644104, C, 44, "A", b""),
    (2357, 66.464140, C, 58, "PA", text(C, stomp("SEND", destination="/seen/642"))),
    (2358, 66.464166, S, 44, "A", b""),
    (2381, 66.942044, C, 53, "PA", text(C, HEARTBEAT)),
    (2382, 66.942123, S, 44, "A", b""),
    (2446, 69.212869, C, 94, "PA", text(C, stomp("SEND", chat("收到，我用 Wireshark 抓。", 1715679069),
                                                 destination="/app/say", **JSON))),
    (2447, 69.212900, S, 44, "A", b""),
    (2532, 72.659134, S, 49, "PA", text(S, HEARTBEAT)),
    (2533, 72.659151, C, 44, "A", b""),
    (2628, 76.951055, C, 53, "PA", text(C, HEARTBEAT)),
    (2629, 76.951076, S, 44, "A", b""),
    # a colleague answers: the room's subscribers and the list of rooms hear it
    (2798, 82.468524, S, 572, "PA", text(S, stomp("MESSAGE", ANSWER, destination="/topic/room/" + ROOM, **JSON,
                                                  subscription="sub-3", message_id="b3f2a-9"))),
    (2799, 82.468544, C, 44, "A", b""),
    (2800, 82.468620, S, 68, "PA", text(S, stomp("MESSAGE", ANSWER, destination="/topic/rooms", **JSON,
                                                 subscription="sub-2", message_id="b3f2a-10"))),
    (2801, 82.468626, C, 44, "A", b""),
    # goodbye in STOMP, in WebSocket (the server answers 1000), in TCP (the server first)
    (2906, 86.713346, C, 76, "PA", text(C, stomp("DISCONNECT", receipt="close-4"))),
    (2907, 86.713378, S, 44, "A", b""),
    (2912, 86.714785, S, 75, "PA", text(S, stomp("RECEIPT", receipt_id="close-4"))),
    (2913, 86.714830, C, 44, "A", b""),
    (2914, 86.717164, C, 50, "PA", close_frame(C)),
    (2915, 86.717178, S, 44, "A", b""),
    (2916, 86.717294, S, 48, "PA", close_frame(S, struct.pack(">H", 1000))),
    (2917, 86.717309, C, 44, "A", b""),
    (2918, 86.717613, S, 44, "FA", b""),
    (2919, 86.717626, C, 44, "A", b""),
    (2920, 86.717668, C, 44, "FA", b""),
    (2921, 86.717681, S, 44, "A", b""),
]

def build():
    """Writes the session into the trace, and other traffic into its gaps."""
    session = Connection(59117, 9010)
    last_number, last_time, unnumbered = 0, 0, []
    for row in SESSION:
        number, seconds = row[:2]
        if number is None:
            unnumbered.append(row)
            continue
        gap = number - last_number - 1 - len(unnumbered)
        if gap:
            other_traffic.fill(last_time, micro(seconds), gap)
        if number == 1486:             # ephemeral ports count up past ours
            assert other_traffic.last_port < 59117, other_traffic.last_port
            other_traffic.last_port = 59117
        for _, at, sender, length, flags, payload in unnumbered + [row]:
            session.send(micro(at), sender, flags, payload)
            assert len(trace[-1][1]) == length, \
                f"frame {number} at {at}: {len(trace[-1][1])} bytes, not {length} (another text, or another zlib)"
        last_number, last_time, unnumbered = number, micro(seconds), []

    trace.sort(key=lambda frame: frame[0])
    for number, seconds, _, length, _, _ in SESSION:
        if number:
            t, packet = trace[number - 1]
            assert (t, len(packet)) == (micro(seconds), length), number


if __name__ == "__main__":
    build()
    write(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "websocket-session.pcapng",
          "tcpstate samples/generate/websocket_session.py")
