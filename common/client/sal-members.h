/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-irc-rooms.h"
#include "common/client/sal-member.h"

G_BEGIN_DECLS

#define SAL_TYPE_MEMBERS (sal_members_get_type ())
G_DECLARE_FINAL_TYPE (SalMembers, sal_members, SAL, MEMBERS, GObject)

SalMember *sal_member_new (const SalIrcMember *like, gboolean own);

SalMembers *sal_members_new (void);
void sal_members_reset (SalMembers *members,
                        const SalIrcRooms *rooms,
                        const SalIrcRoom *room,
                        const char *own);
void sal_members_update (SalMembers *members,
                         const SalIrcRooms *rooms,
                         const SalIrcRoom *room,
                         const char *name,
                         const char *own);
void sal_members_rename (SalMembers *members,
                         const SalIrcRooms *rooms,
                         const char *from,
                         const char *to);
SalMember *sal_members_find (SalMembers *members, const SalIrcRooms *rooms, const char *name);

G_END_DECLS
