/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SAL_STEP_CONNECT,
  SAL_STEP_SEND,       /* bytes */
  SAL_STEP_EXPECT,     /* a pattern must come within the time */
  SAL_STEP_NOT,        /* a pattern must not come within the time */
  SAL_STEP_EXPECT_END, /* the peer must end its stream within the time */
  SAL_STEP_WAIT,       /* let the time pass */
  SAL_STEP_HALF_CLOSE, /* end writing; go on reading */
  SAL_STEP_CLOSE,
  SAL_STEP_RESET, /* close with a reset */
} SalStepKind;

/* One line of a script. */
typedef struct
{
  SalStepKind kind;
  guint line;    /* in the file, from 1 */
  char *source;  /* (owned): the line as it stands there */
  char *who;     /* (owned): who does it; "" where the script has one actor */
  GBytes *bytes; /* (owned) (nullable): to send, or to be found as they are */
  GRegex *regex; /* (owned) (nullable): to be found */
  guint time_ms; /* how long this may take, or lasts */
} SalStep;

GPtrArray *sal_script_parse (const char *text, const char *name, GError **error);

gboolean sal_step_matches (const SalStep *step, const GByteArray *received, gsize from, gsize *end);
char *sal_script_show_bytes (const void *bytes, gsize len);

G_END_DECLS
