/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The router between the hosts, and the bad network on it. Ethernet, IPv4 and IPv6 only, and
 * the little of a router that TCP notices: the hop limit (RFC 1812, 5.3.1; RFC 8200, 3), the
 * checksum that IPv4 has of it (RFC 1624), the addresses of the link. No input or output here:
 * tests give it frames and a time.
 */
#include "config.h"

#include "lab/bench/lab-forwarder.h"

#include <netinet/in.h>
#include <string.h>

#define ETHERNET_HEADER 14
#define IP4_HEADER 20
#define IP6_HEADER 40
#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd
#define TCP_HEADER 20
#define IP_AT ETHERNET_HEADER
/* Frames that wait; more are lost, as in any router. */
#define MOST_WAITING 1000

typedef struct
{
  LabAddress host;
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
 * @host: the one address behind this port
 * @own_mac: of the router's end of the cable
 * @host_mac: of the other end
 *
 * Returns: its number, from 0.
 */
guint
lab_forwarder_add_port (LabForwarder *forwarder,
                        const LabAddress *host,
                        const guint8 *own_mac,
                        const guint8 *host_mac)
{
  Port port = { .host = *host };

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

/* What a router reads of a packet. */
typedef struct
{
  LabAddress from;
  LabAddress to;
  guint8 protocol; /* what follows; extension headers of IPv6, which no host here sends, are none */
  gsize header;    /* bytes of the IP header */
  gsize len;       /* bytes of the whole packet, by what it says itself */
} Route;

static void
read_address (LabAddress *address, guint8 family, const guint8 *at)
{
  address->family = family;
  memcpy (address->bytes, at, family == 4 ? 4 : 16);
}

/* FALSE unless it is a whole IPv4 or IPv6 packet with hops to spare. */
static gboolean
read_route (const guint8 *frame, gsize len, Route *route)
{
  const guint8 *ip = frame + IP_AT;

  if (len >= IP_AT + IP4_HEADER && read_16 (frame + 12) == ETHERTYPE_IP4 && ip[0] >> 4 == 4)
    {
      read_address (&route->from, 4, ip + 12);
      read_address (&route->to, 4, ip + 16);
      route->protocol = ip[9];
      route->header = (gsize) (ip[0] & 0x0f) * 4;
      route->len = read_16 (ip + 2);
      return IP_AT + route->len <= len && ip[8] > 1;
    }
  if (len >= IP_AT + IP6_HEADER && read_16 (frame + 12) == ETHERTYPE_IP6 && ip[0] >> 4 == 6)
    {
      read_address (&route->from, 6, ip + 8);
      read_address (&route->to, 6, ip + 24);
      route->protocol = ip[6];
      route->header = IP6_HEADER;
      route->len = IP6_HEADER + (gsize) read_16 (ip + 4);
      return IP_AT + route->len <= len && ip[7] > 1;
    }
  return FALSE;
}

/* Whether a rule that wants @wanted, or anybody, is content with @address. */
static gboolean
is_wanted (const LabAddress *wanted, const LabAddress *address)
{
  return wanted->family == 0 || lab_address_equal (wanted, address);
}

static gboolean
fits (const LabRule *rule, const guint8 *frame, const Route *route)
{
  const guint8 *tcp = frame + IP_AT + route->header;
  gsize header = 0;

  if (!is_wanted (&rule->from, &route->from) || !is_wanted (&rule->to, &route->to))
    return FALSE;
  if (rule->flags_mask == 0 && !rule->with_data)
    return TRUE;
  if (route->protocol != IPPROTO_TCP || route->len < route->header + TCP_HEADER)
    return FALSE;
  header = route->header + (gsize) (tcp[12] >> 4) * 4;
  return (tcp[13] & rule->flags_mask) == rule->flags && (!rule->with_data || route->len > header);
}

static const LabRule pass = { .fate = LAB_FATE_PASS };

/* What is to happen to this one, and the number of the rule that says so. */
static const LabRule *
judge (LabForwarder *forwarder, const guint8 *frame, const Route *route, guint *number)
{
  for (guint i = 0; i < forwarder->rules->len; i++)
    {
      KeptRule *kept = &g_array_index (forwarder->rules, KeptRule, i);
      guint first = MAX (kept->rule.first, 1);

      if (kept->removed || !fits (&kept->rule, frame, route))
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

/* One hop less, and for IPv4 the checksum as RFC 1624 has it: HC' = ~(~HC + ~m + m'). */
static void
take_a_hop (guint8 *ip)
{
  guint32 sum = (guint32) (guint16) ~read_16 (ip + 10) + (guint16) ~read_16 (ip + 8);

  if (ip[0] >> 4 == 6)
    {
      ip[7]--;
      return;
    }
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
find_port (const LabForwarder *forwarder, const LabAddress *host, guint *number)
{
  for (*number = 0; *number < forwarder->ports->len; (*number)++)
    {
      const Port *port = &g_array_index (forwarder->ports, Port, *number);

      if (lab_address_equal (&port->host, host))
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
  Route route = { 0 };
  const Port *port =
      read_route (frame, len, &route) ? find_port (forwarder, &route.to, &number) : NULL;
  Waiting waiting = { .due_us = G_MAXINT64, .port = number, .len = len };
  const LabRule *rule = NULL;
  guint rule_number = 0;
  g_autofree guint8 *copy = NULL;

  if (port == NULL)
    return;
  rule = judge (forwarder, frame, &route, &rule_number);
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
