/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-room-model.h"

G_BEGIN_DECLS

GPtrArray *gui_people_list (SalRoomModel *model);

G_END_DECLS
