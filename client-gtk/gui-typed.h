/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GuiTyped GuiTyped;

GuiTyped *gui_typed_new (const char *draft, GPtrArray *typed);
void gui_typed_free (GuiTyped *walk);
const char *gui_typed_older (GuiTyped *walk, const char *current);
const char *gui_typed_newer (GuiTyped *walk, const char *current);
const char *gui_typed_to_keep (GuiTyped *walk, const char *current);
const char *gui_typed_get_draft (GuiTyped *walk);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiTyped, gui_typed_free)

G_END_DECLS
