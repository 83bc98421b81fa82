/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What happens, as text or as JSON, into a string. The schema of the JSON is in
 * salotto-cli(1): programs depend on it. Text from a peer has passed the same
 * clean-up as on a server, so nothing in it can drive a terminal.
 */
#include "config.h"

#include "client-cli/cli-render.h"

#include <glib/gi18n.h>

#include "common/base/sal-json.h"
#include "common/client/sal-answers.h"
#include "common/client/sal-mention.h"
#include "common/client/sal-outbox.h"

#define DIM "\033[2m"
#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define YELLOW "\033[1;33m"
#define PLAIN "\033[0m"

static const char *
kind_name (SalEventKind kind)
{
  switch (kind)
    {
    case SAL_EVENT_GREETING:
      return "greeting";
    case SAL_EVENT_NAME_WANTED:
      return "name-wanted";
    case SAL_EVENT_WELCOME:
      return "welcome";
    case SAL_EVENT_HINT:
      return "hint";
    case SAL_EVENT_MESSAGE:
      return "message";
    case SAL_EVENT_ACTION:
      return "action";
    case SAL_EVENT_JOIN:
      return "join";
    case SAL_EVENT_LEAVE:
    case SAL_EVENT_QUIT:
      return "leave";
    case SAL_EVENT_NOTICE:
      return "notice";
    case SAL_EVENT_NICK:
      return "nick";
    case SAL_EVENT_TOPIC:
      return "topic";
    case SAL_EVENT_KICK:
      return "kick";
    case SAL_EVENT_MODE:
      return "mode";
    case SAL_EVENT_INVITE:
      return "invite";
    case SAL_EVENT_REDACT:
      return "redact";
    case SAL_EVENT_GOODBYE:
      return "goodbye";
    case SAL_EVENT_NOTE:
      return "note";
    default:
      return "text";
    }
}

static gboolean
is_said (const SalEvent *event)
{
  return event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION ||
         event->kind == SAL_EVENT_NOTICE;
}

static void
begin_json (GString *out, const char *type, gint64 time_us)
{
  sal_json_begin (out);
  sal_json_string (out, "type", type);
  sal_json_time (out, "time", time_us);
}

/* What only IRC has. */
static void
render_json_of_irc (GString *out, const SalClientAction *action)
{
  const SalEvent *event = &action->event;

  if (action->place == NULL && action->code == NULL)
    return;
  sal_json_string (out, "place", action->place);
  sal_json_string (out, "msgid", event->msgid);
  sal_json_string (out, "account", event->account);
  if (event->time_us != 0)
    sal_json_time (out, "said", event->time_us);
  if (event->past)
    sal_json_bool (out, "past", TRUE);
  if (event->kind == SAL_EVENT_NICK || event->kind == SAL_EVENT_KICK ||
      event->kind == SAL_EVENT_INVITE)
    sal_json_string (out, "target", event->target);
  sal_json_string (out, "code", action->code);
  if (action->code != NULL)
    sal_json_bool (out, "error", action->error);
}

static void
render_json (GString *out, const SalClientAction *action, gint64 time_us)
{
  const SalEvent *event = &action->event;

  switch (action->kind)
    {
    case SAL_ACTION_READY:
      begin_json (out, "ready", time_us);
      sal_json_string (out, "name", action->text);
      break;
    case SAL_ACTION_MESSAGE:
      begin_json (out, "state", time_us);
      sal_json_int (out, "message", (gint64) action->message);
      sal_json_string (out, "state", sal_message_state_name (action->state));
      sal_json_string (out, "text", action->text);
      break;
    default:
      begin_json (out, kind_name (event->kind), time_us);
      sal_json_string (out, "name", event->name);
      sal_json_string (out, "address", event->address);
      if (is_said (event))
        {
          sal_json_string (out, "text", event->text);
          sal_json_bool (out, "own", action->own);
        }
      else if (event->kind != SAL_EVENT_NOTE && event->kind != SAL_EVENT_TEXT)
        sal_json_string (out, "text", event->text);
      sal_json_string (out, "line", action->text);
      if (event->kind == SAL_EVENT_TEXT)
        {
          sal_json_bool (out, "ended", action->ended);
          sal_json_bool (out, "continues", action->continues);
        }
      render_json_of_irc (out, action);
      break;
    }
  sal_json_end (out);
}

static const char *
colour (const CliStyle *style, const char *code)
{
  return style->colours ? code : "";
}

/* Returns whether a line begins with this; else the one before goes on (C1). */
static gboolean
begin_text (GString *out, const SalClientAction *action, const CliStyle *style)
{
  if (style->open_line && action->continues)
    return FALSE;
  if (style->open_line)
    g_string_append_c (out, '\n');
  return TRUE;
}

static void
end_text (GString *out, const SalClientAction *action, CliStyle *style)
{
  if (action->ended)
    g_string_append_c (out, '\n');
  style->open_line = !action->ended;
}

/* Is this about another place than that where one is? What is said in private says so itself, and who goes
 * or is called otherwise does so everywhere. */
static gboolean
is_elsewhere (const SalClientAction *action, const CliStyle *style)
{
  return action->place != NULL && !(is_said (&action->event) && action->event.target != NULL) &&
         action->event.kind != SAL_EVENT_NICK && action->event.kind != SAL_EVENT_QUIT &&
         g_strcmp0 (action->place, style->here) != 0;
}

static void
append_place (GString *out, const SalClientAction *action, const CliStyle *style)
{
  if (is_elsewhere (action, style))
    g_string_append_printf (out, "[%s] ", action->place);
}

/**
 * cli_render_is_for_us:
 *
 * Returns: whether somebody speaks of us, or to us alone.
 */
gboolean
cli_render_is_for_us (const SalClientAction *action, const CliStyle *style)
{
  const SalEvent *event = &action->event;

  if (!is_said (event) || action->own || event->text == NULL)
    return FALSE;
  return (event->target != NULL && event->kind != SAL_EVENT_NOTICE) ||
         (style->name != NULL && sal_mention_in_text (event->text, style->name)) ||
         sal_filter_has_word (style->filter, event->text);
}

static const char *
colour_of_name (const SalClientAction *action, const CliStyle *style)
{
  if (action->own)
    return colour (style, GREEN);
  return colour (style, cli_render_is_for_us (action, style) ? YELLOW : BOLD);
}

/* What was said to one person alone, one way or the other. */
static void
append_private (GString *out, const SalClientAction *action, const CliStyle *style)
{
  const SalEvent *event = &action->event;

  g_string_append (out, colour_of_name (action, style));
  if (action->own)
    /* TRANSLATORS: one says something to this person alone */
    g_string_append_printf (out, _ ("to %s alone"), event->target);
  else
    /* TRANSLATORS: this person says something to oneself alone */
    g_string_append_printf (out, _ ("%s to you alone"), event->name);
  g_string_append (out, colour (style, PLAIN));
  g_string_append_printf (out, event->kind == SAL_EVENT_ACTION ? ": * %s" : ": %s", event->text);
}

/* The lines have only the time of the day. */
static void
append_day (GString *out, GDateTime *when, CliStyle *style)
{
  int day = g_date_time_get_year (when) * 1000 + g_date_time_get_day_of_year (when);
  gboolean another = style->day != 0 && style->day != day;

  style->day = day;
  if (another)
    {
      /* TRANSLATORS: a date, as in strftime(3) */
      g_autofree char *date = g_date_time_format (when, _ ("%A, %e %B %Y"));

      g_string_append_printf (out, "%s-- %s%s\n", colour (style, DIM), date, colour (style, PLAIN));
    }
}

/* For people at a terminal: when, who, what. */
static void
render_for_people (GString *out, const SalClientAction *action, gint64 time_us, CliStyle *style)
{
  const SalEvent *event = &action->event;
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);
  g_autofree char *clock = g_date_time_format (when, "%H:%M");

  if (begin_text (out, action, style))
    {
      append_day (out, when, style);
      if (style->bell && !event->past && cli_render_is_for_us (action, style))
        g_string_append_c (out, '\a');
      g_string_append_printf (out, "%s%s%s ", colour (style, DIM), clock, colour (style, PLAIN));
    }
  append_place (out, action, style);
  if (event->past || (is_said (event) && event->target != NULL))
    {
      if (event->past)
        g_string_append (out, action->text);
      else
        append_private (out, action, style);
      end_text (out, action, style);
      return;
    }
  switch (event->kind)
    {
    case SAL_EVENT_NOTICE:
      g_string_append_printf (out, "-%s%s%s- %s", colour_of_name (action, style), event->name,
                              colour (style, PLAIN), event->text);
      break;
    case SAL_EVENT_MESSAGE:
      g_string_append_printf (out, "%s%s%s: %s", colour_of_name (action, style), event->name,
                              colour (style, PLAIN), event->text);
      break;
    case SAL_EVENT_ACTION:
      g_string_append_printf (out, "* %s%s%s %s", colour_of_name (action, style), event->name,
                              colour (style, PLAIN), event->text);
      break;
    case SAL_EVENT_JOIN:
      g_string_append (out, colour (style, DIM));
      g_string_append_printf (out, _ ("%s has come in"), event->name);
      g_string_append (out, colour (style, PLAIN));
      break;
    case SAL_EVENT_LEAVE:
    case SAL_EVENT_QUIT:
      g_string_append (out, colour (style, DIM));
      g_string_append_printf (
          out, event->kind == SAL_EVENT_QUIT ? _ ("%s has left the server") : _ ("%s has left"),
          event->name);
      if (event->text != NULL && *event->text != '\0')
        g_string_append_printf (out, " (%s)", event->text);
      g_string_append (out, colour (style, PLAIN));
      break;
    default:
      sal_answers_append (out, action);
      break;
    }
  end_text (out, action, style);
}

/* For programs and pipes: the lines of the server as they came. */
static void
render_as_it_came (GString *out, const SalClientAction *action, CliStyle *style)
{
  if (begin_text (out, action, style))
    append_place (out, action, style);
  g_string_append (out, action->text);
  end_text (out, action, style);
}

/**
 * cli_render_action:
 * @action: an event; in JSON also what became of a message, and being ready
 * @time_us: when, since 1970
 * @style: remembers whether a line was left open
 *
 * Appends nothing for what is not to be shown.
 */
void
cli_render_action (GString *out, const SalClientAction *action, gint64 time_us, CliStyle *style)
{
  gboolean foreign = action->event.kind == SAL_EVENT_TEXT;

  if (style->json)
    render_json (out, action, time_us);
  else if (action->kind != SAL_ACTION_EVENT ||
           (style->said_only && !is_said (&action->event) && !foreign))
    return;
  else if (style->terminal)
    render_for_people (out, action, time_us, style);
  else
    render_as_it_came (out, action, style);
}

/**
 * cli_render_chunk:
 * @bytes: what one read returned
 * @since_us: microseconds since the connection was there
 *
 * The bytes in hexadecimal, sixteen a line, with what of them is printable beside it.
 */
void
cli_render_chunk (GString *out, const guint8 *bytes, gsize len, gint64 since_us, CliStyle *style)
{
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];

  if (style->json)
    {
      g_autoptr (GString) hex = g_string_new (NULL);

      for (gsize i = 0; i < len; i++)
        g_string_append_printf (hex, "%02x", bytes[i]);
      sal_json_begin (out);
      sal_json_string (out, "type", "chunk");
      sal_json_int (out, "since_us", since_us);
      sal_json_int (out, "bytes", (gint64) len);
      sal_json_string (out, "hex", hex->str);
      sal_json_end (out);
      return;
    }
  if (style->open_line)
    g_string_append_c (out, '\n');
  style->open_line = FALSE;
  /* With a point in every language: programs read it. */
  g_ascii_formatd (seconds, sizeof seconds, "%.6f", (double) since_us / G_USEC_PER_SEC);
  g_string_append_printf (out, "< %s %" G_GSIZE_FORMAT "\n", seconds, len);
  for (gsize row = 0; row < len; row += 16)
    {
      g_string_append_printf (out, "  %04zx ", row);
      for (gsize i = row; i < row + 16; i++)
        if (i < len)
          g_string_append_printf (out, " %02x", bytes[i]);
        else
          g_string_append (out, "   ");
      g_string_append (out, "  ");
      for (gsize i = row; i < MIN (len, row + 16); i++)
        g_string_append_c (out, g_ascii_isprint (bytes[i]) ? (char) bytes[i] : '.');
      g_string_append_c (out, '\n');
    }
}

/**
 * cli_render_waiting:
 * @why: what has become of the connection, "" if nobody knows
 * @wait_us: until the next try
 *
 * Only in JSON; ends a line that was left open otherwise.
 */
void
cli_render_waiting (GString *out, const char *why, gint64 wait_us, gint64 time_us, CliStyle *style)
{
  if (style->json)
    {
      begin_json (out, "waiting", time_us);
      sal_json_string (out, "text", why);
      sal_json_int (out, "wait_ms", wait_us / 1000);
      sal_json_end (out);
    }
  else if (style->open_line)
    g_string_append_c (out, '\n');
  style->open_line = FALSE;
}

/**
 * cli_render_end:
 * @how: a word for how the conversation ended
 * @status: the exit status
 *
 * Only in JSON; ends a line that was left open otherwise.
 */
void
cli_render_end (GString *out, const char *how, int status, gint64 time_us, CliStyle *style)
{
  if (style->json)
    {
      begin_json (out, "end", time_us);
      sal_json_string (out, "how", how);
      sal_json_int (out, "status", status);
      sal_json_end (out);
    }
  else if (style->open_line)
    g_string_append_c (out, '\n');
  style->open_line = FALSE;
}
