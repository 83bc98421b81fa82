/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Conversations written down: who sends which bytes, and what must come back in which
 * time. `salotto-cli run` plays one against any server; the tests play theirs against
 * a session in memory and again over TCP. This file knows the grammar and what a
 * pattern matches; who plays it, and on what clock, is not its business.
 *
 *     # a comment
 *     within 2000            the time for what follows, in milliseconds
 *     connect                not needed: the first step of an actor connects it
 *     expect "Welcome"       these bytes must come; what is before them is passed over
 *     expect /[Nn]ame/       a Perl-compatible regular expression
 *     expect "x" within 300  with a time of its own
 *     not "Bob" within 200   these bytes must not come in that time
 *     say Antonio            a line: the text and LF
 *     send "caf\xc3"         these bytes and no more
 *     wait 400
 *     half-close             end writing
 *     expect-end             the peer ends its stream
 *     close                  or: reset
 *
 * A script with several actors names them: `W: expect "ciao"`.
 */
#include "config.h"

#include "common/script/sal-script.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"

#define DEFAULT_WITHIN_MS 5000
#define DEFAULT_NOT_MS 300
#define MAX_MS (60 * 60 * 1000)

typedef enum
{
  WANTS_NOTHING,
  WANTS_TIME,
  WANTS_TEXT,    /* the rest of the line */
  WANTS_BYTES,   /* a quoted string */
  WANTS_PATTERN, /* a quoted string or a regular expression */
} Wants;

static const struct
{
  const char *word;
  SalStepKind kind;
  Wants wants;
} verbs[] = {
  { "connect", SAL_STEP_CONNECT, WANTS_NOTHING },
  { "say", SAL_STEP_SEND, WANTS_TEXT },
  { "send", SAL_STEP_SEND, WANTS_BYTES },
  { "expect", SAL_STEP_EXPECT, WANTS_PATTERN },
  { "not", SAL_STEP_NOT, WANTS_PATTERN },
  { "expect-end", SAL_STEP_EXPECT_END, WANTS_NOTHING },
  { "wait", SAL_STEP_WAIT, WANTS_TIME },
  { "half-close", SAL_STEP_HALF_CLOSE, WANTS_NOTHING },
  { "close", SAL_STEP_CLOSE, WANTS_NOTHING },
  { "reset", SAL_STEP_RESET, WANTS_NOTHING },
};

static void
step_free (gpointer data)
{
  SalStep *step = data;

  g_free (step->source);
  g_free (step->who);
  g_clear_pointer (&step->bytes, g_bytes_unref);
  g_clear_pointer (&step->regex, g_regex_unref);
  g_free (step);
}

static const char *
skip_space (const char *at)
{
  return at + strspn (at, " \t");
}

static gboolean
take_word (const char **at, char **word)
{
  gsize len = strspn (*at, "abcdefghijklmnopqrstuvwxyz-");

  *word = g_strndup (*at, len);
  *at = skip_space (*at + len);
  return len > 0;
}

static gboolean
take_ms (const char **at, guint *ms)
{
  g_autofree char *digits = g_strndup (*at, strspn (*at, "0123456789"));
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (digits, 10, 0, MAX_MS, &number, NULL))
    return FALSE;
  *at += strlen (digits);
  if (g_str_has_prefix (*at, "ms"))
    *at += 2;
  *at = skip_space (*at);
  *ms = (guint) number;
  return TRUE;
}

/* One escape after a backslash; returns the byte, or -1. */
static int
take_escape (const char **at)
{
  static const char from[] = "nrtae0\\\"";
  static const char to[] = "\n\r\t\a\x1B\0\\\"";
  const char *known = **at != '\0' ? strchr (from, **at) : NULL;
  int byte = -1;

  if (known != NULL)
    {
      (*at)++;
      return (guchar) to[known - from];
    }
  if (**at == 'x' && g_ascii_isxdigit ((*at)[1]) && g_ascii_isxdigit ((*at)[2]))
    {
      byte = g_ascii_xdigit_value ((*at)[1]) * 16 + g_ascii_xdigit_value ((*at)[2]);
      *at += 3;
    }
  return byte;
}

static gboolean
take_quoted (const char **at, GByteArray *bytes)
{
  if (**at != '"')
    return FALSE;
  for ((*at)++; **at != '"';)
    {
      int byte = (guchar) * *at;

      if (byte == '\0')
        return FALSE;
      (*at)++;
      if (byte == '\\')
        byte = take_escape (at);
      if (byte < 0)
        return FALSE;
      g_byte_array_append (bytes, &(guint8){ (guint8) byte }, 1);
    }
  *at = skip_space (*at + 1);
  return TRUE;
}

/* `/.../`, up to the last slash before what may follow. */
static gboolean
take_regex (const char **at, GRegex **regex, GError **error)
{
  g_autoptr (GString) pattern = g_string_new (NULL);

  if (**at != '/')
    return FALSE;
  for ((*at)++; **at != '/'; (*at)++)
    {
      if (**at == '\0')
        return FALSE;
      if (**at == '\\' && (*at)[1] == '/')
        (*at)++;
      g_string_append_c (pattern, **at);
    }
  *at = skip_space (*at + 1);
  /* What servers send need not be UTF-8, so characters are bytes here. */
  *regex = g_regex_new (pattern->str, G_REGEX_RAW | G_REGEX_MULTILINE | G_REGEX_OPTIMIZE, 0, error);
  return *regex != NULL;
}

static gboolean
take_argument (SalStep *step, Wants wants, const char **at, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  switch (wants)
    {
    case WANTS_NOTHING:
      return TRUE;
    case WANTS_TIME:
      return take_ms (at, &step->time_ms);
    case WANTS_TEXT:
      g_byte_array_append (bytes, (const guint8 *) *at, (guint) strlen (*at));
      g_byte_array_append (bytes, (const guint8 *) "\n", 1);
      *at += strlen (*at);
      break;
    case WANTS_PATTERN:
      if (**at == '/')
        return take_regex (at, &step->regex, error);
      if (!take_quoted (at, bytes) || bytes->len == 0)
        return FALSE;
      break;
    case WANTS_BYTES:
      if (!take_quoted (at, bytes))
        return FALSE;
      break;
    }
  step->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  return TRUE;
}

/* `WHO:` at the beginning of a line. */
static char *
take_actor (const char **at)
{
  gsize len = strcspn (*at, ": \t\"");
  char *who = NULL;

  if ((*at)[len] != ':' || len == 0)
    return g_strdup ("");
  who = g_strndup (*at, len);
  *at = skip_space (*at + len + 1);
  return who;
}

/* What a step lacks whose word is known. */
static gboolean
fail_wanting (Wants wants, GError **error)
{
  static const char *const needs[] = {
    [WANTS_TIME] = N_ ("a number of milliseconds belongs behind it, such as 500 or 500ms"),
    [WANTS_PATTERN] = N_ ("\"BYTES\" or /REGEX/ belongs behind it, on the same line"),
    [WANTS_BYTES] = N_ ("\"BYTES\" belongs behind it, on the same line"),
  };

  if (error != NULL && *error == NULL)
    g_set_error_literal (error, SAL_ERROR, SAL_EXIT_USAGE, _ (needs[wants]));
  return FALSE;
}

static gboolean
parse_step (SalStep *step, const char *at, guint within_ms, GError **error)
{
  g_autofree char *verb = NULL;
  gboolean known = FALSE;

  step->who = take_actor (&at);
  (void) take_word (&at, &verb);
  for (gsize i = 0; i < G_N_ELEMENTS (verbs) && !known; i++)
    if (g_str_equal (verbs[i].word, verb))
      {
        known = TRUE;
        step->kind = verbs[i].kind;
        step->time_ms = step->kind == SAL_STEP_NOT ? DEFAULT_NOT_MS : within_ms;
        if (!take_argument (step, verbs[i].wants, &at, error))
          return fail_wanting (verbs[i].wants, error);
      }
  if (!known)
    return FALSE;
  if (g_str_has_prefix (at, "within ") && step->kind != SAL_STEP_WAIT)
    {
      at = skip_space (at + strlen ("within "));
      if (!take_ms (&at, &step->time_ms))
        return fail_wanting (WANTS_TIME, error);
    }
  if (*at != '\0')
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("“%s” has no place there"), at);
  return *at == '\0';
}

/**
 * sal_script_parse:
 * @text: the script
 * @name: its name, for messages
 *
 * Returns: (transfer full) (element-type SalStep): the steps, or %NULL with a
 * #SAL_ERROR that names the line.
 */
GPtrArray *
sal_script_parse (const char *text, const char *name, GError **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (step_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint within_ms = DEFAULT_WITHIN_MS;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *at = skip_space (g_strchomp (lines[i]));
      g_autoptr (GError) local = NULL;
      SalStep *step = NULL;

      if (*at == '\0' || *at == '#')
        continue;
      if (g_str_has_prefix (at, "within "))
        {
          at = skip_space (at + strlen ("within "));
          if (take_ms (&at, &within_ms) && *at == '\0')
            continue;
          at = lines[i];
        }
      step = g_new0 (SalStep, 1);
      step->line = i + 1;
      step->source = g_strdup (lines[i]);
      g_ptr_array_add (steps, step);
      if (!parse_step (step, at, within_ms, &local))
        {
          if (local != NULL)
            /* TRANSLATORS: file, line number, the line, what is wrong with it */
            g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s:%u: not a step: %s: %s"), name,
                         i + 1, lines[i], local->message);
          else
            g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                         _ ("%s:%u: not a step: %s (there are send, say, expect, not, within, "
                            "expect-end, wait, half-close, close, reset, connect)"),
                         name, i + 1, lines[i]);
          return NULL;
        }
    }
  return g_steal_pointer (&steps);
}

/**
 * sal_step_matches:
 * @received: everything that has come
 * @from: what has been passed over already
 * @end: (out): where the match ends
 *
 * Returns: whether the pattern of @step is in what has come since @from.
 */
gboolean
sal_step_matches (const SalStep *step, const GByteArray *received, gsize from, gsize *end)
{
  const char *bytes = (const char *) received->data + from;
  gsize len = received->len - from;
  g_autoptr (GMatchInfo) info = NULL;
  int start = 0;
  int stop = 0;

  if (step->bytes != NULL)
    {
      gsize wanted_len = 0;
      const void *wanted = g_bytes_get_data (step->bytes, &wanted_len);
      const char *found = len > 0 ? memmem (bytes, len, wanted, wanted_len) : NULL;

      if (found != NULL)
        *end = from + (gsize) (found - bytes) + wanted_len;
      return found != NULL;
    }
  if (!g_regex_match_full (step->regex, len > 0 ? bytes : "", (gssize) len, 0, 0, &info, NULL) ||
      !g_match_info_fetch_pos (info, 0, &start, &stop))
    return FALSE;
  *end = from + (gsize) stop;
  return TRUE;
}

/**
 * sal_script_show_bytes:
 *
 * Returns: (transfer full): @bytes as a quoted string of a script, to be read by people
 * and by sal_script_parse().
 */
char *
sal_script_show_bytes (const void *bytes, gsize len)
{
  GString *out = g_string_new ("\"");
  const guint8 *at = bytes;

  for (gsize i = 0; i < len; i++)
    switch (at[i])
      {
      case '\n':
        g_string_append (out, "\\n");
        break;
      case '\r':
        g_string_append (out, "\\r");
        break;
      case '\t':
        g_string_append (out, "\\t");
        break;
      case '"':
      case '\\':
        g_string_append_printf (out, "\\%c", at[i]);
        break;
      default:
        if (at[i] >= 0x20 && at[i] < 0x7F)
          g_string_append_c (out, (char) at[i]);
        else
          g_string_append_printf (out, "\\x%02x", at[i]);
        break;
      }
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}
