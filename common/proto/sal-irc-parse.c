/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's side of IRC as a dialect: what a line of a server means, as an event. Only what
 * can be seen in the line: what a numeric means, and whether a target is a room to this server,
 * the machine knows (common/client/sal-irc-machine.c).
 *
 * Everything that people will see has passed sal_text_clean(), colours and all.
 */
#include "config.h"

#include "common/proto/sal-irc-parse.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-dialect-irc.h"
#include "common/proto/sal-text.h"

/* Strings are put into the scratch one behind the other, ended by NUL. It grows meanwhile, so they
 * are offsets until all are there; 0 is no string. */
typedef struct
{
  GString *scratch;
  gsize offsets[16];
  const char **fields[16];
  guint n;
} Strings;

static void
add_bytes (Strings *strings, const char **field, const char *bytes, gsize len)
{
  g_assert (strings->n < G_N_ELEMENTS (strings->fields));
  strings->fields[strings->n] = field;
  strings->offsets[strings->n++] = strings->scratch->len;
  g_string_append_len (strings->scratch, bytes, (gssize) len);
  g_string_append_c (strings->scratch, '\0');
}

/**
 * sal_irc_append_clean:
 *
 * Appends @text without the control characters and colours of IRC, its lines still lines, repaired
 * where it is no UTF-8.
 */
void
sal_irc_append_clean (GString *out, const char *text)
{
  g_autofree char *bare = g_strdup (text);
  char *line = bare;

  sal_text_strip_formatting (bare);
  for (;;)
    {
      gsize n = strcspn (line, "\n");

      sal_text_clean_line (out, line, n);
      if (line[n] == '\0')
        return;
      g_string_append_c (out, '\n');
      line += n + 1;
    }
}

/* A name, as it may be shown: one word of it. */
static void
add_word (Strings *strings, const char **field, const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  sal_text_clean (clean, text, strnlen (text, SAL_CLIENT_NAME_BYTES));
  add_bytes (strings, field, clean->str, clean->len);
}

static void
add_text (Strings *strings, const char **field, const char *text)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  sal_irc_append_clean (clean, text);
  add_bytes (strings, field, clean->str, clean->len);
}

static void
place_strings (Strings *strings)
{
  for (guint i = 0; i < strings->n; i++)
    *strings->fields[i] = strings->scratch->str + strings->offsets[i];
}

static const char *
param (const SalIrcLine *line, guint i)
{
  return i < line->n_params ? line->params[i] : "";
}

/* The sender: `nick!user@host`, or a server. */
static void
add_source (Strings *strings, SalEvent *event, const SalIrcLine *line)
{
  const char *bang = line->source != NULL ? strpbrk (line->source, "!@") : NULL;
  g_autofree char *nick = NULL;

  if (line->source == NULL)
    return;
  nick = bang != NULL ? g_strndup (line->source, (gsize) (bang - line->source))
                      : g_strdup (line->source);
  add_word (strings, &event->name, nick);
  if (bang != NULL && *bang == '!')
    add_word (strings, &event->host, bang + 1);
}

static void
add_tags (Strings *strings, SalEvent *event, const SalIrcLine *line)
{
  const char *time = sal_irc_line_get_tag (line, "time");
  const char *msgid = sal_irc_line_get_tag (line, "msgid");
  const char *account = sal_irc_line_get_tag (line, "account");
  gint64 time_us = 0;

  if (time != NULL && sal_irc_parse_time (time, &time_us))
    event->time_us = time_us;
  if (msgid != NULL && *msgid != '\0' && strlen (msgid) <= SAL_CLIENT_NAME_BYTES)
    add_word (strings, &event->msgid, msgid);
  if (account != NULL && *account != '\0' && !g_str_equal (account, "*"))
    add_word (strings, &event->account, account);
  event->bot = sal_irc_line_get_tag (line, "bot") != NULL;
}

/* `\001ACTION text\001` is what somebody does; any other request of a program stays what it is,
 * with its \001 in front, so that nobody takes it for words. */
static void
add_said (Strings *strings, SalEvent *event, const char *text)
{
  static const char action[] = "\001ACTION";
  gsize n = strlen (action);

  if (g_str_has_prefix (text, action) && (text[n] == ' ' || text[n] == '\001' || text[n] == '\0'))
    {
      g_autofree char *done = g_strdup (text + n + (text[n] == ' '));
      char *end = strrchr (done, '\001');

      if (end != NULL)
        *end = '\0';
      if (event->kind == SAL_EVENT_MESSAGE)
        event->kind = SAL_EVENT_ACTION;
      add_text (strings, &event->text, done);
      return;
    }
  if (*text == '\001')
    {
      g_autoptr (GString) request = g_string_new ("\001");

      sal_irc_append_clean (request, text + 1);
      add_bytes (strings, &event->text, request->str, request->len);
      return;
    }
  add_text (strings, &event->text, text);
}

/* Everything behind the first parameters, as one text. */
static void
add_rest (Strings *strings, const char **field, const SalIrcLine *line, guint from)
{
  g_autoptr (GString) rest = g_string_new (NULL);

  for (guint i = from; i < line->n_params; i++)
    {
      if (rest->len > 0)
        g_string_append_c (rest, ' ');
      g_string_append (rest, line->params[i]);
    }
  add_text (strings, field, rest->str);
}

static void
add_optional_text (Strings *strings, const char **field, const SalIrcLine *line, guint i)
{
  if (i < line->n_params)
    add_text (strings, field, line->params[i]);
}

typedef struct
{
  const char *verb;
  SalEventKind kind;
  guint params; /* at least so many */
} Verb;

static const Verb verbs[] = {
  { "PRIVMSG", SAL_EVENT_MESSAGE, 2 }, { "NOTICE", SAL_EVENT_NOTICE, 2 },
  { "TAGMSG", SAL_EVENT_TAGMSG, 1 },   { "JOIN", SAL_EVENT_JOIN, 1 },
  { "PART", SAL_EVENT_LEAVE, 1 },      { "QUIT", SAL_EVENT_QUIT, 0 },
  { "NICK", SAL_EVENT_NICK, 1 },       { "TOPIC", SAL_EVENT_TOPIC, 2 },
  { "KICK", SAL_EVENT_KICK, 2 },       { "MODE", SAL_EVENT_MODE, 2 },
  { "INVITE", SAL_EVENT_INVITE, 2 },   { "AWAY", SAL_EVENT_AWAY, 0 },
  { "ACCOUNT", SAL_EVENT_ACCOUNT, 1 }, { "CHGHOST", SAL_EVENT_CHGHOST, 2 },
  { "SETNAME", SAL_EVENT_SETNAME, 1 }, { "REDACT", SAL_EVENT_REDACT, 2 },
  { "WALLOPS", SAL_EVENT_WALLOPS, 1 },
};

static const Verb *
find_verb (const SalIrcLine *line)
{
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_ascii_strcasecmp (verbs[i].verb, line->verb) == 0)
      return line->n_params >= verbs[i].params ? &verbs[i] : NULL;
  return NULL;
}

static void
add_params (Strings *strings, SalEvent *event, const SalIrcLine *line)
{
  g_autofree char *host = NULL;

  switch (event->kind)
    {
    case SAL_EVENT_MESSAGE:
    case SAL_EVENT_ACTION:
    case SAL_EVENT_NOTICE:
      add_word (strings, &event->room, param (line, 0));
      add_said (strings, event, param (line, 1));
      break;
    case SAL_EVENT_TAGMSG:
      add_word (strings, &event->room, param (line, 0));
      break;
    case SAL_EVENT_JOIN: /* extended-join: account and real name follow */
      add_word (strings, &event->room, param (line, 0));
      if (line->n_params > 2 && !g_str_equal (line->params[1], "*"))
        add_word (strings, &event->account, line->params[1]);
      if (line->n_params > 2)
        add_text (strings, &event->real_name, line->params[2]);
      break;
    case SAL_EVENT_LEAVE:
      add_word (strings, &event->room, param (line, 0));
      add_optional_text (strings, &event->text, line, 1);
      break;
    case SAL_EVENT_QUIT:
    case SAL_EVENT_AWAY:
    case SAL_EVENT_SETNAME:
    case SAL_EVENT_WALLOPS:
      add_optional_text (strings, &event->text, line, 0);
      break;
    case SAL_EVENT_NICK:
      add_word (strings, &event->target, param (line, 0));
      break;
    case SAL_EVENT_TOPIC:
      add_word (strings, &event->room, param (line, 0));
      add_text (strings, &event->text, param (line, 1));
      break;
    case SAL_EVENT_KICK:
      add_word (strings, &event->room, param (line, 0));
      add_word (strings, &event->target, param (line, 1));
      add_optional_text (strings, &event->text, line, 2);
      break;
    case SAL_EVENT_MODE:
      add_word (strings, &event->room, param (line, 0));
      add_rest (strings, &event->text, line, 1);
      break;
    case SAL_EVENT_INVITE:
      add_word (strings, &event->target, param (line, 0));
      add_word (strings, &event->room, param (line, 1));
      break;
    case SAL_EVENT_ACCOUNT:
      if (!g_str_equal (param (line, 0), "*"))
        add_word (strings, &event->account, param (line, 0));
      break;
    case SAL_EVENT_CHGHOST:
      host = g_strconcat (param (line, 0), "@", param (line, 1), NULL);
      add_word (strings, &event->target, host);
      break;
    case SAL_EVENT_REDACT:
      add_word (strings, &event->room, param (line, 0));
      add_word (strings, &event->msgid, param (line, 1));
      add_optional_text (strings, &event->text, line, 2);
      break;
    default:
      add_rest (strings, &event->text, line, 0);
      break;
    }
}

/**
 * sal_irc_event_from_line:
 * @event: (out): its strings live in @scratch
 * @scratch: what was in it is gone
 *
 * `room` is the target as it is written, be it a room or a person, with the status in front. What
 * is no event of its own, such as a numeric, is a text: its parameters.
 */
void
sal_irc_event_from_line (SalEvent *event, const SalIrcLine *line, GString *scratch)
{
  const Verb *verb = find_verb (line);
  Strings strings = { .scratch = scratch };

  g_string_truncate (scratch, 0);
  *event = (SalEvent){ .kind = verb != NULL ? verb->kind : SAL_EVENT_TEXT };
  add_source (&strings, event, line);
  add_tags (&strings, event, line);
  add_params (&strings, event, line);
  place_strings (&strings);
}

/* SalDialect.parse() */
void
sal_irc_parse (const char *text, GString *scratch, SalEvent *event)
{
  g_autofree char *copy = g_strdup (text);
  SalIrcLine line;

  if (sal_irc_line_parse (&line, copy))
    {
      sal_irc_event_from_line (event, &line, scratch);
      return;
    }
  g_string_truncate (scratch, 0);
  sal_irc_append_clean (scratch, text);
  *event = (SalEvent){ .kind = SAL_EVENT_TEXT, .text = scratch->str };
}
