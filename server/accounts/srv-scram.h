/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SRV_SCRAM_SALT_BYTES 16
#define SRV_SCRAM_KEY_BYTES 32

/* What the server knows of a password (RFC 5802, section 3): enough to recognise who
 * knows it, and not enough to log in anywhere. A value. */
typedef struct
{
  guint iterations;
  guint8 salt[SRV_SCRAM_SALT_BYTES];
  guint8 stored_key[SRV_SCRAM_KEY_BYTES];
  guint8 server_key[SRV_SCRAM_KEY_BYTES];
} SrvScramKeys;

char *srv_scram_prepare (const char *password);
gboolean srv_scram_derive (SrvScramKeys *keys, const char *password, guint iterations);
gboolean srv_scram_matches (const SrvScramKeys *keys, const char *password);
void srv_scram_pretend (
    SrvScramKeys *keys, const guint8 *secret, gsize secret_len, const char *name, guint iterations);

/* One exchange of SCRAM-SHA-256, seen from the server. */
typedef struct _SrvScram SrvScram;

/* Puts into @keys those of @name, or such as look like some. */
typedef void (*SrvScramLookup) (const char *name, SrvScramKeys *keys, gpointer data);

typedef enum
{
  SRV_SCRAM_MORE,   /* say what was returned; the peer will answer */
  SRV_SCRAM_DONE,   /* say what was returned: they know the password */
  SRV_SCRAM_FAILED, /* they do not, or do not speak SCRAM */
} SrvScramStep;

SrvScram *srv_scram_new (SrvScramLookup lookup, gpointer data);
void srv_scram_free (SrvScram *scram);
SrvScramStep srv_scram_step (SrvScram *scram, const char *input, gsize len, GString *output);
const char *srv_scram_get_name (SrvScram *scram);
const char *srv_scram_get_other_name (SrvScram *scram);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvScram, srv_scram_free)

G_END_DECLS
