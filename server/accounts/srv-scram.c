/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords: SCRAM-SHA-256 (RFC 5802, RFC 7677) with GNU SASL and OpenSSL. What is kept of one is
 * derived here, and who claims to know one is asked to prove it.
 *
 * Deriving costs tens of milliseconds by design, so it belongs into a thread of its own;
 * the steps of an exchange cost microseconds. An exchange is used by one thread at a
 * time.
 */
#include "config.h"

#include "server/accounts/srv-scram.h"

#include <gsasl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/sal-wipe.h"

struct _SrvScram
{
  Gsasl_session *session; /* (owned) */
  SrvScramLookup lookup;
  gpointer data;
  gboolean known; /* the session has the keys of its name */
  gboolean begun; /* the first message was there */
};

static Gsasl *library;

static int on_property (Gsasl *context, Gsasl_session *session, Gsasl_property property);

static void
load_library (void)
{
  int code = gsasl_init (&library);

  if (code != GSASL_OK)
    g_error ("GNU SASL: %s", gsasl_strerror (code));
  gsasl_callback_set (library, on_property);
}

static Gsasl *
get_library (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, load_library);
  return library;
}

/* Such a password is prepared as it is (RFC 4013, 2), and the library would leave copies of it in
 * memory on its way to Unicode and back. */
static gboolean
is_printable_ascii (const char *password)
{
  const char *at = password;

  while (*at >= 0x20 && *at < 0x7F)
    at++;
  return *at == '\0' && at > password;
}

/**
 * srv_scram_prepare:
 * @password: UTF-8
 *
 * SASLprep (RFC 4013): so that a password is the same from every keyboard. Characters
 * that Unicode 3.2 did not have, an emoji for one, are let through as they are, which is
 * what clients do.
 *
 * Returns: (transfer full) (nullable): the password as it is derived from, to be given
 * to sal_wipe(); %NULL if it has characters no password can have, or none at all.
 */
char *
srv_scram_prepare (const char *password)
{
  char *prepared = NULL;
  char *copy = NULL;

  if (is_printable_ascii (password))
    return g_strdup (password);
  /* In 2.2 the flag that should allow unassigned characters forbids them. */
  if (*password == '\0' || !g_utf8_validate (password, -1, NULL) ||
      gsasl_saslprep (password, (Gsasl_saslprep_flags) 0, &prepared, NULL) != GSASL_OK)
    return NULL;
  if (*prepared != '\0')
    copy = g_strdup (prepared);
  explicit_bzero (prepared, strlen (prepared));
  gsasl_free (prepared);
  return copy;
}

/* @keys has salt and iterations. The library's own way from password to salted password
 * stops at characters that are younger than Unicode 3.2, and takes twice the time. */
static gboolean
derive (SrvScramKeys *keys, const char *password)
{
  char *prepared = srv_scram_prepare (password);
  const char *tried = prepared != NULL ? prepared : "-"; /* costs what a wrong one does */
  char salted[SRV_SCRAM_KEY_BYTES];
  char client_key[SRV_SCRAM_KEY_BYTES];
  gboolean done = PKCS5_PBKDF2_HMAC (tried, (int) strlen (tried), keys->salt, sizeof keys->salt,
                                     (int) keys->iterations, EVP_sha256 (), sizeof salted,
                                     (unsigned char *) salted) == 1 &&
                  gsasl_scram_secrets_from_salted_password (GSASL_HASH_SHA256, salted, client_key,
                                                            (char *) keys->server_key,
                                                            (char *) keys->stored_key) == GSASL_OK;

  explicit_bzero (salted, sizeof salted);
  explicit_bzero (client_key, sizeof client_key);
  done = done && prepared != NULL;
  sal_wipe (prepared);
  return done;
}

/**
 * srv_scram_derive:
 * @keys: (out): with a new salt
 * @iterations: how much work it is to try a password; RFC 7677 wants 4096 at least
 *
 * Slow on purpose.
 *
 * Returns: %FALSE if @password is none, as in srv_scram_prepare(), or there is no
 * randomness to be had.
 */
gboolean
srv_scram_derive (SrvScramKeys *keys, const char *password, guint iterations)
{
  keys->iterations = iterations;
  return getrandom (keys->salt, sizeof keys->salt, 0) == (ssize_t) sizeof keys->salt &&
         derive (keys, password);
}

/* In a time that does not depend on where they differ. */
static gboolean
is_same (const guint8 *a, const guint8 *b)
{
  guint8 difference = 0;

  for (gsize i = 0; i < SRV_SCRAM_KEY_BYTES; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

/**
 * srv_scram_matches:
 *
 * Slow on purpose, and equally so for every password.
 *
 * Returns: whether @keys were derived from @password.
 */
gboolean
srv_scram_matches (const SrvScramKeys *keys, const char *password)
{
  SrvScramKeys tried = *keys;
  gboolean derived = derive (&tried, password);
  gboolean same = is_same (tried.stored_key, keys->stored_key);

  explicit_bzero (&tried, sizeof tried);
  return derived && same;
}

/**
 * srv_scram_pretend:
 * @keys: (out): keys that no password has
 * @secret: of this server
 * @name: of an account that does not exist
 *
 * They are the same each time, as those of an account would be.
 */
void
srv_scram_pretend (
    SrvScramKeys *keys, const guint8 *secret, gsize secret_len, const char *name, guint iterations)
{
  guint8 *const parts[] = { keys->salt, keys->stored_key, keys->server_key };
  const gsize lengths[] = { sizeof keys->salt, sizeof keys->stored_key, sizeof keys->server_key };

  keys->iterations = iterations;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, secret, secret_len);
      guint8 digest[32];
      gsize len = sizeof digest;
      guint8 which = (guint8) i;

      g_hmac_update (hmac, &which, 1);
      g_hmac_update (hmac, (const guchar *) name, -1);
      g_hmac_get_digest (hmac, digest, &len);
      g_hmac_unref (hmac);
      memcpy (parts[i], digest, lengths[i]);
    }
}

/* The exchange. */

static void
set_keys (SrvScram *scram)
{
  const char *name = gsasl_property_fast (scram->session, GSASL_AUTHID);
  SrvScramKeys keys = { 0 };
  g_autofree char *salt = NULL;
  g_autofree char *iterations = NULL;
  char *stored_key = NULL;
  char *server_key = NULL;

  scram->known = TRUE;
  scram->lookup (name != NULL ? name : "", &keys, scram->data);
  salt = g_base64_encode (keys.salt, sizeof keys.salt);
  iterations = g_strdup_printf ("%u", keys.iterations);
  stored_key = g_base64_encode (keys.stored_key, sizeof keys.stored_key);
  server_key = g_base64_encode (keys.server_key, sizeof keys.server_key);
  (void) gsasl_property_set (scram->session, GSASL_SCRAM_SALT, salt);
  (void) gsasl_property_set (scram->session, GSASL_SCRAM_ITER, iterations);
  (void) gsasl_property_set (scram->session, GSASL_SCRAM_STOREDKEY, stored_key);
  (void) gsasl_property_set (scram->session, GSASL_SCRAM_SERVERKEY, server_key);
  explicit_bzero (&keys, sizeof keys);
  sal_wipe (stored_key);
  sal_wipe (server_key);
}

/* The library asks for what it needs; whatever it is, all of it is given at once. */
static int
on_property (Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
  SrvScram *scram = gsasl_session_hook_get (session);

  switch (property)
    {
    case GSASL_SCRAM_SALT:
    case GSASL_SCRAM_ITER:
    case GSASL_SCRAM_STOREDKEY:
    case GSASL_SCRAM_SERVERKEY:
      if (scram->known)
        return GSASL_NO_CALLBACK;
      set_keys (scram);
      return GSASL_OK;
    default:
      return GSASL_NO_CALLBACK;
    }
}

/**
 * srv_scram_new:
 * @lookup: asked once, with @data, for the keys of whoever it is
 */
SrvScram *
srv_scram_new (SrvScramLookup lookup, gpointer data)
{
  SrvScram *scram = g_new0 (SrvScram, 1);
  int code = gsasl_server_start (get_library (), "SCRAM-SHA-256", &scram->session);

  if (code != GSASL_OK)
    g_error ("GNU SASL: SCRAM-SHA-256: %s", gsasl_strerror (code));
  scram->lookup = lookup;
  scram->data = data;
  gsasl_session_hook_set (scram->session, scram);
  return scram;
}

/**
 * srv_scram_free:
 * @scram: (nullable) (transfer full)
 */
void
srv_scram_free (SrvScram *scram)
{
  if (scram == NULL)
    return;
  gsasl_finish (scram->session);
  g_free (scram);
}

/**
 * srv_scram_step:
 * @input: what the peer said
 * @output: (out): what to say to it
 *
 * Returns: how it stands. After %SRV_SCRAM_FAILED the exchange can only be freed.
 */
SrvScramStep
srv_scram_step (SrvScram *scram, const char *input, gsize len, GString *output)
{
  char *said = NULL;
  size_t said_len = 0;
  int code = GSASL_AUTHENTICATION_ERROR;

  g_string_truncate (output, 0);
  /* Whoever relies on a channel binding must be told that nobody checks it (RFC 5802,
   * section 6), which the library does not. */
  if (scram->begun || len == 0 || *input != 'p')
    code = gsasl_step (scram->session, input, len, &said, &said_len);
  scram->begun = TRUE;
  if (code != GSASL_OK && code != GSASL_NEEDS_MORE)
    return SRV_SCRAM_FAILED;
  g_string_append_len (output, said, (gssize) said_len);
  gsasl_free (said);
  return code == GSASL_OK ? SRV_SCRAM_DONE : SRV_SCRAM_MORE;
}

/**
 * srv_scram_get_name:
 *
 * Returns: (transfer none) (nullable): whose password it is about; %NULL before the
 * peer has said so.
 */
const char *
srv_scram_get_name (SrvScram *scram)
{
  return gsasl_property_fast (scram->session, GSASL_AUTHID);
}

/**
 * srv_scram_get_other_name:
 *
 * Returns: (transfer none) (nullable): as whom the peer wants to act, if it said so
 * (RFC 5801, section 4: authzid).
 */
const char *
srv_scram_get_other_name (SrvScram *scram)
{
  return gsasl_property_fast (scram->session, GSASL_AUTHZID);
}
