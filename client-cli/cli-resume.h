/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-cli/cli-talk.h"

G_BEGIN_DECLS

CliResume *cli_resume_new (CliTalk *talk);
void cli_resume_free (CliResume *resume);

guint64 cli_resume_say (CliResume *resume, const char *place, const char *text);
gboolean cli_resume_note (CliResume *resume, const SalClientAction *action);
gboolean cli_resume_is_told (const CliResume *resume, const SalClientAction *action);

gboolean cli_resume_wait (CliResume *resume, int how, const GError *error);
gboolean cli_resume_is_away (const CliResume *resume);
void cli_resume_apply (CliResume *resume, SalClientOptions *options);
void cli_resume_entered (CliResume *resume);
gboolean cli_resume_holds (const CliResume *resume);
gboolean cli_resume_awaits (const CliResume *resume);
void cli_resume_give_up (CliResume *resume);

G_END_DECLS
