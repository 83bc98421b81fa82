/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

GMenuModel *gui_person_menu_new (SalRoomModel *room, const char *name);

G_END_DECLS
