/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The router between the hosts, and the bad network on it. Ethernet and IPv4 only, and the
 * little of a router that TCP notices: the hop limit (RFC 1812, 5.3.1), its checksum (RFC
 * 1624), the addresses of the link. No input or output here: tests give it frames and a time.
 */
#include "config.h"

#include "lab/bench/lab-forwarder.h"

#include <string.h>

#define ETHERNET_HEADER 14
#define IP_HEADER 20
#define TCP_HEADER 20
#define IP_AT ETHERNET_HEADER
/* Frames that wait; more are lost, as in any router. */
#define MOST_WAITING 1000

typedef struct
{
  in_addr_t host;
  guint8 own_mac[LAB_MAC_BYTES];
  guint8 host_mac[LAB_MAC_BYTES];
} Port;

typedef struct
{
  LabRule rule;
  gboolean removed;
  guint seen; /* how many have fitted */
  guint hits; /* to how many it happened */
} KeptRule;

typedef struct
{
  gint64 due_us; /* G_MAXINT64: after the next one to the same port, unless it is held */
  guint held_by; /* number of the rule, plus 1; 0: none */
  guint port;
  gsize len;
  guint8 *frame; /* (owned) */
} Waiting;

struct _LabForwarder
{
  LabForwarderSend send;
  gpointer data;
  GArray *ports;   /* (owned): of Port */
  GArray *rules;   /* (owned): of KeptRule */
  GArray *waiting; /* (owned): of Waiting */
};

static void
waiting_clear (gpointer data)
{
  g_free (((Waiting *) data)->frame);
}

/**
 * lab_forwarder_new:
 * @send: called for each frame that leaves
 */
LabForwarder *
lab_forwarder_new (LabForwarderSend send, gpointer data)
{
  LabForwarder *forwarder = g_new0 (LabForwarder, 1);

  forwarder->send = send;
  forwarder->data = data;
  forwarder->ports = g_array_new (FALSE, FALSE, sizeof (Port));
  forwarder->rules = g_array_new (FALSE, FALSE, sizeof (KeptRule));
  forwarder->waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  g_array_set_clear_func (forwarder->waiting, waiting_clear);
  return forwarder;
}

/**
 * lab_forwarder_free:
 * @forwarder: (nullable) (transfer full)
 */
void
lab_forwarder_free (LabForwarder *forwarder)
{
  if (forwarder == NULL)
    return;
  g_array_unref (forwarder->ports);
  g_array_unref (forwarder->rules);
  g_array_unref (forwarder->waiting);
  g_free (forwarder);
}

/**
 * lab_forwarder_add_port:
 * @host: the one address behind this port, network byte order
 * @own_mac: of the router's end of the cable
 * @host_mac: of the other end
 *
 * Returns: its number, from 0.
 */
guint
lab_forwarder_add_port (LabForwarder *forwarder,
                        in_addr_t host,
                        const guint8 *own_mac,
                        const guint8 *host_mac)
{
  Port port = { .host = host };

  memcpy (port.own_mac, own_mac, LAB_MAC_BYTES);
  memcpy (port.host_mac, host_mac, LAB_MAC_BYTES);
  g_array_append_val (forwarder->ports, port);
  return forwarder->ports->len - 1;
}

/**
 * lab_forwarder_add_rule:
 *
 * Of several rules that fit a segment the first counts. Returns: its number.
 */
guint
lab_forwarder_add_rule (LabForwarder *forwarder, const LabRule *rule)
{
  KeptRule kept = { .rule = *rule };

  g_array_append_val (forwarder->rules, kept);
  return forwarder->rules->len - 1;
}

/**
 * lab_forwarder_get_hits:
 *
 * Returns: to how many segments @rule has happened.
 */
guint
lab_forwarder_get_hits (const LabForwarder *forwarder, guint rule)
{
  g_return_val_if_fail (rule < forwarder->rules->len, 0);

  return g_array_index (forwarder->rules, KeptRule, rule).hits;
}

static guint16
read_16 (const guint8 *at)
{
  return (guint16) (at[0] << 8 | at[1]);
}

static in_addr_t
read_address (const guint8 *at)
{
  in_addr_t address = 0;

  memcpy (&address, at, sizeof address);
  return address;
}

/* Whether it is a whole IPv4 packet for somebody else, with hops to spare. */
static gboolean
is_to_be_routed (const guint8 *frame, gsize len)
{
  return len >= ETHERNET_HEADER + IP_HEADER && read_16 (frame + 12) == 0x0800 &&
         frame[IP_AT] >> 4 == 4 && (gsize) read_16 (frame + IP_AT + 2) + ETHERNET_HEADER <= len &&
         frame[IP_AT + 8] > 1;
}

static gboolean
fits (const LabRule *rule, const guint8 *frame, gsize len)
{
  gsize ip_header = (gsize) (frame[IP_AT] & 0x0f) * 4;
  const guint8 *tcp = frame + IP_AT + ip_header;
  gsize data = 0;

  if (rule->from != 0 && rule->from != read_address (frame + IP_AT + 12))
    return FALSE;
  if (rule->to != 0 && rule->to != read_address (frame + IP_AT + 16))
    return FALSE;
  if (rule->flags_mask == 0 && !rule->with_data)
    return TRUE;
  if (frame[IP_AT + 9] != IPPROTO_TCP || len < IP_AT + ip_header + TCP_HEADER)
    return FALSE;
  data = (gsize) read_16 (frame + IP_AT + 2) - ip_header - (gsize) (tcp[12] >> 4) * 4;
  return (tcp[13] & rule->flags_mask) == rule->flags && (!rule->with_data || data > 0);
}

static const LabRule pass = { .fate = LAB_FATE_PASS };

/* What is to happen to this one, and the number of the rule that says so. */
static const LabRule *
judge (LabForwarder *forwarder, const guint8 *frame, gsize len, guint *number)
{
  for (guint i = 0; i < forwarder->rules->len; i++)
    {
      KeptRule *kept = &g_array_index (forwarder->rules, KeptRule, i);
      guint first = MAX (kept->rule.first, 1);

      if (kept->removed || !fits (&kept->rule, frame, len))
        continue;
      kept->seen++;
      if (kept->seen < first || (kept->rule.count > 0 && kept->seen >= first + kept->rule.count))
        continue;
      kept->hits++;
      *number = i;
      return &kept->rule;
    }
  return &pass;
}

/* One hop less, and the checksum as RFC 1624 has it: HC' = ~(~HC + ~m + m'). */
static void
take_a_hop (guint8 *ip)
{
  guint32 sum = (guint32) (guint16) ~read_16 (ip + 10) + (guint16) ~read_16 (ip + 8);

  ip[8]--;
  sum += read_16 (ip + 8);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = ~sum & 0xffff;
  ip[10] = (guint8) (sum >> 8);
  ip[11] = (guint8) sum;
}

/* Those that were to come after another one to this port. */
static void
send_overtaken (LabForwarder *forwarder, guint port)
{
  for (guint i = 0; i < forwarder->waiting->len;)
    {
      Waiting *waiting = &g_array_index (forwarder->waiting, Waiting, i);

      if (waiting->due_us != G_MAXINT64 || waiting->held_by != 0 || waiting->port != port)
        {
          i++;
          continue;
        }
      forwarder->send (port, waiting->frame, waiting->len, forwarder->data);
      g_array_remove_index (forwarder->waiting, i);
    }
}

static void
send_now (LabForwarder *forwarder, guint port, const guint8 *frame, gsize len)
{
  forwarder->send (port, frame, len, forwarder->data);
  send_overtaken (forwarder, port);
}

/* @waiting has everything but the frame. */
static void
keep_waiting (LabForwarder *forwarder, Waiting waiting, const guint8 *frame)
{
  if (forwarder->waiting->len >= MOST_WAITING)
    return;
  waiting.frame = g_memdup2 (frame, waiting.len);
  g_array_append_val (forwarder->waiting, waiting);
}

/* Sends one of those that wait. Out of the list first: sending may send others of it. */
static void
send_waiting (LabForwarder *forwarder, guint place)
{
  Waiting waiting = g_array_index (forwarder->waiting, Waiting, place);

  g_array_index (forwarder->waiting, Waiting, place).frame = NULL;
  g_array_remove_index (forwarder->waiting, place);
  send_now (forwarder, waiting.port, waiting.frame, waiting.len);
  g_free (waiting.frame);
}

/**
 * lab_forwarder_remove_rule:
 *
 * What it has held goes on its way.
 */
void
lab_forwarder_remove_rule (LabForwarder *forwarder, guint rule)
{
  g_return_if_fail (rule < forwarder->rules->len);

  g_array_index (forwarder->rules, KeptRule, rule).removed = TRUE;
  for (guint i = 0; i < forwarder->waiting->len;)
    if (g_array_index (forwarder->waiting, Waiting, i).held_by == rule + 1)
      {
        send_waiting (forwarder, i);
        i = 0;
      }
    else
      i++;
}

static const Port *
find_port (const LabForwarder *forwarder, in_addr_t host, guint *number)
{
  for (*number = 0; *number < forwarder->ports->len; (*number)++)
    {
      const Port *port = &g_array_index (forwarder->ports, Port, *number);

      if (port->host == host)
        return port;
    }
  return NULL;
}

/**
 * lab_forwarder_take:
 * @frame: what has come in at any port
 *
 * Sends it on, or does to it what the rules say. What is not for a host behind a port is
 * dropped.
 */
void
lab_forwarder_take (LabForwarder *forwarder, const guint8 *frame, gsize len, gint64 now_us)
{
  guint number = 0;
  const Port *port = is_to_be_routed (frame, len)
                         ? find_port (forwarder, read_address (frame + IP_AT + 16), &number)
                         : NULL;
  Waiting waiting = { .due_us = G_MAXINT64, .port = number, .len = len };
  const LabRule *rule = NULL;
  guint rule_number = 0;
  g_autofree guint8 *copy = NULL;

  if (port == NULL)
    return;
  rule = judge (forwarder, frame, len, &rule_number);
  if (rule->fate == LAB_FATE_DROP)
    return;
  copy = g_memdup2 (frame, len);
  memcpy (copy, port->host_mac, LAB_MAC_BYTES);
  memcpy (copy + LAB_MAC_BYTES, port->own_mac, LAB_MAC_BYTES);
  take_a_hop (copy + IP_AT);
  if (rule->fate == LAB_FATE_DELAY)
    waiting.due_us = now_us + rule->delay_ms * 1000;
  if (rule->fate == LAB_FATE_HOLD)
    waiting.held_by = rule_number + 1;
  if (rule->fate == LAB_FATE_DELAY || rule->fate == LAB_FATE_REORDER || rule->fate == LAB_FATE_HOLD)
    keep_waiting (forwarder, waiting, copy);
  else
    send_now (forwarder, number, copy, len);
  if (rule->fate == LAB_FATE_DUPLICATE)
    send_now (forwarder, number, copy, len);
}

/**
 * lab_forwarder_tick:
 *
 * Sends what was delayed until @now_us.
 */
void
lab_forwarder_tick (LabForwarder *forwarder, gint64 now_us)
{
  for (guint i = 0; i < forwarder->waiting->len;)
    {
      if (g_array_index (forwarder->waiting, Waiting, i).due_us > now_us)
        {
          i++;
          continue;
        }
      send_waiting (forwarder, i);
      i = 0;
    }
}

/**
 * lab_forwarder_due_us:
 *
 * Returns: when lab_forwarder_tick() is wanted next; %G_MAXINT64 for never.
 */
gint64
lab_forwarder_due_us (const LabForwarder *forwarder)
{
  gint64 due_us = G_MAXINT64;

  for (guint i = 0; i < forwarder->waiting->len; i++)
    due_us = MIN (due_us, g_array_index (forwarder->waiting, Waiting, i).due_us);
  return due_us;
}
