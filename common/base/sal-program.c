/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How each program of Salotto begins, the verbs of those that have some, and what is wrong
 * with a command line.
 */
#include "config.h"

#include "common/base/sal-program.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "common/base/sal-columns.h"
#include "common/base/sal-error.h"
#include "common/base/sal-exit.h"
#include "common/base/sal-log.h"

/* Columns of the list of verbs before the help, at least. */
#define VERB_WIDTH 26

/**
 * sal_program_init:
 * @name: (transfer none): of the program, forever
 *
 * The user's language, the log, and no death by a pipe that somebody closed. Before anything
 * else.
 */
void
sal_program_init (const char *name)
{
  const char *locale_dir = NULL;

  setlocale (LC_ALL, "");
  /* All that is read and written is UTF-8; where the environment says nothing, or something of the last
   * century, terminals are so all the same. */
  if (!g_get_charset (NULL))
    (void) setlocale (LC_CTYPE, "C.UTF-8");
  locale_dir = g_getenv ("SALOTTO_LOCALEDIR");
  bindtextdomain (GETTEXT_PACKAGE, locale_dir != NULL ? locale_dir : SALOTTO_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  sal_log_init (name);
  signal (SIGPIPE, SIG_IGN);
}

/* A verb and what follows it. */
static char *
head_of (const SalVerb *verb)
{
  return g_strdup_printf ("%s %s", verb->name, *verb->usage != '\0' ? _ (verb->usage) : "");
}

/**
 * sal_verbs_print:
 *
 * Prints a line for each verb, what it does below what the others do.
 */
void
sal_verbs_print (const SalVerb *verbs)
{
  guint most = VERB_WIDTH;

  for (const SalVerb *verb = verbs; verb->name != NULL; verb++)
    {
      g_autofree char *head = head_of (verb);

      most = MAX (most, sal_columns_of_text (head));
    }
  for (; verbs->name != NULL; verbs++)
    {
      g_autofree char *head = head_of (verbs);

      /* Of a field's width printf() makes bytes, and a screen has columns. */
      printf ("  %s%*s %s\n", head, (int) (most - sal_columns_of_text (head)), "", _ (verbs->help));
    }
}

/**
 * sal_verbs_find:
 *
 * Returns: (nullable): the verb that is called so.
 */
const SalVerb *
sal_verbs_find (const SalVerb *verbs, const char *name)
{
  for (; verbs->name != NULL; verbs++)
    if (g_str_equal (verbs->name, name))
      return verbs;
  return NULL;
}

/**
 * sal_verbs_fail:
 * @name: what stands in the place of a verb
 *
 * Says that there is no such verb. Returns: the exit status for it.
 */
int
sal_verbs_fail (const char *name)
{
  const char *program = g_get_prgname ();

  /* TRANSLATORS: the program, what was typed, the program */
  fprintf (stderr, _ ("%s: there is no verb “%s”; %s --help lists them\n"), program, name, program);
  return SAL_EXIT_USAGE;
}

/**
 * sal_usage_fail:
 * @usage: how it is written
 * @unexpected: (nullable): the first argument that has no place in it, if there is one too many
 *
 * Says how a verb is used. Returns: the exit status for it.
 */
int
sal_usage_fail (const char *usage, const char *unexpected)
{
  const char *program = g_get_prgname ();

  if (unexpected != NULL)
    /* TRANSLATORS: the program, what was typed */
    fprintf (stderr, _ ("%s: unexpected argument “%s”\n"), program, unexpected);
  /* TRANSLATORS: what can be typed, then three times the program */
  fprintf (stderr, _ ("Usage: %s\nMore: %s --help, %s VERB --help, %s(1)\n"), usage, program,
           program, program);
  return SAL_EXIT_USAGE;
}

/**
 * sal_option_check_number:
 * @option: its long name
 * @value: (inout): %SAL_NUMBER_NOT_GIVEN becomes 0
 *
 * Returns: %FALSE with a #SAL_ERROR that names the option if another number was given than
 * one from @least to @most.
 */
gboolean
sal_option_check_number (const char *option, int *value, int least, int most, GError **error)
{
  if (*value == SAL_NUMBER_NOT_GIVEN)
    *value = 0;
  else if (*value < least || *value > most)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("--%s: a number from %d to %d"), option,
                   least, most);
      return FALSE;
    }
  return TRUE;
}
