/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How to get into a room of the servers that are measured, and in which form their
 * messages come. What is in a message is none of this file's business.
 */
#include "config.h"

#include "bench-dialect.h"

#include <string.h>

/* bench-relay: a room is a number, and a message comes as it was sent. */

static gboolean
relay_begin (const BenchPlace *place, GString *say)
{
  if (!place->enters)
    return TRUE;
  g_string_append_printf (say, "%u\n", place->number);
  return FALSE;
}

static gboolean
relay_hear (const BenchPlace *place, const char *line, GString *say)
{
  return strcmp (line, "in") == 0;
}

static char *
relay_prefix (const BenchPlace *place, guint16 local_port)
{
  return g_strdup ("");
}

/* salottod, as a program that knows nothing of it: it asks for the name, welcomes, and
 * "/join" leads to another room. */

static gboolean
plain_begin (const BenchPlace *place, GString *say)
{
  return FALSE;
}

static gboolean
plain_hear (const BenchPlace *place, const char *line, GString *say)
{
  if (g_str_has_prefix (line, "Please type your name"))
    {
      if (place->enters)
        g_string_append_printf (say, "%s\n", place->name);
      return !place->enters;
    }
  if (g_str_has_prefix (line, "Just write now"))
    {
      if (place->moves)
        g_string_append_printf (say, "/join room-%u\n", place->number);
      return !place->moves;
    }
  return g_str_has_prefix (line, "-- You are in room-");
}

static gboolean
plain_is_arrival (const char *line)
{
  return g_str_has_suffix (line, " has come into the chat room.");
}

static char *
plain_prefix (const BenchPlace *place, guint16 local_port)
{
  return g_strdup_printf ("> %s('127.0.0.1', %u): ", place->name, local_port);
}

/* IRC, with one's own messages coming back (echo-message), and nothing else negotiated. The
 * server shows addresses. Who comes and goes is not counted. */

static void
irc_room (const BenchPlace *place, GString *out)
{
  if (place->moves)
    g_string_append_printf (out, "#room-%u", place->number);
  else
    g_string_append (out, "#lobby");
}

static gboolean
irc_begin (const BenchPlace *place, GString *say)
{
  g_string_append_printf (say,
                          "CAP REQ :echo-message no-implicit-names\r\nNICK %s\r\n"
                          "USER %s 0 * :%s\r\nCAP END\r\n",
                          place->name, place->name, place->name);
  return FALSE;
}

static gboolean
irc_hear (const BenchPlace *place, const char *line, GString *say)
{
  g_autofree char *join = NULL;

  if (strstr (line, " 422 ") != NULL || strstr (line, " 376 ") != NULL)
    {
      if (!place->enters)
        return TRUE;
      g_string_append (say, "JOIN ");
      irc_room (place, say);
      g_string_append (say, "\r\n");
      return FALSE;
    }
  join = g_strdup_printf (":%s!", place->name);
  return g_str_has_prefix (line, join) && strstr (line, " JOIN #") != NULL;
}

static void
irc_say (const BenchPlace *place, GString *say)
{
  g_string_append (say, "PRIVMSG ");
  irc_room (place, say);
  g_string_append (say, " :");
}

static char *
irc_prefix (const BenchPlace *place, guint16 local_port)
{
  GString *prefix = g_string_new (NULL);

  g_string_append_printf (prefix, ":%s!~%s@127.0.0.1 ", place->name, place->name);
  irc_say (place, prefix);
  return g_string_free (prefix, FALSE);
}

static const BenchDialect dialects[] = {
  {
      .name = "relay",
      .begin = relay_begin,
      .hear = relay_hear,
      .prefix = relay_prefix,
  },
  {
      .name = "plain",
      .begin = plain_begin,
      .hear = plain_hear,
      .is_arrival = plain_is_arrival,
      .prefix = plain_prefix,
  },
  {
      .name = "irc",
      .begin = irc_begin,
      .hear = irc_hear,
      .say = irc_say,
      .prefix = irc_prefix,
  },
};

/**
 * bench_dialect_find:
 * @name: as on the command line and in a server's ready line
 *
 * Returns: (nullable): the dialect, if it is known.
 */
const BenchDialect *
bench_dialect_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (strcmp (dialects[i].name, name) == 0)
      return &dialects[i];
  return NULL;
}
