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

void sal_program_init (const char *name);
void sal_verbs_print (const SalVerb *verbs);
const SalVerb *sal_verbs_find (const SalVerb *verbs, const char *name);

G_END_DECLS
