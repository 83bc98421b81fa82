/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "common/base/sal-uri.h"

G_BEGIN_DECLS

/* Passwords in the person's keyring, by the server's address and the account there. */

char *sal_secret_server (const SalUri *uri, gboolean with_room);

void sal_secret_lookup_async (const char *uri,
                              const char *account,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data);
char *sal_secret_lookup_finish (GAsyncResult *result, GError **error);

void sal_secret_store_async (const char *uri,
                             const char *account,
                             const char *password,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data);
gboolean sal_secret_store_finish (GAsyncResult *result, GError **error);

void sal_secret_clear_async (const char *uri,
                             const char *account,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data);
gboolean sal_secret_clear_finish (GAsyncResult *result, GError **error);

char *sal_secret_lookup_sync (const char *uri,
                              const char *account,
                              GCancellable *cancellable,
                              GError **error);
gboolean sal_secret_store_sync (const char *uri,
                                const char *account,
                                const char *password,
                                GCancellable *cancellable,
                                GError **error);

void sal_secret_free (char *password);

G_END_DECLS
