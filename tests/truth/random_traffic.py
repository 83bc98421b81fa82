# SPDX-License-Identifier: GPL-3.0-or-later
#
# Conversations between two small TCPs over a network that loses, doubles, delays and
# overtakes, written down by somebody who stands anywhere on the path and misses some of
# it. The same seed gives the same capture. The TCPs do what real ones do as far as a
# capture shows it: they send again after a timeout or three duplicate ACKs, delay ACKs,
# report with SACK what came out of order, stop at a zero window and probe it, ask with
# keep-alives whether somebody is there, close, half-close, abort, and begin again on the
# same ports.
"""Random captures for comparisons."""

import heapq
import itertools
import random
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MOD = 1 << 32
MSS = 1400


def signed(difference):
    """The distance between two sequence numbers."""
    return (difference + (1 << 31)) % MOD - (1 << 31)


class Network:
    """Time, and what carries segments to the other end."""

    def __init__(self, rng):
        self.rng = rng
        self.queue = []
        self.order = itertools.count()
        self.now = 0.0
        self.seen = []  # (time, bytes of IP)
        self.delay = rng.choice([0.00005, 0.0005, 0.004, 0.02, 0.09])
        self.jitter = rng.choice([0, 0, 0.1, 2.5]) * self.delay
        self.loss = rng.choice([0, 0, 0.01, 0.05, 0.2])
        self.doubling = rng.choice([0, 0, 0.02])
        self.tap = rng.choice([0, 0.5, 1])  # where on the path from the client to the server
        self.missing = rng.choice([0, 0, 0, 0.02, 0.1])
        self.one_way = rng.random() < 0.05

    def at(self, after, what, *arguments):
        """Call @what later."""
        heapq.heappush(self.queue, (self.now + after, next(self.order), what, arguments))

    def run(self, until):
        """Let time pass."""
        while self.queue and self.queue[0][0] < until:
            self.now, _, what, arguments = heapq.heappop(self.queue)
            what(*arguments)

    def carry(self, sender, segment, packet):
        """Send a packet; it may be lost before or behind the tap."""
        before = self.tap if sender.is_client else 1 - self.tap
        for _ in range(2 if self.rng.random() < self.doubling else 1):
            delay = self.delay + self.rng.random() * self.jitter
            lost_at = self.rng.random() if self.rng.random() < self.loss else 2
            if lost_at >= before and not (self.one_way and not sender.is_client):
                self.at(delay * before, self.see, packet)
            if lost_at > 1:
                self.at(delay, sender.peer.receive, segment)

    def see(self, packet):
        """The tap notes a packet, or misses it."""
        if self.rng.random() >= self.missing:
            self.seen.append((self.now, packet))


class Tcp:
    """One end; what its program does comes from conversation()."""

    def __init__(self, net, is_client, address, port):
        rng = net.rng
        self.net, self.is_client, self.address, self.port = net, is_client, address, port
        self.peer = None
        self.isn = rng.choice([rng.getrandbits(32), MOD - rng.randint(1, 5000)])
        self.una = self.next = self.isn
        self.received = 0  # next number expected
        self.later = []  # (from, to) behind a gap, newest first
        self.capacity = rng.choice([65535, 20000, 4000, 1400])
        self.unread = 0
        self.reading = rng.choice([1e9, 1e9, 1e9, 200000, 5000])  # bytes a second
        self.scale = rng.choice([None, 0, 2, 7, 9])
        self.timestamps = rng.random() < 0.6
        self.sack = rng.random() < 0.7
        self.their_window = 0
        self.their_scale = None
        self.offered = None  # the other end, once its SYN has come
        self.open = self.closed = self.gone = False
        self.to_send = 0  # what the program has written, from una on
        self.fin_at = None
        self.fin_received = False
        self.duplicates = 0
        self.unacked = 0
        self.rto = 0.2
        self.timer = 0
        self.probes_with_data = rng.random() < 0.3
        self.delays_acks = rng.random() < 0.7
        self.echo = 0

    def window(self):
        """What it offers, in bytes."""
        free = max(0, self.capacity - self.unread)
        return free if free >= min(MSS, self.capacity // 2) else 0

    def options(self, flags):
        """The bytes of the options, padded."""
        out = b""
        if flags & SYN:
            out += struct.pack(">BBH", 2, 4, MSS)
            if self.sack:
                out += b"\x04\x02"
            if self.scale is not None and (self.offered is None or self.offered.scale is not None):
                out += struct.pack(">BBB", 3, 3, self.scale)
        both = self.timestamps and (self.offered is None or self.offered.timestamps)
        if both and not flags & RST:
            out += struct.pack(">BBBBII", 1, 1, 8, 10, int(self.net.now * 1000) + 7, self.echo)
        if self.later and self.sack and self.offered.sack and not flags & SYN:
            blocks = self.later[:3]
            out += struct.pack(">BBBB", 1, 1, 5, 2 + 8 * len(blocks))
            out += b"".join(struct.pack(">II", start % MOD, end % MOD) for start, end in blocks)
        return out + b"\x01" * (-len(out) % 4)

    def send(self, flags, seq, length=0):
        """One segment."""
        options = self.options(flags)
        window = self.window()
        if not flags & SYN and self.scale is not None and self.their_scale is not None:
            window >>= self.scale
        ack = self.received if flags & ACK else 0
        header = struct.pack(">HHIIBBHHH", self.port, self.peer.port, seq % MOD, ack % MOD,
                             (20 + len(options)) << 2, flags, min(window, 65535), 0, 0)
        data = bytes(33 + (seq + i) % 90 for i in range(length))
        packet = ip_packet(self, header + options + data)
        segment = (flags, seq % MOD, ack % MOD, window, length, list(self.later))
        self.net.carry(self, segment, packet)
        if flags & ACK:
            self.unacked = 0
        if flags & (SYN | FIN) or length:
            self.arm()

    def arm(self):
        """Start the retransmission timer anew."""
        self.timer += 1
        self.net.at(self.rto, self.on_timeout, self.timer)

    def on_timeout(self, which):
        """Nothing came in time: send again, or probe a closed window."""
        if which != self.timer or self.gone or self.una == self.next and not self.stuck():
            return
        self.rto = min(self.rto * 2, 60)
        if self.rto > 20:
            self.gone = True
        elif self.stuck():
            self.send(ACK, self.next if self.probes_with_data else self.next - 1,
                      int(self.probes_with_data))
            self.arm()
        else:
            self.send_again()

    def stuck(self):
        """Whether it has something to send and no window for it."""
        return self.open and self.una == self.next and self.to_send > 0 and self.their_window == 0

    def send_again(self):
        """The oldest segment that is not acknowledged."""
        if self.una == self.isn:
            self.send(SYN | (ACK if self.offered else 0), self.isn)
            return
        data_end = self.fin_at if self.fin_at is not None else self.next
        length = min(MSS, signed(data_end - self.una))
        fin = self.fin_at is not None and signed(self.una + length - self.fin_at) >= 0
        self.send(ACK | (FIN if fin else 0), self.una, max(length, 0))

    def connect(self):
        """Active open."""
        self.next = self.isn + 1
        self.send(SYN, self.isn)

    def write(self, length):
        """The program has something to say."""
        if not self.closed and not self.gone:
            self.to_send += length
            self.push()

    def close(self):
        """The program has nothing more to say."""
        self.closed = True
        self.push()

    def abort(self):
        """The program dies."""
        if not self.gone and self.open:
            self.send(RST | ACK, self.next)
        self.gone = True

    def ask(self):
        """Keep-alive."""
        if self.open and not self.gone and self.una == self.next:
            self.send(ACK, self.next - 1, self.net.rng.choice([0, 0, 1]))

    def push(self):
        """Send what the window allows."""
        if not self.open or self.gone:
            return
        while self.to_send > 0 and self.fin_at is None:
            room = signed(self.una + self.their_window - self.next)
            length = min(MSS, self.to_send, room)
            if length <= 0:
                if self.stuck():
                    self.arm()
                return
            self.to_send -= length
            self.send(ACK | (PSH if self.to_send == 0 else 0), self.next, length)
            self.next += length
        if self.closed and self.fin_at is None:
            self.fin_at = self.next
            self.send(ACK | FIN, self.next)
            self.next += 1

    def receive(self, segment):
        """Something has come."""
        flags, seq, ack, window, length, later = segment
        if self.gone:
            if not flags & RST and self.net.rng.random() < 0.5:
                self.send(RST, ack)
            return
        if flags & RST:
            self.gone = seq == self.received % MOD or not self.open
            return
        if flags & SYN:
            self.on_syn(flags, seq, ack, window)
            return
        if self.offered is None:
            return
        if not self.open and flags & ACK and ack == self.next % MOD:
            self.open = True
        if flags & ACK:
            self.on_ack(ack, window, length, later)
        if length or flags & FIN:
            self.on_data(seq, length, flags & FIN)
        elif signed(seq - self.received) < 0:
            self.send(ACK, self.next)

    def on_syn(self, flags, seq, ack, window):
        """A SYN, or its answer."""
        if self.offered is not None:
            if self.open:
                self.send(ACK, self.next)
            else:
                self.send(SYN | ACK, self.isn)
            return
        self.offered = self.peer
        self.received = (seq + 1) % MOD
        self.their_window = window
        self.their_scale = self.peer.scale if self.scale is not None else None
        if flags & ACK:
            self.una = self.una + signed(ack - self.una)
            self.open = True
            self.send(ACK, self.next)
            self.push()
        else:
            self.next = self.isn + 1
            self.send(SYN | ACK, self.isn)

    def on_ack(self, ack, window, length, later):
        """What it says of what was sent."""
        if self.their_scale is not None:
            window <<= self.peer.scale
        new = signed(ack - self.una)
        if 0 < new <= signed(self.next - self.una):
            self.una += new
            self.duplicates = 0
            self.rto = 0.2 + 2 * self.net.delay
            self.timer += 1
            if self.una != self.next:
                self.arm()
                if later:  # another one is missing
                    self.send_again()
        elif new == 0 and self.una != self.next and not length and window == self.their_window:
            self.duplicates += 1
            if self.duplicates == 3:
                self.send_again()
        self.their_window = window
        self.push()

    def on_data(self, seq, length, fin):
        """Takes what is new; answers now or a little later."""
        start = self.received + signed(seq - self.received)
        end = start + length + (1 if fin else 0)
        if signed(end - self.received) <= 0 or self.window() == 0 and length:
            self.send(ACK, self.next)
            return
        if start > self.received:
            self.later = [(start, end)] + [block for block in self.later if block[0] != start]
            self.send(ACK, self.next)
            return
        self.take(end)
        filled = bool(self.later)
        for block in sorted(self.later):
            if block[0] <= self.received:
                self.take(max(block[1], self.received))
        self.later = [block for block in self.later if block[0] > self.received]
        self.unacked += 1
        if fin or filled or self.unacked >= 2 or not self.delays_acks:
            self.send(ACK, self.next)
        else:
            self.net.at(0.04, self.late_ack, self.received)

    def take(self, end):
        """What is in order goes to the program, which may be slow."""
        self.unread += end - self.received
        self.received = end
        self.net.at(self.unread / self.reading, self.read)

    def read(self):
        """The program has read everything; who was told of no room hears of it."""
        was_full = self.window() < MSS
        self.unread = 0
        if was_full and not self.gone:
            self.send(ACK, self.next)

    def late_ack(self, received):
        """The delayed acknowledgment."""
        if self.unacked > 0 and received <= self.received and not self.gone:
            self.send(ACK, self.next)


def ip_packet(tcp, body):
    """With a header of IPv4 or IPv6."""
    source, target = tcp.address, tcp.peer.address
    if len(source) == 16:
        return struct.pack(">IHBB", 6 << 28, len(body), 6, 64) + source + target + body
    return (struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, 64, 6, 0)
            + source + target + body)


def conversation(net, number, begins):
    """Two ends, and what their programs do, from @begins on."""
    rng = net.rng
    if rng.random() < 0.3:
        addresses = [bytes([0xfd] + [0] * 13 + [number, side]) for side in (1, 2)]
    else:
        addresses = [bytes([10, 7, number, side]) for side in (1, 2)]
    ports = rng.randint(1024, 65535), rng.choice([80, 443, 5050, 60000])
    for _ in range(rng.choice([1, 1, 1, 2])):
        client, server = (Tcp(net, side == 0, addresses[side], ports[side]) for side in (0, 1))
        client.peer, server.peer = server, client
        if rng.random() < 0.05:
            server.gone = True  # nobody listens
        net.at(begins, client.connect)
        at = begins + 4 * net.delay
        for _ in range(rng.choice([0, 1, 3, 10])):
            at += rng.choice([0.001, 0.05, 0.3])
            who = rng.choice([client, server, server])
            net.at(at, who.write, rng.choice([1, 20, 500, 3000, 20000, 60000]))
        for _ in range(rng.choice([0, 0, 2])):
            at += rng.choice([1, 5])
            net.at(at, rng.choice([client, server]).ask)
        first, second = rng.sample([client, server], 2)
        end = rng.random()
        if end < 0.15:
            net.at(at + rng.random(), first.abort)
        elif end < 0.9:
            net.at(at + rng.random(), first.close)
            net.at(at + rng.choice([0, 1]) + rng.random(), second.close)
        begins = at + 150 + rng.random()


def write_capture(path, seed):
    """A capture of some conversations at the same time."""
    rng = random.Random(seed)
    net = Network(rng)
    for number in range(rng.choice([1, 1, 2, 5])):
        conversation(net, number, rng.random())
    net.run(400)
    seen = net.seen[rng.choice([0, 0, 0, rng.randint(0, 20)]):][:1500]
    shortest = rng.choice([65535, 65535, 65535, 128, 100])
    resolution = rng.choice([(0xA1B2C3D4, 1e6), (0xA1B23C4D, 1e9)])
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", resolution[0], 2, 4, 0, 0, shortest, 101))
        for when, packet in seen:
            second = int(when)
            part = int((when - second) * resolution[1])
            kept = packet[:shortest]
            out.write(struct.pack("<IIII", 1700000000 + second, part, len(kept), len(packet)))
            out.write(kept)
