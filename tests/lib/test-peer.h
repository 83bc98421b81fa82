/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

#include <gio/gio.h>

#include "tests/lib/test-process.h"

G_BEGIN_DECLS

/* What a case says when it is skipped because nothing can be reached at ::1. */
#define TEST_NO_IPV6 "this machine has no IPv6"

/* A server under test: salottod, with the log in memory unless a test says otherwise. */
typedef struct
{
  TestFolder *folder;   /* (owned) */
  TestProcess *process; /* (owned) */
  guint16 port;
} TestServer;

TestServer *test_server_start (const char *const *options);
TestServer *
test_server_start_in (TestFolder *folder, const char *const *options, const char *const *extra_env);
TestServer *test_server_start_process (TestFolder *folder, TestProcess *process);
TestServer *test_server_start_with_log (TestFolder *folder, guint16 port);
TestFolder *test_server_kill (TestServer *server);
void test_server_free (TestServer *server);
guint16 test_reserve_port (void);
gboolean test_has_ipv6 (void);
char *test_server_control (TestServer *server, const char *word);

#define test_server_stop(server) test_server_stop_at (server, __FILE__, __LINE__, G_STRFUNC)
/* The end of a test that has nothing to say about the end of a server. */
#define test_server_finish(server) test_server_finish_at (server, __FILE__, __LINE__, G_STRFUNC)
void test_server_stop_at (TestServer *server, const char *file, int line, const char *func);
void test_server_finish_at (TestServer *server, const char *file, int line, const char *func);

/* A raw peer: a socket and what has come on it. */
typedef struct
{
  int fd;               /* -1 when closed */
  guint16 port;         /* our own */
  char *address;        /* (owned): as a server shows us, e.g. "('127.0.0.1', 4242)" */
  GByteArray *received; /* (owned): what was not taken yet */
  gboolean ended;       /* the other side's FIN */
  gboolean reset;
  gint64 arrival_us; /* when something came last */
} TestPeer;

TestPeer *test_peer_connect (guint16 port);
TestPeer *test_peer_connect_to (const char *host, guint16 port);
TestPeer *test_peer_connect_narrow (guint16 port, int receive_buffer);
TestPeer *test_peer_new (int fd);
GSocketConnection *test_peer_accept (GSocketListener *listener);
void test_peer_free (TestPeer *peer);
void test_peer_send_bytes (TestPeer *peer, const void *bytes, gsize len);
void test_peer_send (TestPeer *peer, const char *text);
void test_peer_half_close (TestPeer *peer);
void test_peer_close (TestPeer *peer);
void test_peer_reset (TestPeer *peer);
gboolean test_peer_read (TestPeer *peer, int ms);
char *test_peer_take_line (TestPeer *peer);
TestPeer *test_peer_join (guint16 port, const char *name);
TestPeer *test_peer_join_narrow (guint16 port, const char *name, int receive_buffer);

/* The next bytes are these and no others. */
#define test_peer_expect(peer, text)                                                               \
  test_peer_expect_at (peer, text, strlen (text), __FILE__, __LINE__, G_STRFUNC)
/* These bytes come; what is before them is taken too. */
#define test_peer_expect_later(peer, text)                                                         \
  test_peer_expect_later_at (peer, text, __FILE__, __LINE__, G_STRFUNC)
/* Nothing comes for so long. */
#define test_peer_expect_nothing(peer, ms)                                                         \
  test_peer_expect_nothing_at (peer, ms, __FILE__, __LINE__, G_STRFUNC)
/* The stream ends, without another byte. */
#define test_peer_expect_end(peer) test_peer_expect_end_at (peer, __FILE__, __LINE__, G_STRFUNC)

void test_peer_expect_at (
    TestPeer *peer, const char *bytes, gsize len, const char *file, int line, const char *func);
void test_peer_expect_later_at (
    TestPeer *peer, const char *text, const char *file, int line, const char *func);
void
test_peer_expect_nothing_at (TestPeer *peer, int ms, const char *file, int line, const char *func);
void test_peer_expect_end_at (TestPeer *peer, const char *file, int line, const char *func);

/* What our server says, in English. */
#define TEST_GREETING "Welcome to the room!!\n"
#define TEST_NAME_WANTED "Please type your name first:\n"
#define TEST_HINT "Just write now, everyone reads it\n"
#define TEST_GOODBYE "Goodbye and see you soon\n"
char *test_welcome (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServer, test_server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestPeer, test_peer_free)

G_END_DECLS
