/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packets of link type RAW (101) for tests that care for TCP only.
 */
#include "config.h"

#include "tests/unit/segment-writer.h"

#include <string.h>

#include "lab/dissect/lab-segment.h"

#define CLIENT_PORT 40000
#define SERVER_PORT 80
#define OPTION_BYTES 4

/**
 * put_number:
 * @bytes: how many @value takes, most significant first
 */
void
put_number (guint8 *at, guint32 value, guint bytes)
{
  while (bytes > 0)
    {
      at[--bytes] = (guint8) value;
      value >>= 8;
    }
}

/**
 * write_segment:
 * @bytes: (out): room for 44 bytes and the data
 *
 * Returns: the length of the packet
 */
guint
write_segment (const WrittenSegment *segment, guint8 *bytes)
{
  guint options = segment->scales ? OPTION_BYTES : 0;
  guint len = 40u + options + segment->len;
  guint32 client = 0x0a000001;
  guint32 server = 0x0a000002;

  memset (bytes, 0, len);
  bytes[0] = 0x45;
  put_number (bytes + 2, len, 2);
  bytes[9] = 6;
  put_number (bytes + 12, segment->by_client ? client : server, 4);
  put_number (bytes + 16, segment->by_client ? server : client, 4);
  put_number (bytes + 20, segment->by_client ? CLIENT_PORT : SERVER_PORT, 2);
  put_number (bytes + 22, segment->by_client ? SERVER_PORT : CLIENT_PORT, 2);
  put_number (bytes + 24, segment->seq, 4);
  if (segment->flags & LAB_ACK)
    put_number (bytes + 28, segment->ack, 4);
  bytes[32] = (guint8) ((20 + options) / 4 << 4);
  bytes[33] = (guint8) segment->flags;
  put_number (bytes + 34, 30000, 2);
  if (segment->scales)
    put_number (bytes + 40, 0x03030701, 4); /* window scale 7, no operation */
  return len;
}
