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

/* In a sentence `%1` to `%9` stand for the answer's parameters. */
static const struct
{
  const char *code;
  guint params; /* at least so many */
  const char *sentence;
} sentences[] = {
  { "301", 2, N_ ("%1 is away: %2") },
  { "305", 1, N_ ("you are not marked as away any more") },
  { "306", 1, N_ ("you are marked as away") },
  { "311", 5, N_ ("%1 is %2@%3 (%5)") },
  { "312", 2, N_ ("%1 is on the server %2") },
  { "313", 1, N_ ("%1 is an operator of the server") },
  { "314", 5, N_ ("%1 was %2@%3 (%5)") },
  { "317", 2, N_ ("%1 has said nothing for so many seconds: %2") },
  { "319", 2, N_ ("%1 is in %2") },
  { "322", 2, N_ ("%1, people there: %2; %3") },
  { "324", 2, N_ ("the modes of %1: %2 %3") },
  { "330", 2, N_ ("%1 is logged in as %2") },
  { "331", 1, N_ ("%1 has no topic") },
  { "332", 2, N_ ("the topic of %1: %2") },
  { "333", 2, N_ ("set by %2") },
  { "335", 1, N_ ("%1 is a program") },
  { "341", 2, N_ ("%1 is invited into %2") },
  { "367", 2, N_ ("banned from %1: %2") },
  { "671", 1, N_ ("%1 comes over TLS") },
};

/* With which a list ends, and what a list of rooms begins with. */
static const char *const ends[] = { "315", "318", "321", "323", "347", "349",
                                    "366", "368", "369", "376", NULL };

/**
 * sal_answers_is_end:
 *
 * Returns: whether an answer only says that a list is over; people see that.
 */
gboolean
sal_answers_is_end (const char *code)
{
  return g_strv_contains (ends, code);
}

static void
append_sentence (GString *out, const char *sentence, const char *const *params, guint n)
{
  for (const char *at = sentence; *at != '\0'; at++)
    if (at[0] == '%' && g_ascii_isdigit (at[1]))
      {
        guint i = (guint) g_ascii_digit_value (*++at);

        if (i >= 1 && i <= n)
          g_string_append (out, params[i - 1]);
      }
    else
      g_string_append_c (out, *at);
}

/**
 * sal_answers_append:
 *
 * Appends what the server has answered.
 */
void
sal_answers_append (GString *out, const SalClientAction *action)
{
  guint n = action->params != NULL ? g_strv_length ((char **) action->params) : 0;

  for (gsize i = 0; action->code != NULL && i < G_N_ELEMENTS (sentences); i++)
    if (g_str_equal (sentences[i].code, action->code) && n >= sentences[i].params)
      {
        append_sentence (out, _ (sentences[i].sentence), action->params, n);
        return;
      }
  g_string_append (out, action->text);
}
