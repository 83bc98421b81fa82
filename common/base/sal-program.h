/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a program can be told to do, by its first word. */
typedef struct
{
  const char *name;  /* %NULL after the last one */
  const char *usage; /* what follows it; translated when it is shown */
  const char *help;
  int (*run) (int argc, char **argv); /* gets the words from the verb on */
} SalVerb;

/* What an option that is a number holds before the command line is read. */
#define SAL_NUMBER_NOT_GIVEN G_MININT

void sal_program_init (const char *name);
void sal_verbs_print (const SalVerb *verbs);
const SalVerb *sal_verbs_find (const SalVerb *verbs, const char *name);
int sal_verbs_fail (const char *name);
int sal_usage_fail (const char *usage, const char *unexpected);
gboolean
sal_option_check_number (const char *option, int *value, int least, int most, GError **error);

G_END_DECLS
