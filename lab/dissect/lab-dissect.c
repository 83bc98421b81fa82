/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a packet to a segment: sets the stage for the dissectors of the layers and keeps
 * what one packet leaves behind for the next, which is fragments and nothing else.
 */
#include "config.h"

#include "lab/dissect/lab-dissect.h"

#include <string.h>

#include "lab/dissect/lab-dissect-private.h"

/**
 * lab_dissector_new:
 *
 * Returns: (transfer full): a dissector for one capture.
 */
LabDissector *
lab_dissector_new (void)
{
  LabDissector *dissector = g_new0 (LabDissector, 1);

  dissector->reassembly = lab_reassembly_new ();
  return dissector;
}

/**
 * lab_dissector_free:
 * @dissector: (transfer full) (nullable): what was made by lab_dissector_new()
 */
void
lab_dissector_free (LabDissector *dissector)
{
  if (dissector == NULL)
    return;
  lab_reassembly_free (dissector->reassembly);
  g_free (dissector);
}

/**
 * lab_dissector_was_full:
 *
 * Returns: whether fragments were ever given up because too many were waiting.
 */
gboolean
lab_dissector_was_full (const LabDissector *dissector)
{
  return lab_reassembly_was_full (dissector->reassembly);
}

/**
 * lab_dissect:
 * @packet: the packet; it must stay as it is for as long as @segment is used
 * @segment: (out caller-allocates): what was found; of tunnels, the innermost
 *
 * Any bytes will do: what cannot be read is left at 0. A datagram that comes in pieces is
 * found in the packet that completes it.
 *
 * Returns: segment->kind
 */
LabKind
lab_dissect (LabDissector *dissector, const LabPacket *packet, LabSegment *segment)
{
  LabDissection d = { dissector, segment, 0 };
  LabBytes bytes = { packet->bytes, packet->captured_len,
                     MAX (packet->wire_len, packet->captured_len) };

  lab_reassembly_release (dissector->reassembly);
  memset (segment, 0, sizeof *segment);
  segment->number = packet->number;
  segment->time_ns = packet->time_ns;
  segment->has_time = packet->has_time;
  segment->interface_id = packet->interface_id;
  segment->has_interface = packet->has_interface;
  if (bytes.cap > 0)
    lab_dissect_link (&d, packet->link_type, bytes);
  return segment->kind;
}

/**
 * lab_address_equal:
 *
 * Returns: whether both are the same address of the same family.
 */
gboolean
lab_address_equal (const LabAddress *a, const LabAddress *b)
{
  return memcmp (a, b, sizeof *a) == 0;
}

static gsize
append_number (char *text, guint number, guint base)
{
  static const char digits[] = "0123456789abcdef";
  guint power = 1;
  gsize n = 0;

  while (number / power >= base)
    power *= base;
  for (; power > 0; power /= base)
    text[n++] = digits[number / power % base];
  return n;
}

/* The longest run of two or more groups of zeros, the first of those that are equal. */
static void
find_zeros (const guint8 *bytes, guint *first, guint *count)
{
  *first = 8;
  *count = 1;
  for (guint i = 0; i < 8;)
    {
      guint n = 0;

      while (i + n < 8 && bytes[2 * (i + n)] == 0 && bytes[2 * (i + n) + 1] == 0)
        n++;
      if (n > *count)
        {
          *first = i;
          *count = n;
        }
      i += MAX (n, 1);
    }
}

static gsize
ipv4_to_text (const guint8 *bytes, char *text)
{
  gsize n = 0;

  for (guint i = 0; i < 4; i++)
    {
      if (i > 0)
        text[n++] = '.';
      n += append_number (text + n, bytes[i], 10);
    }
  return n;
}

static gsize
ipv6_to_text (const guint8 *bytes, char *text)
{
  static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
  guint zeros = 0;
  guint n_zeros = 0;
  gsize n = 0;

  if (memcmp (bytes, mapped, sizeof mapped) == 0)
    {
      memcpy (text, "::ffff:", 7);
      return 7 + ipv4_to_text (bytes + 12, text + 7);
    }
  find_zeros (bytes, &zeros, &n_zeros);
  for (guint i = 0; i < 8; i++)
    {
      if (i == zeros)
        {
          text[n++] = ':';
          if (i == 0)
            text[n++] = ':';
          i += n_zeros - 1;
          continue;
        }
      n += append_number (text + n, lab_get_u16 (bytes + 2 * i), 16);
      if (i < 7)
        text[n++] = ':';
    }
  return n;
}

/**
 * lab_address_to_text:
 * @text: (out caller-allocates): dotted, or in the form of RFC 5952, and a NUL; empty for
 *   no address
 *
 * Returns: bytes written, without the NUL.
 */
gsize
lab_address_to_text (const LabAddress *address, char text[LAB_ADDRESS_TEXT])
{
  gsize n = 0;

  if (address->family == 4)
    n = ipv4_to_text (address->bytes, text);
  else if (address->family == 6)
    n = ipv6_to_text (address->bytes, text);
  text[n] = '\0';
  return n;
}

/* As interfaces are usually named; other names are left out, since nothing but plain letters may
 * come into sentences. */
static gboolean
is_plain_name (const char *name)
{
  return *name != '\0' && strlen (name) < 16 &&
         strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.@") == strlen (name);
}

/**
 * lab_address_to_scoped_text:
 * @scope: (nullable): the interface that the address was seen on
 * @text: (out caller-allocates): as lab_address_to_text(); of a link-local IPv6 address
 *   (fe80::/10) with the scope behind it, `fe80::1%eth0` (RFC 4007, section 11)
 *
 * Returns: bytes written, without the NUL.
 */
gsize
lab_address_to_scoped_text (const LabAddress *address,
                            const char *scope,
                            char text[LAB_SCOPED_ADDRESS_TEXT])
{
  gsize n = lab_address_to_text (address, text);
  gboolean link_local =
      address->family == 6 && address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;

  if (!link_local || scope == NULL || !is_plain_name (scope))
    return n;
  return n + (gsize) g_snprintf (text + n, LAB_SCOPED_ADDRESS_TEXT - n, "%%%s", scope);
}
