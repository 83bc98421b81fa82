/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One line of IRC, taken apart and put together (RFC 1459 2.3.1, the modern documents,
 * IRCv3 message-tags). Only the form: what a verb means is known elsewhere. A line is
 * given without its end; every byte but NUL, CR and LF may be in it.
 */
#include "config.h"

#include "common/proto/sal-irc-line.h"

#include <string.h>

static char *
skip_spaces (char *at)
{
  while (*at == ' ')
    at++;
  return at;
}

/* Ends the word that begins at @at. Returns what follows it. */
static char *
end_word (char *at)
{
  at += strcspn (at, " ");
  if (*at == '\0')
    return at;
  *at = '\0';
  return skip_spaces (at + 1);
}

/* In place: what is unescaped never grows. */
static void
unescape (char *value)
{
  char *to = value;

  for (const char *from = value; *from != '\0'; from++)
    {
      char c = *from;

      if (c == '\\')
        {
          c = *++from;
          if (c == '\0')
            break; /* a lone backslash at the end is nothing */
          c = c == ':' ? ';' : c == 's' ? ' ' : c == 'r' ? '\r' : c == 'n' ? '\n' : c;
        }
      *to++ = c;
    }
  *to = '\0';
}

static void
put_tag (SalIrcLine *line, const char *key, const char *value)
{
  for (guint i = 0; i < line->n_tags; i++)
    if (strcmp (line->tags[i].key, key) == 0)
      {
        line->tags[i].value = value; /* the last one wins */
        return;
      }
  if (line->n_tags < SAL_IRC_TAGS_MAX)
    line->tags[line->n_tags++] = (SalIrcTag){ key, value };
}

static void
parse_tags (SalIrcLine *line, char *text)
{
  while (*text != '\0')
    {
      char *end = text + strcspn (text, ";");
      char *next = *end != '\0' ? end + 1 : end;
      char *value = NULL;

      *end = '\0';
      value = strchr (text, '=');
      if (value != NULL)
        {
          *value++ = '\0';
          unescape (value);
        }
      if (*text != '\0')
        put_tag (line, text, value != NULL ? value : end);
      text = next;
    }
}

/**
 * sal_irc_line_parse:
 * @line: (out caller-allocates): its strings lie in @text
 * @text: one line without its end; overwritten
 *
 * More parameters than %SAL_IRC_PARAMS_MAX are left in the last one; more tags than
 * %SAL_IRC_TAGS_MAX are ignored.
 *
 * Returns: %FALSE if there is no verb.
 */
gboolean
sal_irc_line_parse (SalIrcLine *line, char *text)
{
  char *at = skip_spaces (text);

  line->source = NULL;
  line->verb = NULL;
  line->n_params = line->n_tags = 0;
  if (*at == '@')
    {
      char *tags = at + 1;

      at = end_word (at);
      parse_tags (line, tags);
    }
  if (*at == ':')
    {
      line->source = at + 1;
      at = end_word (at);
    }
  if (*at == '\0')
    return FALSE;
  line->verb = at;
  at = end_word (at);
  while (*at != '\0' && line->n_params < SAL_IRC_PARAMS_MAX)
    {
      if (*at == ':' || line->n_params + 1 == SAL_IRC_PARAMS_MAX)
        {
          line->params[line->n_params++] = *at == ':' ? at + 1 : at;
          break;
        }
      line->params[line->n_params++] = at;
      at = end_word (at);
    }
  return TRUE;
}

/**
 * sal_irc_line_get_tag:
 *
 * Returns: (nullable): the value of @key, "" where it has none.
 */
const char *
sal_irc_line_get_tag (const SalIrcLine *line, const char *key)
{
  for (guint i = 0; i < line->n_tags; i++)
    if (strcmp (line->tags[i].key, key) == 0)
      return line->tags[i].value;
  return NULL;
}

/**
 * sal_irc_tags_length:
 * @text: a line as it came
 *
 * Returns: how many of its bytes are tags, with the `@` and the spaces after them.
 */
gsize
sal_irc_tags_length (const char *text, gsize len)
{
  const char *end = NULL;
  gsize n = 0;

  if (len == 0 || *text != '@')
    return 0;
  end = memchr (text, ' ', len);
  if (end == NULL)
    return len;
  n = (gsize) (end - text);
  while (n < len && text[n] == ' ')
    n++;
  return n;
}

/**
 * sal_irc_append_tag_value:
 *
 * Appends @value escaped (message-tags).
 */
void
sal_irc_append_tag_value (GString *out, const char *value)
{
  for (; *value != '\0'; value++)
    switch (*value)
      {
      case ';':
        g_string_append (out, "\\:");
        break;
      case ' ':
        g_string_append (out, "\\s");
        break;
      case '\\':
        g_string_append (out, "\\\\");
        break;
      case '\r':
        g_string_append (out, "\\r");
        break;
      case '\n':
        g_string_append (out, "\\n");
        break;
      default:
        g_string_append_c (out, *value);
      }
}

/**
 * sal_irc_append_param:
 * @param: without CR, LF and NUL; one that is not the @last has no space, is not empty and
 *   does not begin with a colon
 *
 * Appends a space and @param; the @last one gets a colon where it needs one.
 */
void
sal_irc_append_param (GString *out, const char *param, gboolean last)
{
  g_string_append_c (out, ' ');
  if (last && (*param == '\0' || *param == ':' || strchr (param, ' ') != NULL))
    g_string_append_c (out, ':');
  g_string_append (out, param);
}

/**
 * sal_irc_append_line:
 *
 * Appends @line as it is sent, without its end.
 */
void
sal_irc_append_line (GString *out, const SalIrcLine *line)
{
  for (guint i = 0; i < line->n_tags; i++)
    {
      g_string_append_c (out, i == 0 ? '@' : ';');
      g_string_append (out, line->tags[i].key);
      if (*line->tags[i].value != '\0')
        {
          g_string_append_c (out, '=');
          sal_irc_append_tag_value (out, line->tags[i].value);
        }
    }
  if (line->n_tags > 0)
    g_string_append_c (out, ' ');
  if (line->source != NULL)
    g_string_append_printf (out, ":%s ", line->source);
  g_string_append (out, line->verb);
  for (guint i = 0; i < line->n_params; i++)
    sal_irc_append_param (out, line->params[i], i + 1 == line->n_params);
}
