/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * TCP with its options (RFC 9293, 3.1 and 3.2), and what is compared with it: UDP, and
 * the ICMP errors that answer either.
 */
#include "config.h"

#include "lab/dissect/lab-dissect-private.h"

enum
{
  OPTION_END = 0,
  OPTION_NOP = 1,
  OPTION_MSS = 2,
  OPTION_WSCALE = 3,
  OPTION_SACK_PERMITTED = 4,
  OPTION_SACK = 5,
  OPTION_TIMESTAMPS = 8,
  OPTION_MD5 = 19,
  OPTION_AUTH = 29,
  OPTION_MPTCP = 30,
  OPTION_FAST_OPEN = 34,
  OPTION_EXPERIMENT_1 = 253,
  OPTION_EXPERIMENT_2 = 254,
};

/* RFC 7413, 4.1.1: how TCP Fast Open was marked before it had a number. */
#define EXPERIMENT_FAST_OPEN 0xf989

#define TCP_HEADER_BYTES 20
#define UDP_HEADER_BYTES 8

static void
take_sacks (LabSegment *segment, const guint8 *at, guint len)
{
  segment->n_sacks = 0;
  for (guint i = 2; i + 8 <= len && segment->n_sacks < LAB_SACK_BLOCKS; i += 8)
    {
      LabSackBlock *block = &segment->sacks[segment->n_sacks++];

      block->left = lab_get_u32 (at + i);
      block->right = lab_get_u32 (at + i + 4);
    }
}

/* One option of @len bytes, kind and length included. */
static void
take_option (LabSegment *segment, const guint8 *at, guint len)
{
  gboolean bad = FALSE;

  switch (at[0])
    {
    case OPTION_MSS:
      bad = len != 4;
      if (!bad)
        {
          segment->has |= LAB_HAS_MSS;
          segment->mss = lab_get_u16 (at + 2);
        }
      break;
    case OPTION_WSCALE:
      bad = len != 3;
      if (!bad)
        {
          segment->has |= LAB_HAS_WSCALE;
          segment->wscale = at[2];
        }
      break;
    case OPTION_SACK_PERMITTED:
      bad = len != 2;
      if (!bad)
        segment->has |= LAB_HAS_SACK_PERM;
      break;
    case OPTION_SACK:
      bad = len < 10 || (len - 2) % 8 != 0;
      if (!bad)
        take_sacks (segment, at, len);
      break;
    case OPTION_TIMESTAMPS:
      bad = len != 10;
      if (!bad)
        {
          segment->has |= LAB_HAS_TIMESTAMPS;
          segment->tsval = lab_get_u32 (at + 2);
          segment->tsecr = lab_get_u32 (at + 6);
        }
      break;
    case OPTION_MD5:
      segment->has |= LAB_HAS_MD5;
      break;
    case OPTION_AUTH:
      segment->has |= LAB_HAS_AUTH;
      break;
    case OPTION_MPTCP:
      segment->has |= LAB_HAS_MPTCP;
      break;
    case OPTION_FAST_OPEN:
      segment->has |= LAB_HAS_FAST_OPEN;
      break;
    case OPTION_EXPERIMENT_1:
    case OPTION_EXPERIMENT_2:
      if (len >= 4 && lab_get_u16 (at + 2) == EXPERIMENT_FAST_OPEN)
        segment->has |= LAB_HAS_FAST_OPEN;
      break;
    default:
      break;
    }
  if (bad)
    segment->has |= LAB_OPTIONS_BAD;
}

static void
take_options (LabSegment *segment, const guint8 *at, guint captured, guint whole)
{
  guint i = 0;

  segment->options = at;
  segment->options_len = (guint8) captured;
  if (captured < whole)
    segment->has |= LAB_OPTIONS_CUT;
  while (i < captured && at[i] != OPTION_END)
    {
      guint len = 1;

      if (at[i] != OPTION_NOP)
        {
          if (i + 1 >= captured)
            break;
          len = at[i + 1];
          if (len < 2 || i + len > whole)
            {
              segment->has |= LAB_OPTIONS_BAD;
              break;
            }
          if (i + len > captured)
            break;
          take_option (segment, at + i, len);
        }
      i += len;
    }
}

/* As much of a header as there is. */
static void
take_fields (LabSegment *segment, LabBytes bytes)
{
  const guint8 *at = bytes.at;

  if (bytes.cap >= 4)
    {
      segment->has |= LAB_HAS_PORTS;
      segment->src_port = lab_get_u16 (at);
      segment->dst_port = lab_get_u16 (at + 2);
    }
  if (bytes.cap >= 8)
    {
      segment->has |= LAB_HAS_SEQ;
      segment->seq = lab_get_u32 (at + 4);
    }
  if (bytes.cap >= 12)
    {
      segment->has |= LAB_HAS_ACK;
      segment->ack = lab_get_u32 (at + 8);
    }
  if (bytes.cap >= 14)
    {
      segment->has |= LAB_HAS_FLAGS;
      segment->hdr_len = (guint8) ((at[12] >> 4) * 4);
      segment->flags = lab_get_u16 (at + 12) & 0x0fff;
    }
  if (bytes.cap >= 16)
    {
      segment->has |= LAB_HAS_WINDOW;
      segment->window = lab_get_u16 (at + 14);
    }
  if (bytes.cap >= 20)
    {
      segment->has |= LAB_HAS_URGENT;
      segment->urgent = lab_get_u16 (at + 18);
    }
}

/**
 * lab_dissect_tcp:
 * @bytes: from the header on to the end of the IP datagram
 */
void
lab_dissect_tcp (LabDissection *d, LabBytes bytes)
{
  LabSegment *segment = d->segment;
  guint32 in_header = 0;

  segment->kind = LAB_KIND_TCP;
  take_fields (segment, bytes);
  if (bytes.len < TCP_HEADER_BYTES)
    segment->fault = LAB_FAULT_SHORT;
  else if (bytes.cap < TCP_HEADER_BYTES)
    segment->fault = LAB_FAULT_CUT;
  else if (segment->hdr_len < TCP_HEADER_BYTES || segment->hdr_len > bytes.len)
    segment->fault = LAB_FAULT_HEADER_LENGTH;
  if (segment->fault != LAB_FAULT_NONE)
    return;

  in_header = MIN (segment->hdr_len, bytes.cap);
  take_options (segment, bytes.at + TCP_HEADER_BYTES, in_header - TCP_HEADER_BYTES,
                segment->hdr_len - TCP_HEADER_BYTES);
  segment->len = bytes.len - segment->hdr_len;
  segment->data = bytes.at + in_header;
  segment->data_len = bytes.cap - in_header;
}

/**
 * lab_dissect_udp:
 * @bytes: from the header on to the end of the IP datagram
 */
void
lab_dissect_udp (LabDissection *d, LabBytes bytes)
{
  LabSegment *segment = d->segment;
  guint16 len = 0;

  segment->kind = LAB_KIND_UDP;
  take_fields (segment, (LabBytes){ bytes.at, MIN (bytes.cap, 4), bytes.len });
  if (bytes.len < UDP_HEADER_BYTES)
    segment->fault = LAB_FAULT_SHORT;
  else if (bytes.cap < UDP_HEADER_BYTES)
    segment->fault = LAB_FAULT_CUT;
  if (segment->fault != LAB_FAULT_NONE)
    return;

  len = lab_get_u16 (bytes.at + 4);
  segment->hdr_len = UDP_HEADER_BYTES;
  if (len >= UDP_HEADER_BYTES)
    lab_bytes_cut (&bytes, len);
  lab_bytes_skip (&bytes, UDP_HEADER_BYTES);
  segment->len = bytes.len;
  segment->data = bytes.at;
  segment->data_len = bytes.cap;
}

/* Addresses, ports and number of the packet that an error quotes: at least its IP header
 * and eight bytes (RFC 792), often more. */
static void
take_quote (LabQuote *quote, gboolean v6, LabBytes bytes)
{
  guint32 header = v6 ? 40 : 20;
  const guint8 *at = bytes.at;

  if (bytes.cap < header || at[0] >> 4 != (v6 ? 6 : 4))
    return;
  quote->src.family = quote->dst.family = v6 ? 6 : 4;
  for (guint i = 0; i < (v6 ? 16u : 4u); i++)
    {
      quote->src.bytes[i] = at[(v6 ? 8 : 12) + i];
      quote->dst.bytes[i] = at[(v6 ? 24 : 16) + i];
    }
  quote->protocol = at[v6 ? 6 : 9];
  if (!v6)
    {
      if ((lab_get_u16 (at + 6) & 0x1fff) != 0) /* not the first piece: no ports in it */
        return;
      header = (at[0] & 0x0fu) * 4;
    }
  if (header < 20 || !lab_bytes_skip (&bytes, header))
    return;
  if (bytes.cap >= 4 && (quote->protocol == 6 || quote->protocol == 17))
    {
      quote->has_ports = TRUE;
      quote->src_port = lab_get_u16 (bytes.at);
      quote->dst_port = lab_get_u16 (bytes.at + 2);
    }
  if (bytes.cap >= 8 && quote->protocol == 6)
    {
      quote->has_seq = TRUE;
      quote->seq = lab_get_u32 (bytes.at + 4);
    }
}

/**
 * lab_dissect_icmp:
 * @v6: ICMPv6 (RFC 4443), else ICMP (RFC 792)
 * @bytes: from the header on
 *
 * Errors only; an echo is of no interest here.
 */
void
lab_dissect_icmp (LabDissection *d, gboolean v6, LabBytes bytes)
{
  LabSegment *segment = d->segment;
  guint8 type = 0;

  if (bytes.cap < 8)
    return;
  type = bytes.at[0];
  if (v6 ? type < 1 || type > 4 : type != 3 && type != 4 && type != 5 && type != 11 && type != 12)
    return;
  segment->kind = LAB_KIND_ICMP;
  segment->icmp_type = type;
  segment->icmp_code = bytes.at[1];
  if (v6 && type == 2)
    segment->icmp_mtu = (guint16) MIN (lab_get_u32 (bytes.at + 4), G_MAXUINT16);
  else if (!v6 && type == 3 && segment->icmp_code == 4)
    segment->icmp_mtu = lab_get_u16 (bytes.at + 6);
  lab_bytes_skip (&bytes, 8);
  take_quote (&segment->quote, v6, bytes);
}
