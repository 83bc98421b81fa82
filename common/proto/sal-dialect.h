/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dialect: how commands and events look on the wire. Pure: bytes in, commands
 * out; events in, bytes out.
 */
#pragma once

#include <glib.h>

#include "common/proto/sal-command.h"
#include "common/proto/sal-event.h"
#include "common/proto/sal-framer.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;

  /* The server's side. @scratch is overwritten and holds the command's text.
   * @named: whether the peer has given its name. */
  void (*decode) (const SalUnit *unit, gboolean named, GString *scratch, SalCommand *command);
  /* @variant: which of its forms the receiver wants; the dialect defines them. An
   * event is encoded once per variant, not once per receiver. What has no form there
   * leaves @out as it is. */
  void (*encode) (GString *out, const SalEvent *event, guint variant);

  /* The client's side: what a line of a server means. The event's strings live in
   * @scratch. */
  void (*parse) (const char *line, GString *scratch, SalEvent *event);
} SalDialect;

extern const SalDialect sal_dialect_plain;
extern const SalDialect sal_dialect_irc;

G_END_DECLS
