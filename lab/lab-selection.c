/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which connections and segments somebody wants to see.
 */
#include "config.h"

#include "lab/lab-selection.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lab/bench/lab-net.h"

#define NS_PER_SECOND 1000000000

/**
 * lab_selection_set_host:
 * @text: an IPv4 or an IPv6 address, a link-local one with its scope or without
 *
 * Returns: %FALSE if @text is none.
 */
gboolean
lab_selection_set_host (LabSelection *selection, const char *text)
{
  LabAddress address = { 0 };
  g_autofree char *host = lab_net_host (text);
  char *scope = strchr (host, '%');

  /* Packets do not say on which link they were. */
  if (scope != NULL)
    *scope = '\0';
  if (inet_pton (AF_INET, host, address.bytes) == 1)
    address.family = 4;
  else if (inet_pton (AF_INET6, host, address.bytes) == 1)
    address.family = 6;
  else
    return FALSE;
  if (scope != NULL && (scope[1] == '\0' || address.family != 6 || address.bytes[0] != 0xfe ||
                        (address.bytes[1] & 0xc0) != 0x80))
    return FALSE;
  selection->host = address;
  return TRUE;
}

/* The digits of a second's fraction; @text is at its point. */
static gboolean
parse_fraction (const char *text, gint64 *ns)
{
  gint64 unit = NS_PER_SECOND / 10;

  *ns = 0;
  if (*text == '\0')
    return TRUE;
  if (*text++ != '.' || *text == '\0')
    return FALSE;
  for (; g_ascii_isdigit (*text); text++, unit /= 10)
    *ns += (*text - '0') * unit;
  return *text == '\0';
}

/* `12.5` */
static gboolean
parse_seconds (const char *text, gint64 *ns)
{
  char *end = NULL;
  guint64 seconds = 0;
  gint64 fraction = 0;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  seconds = g_ascii_strtoull (text, &end, 10);
  if (seconds > G_MAXINT32 || !parse_fraction (end, &fraction))
    return FALSE;
  *ns = (gint64) seconds * NS_PER_SECOND + fraction;
  return TRUE;
}

/* `16:28`, `16:28:57.5` */
static gboolean
parse_time_of_day (const char *text, gint64 *ns)
{
  guint hours = 0;
  guint minutes = 0;
  guint seconds = 0;
  int used = 0;
  gint64 fraction = 0;

  if (sscanf (text, "%2u:%2u%n", &hours, &minutes, &used) < 2)
    return FALSE;
  text += used;
  if (*text == ':')
    {
      if (sscanf (text, ":%2u%n", &seconds, &used) < 1)
        return FALSE;
      text += used;
    }
  if (hours > 23 || minutes > 59 || seconds > 60 || !parse_fraction (text, &fraction))
    return FALSE;
  *ns = ((gint64) hours * 3600 + minutes * 60 + seconds) * NS_PER_SECOND + fraction;
  return TRUE;
}

static gboolean
parse_date_and_time (const char *text, gint64 *ns)
{
  g_autofree char *iso = g_strdelimit (g_strdup (text), " ", 'T');
  g_autoptr (GTimeZone) here = g_time_zone_new_local ();
  g_autoptr (GDateTime) when = g_date_time_new_from_iso8601 (iso, here);

  if (when == NULL)
    return FALSE;
  *ns = (g_date_time_to_unix (when) * G_USEC_PER_SEC + g_date_time_get_microsecond (when)) * 1000;
  return TRUE;
}

/**
 * lab_selection_set_since:
 * @text: seconds after the first packet (`12.5`), a time of its day (`16:28:57.5`), or a date
 *   and a time (`2026-11-29 16:28:57`), local unless they say otherwise
 *
 * Returns: %FALSE if @text is none of these.
 */
gboolean
lab_selection_set_since (LabSelection *selection, const char *text)
{
  if (parse_seconds (text, &selection->since_ns))
    selection->since = LAB_SINCE_START;
  else if (parse_time_of_day (text, &selection->since_ns))
    selection->since = LAB_SINCE_DAY;
  else if (parse_date_and_time (text, &selection->since_ns))
    selection->since = LAB_SINCE_TIME;
  else
    return FALSE;
  return TRUE;
}

static gint64
midnight_before (gint64 time_ns)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time_ns / NS_PER_SECOND);
  g_autoptr (GDateTime) midnight = NULL;

  if (when == NULL)
    return 0;
  midnight = g_date_time_new_local (g_date_time_get_year (when), g_date_time_get_month (when),
                                    g_date_time_get_day_of_month (when), 0, 0, 0);
  return g_date_time_to_unix (midnight) * NS_PER_SECOND;
}

/**
 * lab_selection_start:
 * @time_ns: of the first packet
 *
 * From here on it is known what a relative time means.
 */
void
lab_selection_start (LabSelection *selection, gint64 time_ns)
{
  if (selection->is_started)
    return;
  selection->is_started = TRUE;
  if (selection->since == LAB_SINCE_START)
    selection->since_ns += time_ns;
  else if (selection->since == LAB_SINCE_DAY)
    selection->since_ns += midnight_before (time_ns);
}

/**
 * lab_selection_is_everything:
 *
 * Returns: whether nothing is left out.
 */
gboolean
lab_selection_is_everything (const LabSelection *selection)
{
  return selection->connection < 0 && selection->port == 0 && selection->host.family == 0 &&
         selection->since == LAB_SINCE_EVER;
}

/**
 * lab_selection_has_finding:
 *
 * Returns: whether the segment, datagram or ICMP error is to be shown. Of an ICMP error the
 * ends of the packet count that it answers.
 */
gboolean
lab_selection_has_finding (const LabSelection *selection, const LabFinding *finding)
{
  const LabSegment *segment = &finding->segment;
  gboolean is_icmp = segment->kind == LAB_KIND_ICMP;
  const LabAddress *src = is_icmp ? &segment->quote.src : &segment->src;
  const LabAddress *dst = is_icmp ? &segment->quote.dst : &segment->dst;
  guint16 src_port = is_icmp ? segment->quote.src_port : segment->src_port;
  guint16 dst_port = is_icmp ? segment->quote.dst_port : segment->dst_port;

  if (selection->connection >= 0 &&
      (finding->connection == NULL || finding->stream != selection->connection))
    return FALSE;
  if (selection->port != 0 && src_port != selection->port && dst_port != selection->port)
    return FALSE;
  if (selection->host.family != 0 && !lab_address_equal (&selection->host, src) &&
      !lab_address_equal (&selection->host, dst))
    return FALSE;
  return selection->since == LAB_SINCE_EVER || segment->time_ns >= selection->since_ns;
}

/**
 * lab_selection_has_connection:
 *
 * Returns: whether the connection is to be shown: it is one of those asked for, and it had
 * not ended before they begin.
 */
gboolean
lab_selection_has_connection (const LabSelection *selection, const LabConnection *connection)
{
  const LabEndReport *client = &connection->end[LAB_CLIENT];
  const LabEndReport *server = &connection->end[LAB_SERVER];

  if (selection->connection >= 0 && connection->stream != selection->connection)
    return FALSE;
  if (selection->port != 0 && client->port != selection->port && server->port != selection->port)
    return FALSE;
  if (selection->host.family != 0 && !lab_address_equal (&selection->host, &client->address) &&
      !lab_address_equal (&selection->host, &server->address))
    return FALSE;
  return selection->since == LAB_SINCE_EVER || connection->last_time_ns >= selection->since_ns;
}
