/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-client.h"

G_BEGIN_DECLS

typedef struct _CliResume CliResume;

/* What it asks of the conversation that it keeps up. */
typedef struct
{
  void (*connect) (gpointer data); /* it is time for the next try */
  /* The connection broke; the next try is in @wait_us. */
  void (*waits) (gpointer data, int how, const GError *error, gint64 wait_us);
  /* A message that was on its way: @state is UNKNOWN if it may have been read, QUEUED if it was not, and
   * DELIVERED if it has been found in the past. */
  void (*known) (gpointer data, const char *text, SalMessageState state);
  void (*caught_up) (gpointer data); /* what had to wait behind such messages may be said */
} CliResumeHooks;

CliResume *cli_resume_new (const CliResumeHooks *hooks, gpointer data, gboolean always);
void cli_resume_free (CliResume *resume);

guint64 cli_resume_say (CliResume *resume, SalClient *client, const char *place, const char *text);
gboolean cli_resume_note (CliResume *resume,
                          SalClient *client,
                          const SalClientAction *action,
                          gboolean leaving);
gboolean cli_resume_is_told (const CliResume *resume, const SalClientAction *action);

gboolean cli_resume_wait (CliResume *resume, SalClient *client, int how, const GError *error);
gboolean cli_resume_is_away (const CliResume *resume);
void cli_resume_apply (CliResume *resume, SalClientOptions *options);
void cli_resume_entered (CliResume *resume, SalClient *client);
gboolean cli_resume_holds (const CliResume *resume);
gboolean cli_resume_awaits (const CliResume *resume);
void cli_resume_give_up (CliResume *resume);

G_END_DECLS
