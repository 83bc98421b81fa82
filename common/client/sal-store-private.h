/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The store's inside, for the two files that it is made of.
 */
#pragma once

#include <pthread.h>

#include "common/client/sal-store-reader.h"
#include "common/client/sal-store-thread.h"
#include "common/client/sal-store.h"

G_BEGIN_DECLS

struct _SalStore
{
  GObject parent;
  char *path;             /* (owned) */
  int lock_fd;            /* held as long as the store: one program, one file */
  pthread_t home;         /* whose object this is */
  gboolean closed;        /* or never opened */
  GHashTable *rooms;      /* (owned): id -> SalStoreReadRoom (owned): what is true now */
  GHashTable *servers;    /* (owned): id -> SalStoredServer (owned): the same */
  gint64 last_room;       /* the highest number of a room */
  gint64 last_server;     /* the highest number of a server */
  gint64 last_typed;      /* the highest number of what was typed */
  SalStoreReader *reader; /* (owned) (nullable): none when closed */
  SalStoreThread *thread; /* (owned) (nullable): none if it could not be opened */
};

gboolean sal_store_is_open (SalStore *store);
SalStoreReadRoom *sal_store_find_read_room (SalStore *store, gint64 room);

G_END_DECLS
