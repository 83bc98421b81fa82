/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of SalClient share.
 */
#pragma once

#include "common/client/sal-client-machine.h"
#include "common/client/sal-client.h"
#include "common/client/sal-irc-machine.h"

G_BEGIN_DECLS

struct _SalClient
{
  GObject parent;
  SalUri *uri; /* (owned) */
  SalTransportOptions transport_options;
  SalClientMachine *machine; /* (owned) (nullable): while the plain dialect is spoken */
  SalIrcMachine *irc;        /* (owned) (nullable): while IRC is */
  SalTransport *transport;   /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) */
  GError *error;             /* (owned) (nullable): what broke the connection */
  SalTlsDetails *refused;    /* (owned) (nullable): by us, while a person has not decided */
  guint connect_timer;
  guint timer;
  gint64 heard_us;    /* when something came last, since 1970; 0: never */
  gboolean wants_tls; /* what came first was TLS, and that is not spoken here */
  gboolean ended;
  gboolean password_is_wrong;
  gboolean carrying_out;
  gboolean input_ended;

  /* For a machine that is made only when the server has greeted. */
  SalClientOptions options;
  char *strings[7];        /* (owned): of the options */
  SalClientRoom *rooms;    /* (owned) */
  SalFilter *filter;       /* (owned) (nullable) */
  GPtrArray *room_strings; /* (owned) */
};

void sal_client_carry_out (SalClient *client);

G_END_DECLS
