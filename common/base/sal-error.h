/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/base/sal-exit.h"

G_BEGIN_DECLS

/* Every GError that reaches a user carries in its code the exit status that
 * the program should end with, so no caller has to translate. */
#define SAL_ERROR (sal_error_quark ())
GQuark sal_error_quark (void);

int sal_error_exit_status (const GError *error);

G_END_DECLS
