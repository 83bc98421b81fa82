/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/client/sal-store.h"

G_BEGIN_DECLS

/* A client's store in a folder of its own, with one room in it. */
typedef struct
{
  char *dir;       /* (owned) */
  char *path;      /* (owned) */
  SalStore *store; /* (owned) (nullable) */
  gint64 room;
  guint failed; /* signals, of all stores that were opened here */
  guint recovered;
  char *message; /* (owned) (nullable): of the last failure */
} EntriesRun;

void entries_run_set_up (EntriesRun *run, gconstpointer data);
void entries_run_tear_down (EntriesRun *run, gconstpointer data);
gint64 entries_add_room (SalStore *store, const char *uri);
gint64 entries_server_of (SalStore *store, gint64 room);
void entries_search (
    EntriesRun *run, const char *words, guint64 before, guint most, const char *expected);
void entries_run_open (EntriesRun *run);
void entries_run_close (EntriesRun *run);
void entries_run_reopen (EntriesRun *run);
void entries_run_put (EntriesRun *run, guint64 id, const char *text);
void entries_run_put_like (EntriesRun *run, const SalEntry *like);
void entries_run_put_many (EntriesRun *run, guint64 first, guint64 last);
void entries_run_keep (EntriesRun *run);
void entries_run_await (const guint *count, guint n);
gint64 entries_run_get (const EntriesRun *run, const char *sql);

gboolean entries_count_up (gpointer data);
char *entries_numbers (GPtrArray *entries);
void entries_expect (GPtrArray *entries, const char *expected);

G_END_DECLS
