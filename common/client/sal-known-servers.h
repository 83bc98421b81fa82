/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/base/sal-uri.h"

G_BEGIN_DECLS

/* Why a server's certificate was accepted. */
typedef enum
{
  SAL_TRUST_NONE,      /* it was not */
  SAL_TRUST_AUTHORITY, /* an authority vouches for it */
  SAL_TRUST_KNOWN,     /* its key is the one of last time */
  SAL_TRUST_FIRST_USE, /* nobody knows it, and it was never seen before */
  SAL_TRUST_PIN,       /* its key is the one that was asked for */
} SalTrust;

/* Why it was not, where a person may know better. */
typedef enum
{
  SAL_DOUBT_NONE,    /* no person can */
  SAL_DOUBT_NEW,     /* nobody knows it, and it was never seen before */
  SAL_DOUBT_CHANGED, /* it has another key than the last time */
  SAL_DOUBT_LAPSED,  /* an authority vouched for it the last time, and none does now */
} SalDoubt;

char *sal_known_servers_file (void);

SalTrust sal_known_servers_judge (const char *file,
                                  const char *host,
                                  guint16 port,
                                  const char *pin,
                                  const char *wanted,
                                  gboolean vouched,
                                  SalDoubt *doubt,
                                  GError **error);
guint16 sal_known_servers_find (const char *file, const char *host, GError **error);
gboolean sal_known_servers_allow_plain (const SalUri *uri, const char *typed, GError **error);

G_END_DECLS
