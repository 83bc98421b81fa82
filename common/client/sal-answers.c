/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers of servers of IRC, as a person reads them: those that people ask for have a sentence
 * here; all others are shown in the server's words. Programs that read what salotto-cli prints get
 * the server's words always.
 */
#include "config.h"

#include "common/client/sal-answers.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* In a sentence `%1` to `%9` stand for the answer's parameters, `%t2` for one that is a time, in seconds since
 * 1970, `%d2` for one that is so many seconds. The first row counts that has no more than there are. */
static const struct
{
  const char *code;
  guint params; /* at least so many that say something */
  const char *sentence;
} sentences[] = {
  { "301", 2, N_ ("%1 is away: %2") },
  { "305", 1, N_ ("you are not marked as away any more") },
  { "306", 1, N_ ("you are marked as away") },
  { "311", 5, N_ ("%1 is %2@%3 (%5)") },
  { "312", 2, N_ ("%1 is on the server %2") },
  { "313", 1, N_ ("%1 is an operator of the server") },
  { "314", 5, N_ ("%1 was %2@%3 (%5)") },
  { "317", 4, N_ ("%1 has said nothing for %d2, and has been here since %t3") },
  { "317", 2, N_ ("%1 has said nothing for %d2") },
  { "319", 2, N_ ("%1 is in %2") },
  { "322", 3, N_ ("%1, people there: %2; %3") },
  { "322", 2, N_ ("%1, people there: %2") },
  { "323", 0, N_ ("there is no such room") },
  { "324", 3, N_ ("the modes of %1: %2 %3") },
  { "324", 2, N_ ("the modes of %1: %2") },
  { "329", 2, N_ ("%1 was made on %t2") },
  { "330", 2, N_ ("%1 is logged in as %2") },
  { "331", 1, N_ ("%1 has no topic") },
  { "332", 2, N_ ("the topic of %1: %2") },
  { "333", 3, N_ ("set by %2, %t3") },
  { "333", 2, N_ ("set by %2") },
  { "335", 1, N_ ("%1 is a program") },
  { "341", 2, N_ ("%1 is invited into %2") },
  { "347", 1, N_ ("nobody is invited into %1 for good") },
  { "349", 1, N_ ("nobody is excepted from the bans of %1") },
  { "367", 4, N_ ("banned from %1: %2 (by %3, %t4)") },
  { "367", 2, N_ ("banned from %1: %2") },
  { "368", 1, N_ ("nobody is banned from %1") },
  { "443", 2, N_ ("%1 is in %2 already") },
  { "671", 1, N_ ("%1 comes over TLS") },
};

/* With which a list ends, and what a list of rooms begins with. */
static const char *const ends[] = { "315", "318", "321", "323", "347", "349",
                                    "366", "368", "369", "376", NULL };

/* What is in a list, and with which it ends: people see that it is over, unless nothing was in it. */
static const struct
{
  const char *item;
  const char *end;
} lists[] = {
  { "322", "323" },
  { "346", "347" },
  { "348", "349" },
  { "367", "368" },
};

/**
 * sal_answers_is_told:
 * @filled: (inout): %FALSE before the first answer; whoever tells several conversations has one for each
 *
 * Returns: whether people are told of an answer. That a list is over is told only if nothing was in it.
 */
gboolean
sal_answers_is_told (gboolean *filled, const SalClientAction *action)
{
  if (action->code == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (g_str_equal (action->code, lists[i].item))
      *filled = TRUE;
    else if (g_str_equal (action->code, lists[i].end))
      {
        gboolean told = !*filled;

        *filled = FALSE;
        return told;
      }
  return !g_strv_contains (ends, action->code);
}

/* As `/history` has it, in every language. */
static void
append_time (GString *out, const char *param)
{
  guint64 seconds = 0;
  g_autoptr (GDateTime) when = NULL;
  g_autofree char *text = NULL;

  if (g_ascii_string_to_unsigned (param, 10, 0, G_MAXINT64, &seconds, NULL))
    when = g_date_time_new_from_unix_local ((gint64) seconds);
  if (when != NULL)
    text = g_date_time_format (when, "%Y-%m-%d %H:%M");
  g_string_append (out, text != NULL ? text : param);
}

static void
append_duration (GString *out, const char *param)
{
  guint64 n = 0;

  if (!g_ascii_string_to_unsigned (param, 10, 0, G_MAXUINT32, &n, NULL))
    g_string_append (out, param);
  else if (n < 60)
    g_string_append_printf (out, ngettext ("%u second", "%u seconds", (gulong) n), (guint) n);
  else if ((n /= 60) < 60)
    g_string_append_printf (out, ngettext ("%u minute", "%u minutes", (gulong) n), (guint) n);
  else if ((n /= 60) < 48)
    g_string_append_printf (out, ngettext ("%u hour", "%u hours", (gulong) n), (guint) n);
  else
    g_string_append_printf (out, ngettext ("%u day", "%u days", (gulong) (n / 24)),
                            (guint) (n / 24));
}

static void
append_sentence (GString *out, const char *sentence, const char *const *params, guint n)
{
  for (const char *at = sentence; *at != '\0'; at++)
    {
      void (*append) (GString *, const char *) = NULL;
      guint i = 0;

      if (at[0] == '%' && at[1] == 't')
        append = append_time;
      else if (at[0] == '%' && at[1] == 'd')
        append = append_duration;
      if (at[0] != '%' || !g_ascii_isdigit (at[append != NULL ? 2 : 1]))
        {
          g_string_append_c (out, *at);
          continue;
        }
      at += append != NULL ? 2 : 1;
      i = (guint) g_ascii_digit_value (*at);
      if (i < 1 || i > n)
        continue;
      if (append != NULL)
        append (out, params[i - 1]);
      else
        g_string_append (out, params[i - 1]);
    }
}

/* Without those at the end that are empty: the topic of a room that has none. */
static guint
count_params (const SalClientAction *action)
{
  guint n = action->params != NULL ? g_strv_length ((char **) action->params) : 0;

  while (n > 0 && *action->params[n - 1] == '\0')
    n--;
  return n;
}

/**
 * sal_answers_append:
 *
 * Appends what the server has answered.
 */
void
sal_answers_append (GString *out, const SalClientAction *action)
{
  guint n = count_params (action);

  for (gsize i = 0; action->code != NULL && i < G_N_ELEMENTS (sentences); i++)
    if (g_str_equal (sentences[i].code, action->code) && n >= sentences[i].params)
      {
        append_sentence (out, _ (sentences[i].sentence), action->params, n);
        return;
      }
  g_string_append (out, action->text);
}
