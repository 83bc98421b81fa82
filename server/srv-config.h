/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-uri.h"
#include "common/proto/sal-dialect-plain.h"
#include "server/accounts/srv-accounts.h"
#include "server/chat/srv-session.h"
#include "server/log/srv-log-sqlite.h"

G_BEGIN_DECLS

typedef enum
{
  SRV_PROFILE_LAN,
  SRV_PROFILE_CAMPUS,
  SRV_PROFILE_INTERNET,
  SRV_N_PROFILES
} SrvProfile;

typedef enum
{
  SRV_STORE_MEMORY,
  SRV_STORE_SQLITE,
} SrvStoreKind;

/* How the server is to be. A value that is not changed once it is complete. */
typedef struct
{
  /* [server] */
  char *name;           /* (owned) */
  GPtrArray *listeners; /* (owned) of SalUri (owned); never empty when complete */
  int backlog;
  guint workers;
  gboolean public;
  gboolean addresses_shown;
  SalPlainLanguage language;
  gboolean exact;
  /* [log] */
  SrvStoreKind store;
  char *log_path; /* (owned) (nullable): NULL: the default place */
  SrvSync sync;
  guint retention_days; /* 0: for ever */
  guint retention_mib;  /* 0: no limit */
  /* [tls] */
  char *certificate; /* (owned) (nullable): NULL: the server's own */
  char *key;         /* (owned) (nullable): NULL: in the certificate's file */
  guint sts_seconds; /* how long clients shall come by TLS only; 0: not said */
  /* [accounts]; what is a limit comes from there */
  SrvAccountsConfig accounts;
  char *invitation_code; /* (owned) (nullable) */
  /* [irc] */
  char *irc_network;     /* (owned) (nullable) */
  char *irc_description; /* (owned) (nullable) */
  char *irc_password;    /* (owned) (nullable): that everybody must know */
  char **irc_motd;       /* (owned) (nullable): lines */
  gboolean irc_addresses_shown;
  guint irc_history_on_join;
  /* [limits] */
  SrvProfile profile;
  SrvLimits limits;
  /* [console] */
  char *control;       /* (owned) (nullable): the control socket; NULL: the default place */
  char *control_group; /* (owned) (nullable) */
  char *log_level;     /* (owned) */
} SrvConfig;

/* What the command line says, which wins over every file. */
typedef struct
{
  const char *config_file;   /* (nullable) */
  const char *const *listen; /* (nullable) */
  const char *name;          /* (nullable) */
  const char *log;           /* (nullable) */
  const char *backlog;       /* (nullable) */
  const char *workers;       /* (nullable) */
  const char *control;       /* (nullable) */
  gboolean verbose;
} SrvOptions;

SrvConfig *srv_config_load (const SrvOptions *options, GError **error);
void srv_config_free (SrvConfig *config);
void srv_config_take_irc (SrvConfig *config, SrvConfig *other);
gboolean srv_config_same_listeners (const SrvConfig *a, const SrvConfig *b);
const char *srv_profile_name (SrvProfile profile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvConfig, srv_config_free)

G_END_DECLS
