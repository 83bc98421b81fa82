/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/client/sal-server.h"
#include "tests/lib/test-peer.h"

G_BEGIN_DECLS

/* A client as the desktop has it, without windows: a store and a server in it. */
typedef struct
{
  SalStore *store;     /* (owned) */
  SalServer *server;   /* (owned) */
  GPtrArray *notified; /* (owned) of SalEntry (owned): what the person was told of */
} TestClient;

TestClient *test_client_new (const char *path, const char *uri, const char *name);
void test_client_free (TestClient *client);
void test_client_close (TestClient *client);

void test_client_say (SalRoomModel *room, const char *text);
char *test_client_story (SalRoomModel *room);
guint test_client_count (SalRoomModel *room, const char *text);
SalEntry *test_client_find (SalRoomModel *room, const char *text);
gboolean
test_client_has (SalRoomModel *room, const char *text, SalMessageState state, gboolean pending);
char *test_client_members (SalRoomModel *room);

/* Waiting: the main loop runs meanwhile. */
gboolean test_client_tick (gpointer data);

#define test_wait_until(condition)                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 until_us = g_get_monotonic_time () + TEST_PATIENCE_MS * 1000;                           \
    guint tick = g_timeout_add (50, test_client_tick, NULL);                                       \
    while (!(condition) && g_get_monotonic_time () < until_us)                                     \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (tick);                                                                        \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

#define test_wait_for(room, presence)                                                              \
  test_wait_until (sal_room_model_get_presence (room) == (presence))
#define test_wait_for_story(room, expected)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *now = NULL;                                                                   \
    test_wait_until (                                                                              \
        (g_free (now), now = test_client_story (room), g_str_equal (now, expected)) ||             \
        (g_test_message ("%s", now), FALSE));                                                      \
  }                                                                                                \
  G_STMT_END

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestClient, test_client_free)

G_END_DECLS
