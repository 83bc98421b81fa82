/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "client-cli/cli-options.h"

G_BEGIN_DECLS

char *cli_keyring_look_up (const SalUri *uri, const char *account);
void cli_keyring_save (const SalUri *uri, const char *account, const char *password);
void cli_keyring_finish (void);
void cli_keyring_give_up (void);

G_END_DECLS
