/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/* A peer that speaks TLS, with blocking calls that give up after TEST_PATIENCE_MS. */
typedef struct
{
  int fd;            /* -1 when closed */
  SSL_CTX *context;  /* (owned) */
  SSL *ssl;          /* (owned) */
  char *address;     /* (owned): as a server shows us, e.g. "('127.0.0.1', 4242)" */
  GString *received; /* (owned): plaintext that was not taken yet */
} TestTlsPeer;

TestTlsPeer *test_tls_peer_new (guint16 port, int version);
TestTlsPeer *test_tls_peer_connect (guint16 port);
TestTlsPeer *test_tls_peer_join (guint16 port, const char *name);
void test_tls_peer_free (TestTlsPeer *peer);

void test_tls_peer_shake_hands (TestTlsPeer *peer);
void test_tls_peer_send (TestTlsPeer *peer, const char *text);
gboolean test_tls_peer_read (TestTlsPeer *peer);
void test_tls_peer_end_writing (TestTlsPeer *peer);
void test_tls_peer_send_last (TestTlsPeer *peer, const char *text);
char *test_tls_peer_dup_fingerprint (const TestTlsPeer *peer);

/* These bytes come; what is before them is taken too. */
#define test_tls_peer_expect(peer, text)                                                           \
  test_tls_peer_expect_at (peer, text, __FILE__, __LINE__, G_STRFUNC)
/* The stream ends as it should: close_notify, then FIN, and nothing before. */
#define test_tls_peer_expect_end(peer)                                                             \
  test_tls_peer_expect_end_at (peer, __FILE__, __LINE__, G_STRFUNC)

void test_tls_peer_expect_at (
    TestTlsPeer *peer, const char *text, const char *file, int line, const char *func);
void test_tls_peer_expect_end_at (TestTlsPeer *peer, const char *file, int line, const char *func);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestTlsPeer, test_tls_peer_free)

G_END_DECLS
