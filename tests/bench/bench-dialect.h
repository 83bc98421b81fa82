/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a client is to go. */
typedef struct
{
  const char *name;
  const char *room; /* how the rooms' names begin; their number follows */
  guint number;     /* of the room, from 0 */
  gboolean enters;  /* FALSE: it only connects */
  gboolean moves;   /* there are several rooms, so it has to say which */
  gboolean speaks;  /* it is the mouth of a sender, and somebody else its ears */
  gsize message_size;
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

  /* Is all of @bytes, which came together, the question whether the client is there? It may come
   * at any time. NULL: the server does not ask. */
  gboolean (*is_question) (const char *bytes, gsize len);

  /* Does @line tell that somebody else has come in? NULL: the server does not tell. */
  gboolean (*is_arrival) (const char *line);

  /* Appends to @bytes what stands before each message of a client when it comes. @source:
   * (nullable): the beginning of a line that tells of the client's own coming, if there was
   * one. */
  void (*prefix) (const BenchPlace *place, const char *source, guint16 local_port, GString *bytes);

  /* NULL: what is sent are the messages as they are; else what stands before each, appended to
   * @say. */
  void (*address) (const BenchPlace *place, GString *say);

  /* Whoever sends does not get it back; so each sender has a connection to speak, and another
   * one to listen as everybody does. */
  gboolean no_echo;
} BenchDialect;

const BenchDialect *bench_dialect_find (const char *name);

G_END_DECLS
