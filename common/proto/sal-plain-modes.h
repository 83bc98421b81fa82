/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/proto/sal-dialect-plain.h"

G_BEGIN_DECLS

/* @template: a sentence with `%n` for who changed it and `%t` for @param
 * @param: (nullable) */
typedef void (*SalPlainModeFunc) (const char *template, const char *param, gpointer data);

void sal_plain_modes_foreach (const char *change,
                              SalPlainLanguage language,
                              SalPlainModeFunc func,
                              gpointer data);

G_END_DECLS
