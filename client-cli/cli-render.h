/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-client-machine.h"

G_BEGIN_DECLS

/* How what happens is shown. */
typedef struct
{
  gboolean json;
  gboolean terminal; /* for people: the time, and nobody's address */
  gboolean colours;
  gboolean said_only; /* only what people say */
  gboolean open_line; /* the last line was shown without its end */
  const char *here;   /* (unowned) (nullable): where one is: what is elsewhere says where */
  const char *name;   /* (unowned) (nullable): who one is: what names one stands out, ... */
  SalFilter *filter;  /* (unowned) (nullable): ... and so do these words */
  gboolean bell;      /* ... and the terminal's bell rings */
  int day;            /* on which the last line was shown; 0: none was */
} CliStyle;

void
cli_render_action (GString *out, const SalClientAction *action, gint64 time_us, CliStyle *style);
void
cli_render_chunk (GString *out, const guint8 *bytes, gsize len, gint64 since_us, CliStyle *style);
void
cli_render_waiting (GString *out, const char *why, gint64 wait_us, gint64 time_us, CliStyle *style);
gboolean cli_render_is_for_us (const SalClientAction *action, const CliStyle *style);
void cli_render_end (GString *out, const char *how, int status, gint64 time_us, CliStyle *style);

G_END_DECLS
