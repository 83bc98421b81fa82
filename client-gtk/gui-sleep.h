/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GuiSleep GuiSleep;

/* The machine has been asleep, and is awake. */
typedef void (*GuiSleepAwake) (gpointer data);

GuiSleep *gui_sleep_new (GuiSleepAwake awake, gpointer data);
void gui_sleep_free (GuiSleep *sleep);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GuiSleep, gui_sleep_free)

G_END_DECLS
