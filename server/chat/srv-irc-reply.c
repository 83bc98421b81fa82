/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server says to one person: numerics, lines, standard replies, and the collecting
 * of an answer that has to carry a label (IRCv3 labeled-response).
 */
#include "config.h"

#include <string.h>

#include "common/proto/sal-text.h"
#include "server/chat/srv-irc-private.h"

/**
 * srv_irc_server:
 *
 * Returns: (transfer none): the server's name.
 */
const char *
srv_irc_server (const SrvIrc *irc)
{
  return irc->hub->config.name;
}

/**
 * srv_irc_get_nick:
 *
 * Returns: (transfer none): how the client is called in answers; `*` before it has a name.
 */
const char *
srv_irc_get_nick (const SrvIrc *irc)
{
  return irc->registered ? irc->session->who->name : "*";
}

static void
send_line (SrvIrc *irc, GString *line)
{
  g_string_append (line, "\r\n");
  irc->session->host->send (irc->session, line->str, line->len);
}

static void
send_text (SrvIrc *irc, const char *text)
{
  g_autoptr (GString) line = g_string_new (text);

  send_line (irc, line);
}

/* The last parameter gives way where names are so long that the line is, too: never a character,
 * and never a parameter before it, which would say something else then. Lists are made so that
 * nothing of them is lost here, and so are texts that people set, see srv_irc_take_text(). */
static void
fit (GString *line)
{
  gsize tags = sal_irc_tags_length (line->str, line->len);
  const char *last = NULL;

  if (line->len - tags <= SAL_IRC_LINE_BYTES)
    return;
  last = strstr (line->str + tags, " :");
  if (last != NULL && (gsize) (last + 2 - line->str) - tags <= SAL_IRC_LINE_BYTES)
    g_string_truncate (
        line, tags + sal_text_fit (line->str + tags, line->len - tags, SAL_IRC_LINE_BYTES));
}

/**
 * srv_irc_space:
 *
 * Returns: how many bytes there are in a numeric after the space behind the client's name.
 */
gsize
srv_irc_space (const SrvIrc *irc)
{
  gsize used =
      strlen (":  000  ") - 1 + strlen (srv_irc_server (irc)) + strlen (srv_irc_get_nick (irc));

  return used < SAL_IRC_LINE_BYTES ? SAL_IRC_LINE_BYTES - used : 0;
}

static void
emit (SrvIrc *irc, GString *line)
{
  if (irc->answer != NULL)
    g_ptr_array_add (irc->answer, g_strdup (line->str));
  else
    send_line (irc, line);
}

/**
 * srv_irc_emit:
 * @line: without its end
 */
void
srv_irc_emit (SrvIrc *irc, const char *line)
{
  g_autoptr (GString) whole = g_string_new (line);

  fit (whole);
  emit (irc, whole);
}

/**
 * srv_irc_emit_bytes:
 * @bytes: whole lines, with their ends
 */
void
srv_irc_emit_bytes (SrvIrc *irc, const char *bytes, gsize len)
{
  const char *end = bytes + len;

  if (irc->answer == NULL)
    {
      if (len > 0)
        irc->session->host->send (irc->session, bytes, len);
      return;
    }
  while (bytes < end)
    {
      const char *eol = g_strstr_len (bytes, end - bytes, "\r\n");

      g_ptr_array_add (irc->answer, g_strndup (bytes, (gsize) (eol - bytes)));
      bytes = eol + 2;
    }
}

/**
 * srv_irc_emit_event:
 *
 * What happens, as this client reads it.
 */
void
srv_irc_emit_event (SrvIrc *irc, const SalEvent *event)
{
  g_autoptr (GString) out = g_string_new (NULL);

  sal_dialect_irc.encode (out, event, sal_irc_variant (irc->caps));
  srv_irc_emit_bytes (irc, out->str, out->len);
}

/**
 * srv_irc_emit_event_aside:
 *
 * As srv_irc_emit_event(), but no part of the answer that is being collected.
 */
void
srv_irc_emit_event_aside (SrvIrc *irc, const SalEvent *event)
{
  GPtrArray *answer = g_steal_pointer (&irc->answer);

  srv_irc_emit_event (irc, event);
  irc->answer = answer;
}

static GString *
begin_line (SrvIrc *irc)
{
  GString *line = g_string_sized_new (SAL_IRC_LINE_BYTES);

  g_string_append_c (line, ':');
  g_string_append (line, srv_irc_server (irc));
  g_string_append_c (line, ' ');
  return line;
}

/* Somebody who comes in is told twenty numerics, so what is in front of each is not put there by
 * printf. */
static GString *G_GNUC_PRINTF (3, 0)
    numeric_line (SrvIrc *irc, SalIrcNumeric numeric, const char *format, va_list args)
{
  GString *line = begin_line (irc);

  g_string_append_c (line, (char) ('0' + numeric / 100 % 10));
  g_string_append_c (line, (char) ('0' + numeric / 10 % 10));
  g_string_append_c (line, (char) ('0' + numeric % 10));
  g_string_append_c (line, ' ');
  g_string_append (line, srv_irc_get_nick (irc));
  g_string_append_c (line, ' ');
  g_string_append_vprintf (line, format, args);
  fit (line);
  return line;
}

/**
 * srv_irc_reply:
 * @format: the parameters after the client's name
 */
void
srv_irc_reply (SrvIrc *irc, SalIrcNumeric numeric, const char *format, ...)
{
  g_autoptr (GString) line = NULL;
  va_list args;

  va_start (args, format);
  line = numeric_line (irc, numeric, format, args);
  va_end (args);
  emit (irc, line);
}

/**
 * srv_irc_reply_aside:
 * @format: the parameters after the client's name
 *
 * A numeric that is no part of the answer that is being collected.
 */
void
srv_irc_reply_aside (SrvIrc *irc, SalIrcNumeric numeric, const char *format, ...)
{
  g_autoptr (GString) line = NULL;
  va_list args;

  va_start (args, format);
  line = numeric_line (irc, numeric, format, args);
  va_end (args);
  send_line (irc, line);
}

static GString *G_GNUC_PRINTF (2, 0) from_server (SrvIrc *irc, const char *format, va_list args)
{
  GString *line = begin_line (irc);

  g_string_append_vprintf (line, format, args);
  fit (line);
  return line;
}

/**
 * srv_irc_say:
 * @format: verb and parameters, from the server
 */
void
srv_irc_say (SrvIrc *irc, const char *format, ...)
{
  g_autoptr (GString) line = NULL;
  va_list args;

  va_start (args, format);
  line = from_server (irc, format, args);
  va_end (args);
  emit (irc, line);
}

/**
 * srv_irc_say_aside:
 * @format: verb and parameters, from the server
 *
 * Something that is no part of the answer that is being collected.
 */
void
srv_irc_say_aside (SrvIrc *irc, const char *format, ...)
{
  g_autoptr (GString) line = NULL;
  va_list args;

  va_start (args, format);
  line = from_server (irc, format, args);
  va_end (args);
  send_line (irc, line);
}

/**
 * srv_irc_ping:
 *
 * Asks whether the client is there. Without a source, as old clients expect it.
 */
void
srv_irc_ping (SrvIrc *irc)
{
  /* Everybody is asked again and again, so it is put together in place. */
  char line[SAL_IRC_LINE_BYTES] = "PING :";
  gsize begun = strlen (line);
  gsize space = sizeof line - begun - strlen ("\r\n");
  gsize len = begun + MIN (g_strlcpy (line + begun, srv_irc_server (irc), space), space - 1);

  line[len++] = '\r';
  line[len++] = '\n';
  irc->session->host->send (irc->session, line, len);
}

/**
 * srv_irc_fail:
 * @verb: the command that failed, in any case
 * @format: what it was about, and last a text after a colon
 *
 * A standard reply (IRCv3 standard-replies).
 */
void
srv_irc_fail (SrvIrc *irc, const char *verb, const char *code, const char *format, ...)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *upper = g_ascii_strup (verb, -1);
  va_list args;

  g_string_append_printf (line, ":%s FAIL %s %s ", srv_irc_server (irc), upper, code);
  va_start (args, format);
  g_string_append_vprintf (line, format, args);
  va_end (args);
  srv_irc_emit (irc, line->str);
}

/**
 * srv_irc_list_begin:
 * @line: emptied
 * @params: those that every line of the list has
 *
 * Begins a line of a list that goes on over several.
 */
void
srv_irc_list_begin (GString *line, SrvIrc *irc, SalIrcNumeric numeric, const char *params)
{
  g_string_printf (line, ":%s %03d %s %s", srv_irc_server (irc), (int) numeric,
                   srv_irc_get_nick (irc), params);
}

/**
 * srv_irc_collect:
 * @label: (nullable): %NULL: nothing is collected
 *
 * What is said from now on is one answer.
 */
void
srv_irc_collect (SrvIrc *irc, const char *label)
{
  if (label == NULL || irc->answer != NULL)
    return;
  irc->label = g_strdup (label);
  irc->answer = g_ptr_array_new_with_free_func (g_free);
}

/* Whether a line belongs to a batch that another one has opened. */
static gboolean
is_inner (const char *line)
{
  if (g_str_has_prefix (line, "@batch="))
    return TRUE;
  if (*line == ':')
    line += strcspn (line, " ");
  return g_str_has_prefix (line + (*line == ' '), "BATCH -");
}

static GString *
with_tag (const char *line, const char *key, const char *value)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "@%s=", key);
  sal_irc_append_tag_value (out, value);
  if (*line == '@')
    g_string_append_printf (out, ";%s", line + 1);
  else
    g_string_append_printf (out, " %s", line);
  return out;
}

static void
send_tagged (SrvIrc *irc, const char *line, const char *key, const char *value)
{
  g_autoptr (GString) tagged = with_tag (line, key, value);

  send_line (irc, tagged);
}

/* The label stands on exactly one logical message: the only one, or the batch that holds
 * them. */
static void
send_answer (SrvIrc *irc, const GPtrArray *lines, const char *label)
{
  g_autofree char *name = NULL;
  g_autofree char *line = NULL;
  guint outer = 0;

  for (guint i = 0; i < lines->len; i++)
    outer += !is_inner (lines->pdata[i]);
  if (lines->len == 0 || outer == 1)
    {
      line = lines->len == 0 ? g_strdup_printf (":%s ACK", srv_irc_server (irc))
                             : g_strdup (lines->pdata[0]);
      send_tagged (irc, line, "label", label);
      for (guint i = 1; i < lines->len; i++)
        send_text (irc, lines->pdata[i]);
      return;
    }
  name = g_strdup_printf ("r%u", ++irc->batches);
  line = g_strdup_printf (":%s BATCH +%s labeled-response", srv_irc_server (irc), name);
  send_tagged (irc, line, "label", label);
  for (guint i = 0; i < lines->len; i++)
    if (is_inner (lines->pdata[i]))
      send_text (irc, lines->pdata[i]);
    else
      send_tagged (irc, lines->pdata[i], "batch", name);
  g_free (line);
  line = g_strdup_printf (":%s BATCH -%s", srv_irc_server (irc), name);
  send_text (irc, line);
}

/**
 * srv_irc_collect_end:
 *
 * The answer is complete, if one was being collected.
 */
void
srv_irc_collect_end (SrvIrc *irc)
{
  g_autoptr (GPtrArray) lines = g_steal_pointer (&irc->answer);
  g_autofree char *label = g_steal_pointer (&irc->label);

  if (lines != NULL)
    send_answer (irc, lines, label);
}
