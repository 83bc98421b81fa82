/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a session asks about accounts, and what it is answered: values only, so that a
 * session can be tested without a store, a thread or a library behind it.
 *
 * A session asks one thing at a time and is not read until the answer is there, which
 * may be at once or after some seconds. How an answer is said is the dialect's business.
 * The exchange itself is in srv-login-exchange.
 */
#pragma once

#include <glib.h>

#include "server/net/srv-address.h"

G_BEGIN_DECLS

/* What somebody may do beyond what everybody may. Each includes those before it. */
typedef enum
{
  SRV_ROLE_USER,
  SRV_ROLE_MODERATOR, /* keeps order in every room, as its own operators do */
  SRV_ROLE_OPERATOR,  /* runs the server: KILL, REHASH, DIE, server-wide notices */
  SRV_N_ROLES
} SrvRole;

/* Who is at the other end, as far as logging in is concerned. A value. */
typedef struct
{
  SrvAddress address;
  gboolean tls;
  const char *fingerprint; /* (unowned) (nullable): SHA-256 of their certificate, in hex */
  guint64 connection;      /* theirs, as the log knows it */
} SrvLoginPeer;

typedef enum
{
  SRV_LOGIN_AUTHENTICATE, /* text: the parameter of AUTHENTICATE as it came */
  SRV_LOGIN_OPER,         /* name, text: the password */
  SRV_LOGIN_REGISTER,     /* name, text: the password, email (nullable: "*") */
  SRV_LOGIN_VERIFY,       /* name, text: the code, wanted: the nickname that they have now */
  SRV_LOGIN_IDENTIFY,     /* name, text: the password */
  SRV_LOGIN_PASSWORD,     /* name, text: the password, wanted: the one from now on */
} SrvLoginKind;

/* All texts are (unowned), valid UTF-8, as long as a line may be. */
typedef struct
{
  SrvLoginKind kind;
  const char *name; /* (nullable): AUTHENTICATE has none */
  const char *text;
  const char *email;  /* (nullable) */
  const char *wanted; /* (nullable) */
} SrvLoginRequest;

typedef enum
{
  SRV_VERDICT_OK,       /* it is `account`, with `role` (which OPER turns into power) */
  SRV_VERDICT_CONTINUE, /* AUTHENTICATE: say `lines`, each after AUTHENTICATE; more to come */
  SRV_VERDICT_MORE,     /* AUTHENTICATE: a part was taken; say nothing */

  /* What went wrong. */
  SRV_VERDICT_WRONG,        /* who or what, is not said (904, 464, INVALID_CODE) */
  SRV_VERDICT_TOO_SOON,     /* not even tried; again in `seconds` */
  SRV_VERDICT_BUSY,         /* too much to do, or the store fails; again later */
  SRV_VERDICT_TOO_LONG,     /* AUTHENTICATE: more than 400 bytes in a line (905) */
  SRV_VERDICT_TOO_MUCH,     /* AUTHENTICATE: a message of too many lines (904) */
  SRV_VERDICT_ABORTED,      /* AUTHENTICATE * (906) */
  SRV_VERDICT_NO_MECHANISM, /* AUTHENTICATE: 908 with `account` as the list, then 904 */
  SRV_VERDICT_NOT_HERE,     /* passwords are not taken on this connection: no TLS */
  SRV_VERDICT_NO_OPERATOR,  /* OPER: an account, but it has no role (491) */

  /* REGISTER and VERIFY; BAD_PASSWORD also of who wants another. */
  SRV_VERDICT_VERIFY,       /* now VERIFY `account` with the invitation code */
  SRV_VERDICT_CLOSED,       /* registration is off */
  SRV_VERDICT_EXISTS,       /* the name is taken (ACCOUNT_EXISTS) */
  SRV_VERDICT_BAD_NAME,     /* BAD_ACCOUNT_NAME */
  SRV_VERDICT_BAD_PASSWORD, /* too short or too long, or not allowed characters */
  SRV_VERDICT_BAD_EMAIL,    /* INVALID_EMAIL: one is needed, or this is none */
  SRV_VERDICT_NOT_THEIRS,   /* VERIFY: they do not have that nickname any more */
  SRV_VERDICT_TOO_MANY,     /* a limit: accounts, or registrations from one address */
  SRV_N_VERDICTS
} SrvVerdict;

/* The texts are (unowned): good until the function that got them returns. */
typedef struct
{
  SrvLoginKind kind;
  SrvVerdict verdict;
  const char *account; /* (nullable) */
  SrvRole role;
  const char *const *lines; /* (nullable) (array zero-terminated=1) */
  guint seconds;            /* for TOO_SOON */
} SrvLoginAnswer;

G_END_DECLS
