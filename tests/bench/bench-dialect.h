/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a client is to go. */
typedef struct
{
  const char *name;
  guint number;    /* of the room, from 0 */
  gboolean enters; /* FALSE: it only connects */
  gboolean moves;  /* there are several rooms, so it has to say which */
} BenchPlace;

/* How to speak with a kind of server. To support another, add a row. */
typedef struct
{
  const char *name;

  /* What a client says when it is connected, appended to @say. Returns TRUE if it is
   * where it belongs with that. */
  gboolean (*begin) (const BenchPlace *place, GString *say);

  /* The server said @line (without its end). Appends what the client says now.
   * Returns TRUE when it is where it belongs. */
  gboolean (*hear) (const BenchPlace *place, const char *line, GString *say);

  /* Does @line tell that somebody else has come in? NULL: the server does not tell. */
  gboolean (*is_arrival) (const char *line);

  /* Appends what a client says before each of its messages. NULL: nothing. */
  void (*say) (const BenchPlace *place, GString *say);

  /* (transfer full): what stands before each message of a client, as others read it. */
  char *(*prefix) (const BenchPlace *place, guint16 local_port);
} BenchDialect;

const BenchDialect *bench_dialect_find (const char *name);

G_END_DECLS
