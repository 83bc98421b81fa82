/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/base/sal-uri.h"
#include "common/client/sal-known-servers.h"

G_BEGIN_DECLS

/* The client's end of a TLS connection. */
typedef struct _SalTls SalTls;

/* What a person may want to know of it. */
typedef struct
{
  SalTrust trust;    /* why we talk to this server */
  SalDoubt doubt;    /* ... or why we do not, if a person was to be asked */
  char *pin;         /* (owned): its key, as salottod says it */
  char *fingerprint; /* (owned): SHA-256 of its certificate, "AB:CD:..." */
  char *issuer;      /* (owned): who has signed it */
  char *until;       /* (owned): the day of its end, "2036-01-01"; "?" */
  char *version;     /* (owned): "TLS 1.3" */
  char *cipher;      /* (owned) */
  char *own;         /* (owned) (nullable): SHA-256 of the certificate of ours that was shown */
} SalTlsDetails;

void sal_tls_connect_async (GSocketConnection *connection,
                            const SalUri *uri,
                            const char *pin,
                            gboolean ask,
                            GTlsCertificate *certificate,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
SalTls *
sal_tls_connect_finish (GAsyncResult *result, GSocketConnection **connection, GError **error);
SalTlsDetails *sal_tls_steal_refused (GAsyncResult *result);
void sal_tls_free (SalTls *tls);

gssize sal_tls_read (SalTls *tls, void *buffer, gsize size, GError **error);
gssize sal_tls_write (SalTls *tls, const void *bytes, gsize len, GError **error);
GSource *sal_tls_create_source (SalTls *tls, GIOCondition condition);
void sal_tls_end_writing (SalTls *tls);
const SalTlsDetails *sal_tls_get_details (const SalTls *tls);
void sal_tls_details_free (SalTlsDetails *details);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalTlsDetails, sal_tls_details_free)

G_END_DECLS
