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

static void
relay_prefix (const BenchPlace *place, const char *source, guint16 local_port, GString *bytes)
{
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
        g_string_append_printf (say, "/join %s-%u\n", place->room, place->number);
      return !place->moves;
    }
  if (!g_str_has_prefix (line, "-- You are in "))
    return FALSE;
  line += strlen ("-- You are in ");
  return g_str_has_prefix (line, place->room) && line[strlen (place->room)] == '-';
}

static gboolean
plain_is_arrival (const char *line)
{
  return g_str_has_suffix (line, " has come into the chat room.");
}

static void
plain_prefix (const BenchPlace *place, const char *source, guint16 local_port, GString *bytes)
{
  g_string_append_printf (bytes, "> %s('127.0.0.1', %u): ", place->name, local_port);
}

/* Any IRC server, as any client speaks to it: with the receipt that `echo-message` gives, or, where
 * the server has none, without. */

static gboolean
irc_silent_begin (const BenchPlace *place, GString *say)
{
  if (!place->enters)
    return TRUE;
  g_string_append_printf (say, "NICK %s\r\nUSER bench 0 * :bench\r\n", place->name);
  return FALSE;
}

/* All in one go: the server answers in order, and nobody waits for an answer. */
static gboolean
irc_begin (const BenchPlace *place, GString *say)
{
  gboolean is_in = FALSE;

  if (place->enters)
    g_string_append (say, "CAP REQ :echo-message\r\n");
  is_in = irc_silent_begin (place, say);
  if (place->enters)
    g_string_append (say, "CAP END\r\n");
  return is_in;
}

/* The word after the first; `` if there is none. */
static const char *
verb_of (const char *line)
{
  const char *space = strchr (line, ' ');

  return space != NULL ? space + 1 : "";
}

static gboolean
irc_silent_hear (const BenchPlace *place, const char *line, GString *say)
{
  if (g_str_has_prefix (line, "PING "))
    g_string_append_printf (say, "PONG %.*s\r\n", (int) strcspn (line + 5, "\r"), line + 5);
  else if (g_str_has_prefix (verb_of (line), "001 "))
    g_string_append_printf (say, "JOIN #%s-%u\r\n", place->room, place->number);
  return g_str_has_prefix (verb_of (line), "366 ");
}

/* Whoever would never have a receipt leaves: a client that is cut off on its way in ends the run. */
static gboolean
irc_hear (const BenchPlace *place, const char *line, GString *say)
{
  if (g_str_has_prefix (verb_of (line), "CAP ") && strstr (line, " NAK :") != NULL)
    g_string_append (say, "QUIT\r\n");
  return irc_silent_hear (place, line, say);
}

static gboolean
irc_is_question (const char *bytes, gsize len)
{
  return len > 5 && memcmp (bytes, "PING ", 5) == 0 && memchr (bytes, '\n', len) == bytes + len - 1;
}

static gboolean
irc_is_arrival (const char *line)
{
  return g_str_has_prefix (verb_of (line), "JOIN ");
}

static void
irc_prefix (const BenchPlace *place, const char *source, guint16 local_port, GString *bytes)
{
  g_string_append_printf (bytes, "%.*s PRIVMSG #%s-%u :", (int) strcspn (source, " "), source,
                          place->room, place->number);
}

static void
irc_address (const BenchPlace *place, GString *say)
{
  g_string_append_printf (say, "PRIVMSG #%s-%u :", place->room, place->number);
}

/* ncat --broker: one room, no names; whoever sends does not get it. */

static gboolean
broker_begin (const BenchPlace *place, GString *say)
{
  return TRUE;
}

static gboolean
broker_hear (const BenchPlace *place, const char *line, GString *say)
{
  return FALSE;
}

/* Any MQTT 3.1.1 broker: a room is a topic that its people have subscribed to. A packet has no end
 * that could be looked for, so what is published are lines; what stands before each is the
 * packet's header. Who comes in publishes a line to themselves: it comes when they have subscribed,
 * because a broker takes one thing after the other. */

static void
mqtt_append_text (GString *packet, const char *text)
{
  g_string_append_c (packet, (char) (strlen (text) >> 8));
  g_string_append_c (packet, (char) (strlen (text) & 0xFF));
  g_string_append (packet, text);
}

/* Nothing here is longer than the one byte that this length has. */
static void
mqtt_append_packet (GString *say, guint8 kind, const GString *body, gsize more)
{
  g_assert (body->len + more < 128);
  g_string_append_c (say, (char) kind);
  g_string_append_c (say, (char) (body->len + more));
  g_string_append_len (say, body->str, (gssize) body->len);
}

static char *
mqtt_room (const BenchPlace *place)
{
  return g_strdup_printf ("room/%05u/", place->number);
}

static char *
mqtt_self (const BenchPlace *place)
{
  return g_strdup_printf ("self/%16s", place->name);
}

static void
mqtt_append_header (const char *topic, gsize size, GString *say)
{
  g_autoptr (GString) body = g_string_new (NULL);

  mqtt_append_text (body, topic);
  mqtt_append_packet (say, 0x30, body, size);
}

static gboolean
mqtt_begin (const BenchPlace *place, GString *say)
{
  static const char version_4_clean[] = { 4, 2, 0, 0 };
  static const char number[] = { 0, 1 };
  g_autoptr (GString) connect = g_string_new (NULL);
  g_autoptr (GString) subscribe = g_string_new_len (number, sizeof number);
  g_autofree char *room = mqtt_room (place);
  g_autofree char *self = mqtt_self (place);

  mqtt_append_text (connect, "MQTT");
  g_string_append_len (connect, version_4_clean, sizeof version_4_clean);
  mqtt_append_text (connect, place->name);
  mqtt_append_packet (say, 0x10, connect, 0);
  if (!place->enters)
    return TRUE;
  mqtt_append_text (subscribe, room);
  g_string_append_c (subscribe, 0);
  mqtt_append_text (subscribe, self);
  g_string_append_c (subscribe, 0);
  mqtt_append_packet (say, 0x82, subscribe, 0);
  mqtt_append_header (self, 1, say);
  g_string_append_c (say, '\n');
  return FALSE;
}

/* The line begins with the answer to CONNECT, of which the third byte is 0. */
static gboolean
mqtt_hear (const BenchPlace *place, const char *line, GString *say)
{
  return line[0] == 0x20 && line[1] == 2;
}

static void
mqtt_prefix (const BenchPlace *place, const char *source, guint16 local_port, GString *bytes)
{
  g_autofree char *room = mqtt_room (place);

  mqtt_append_header (room, place->message_size, bytes);
}

static void
mqtt_address (const BenchPlace *place, GString *say)
{
  mqtt_prefix (place, NULL, 0, say);
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
      .is_question = irc_is_question,
      .is_arrival = irc_is_arrival,
      .prefix = irc_prefix,
      .address = irc_address,
  },
  {
      .name = "irc-silent",
      .begin = irc_silent_begin,
      .hear = irc_silent_hear,
      .is_question = irc_is_question,
      .is_arrival = irc_is_arrival,
      .prefix = irc_prefix,
      .address = irc_address,
      .no_echo = TRUE,
  },
  {
      .name = "mqtt",
      .begin = mqtt_begin,
      .hear = mqtt_hear,
      .prefix = mqtt_prefix,
      .address = mqtt_address,
  },
  {
      .name = "broker",
      .begin = broker_begin,
      .hear = broker_hear,
      .prefix = relay_prefix,
      .no_echo = TRUE,
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
