#!/usr/bin/env python3
"""A link with a delay, for kernels without netem: two TAP devices, and every frame that enters one leaves the other later.

    delay_link.py DEVICE DEVICE MILLISECONDS

Makes both devices (needs root), prints "ready", and forwards until it is ended; the devices go with it. A TAP device takes no
offloads, so that frames come one by one with their checksums. At most 64 MB wait; what comes beyond is dropped, as a full
queue would.
"""
import collections
import fcntl
import os
import selectors
import struct
import sys
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
LIMIT = 64 << 20


def tap(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP | IFF_NO_PI))
    return device


def main():
    first, second, delay = tap(sys.argv[1]), tap(sys.argv[2]), float(sys.argv[3]) / 1000
    other = {first: second, second: first}
    waiting = collections.deque()
    held = 0
    selector = selectors.DefaultSelector()
    for device in other:
        selector.register(device, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, target, frame = waiting.popleft()
            held -= len(frame)
            try:
                os.write(target, frame)
            except (BlockingIOError, OSError):
                pass  # Lost, as on any link.
        timeout = max(0.0, waiting[0][0] - now) if waiting else None
        for key, _ in selector.select(timeout):
            try:
                for _ in range(64):
                    frame = os.read(key.fd, 65536)
                    if held + len(frame) <= LIMIT:
                        held += len(frame)
                        waiting.append((time.monotonic() + delay, other[key.fd], frame))
            except BlockingIOError:
                pass


if __name__ == "__main__":
    main()
