# SPDX-License-Identifier: GPL-2.0-or-later
"""The loopback traffic of a developer's Windows machine.

A chat server on 9010 with Redis behind it, a browser that polls it, monitors,
a resolver, counters over UDP.  fill() puts any number of such frames into a
stretch of time.  Change or add kinds of exchange freely, in FILLER and FIXED;
all of it is correct TCP, and Wireshark finds nothing to remark in it but the
resets of refused().
"""
import json
import random

from scapy.layers.dns import DNS, DNSQR, DNSRR

from windows_loopback import C, S, Connection, http, micro, ok, soon, udp

rng = random.Random("other traffic")
BROWSER = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
                         "(KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"}
COOKIE = {"Cookie": "gsid=7e0b52c4f19d4a6883c05ad1b7f6"}
ROOM = "c8a41f7e-3b0d-4f62-95e7-d20b6c81aa39"


def compact(**fields):
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


REDIS = [Connection(port, 6379, established=True) for port in (51822, 51823, 51830)]
XHR = Connection(58952, 9010, established=True)     # the browser's, open since before the capture
last_port = 58979                                   # the newest ephemeral port; Windows counts up


def ephemeral():
    global last_port
    last_port += rng.randint(1, 5)
    return last_port


def resp(*words):
    """A Redis command: an array of bulk strings."""
    return "".join([f"*{len(words)}\r\n"] + [f"${len(w)}\r\n{w}\r\n" for w in words]).encode()


# --- The kinds of exchange: each writes its frames from time t (microseconds) on ---

def redis(t):
    key = f"gc:user:{rng.choice((20931, 20417, 20655, 21003))}"
    command, answer = rng.choice((
        (resp("PING"), b"+PONG\r\n"),
        (resp("GET", key + ":status"), b"$6\r\nonline\r\n"),
        (resp("EXPIRE", key + ":session", "1800"), b":1\r\n"),
        (resp("HGET", key, "unread"), b"$1\r\n%d\r\n" % rng.randrange(10)),
        (resp("PUBLISH", "gc:presence", compact(uid=int(key[-5:]), state="online")), b":1\r\n"),
        (resp("ZCARD", "gc:online"), b":%d\r\n" % rng.randint(14, 19))))
    pool = rng.choice(REDIS)
    t = pool.say(t, C, command)
    return pool.say(t + rng.randint(40, 220), S, answer)


def xhr(t):
    """The page polls over its kept-alive connection; the server asks Redis before it answers."""
    path, body = rng.choice((
        ("/gc/api/unread", compact(total=3, rooms=[{"room": ROOM, "unread": rng.randrange(4)}])),
        ("/gc/api/presence?room=" + ROOM, compact(online=rng.randint(14, 19), away=4, users=[20417, 20931, 21003])),
        ("/gc/api/notice/latest", compact(id=rng.randint(100, 120), title="本周六 22:00 维护", read=False))))
    t = XHR.say(t, C, http(f"GET {path} HTTP/1.1", {
        "Host": "127.0.0.1:9010", "Connection": "keep-alive", "Accept": "application/json", **BROWSER,
        "Referer": "http://127.0.0.1:9010/gc/", **COOKIE}))
    t = redis(t + rng.randint(300, 900))
    return XHR.say(t + rng.randint(300, 4000), S, ok(t, body))


def short_http(t, port, request, answer, first, wait=2500):
    """One connection for one request, from SYN to the last ACK."""
    connection = Connection(ephemeral(), port)
    t = connection.open(t)
    t = connection.say(t + rng.randint(60, 300), C, request)
    t += rng.randint(wait // 3, wait)
    t = connection.say(t, S, answer(t))
    return connection.close(t + rng.randint(50, 400), first)


def health(t):
    """A monitor's curl: the client closes first."""
    body = compact(status="UP", components={"db": {"status": "UP"}, "ping": {"status": "UP"},
                                            "redis": {"status": "UP", "details": {"version": "7.2.4"}}})
    return short_http(t, 9010, http("GET /actuator/health HTTP/1.1", {
        "Host": "127.0.0.1:9010", "User-Agent": "curl/8.7.1", "Accept": "*/*"}), lambda at: ok(at, body), C)


def metrics(t):
    """Python's wsgiref speaks HTTP/1.0: the server closes first."""
    body = (f"# TYPE gc_sessions gauge\ngc_sessions {rng.randint(14, 19)}.0\n"
            f"# TYPE process_resident_memory_bytes gauge\n"
            f"process_resident_memory_bytes {rng.randint(4000, 4200) * 10240}.0\n")
    return short_http(t, 8000, http("GET /metrics HTTP/1.1", {
        "Host": "127.0.0.1:8000", "User-Agent": "Prometheus/2.51.2", "Accept": "text/plain;version=0.0.4"}),
        lambda at: ok(at, body, "text/plain; version=0.0.4").replace(b"HTTP/1.1 200 ", b"HTTP/1.0 200 OK"), S)


def long_poll(t):
    """The answer waits up to two seconds, so that other connections run in between."""
    return short_http(t, 8848, http("POST /nacos/v1/cs/configs/listener HTTP/1.1", {
        "Host": "127.0.0.1:8848", "Long-Pulling-Timeout": 2000, "Content-Length": 0}),
        lambda at: ok(at, compact(changed=[])), C, wait=2_000_000)


def page(t):
    """The user opens the page that will open the WebSocket."""
    connection = Connection(ephemeral(), 9010)
    t = connection.say(connection.open(t) + 180, C, http("GET /gc/ HTTP/1.1", {
        "Host": "127.0.0.1:9010", "Connection": "keep-alive", **BROWSER, "Accept": "text/html", **COOKIE}))
    return connection.say(t + 2100, S, ok(t, '<!doctype html>\n<html lang="zh-CN"><meta charset="utf-8">'
                                             '<title>群聊</title>\n<div id="app"></div>\n'
                                             '<script src="/gc/app.3f9c1e.js" defer></script>\n', "text/html"))


def refused(t):
    """Nobody listens on 9229 (a Node debugger's port).  One SYN only: libuv turns the
    usual SYN retries of Windows off for loopback (TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS)."""
    connection = Connection(ephemeral(), 9229)
    connection.send(t, C, "S")
    connection.next_seq[S] = 0                      # RFC 9293 §3.10.7.1: <SEQ=0><ACK=SEG.SEQ+1>
    connection.send(t + soon(), S, "RA")


def dns(t):
    """A local caching resolver."""
    name, port, ident = rng.choice(("cdn", "img", "api")) + ".example.com", rng.randint(49152, 65000), rng.getrandbits(16)
    question = DNSQR(qname=name)
    udp(t, port, 53, DNS(id=ident, qd=question))
    udp(t + rng.randint(80, 350), 53, port, DNS(id=ident, qr=1, ra=1, qd=question, an=DNSRR(
        rrname=name, ttl=rng.randint(20, 300), rdata=f"203.0.113.{rng.randint(2, 250)}")))


def statsd(t):
    udp(t, 62114, 8125, rng.choice((f"gc.ws.sessions:{rng.randint(14, 19)}|g", "gc.http.requests:1|c",
                                    f"gc.http.time:{rng.randint(1, 9)}|ms")).encode())


def ssdp(t):
    """Chrome looks for things to cast to, four times, a second apart."""
    udp(t, 59655, 1900, http("M-SEARCH * HTTP/1.1", {
        "HOST": "239.255.255.250:1900", "MAN": '"ssdp:discover"', "MX": 1,
        "ST": "urn:dial-multiscreen-org:service:dial:1", "USER-AGENT": "Chromium/124.0.6367.201 Windows"}),
        dst="239.255.255.250", ttl=1)


# --- How they are mixed ------------------------------------------------------------

# kind: (frames, weight).  Each takes milliseconds; statsd is one frame, so any gap can be filled.
FILLER = {redis: (4, 30), xhr: (8, 24), health: (11, 9), metrics: (11, 4), dns: (2, 5), statsd: (1, 10)}
# What happens at its own time: (seconds, kind, frames).  Times count from frame 1.
FIXED = [(0.0, redis, 4),
         (8.204117, long_poll, 11), (11.530282, refused, 2), (12.071348, ssdp, 1), (13.072105, ssdp, 1),
         (14.073261, ssdp, 1), (15.073390, ssdp, 1), (19.917406, long_poll, 11), (27.304452, long_poll, 11),
         (36.602913, page, 7), (58.110734, refused, 2), (63.240018, long_poll, 11)]


def fill(begin, end, frames):
    """Puts exactly that many frames between two times in microseconds."""
    jobs = [(micro(at), kind) for at, kind, _ in FIXED if begin <= micro(at) < end]
    frames -= sum(count for at, _, count in FIXED if begin <= micro(at) < end)
    plan = []
    while frames > 0:
        fits = {kind: weight for kind, (count, weight) in FILLER.items() if count <= frames}
        plan += rng.choices(list(fits), fits.values())
        frames -= FILLER[plan[-1]][0]
    rng.shuffle(plan)
    slot = (end - begin) / max(len(plan), 1)
    for i, kind in enumerate(plan):     # slots, so that a kept-alive connection has one exchange at a time
        jobs.append((begin + round(slot * (i + rng.uniform(0.05, 0.6))), kind))
    for at, kind in sorted(jobs, key=lambda job: job[0]):
        kind(at)
