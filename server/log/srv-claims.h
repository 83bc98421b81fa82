/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SrvClaims SrvClaims;

/* Whether whoever asks may be called @name. */
typedef gboolean (*SrvClaimsFilter) (const char *name, gpointer data);

SrvClaims *srv_claims_new (void);
void srv_claims_free (SrvClaims *claims);
void srv_claims_set_filter (SrvClaims *claims, SrvClaimsFilter filter, gpointer data);

const char *srv_claims_name (SrvClaims *claims, guint64 connection, const char *wanted);
gboolean srv_claims_take (SrvClaims *claims, guint64 connection, const char *name);
void srv_claims_release (SrvClaims *claims, guint64 connection);
const char *srv_claims_enter (SrvClaims *claims, const char *wanted);
const char *srv_claims_room (const SrvClaims *claims, const char *name);
void srv_claims_leave (SrvClaims *claims, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvClaims, srv_claims_free)

G_END_DECLS
