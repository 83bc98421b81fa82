/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/base/sal-uri.h"
#include "common/client/sal-tls.h"

G_BEGIN_DECLS

#define SAL_TYPE_TRANSPORT (sal_transport_get_type ())
G_DECLARE_FINAL_TYPE (SalTransport, sal_transport, SAL, TRANSPORT, GObject)

/* How to connect, and how bytes are sent, for tests of other people's programs. Zeroed:
 * as usual. */
typedef struct
{
  guint split;     /* at most so many bytes a send */
  guint delay_ms;  /* between two sends */
  guint maxseg;    /* TCP_MAXSEG */
  const char *pin; /* (unowned) (nullable): the only key of a TLS server to be accepted */
  gboolean ask;    /* whoever is new is refused until a person has said @pin */
  GTlsCertificate *certificate; /* (unowned) (nullable): ours, for servers with TLS that want one;
                                   sal_client_certificate_load() */
} SalTransportOptions;

/* All calls come from the main loop. */
typedef struct
{
  void (*received) (const guint8 *bytes, gsize len, gpointer data);
  void (*ended) (gpointer data);                       /* the peer's FIN */
  void (*broken) (const GError *error, gpointer data); /* nothing more will come */
} SalTransportHooks;

void sal_transport_connect_async (const SalUri *uri,
                                  const SalTransportOptions *options,
                                  const SalTransportHooks *hooks,
                                  gpointer data,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
SalTransport *sal_transport_connect_finish (GAsyncResult *result, GError **error);

SalTlsDetails *sal_transport_steal_refused (GAsyncResult *result);

SalTransport *sal_transport_new (GSocketConnection *connection,
                                 const SalTransportOptions *options,
                                 const SalTransportHooks *hooks,
                                 gpointer data);
void sal_transport_send (SalTransport *transport, const void *bytes, gsize len);
void sal_transport_end_writing (SalTransport *transport);
void sal_transport_close (SalTransport *transport);
void sal_transport_reset (SalTransport *transport);
gboolean sal_transport_is_idle (const SalTransport *transport);
const SalTlsDetails *sal_transport_get_tls (const SalTransport *transport);

G_END_DECLS
