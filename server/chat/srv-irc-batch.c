/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BATCH from a client: one message of many lines (draft/multiline). Its lines are collected
 * and go to the log as one text; while that lasts nothing else is taken.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"

struct _SrvIrcLines
{
  char *name;    /* (owned): of the batch */
  char *target;  /* (owned) */
  char *opening; /* (owned): the line that opened it, for its tags */
  char *label;   /* (owned) (nullable) */
  GString *text; /* (owned) */
  guint lines;
  gsize bytes;
  SrvEntryKind kind;
  gboolean any; /* a line that is not empty */
};

/**
 * srv_irc_lines_free:
 * @lines: (nullable) (transfer full)
 */
void
srv_irc_lines_free (SrvIrcLines *lines)
{
  if (lines == NULL)
    return;
  g_free (lines->name);
  g_free (lines->target);
  g_free (lines->opening);
  g_free (lines->label);
  g_string_free (lines->text, TRUE);
  g_free (lines);
}

static void
give_up (SrvIrc *irc)
{
  g_clear_pointer (&irc->lines, srv_irc_lines_free);
}

/* The answer has the label of the line that opened the batch. */
static void G_GNUC_PRINTF (3, 4) refuse (SrvIrc *irc, const char *code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (irc->lines == NULL) /* it is the opening line itself, whose label is at hand */
    {
      srv_irc_fail (irc, "BATCH", code, "%s", text);
      return;
    }
  srv_irc_collect_end (irc);
  srv_irc_collect (irc, irc->lines->label);
  srv_irc_fail (irc, "BATCH", code, "%s", text);
  srv_irc_collect_end (irc);
  give_up (irc);
}

static void
open_batch (SrvIrc *irc, const SalIrcLine *line)
{
  g_autoptr (GString) opening = g_string_new (NULL);

  if (line->n_params < 3 || !g_str_equal (line->params[1], "draft/multiline") ||
      !(irc->caps & SAL_IRC_CAP_MULTILINE) || irc->lines != NULL)
    {
      refuse (irc, "UNKNOWN_TYPE", "%s :Only draft/multiline, one at a time, with a target",
              srv_irc_echo (line->params[0] + 1));
      return;
    }
  /* It would be collected, and may be a password. */
  if (srv_irc_is_service (line->params[2]))
    {
      refuse (irc, "MULTILINE_INVALID", ":" SRV_IRC_SERVICE " takes one line at a time");
      return;
    }
  irc->lines = g_new0 (SrvIrcLines, 1);
  irc->lines->name = g_strdup (line->params[0] + 1);
  irc->lines->target = g_strdup (line->params[2]);
  sal_irc_append_line (opening, line);
  irc->lines->opening = g_strdup (opening->str);
  irc->lines->text = g_string_new (NULL);
  irc->lines->kind = SRV_ENTRY_MESSAGE;
  /* What answers the message answers this line. */
  irc->lines->label = g_steal_pointer (&irc->label);
  g_clear_pointer (&irc->answer, g_ptr_array_unref);
}

static gboolean
is_place (const char *target)
{
  const char *name = srv_irc_skip_status (target, NULL);
  g_autofree char *room = srv_irc_is_channel (name) ? srv_irc_room_of (name) : NULL;

  return room != NULL || !srv_irc_is_channel (name);
}

static void
close_batch (SrvIrc *irc, const SalIrcLine *line)
{
  SrvIrcLines *lines = irc->lines;
  SalIrcLine opening;

  if (lines == NULL || !g_str_equal (lines->name, line->params[0] + 1))
    {
      refuse (irc, "MULTILINE_INVALID", ":There is no such batch");
      return;
    }
  if (!lines->any)
    {
      refuse (irc, "MULTILINE_INVALID", ":A message needs at least one line that is not blank");
      return;
    }
  /* What is refused here and not by the log is an answer to the line that opened the batch. */
  if (irc->session->muted)
    {
      refuse (irc, "MULTILINE_INVALID", ":The operator of the server has muted you");
      return;
    }
  if (!is_place (lines->target))
    {
      refuse (irc, "MULTILINE_INVALID_TARGET", "%s :No such channel", srv_irc_echo (lines->target));
      return;
    }
  if (sal_irc_line_parse (&opening, lines->opening))
    {
      /* A label of this line, too, has an answer: the message's is that of the first. */
      srv_irc_collect_end (irc);
      srv_irc_say_to (irc, lines->kind, lines->target, lines->text->str, &opening);
    }
  give_up (irc);
}

/**
 * srv_irc_handle_batch:
 */
void
srv_irc_handle_batch (SrvIrc *irc, const SalIrcLine *line)
{
  const char *name = line->params[0];

  if ((*name != '+' && *name != '-') || srv_irc_echo (name + 1) != name + 1)
    refuse (irc, "INVALID_REFTAG",
            "%s :A batch has a name, after + where it begins and - where it ends",
            srv_irc_echo (name));
  else if (*name == '+')
    open_batch (irc, line);
  else
    close_batch (irc, line);
}

static void
add_line (SrvIrc *irc, const SalIrcLine *line)
{
  SrvIrcLines *lines = irc->lines;
  const char *text = line->n_params > 1 ? line->params[1] : "";
  gboolean concat = sal_irc_line_get_tag (line, "draft/multiline-concat") != NULL;

  if (line->n_params < 1 || !sal_name_is_same (line->params[0], lines->target))
    {
      refuse (irc, "MULTILINE_INVALID_TARGET", "%s %s :All lines have the target of the batch",
              srv_irc_echo (lines->target),
              line->n_params > 0 ? srv_irc_echo (line->params[0]) : "*");
      return;
    }
  if (concat && *text == '\0')
    {
      refuse (irc, "MULTILINE_INVALID", ":A blank line goes on from nothing");
      return;
    }
  lines->bytes += strlen (text) + (concat || lines->lines == 0 ? 0 : 1);
  if (++lines->lines > SAL_MULTILINE_LINES)
    {
      refuse (irc, "MULTILINE_MAX_LINES", "%d :Too many lines", SAL_MULTILINE_LINES);
      return;
    }
  if (lines->bytes > SAL_MESSAGE_MAX_BYTES)
    {
      refuse (irc, "MULTILINE_MAX_BYTES", "%d :Too long", SAL_MESSAGE_MAX_BYTES);
      return;
    }
  if (lines->lines > 1)
    g_string_append_c (lines->text, concat ? SAL_IRC_SAME_LINE : SAL_IRC_NEW_LINE);
  g_string_append (lines->text, text);
  lines->any = lines->any || *text != '\0';
  lines->kind =
      g_ascii_strcasecmp (line->verb, "NOTICE") == 0 ? SRV_ENTRY_NOTICE : SRV_ENTRY_MESSAGE;
}

/**
 * srv_irc_lines_spoil:
 *
 * A line that may have been one of the message in hand was not taken. A message that lacks one
 * is another than what was said, so none of it is.
 */
void
srv_irc_lines_spoil (SrvIrc *irc)
{
  if (irc->lines != NULL)
    refuse (irc, "MULTILINE_INVALID", ":One of its lines was not taken");
}

/**
 * srv_irc_lines_take:
 *
 * Returns: whether @line was a line of the message in hand, or was refused because one is in
 *   hand.
 */
gboolean
srv_irc_lines_take (SrvIrc *irc, const SalIrcLine *line)
{
  const char *batch = sal_irc_line_get_tag (line, "batch");

  if (irc->lines == NULL)
    {
      if (batch == NULL || !(irc->caps & SAL_IRC_CAP_MULTILINE))
        return FALSE;
      refuse (irc, "MULTILINE_INVALID", ":There is no such batch");
      return TRUE;
    }
  if (g_ascii_strcasecmp (line->verb, "BATCH") == 0 || g_ascii_strcasecmp (line->verb, "QUIT") == 0)
    return FALSE;
  if (batch == NULL || !g_str_equal (batch, irc->lines->name) ||
      (g_ascii_strcasecmp (line->verb, "PRIVMSG") != 0 &&
       g_ascii_strcasecmp (line->verb, "NOTICE") != 0))
    {
      refuse (irc, "MULTILINE_INVALID", ":Only the lines of the message may come now");
      return TRUE;
    }
  add_line (irc, line);
  return TRUE;
}
