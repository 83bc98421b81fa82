/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-filter.h"

G_BEGIN_DECLS

typedef struct _CliFilter CliFilter;

CliFilter *cli_filter_new (GFunc on_changed, gpointer data);
void cli_filter_free (CliFilter *filter);

SalFilter *cli_filter_get (CliFilter *filter);
gboolean
cli_filter_set_ignored (CliFilter *filter, const char *mask, gboolean ignored, GError **error);
const char *cli_filter_get_list (const CliFilter *filter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliFilter, cli_filter_free)

G_END_DECLS
