/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/base/sal-uri.h"
#include "common/client/sal-client.h"

G_BEGIN_DECLS

/* What the command line may say, for all verbs together. */
typedef struct
{
  char *name;                   /* (owned) (nullable) */
  char *room;                   /* (owned) (nullable) */
  char *dialect;                /* (owned) (nullable) */
  char *eol;                    /* (owned) (nullable) */
  char *pin;                    /* (owned) (nullable) */
  char *certificate_file;       /* (owned) (nullable) */
  char *key_file;               /* (owned) (nullable) */
  GTlsCertificate *certificate; /* (owned) (nullable): what is in them; see cli_options_uri() */
  char *account;                /* (owned) (nullable) */
  char *password;               /* (owned) (nullable): wiped; see cli_options_passwords() */
  char *server_password;        /* (owned) (nullable): likewise */
  int password_fd;              /* -1: not said */
  int server_password_fd;       /* likewise */
  int split;
  int delay_ms;
  int maxseg;
  int backlog;
  int timeout_s;
  gboolean latin1;
  gboolean half_close;
  gboolean reset;
  gboolean json;
  gboolean hex;
  gboolean verbose;
  gboolean version;
  gboolean save_password;
  gboolean from_keyring; /* the password was there */
  gboolean reconnect;
  gboolean no_reconnect;
  gboolean bell;
} CliOptions;

/* Which of them a verb takes. */
typedef enum
{
  CLI_TAKES_NAME = 1 << 0,    /* name, room, dialect */
  CLI_TAKES_SENDING = 1 << 1, /* split, delay, maxseg */
  CLI_TAKES_JSON = 1 << 2,
  CLI_TAKES_BACKLOG = 1 << 3,
  CLI_TAKES_TIMEOUT = 1 << 4,
  CLI_TAKES_PIN = 1 << 5, /* pin, certificate, key */
  CLI_TAKES_RECONNECT = 1 << 6,
  CLI_TAKES_BELL = 1 << 7,
  CLI_TAKES_LINES = 1 << 8, /* eol, latin1 */
  CLI_TAKES_HALF_CLOSE = 1 << 9,
  CLI_TAKES_RESET = 1 << 10, /* rst */
  CLI_TAKES_HEX = 1 << 11,
  CLI_TAKES_TALK = CLI_TAKES_NAME | CLI_TAKES_SENDING | CLI_TAKES_LINES | CLI_TAKES_HALF_CLOSE |
                   CLI_TAKES_JSON | CLI_TAKES_HEX | CLI_TAKES_TIMEOUT | CLI_TAKES_PIN,
} CliTakes;

void cli_options_clear (CliOptions *options);
gboolean cli_options_parse (CliOptions *options,
                            CliTakes takes,
                            const char *usage,
                            const char *description,
                            int *argc,
                            char ***argv,
                            GError **error);
SalUri *cli_options_uri (CliOptions *options, const char *text, GError **error);
gboolean cli_options_passwords (CliOptions *options, const SalUri *uri, GError **error);
gboolean cli_options_client (const CliOptions *options,
                             const SalUri *uri,
                             SalClientOptions *client,
                             GError **error);
SalTransportOptions cli_options_transport (const CliOptions *options);
gboolean cli_options_eol (const CliOptions *options, SalEol *eol, GError **error);
const char *cli_options_eol_bytes (const CliOptions *options);
void cli_tell_tls (const SalTlsDetails *tls, const CliOptions *options);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliOptions, cli_options_clear)

G_END_DECLS
