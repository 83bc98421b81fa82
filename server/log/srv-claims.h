/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SrvClaims SrvClaims;

/* Who knows whose names are whose. */
typedef struct
{
  /* Whether somebody holds the name of this key. */
  gboolean (*is_held) (const char *key, gpointer data);
  /* Whether whoever asks may be called @name. */
  gboolean (*may_use) (const char *name, gpointer data);
} SrvClaimsHost;

SrvClaims *srv_claims_new (const SrvClaimsHost *host, gpointer data);
void srv_claims_free (SrvClaims *claims);

char *srv_claims_name (SrvClaims *claims, const char *wanted);
void srv_claims_release (SrvClaims *claims, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvClaims, srv_claims_free)

G_END_DECLS
