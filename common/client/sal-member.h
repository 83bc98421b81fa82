/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Somebody who is in a room, as an object for lists. It does not change: the list puts another
 * one in its place. */
#define SAL_TYPE_MEMBER (sal_member_get_type ())
G_DECLARE_FINAL_TYPE (SalMember, sal_member, SAL, MEMBER, GObject)

/* What somebody may do in a room, the highest first; members are sorted by it. */
typedef enum
{
  SAL_ROLE_OWNER,    /* ~ */
  SAL_ROLE_ADMIN,    /* & */
  SAL_ROLE_OPERATOR, /* @ */
  SAL_ROLE_HALF,     /* % */
  SAL_ROLE_VOICE,    /* + */
  SAL_ROLE_NONE,
} SalRole;

const char *sal_member_get_name (SalMember *member);
char sal_member_get_prefix (SalMember *member);
SalRole sal_member_get_role (SalMember *member);
gboolean sal_member_is_away (SalMember *member);
const char *sal_member_get_account (SalMember *member);
const char *sal_member_get_host (SalMember *member);
gboolean sal_member_is_bot (SalMember *member);
gboolean sal_member_is_own (SalMember *member);

G_END_DECLS
