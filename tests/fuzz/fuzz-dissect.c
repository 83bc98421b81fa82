/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packets of any link type: what is found stays within the packet, and the same is found
 * again. The input: two bytes for the link type, then packets, each behind its length (a
 * byte), so that fragments can meet.
 */
#include "config.h"

#include <string.h>

#include "lab/dissect/lab-dissect.h"
#include "tests/fuzz/fuzz.h"

static void
check_address (const LabAddress *address)
{
  char text[LAB_ADDRESS_TEXT];
  gsize len = lab_address_to_text (address, text);

  g_assert_cmpuint (len, ==, strlen (text));
  g_assert_cmpuint (len, <, sizeof text);
  g_assert_true (address->family == 0 || address->family == 4 || address->family == 6);
}

/* Reads every byte that a segment points at, for the sanitizers; through a volatile
 * pointer, or else the compiler would leave the reading out. */
static void
touch (const guint8 *bytes, guint32 len)
{
  const volatile guint8 *every = bytes;

  for (guint32 i = 0; i < len; i++)
    (void) every[i];
}

static void
check (const LabSegment *segment)
{
  check_address (&segment->src);
  check_address (&segment->dst);
  check_address (&segment->quote.src);
  touch (segment->data, segment->data_len);
  touch (segment->options, segment->options_len);
  touch (segment->ip, segment->ip_len);
  g_assert_cmpuint (segment->data_len, <=, segment->len);
  g_assert_cmpuint (segment->n_sacks, <=, LAB_SACK_BLOCKS);
  g_assert_cmpuint (segment->flags, <, 0x1000);
  if (segment->kind == LAB_KIND_TCP && segment->fault == LAB_FAULT_NONE)
    {
      g_assert_cmpuint (segment->hdr_len, >=, 20);
      g_assert_true (segment->src.family != 0);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (LabDissector) dissector = lab_dissector_new ();
  guint16 link_type = (guint16) (fuzz_take_byte (&input) << 8);
  LabPacket packet = { .has_time = TRUE };

  link_type |= fuzz_take_byte (&input);
  packet.link_type = link_type;
  while (input.left > 0)
    {
      gsize most = fuzz_take_byte (&input);
      gsize len = 0;
      LabSegment segment;
      LabSegment again;
      g_autofree guint8 *exact = NULL;

      /* A copy of exactly this size, so that a byte too far is noticed. */
      packet.bytes = fuzz_take_bytes (&input, most, &len);
      exact = g_memdup2 (packet.bytes, len);
      packet.bytes = exact;
      packet.captured_len = (guint32) len;
      packet.wire_len = (guint32) (len + most % 3);
      packet.number++;
      packet.time_ns += 1000 * 1000;
      lab_dissect (dissector, &packet, &segment);
      check (&segment);
      if (segment.kind != LAB_KIND_FRAGMENT && !segment.reassembled)
        {
          lab_dissect (dissector, &packet, &again);
          g_assert_cmpint (again.kind, ==, segment.kind);
          g_assert_cmpuint (again.len, ==, segment.len);
        }
    }
  return 0;
}
