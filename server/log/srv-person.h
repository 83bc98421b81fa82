/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who somebody is, as everybody sees it. There is one of these for each person, which the
 * judge, all workers' states, their session and their entries share; who changes something
 * about themselves gets another one. Immutable, and in one block with its strings. */
typedef struct
{
  guint refs; /* atomic */
  guint irc : 1;
  guint secure : 1;        /* nobody on the way can read what they say */
  guint has_key : 1;       /* behind the name: its key, where that is another string, ... */
  guint has_real_name : 1; /* ... the real name, where that is, ... */
  guint has_token : 1;     /* ... and the token, where there is one */
  guint size : 27;         /* of the block: it is asked for several times for each entry */
  const char *name;        /* "": not given yet */
  const char *host;        /* user@host, as it is shown in IRC */
  const char *address;     /* as the plain dialect shows it */
  const char *account;     /* (nullable) */
} SrvPerson;

/* What somebody is made of. */
typedef struct
{
  gboolean irc;
  gboolean secure;
  const char *name;      /* (nullable): NULL: "" */
  const char *host;      /* (nullable): NULL: "" */
  const char *address;   /* (nullable): NULL: "" */
  const char *real_name; /* (nullable): NULL: the name, as on plain */
  const char *account;   /* (nullable) */
  const char *token;     /* (nullable): by which they are known without an account */
} SrvPersonFields;

SrvPerson *srv_person_new (const SrvPersonFields *fields);
SrvPersonFields srv_person_fields (const SrvPerson *person);
const char *srv_person_get_key (const SrvPerson *person);
const char *srv_person_get_real_name (const SrvPerson *person);
const char *srv_person_get_token (const SrvPerson *person);
SrvPerson *srv_person_ref (SrvPerson *person);
void srv_person_unref (SrvPerson *person);
gsize srv_person_size (const SrvPerson *person);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvPerson, srv_person_unref)

G_END_DECLS
