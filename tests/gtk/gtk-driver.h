/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/lib/test-app.h"
#include "tests/lib/test-desktop.h"
#include "tests/lib/test-foreign.h"
#include "tests/lib/test-irc.h"
#include "tests/lib/test-peer.h"

G_BEGIN_DECLS

int driver_run (int argc, char **argv, void (*add_cases) (void));

TestFolder *driver_folder_new (const char *name);
char *driver_uri (guint16 port, const char *room);
TestApp *driver_enter (const TestFolder *folder, guint16 port);
TestApp *driver_enter_uri (const TestFolder *folder, const char *uri);
char *driver_irc_uri (guint16 port, const char *room);
TestPeer *driver_join_irc (guint16 port, const char *name, const char *room);
TestApp *driver_enter_irc (const TestFolder *folder, guint16 port, const char *room);
void driver_say (TestApp *app, const char *text);
void driver_go_to (TestApp *app, guint16 port);
void driver_leave (TestApp *app);

/* A server played by hand. */
typedef struct
{
  int listener;
  guint16 port;
  TestPeer *client; /* (owned) (nullable): our end of the last connection */
} Stage;

Stage *stage_new (void);
void stage_free (Stage *stage);
void stage_let_in (Stage *stage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stage, stage_free)

G_END_DECLS
