/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three mechanisms, in this order: EXTERNAL with a certificate of ours, SCRAM-SHA-256, and
 * PLAIN where nobody can listen in. PLAIN (RFC 4616) and EXTERNAL are one message each and are
 * written here; the exchange of SCRAM (RFC 5802) is the library's.
 *
 * Deriving the key takes as long as the server likes, so whoever drives the machine does it
 * in a thread. It is done here and not in the library, because that stops at passwords
 * with characters that are younger than Unicode 3.2, an emoji for one.
 */
#include "config.h"

#include "common/client/sal-irc-sasl.h"

#include <gsasl.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-wipe.h"

struct _SalIrcSasl
{
  char *account;
  char *password; /* (owned) (nullable): wiped */
  gboolean confidential;
  gboolean certificate;
  const char *mechanism; /* (nullable): in use */
  guint refused;         /* mechanisms, by their number, that are not to be tried again */
  GString *input;        /* (owned): the server's message so far, in base64 */
  Gsasl *library;
  Gsasl_session *session;
  char *hex_key; /* (owned) (nullable): wiped */
  char *pending; /* (owned) (nullable): the server's first message, waiting for the key */
  GBytes *salt;
  guint iterations;
  gboolean proven; /* the server has shown that it knows the password, or need not */
};

static const char *const mechanisms[] = { "EXTERNAL", "SCRAM-SHA-256", "PLAIN" };

/**
 * sal_irc_sasl_new:
 * @account: the name to log in with
 * @password: (nullable): without it only EXTERNAL is left
 * @confidential: nobody listens in, so that PLAIN may be used
 * @certificate: one of ours was shown to the server
 */
SalIrcSasl *
sal_irc_sasl_new (const char *account,
                  const char *password,
                  gboolean confidential,
                  gboolean certificate)
{
  SalIrcSasl *sasl = g_new0 (SalIrcSasl, 1);

  sasl->account = g_strdup (account);
  sasl->password = g_strdup (password);
  sasl->confidential = confidential;
  sasl->certificate = certificate;
  sasl->input = g_string_new (NULL);
  return sasl;
}

static void
end_exchange (SalIrcSasl *sasl)
{
  if (sasl->session != NULL)
    gsasl_finish (sasl->session);
  if (sasl->library != NULL)
    gsasl_done (sasl->library);
  sasl->session = NULL;
  sasl->library = NULL;
  g_clear_pointer (&sasl->hex_key, sal_wipe);
  g_clear_pointer (&sasl->pending, g_free);
  g_clear_pointer (&sasl->salt, g_bytes_unref);
  g_string_truncate (sasl->input, 0);
  sasl->proven = FALSE;
}

/**
 * sal_irc_sasl_free:
 * @sasl: (nullable) (transfer full)
 */
void
sal_irc_sasl_free (SalIrcSasl *sasl)
{
  if (sasl == NULL)
    return;
  end_exchange (sasl);
  g_free (sasl->account);
  sal_wipe (sasl->password);
  g_string_free (sasl->input, TRUE);
  g_free (sasl);
}

static gboolean
is_possible (const SalIrcSasl *sasl, guint number)
{
  if (sasl->refused & 1u << number)
    return FALSE;
  if (number == 0)
    return sasl->certificate;
  return sasl->password != NULL && (number == 1 || sasl->confidential);
}

/**
 * sal_irc_sasl_choose:
 * @offered: (nullable): the mechanisms of the server, with commas between; %NULL: unknown
 *
 * The best mechanism that has not been chosen before.
 *
 * Returns: (transfer none) (nullable): %NULL if there is none.
 */
const char *
sal_irc_sasl_choose (SalIrcSasl *sasl, const char *offered)
{
  g_auto (GStrv) names = offered != NULL ? g_strsplit (offered, ",", -1) : NULL;

  end_exchange (sasl);
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (is_possible (sasl, i) &&
        (names == NULL || g_strv_contains ((const char *const *) names, mechanisms[i])))
      {
        sasl->refused |= 1u << i;
        sasl->mechanism = mechanisms[i];
        return mechanisms[i];
      }
  return NULL;
}

/**
 * sal_irc_sasl_is_external:
 *
 * Returns: whether the certificate is what was chosen last.
 */
gboolean
sal_irc_sasl_is_external (const SalIrcSasl *sasl)
{
  return g_strcmp0 (sasl->mechanism, mechanisms[0]) == 0;
}

/* In base64, in lines of at most 400 bytes; a full one at the end is followed by `+`. */
static void
add_answer (GPtrArray *answer, const void *bytes, gsize len)
{
  g_autofree char *text = len > 0 ? g_base64_encode (bytes, len) : g_strdup ("+");
  gsize left = strlen (text);

  for (const char *at = text;;)
    {
      gsize n = MIN (left, (gsize) SAL_SASL_LINE_BYTES);

      g_ptr_array_add (answer, n > 0 ? g_strndup (at, n) : g_strdup ("+"));
      at += n;
      left -= n;
      if (n < SAL_SASL_LINE_BYTES)
        break;
    }
  explicit_bzero (text, strlen (text));
}

static SalSaslStep
say_plain (SalIrcSasl *sasl, GPtrArray *answer)
{
  g_autoptr (GString) message = g_string_new (NULL);

  g_string_append_c (message, '\0'); /* as whom: the same */
  g_string_append (message, sasl->account);
  g_string_append_c (message, '\0');
  g_string_append (message, sasl->password);
  add_answer (answer, message->str, message->len);
  explicit_bzero (message->str, message->len);
  sasl->proven = TRUE;
  return SAL_SASL_SEND;
}

static int
on_property (Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
  SalIrcSasl *sasl = gsasl_callback_hook_get (library);

  if (property == GSASL_AUTHID)
    return gsasl_property_set (session, GSASL_AUTHID, sasl->account);
  if (property == GSASL_SCRAM_SALTED_PASSWORD && sasl->hex_key != NULL)
    return gsasl_property_set (session, GSASL_SCRAM_SALTED_PASSWORD, sasl->hex_key);
  return GSASL_NO_CALLBACK;
}

static SalSaslStep
step_scram (SalIrcSasl *sasl, const char *input, gsize len, GPtrArray *answer)
{
  char *output = NULL;
  size_t output_len = 0;
  int result = gsasl_step (sasl->session, input, len, &output, &output_len);

  if (result == GSASL_OK)
    sasl->proven = TRUE;
  if (result == GSASL_OK || result == GSASL_NEEDS_MORE)
    add_answer (answer, output, output_len);
  if (output != NULL)
    gsasl_free (output);
  return result == GSASL_OK || result == GSASL_NEEDS_MORE ? SAL_SASL_SEND : SAL_SASL_FAILED;
}

static SalSaslStep
begin_scram (SalIrcSasl *sasl, GPtrArray *answer)
{
  if (gsasl_init (&sasl->library) != GSASL_OK)
    return SAL_SASL_FAILED;
  gsasl_callback_set (sasl->library, on_property);
  gsasl_callback_hook_set (sasl->library, sasl);
  if (gsasl_client_start (sasl->library, "SCRAM-SHA-256", &sasl->session) != GSASL_OK)
    return SAL_SASL_FAILED;
  return step_scram (sasl, NULL, 0, answer);
}

/* `r=...,s=SALT,i=N`: what the key is derived with. */
static gboolean
find_work (SalIrcSasl *sasl, const char *message)
{
  g_auto (GStrv) fields = g_strsplit (message, ",", 8);
  guint64 iterations = 0;

  for (guint i = 0; fields[i] != NULL; i++)
    {
      gsize len = 0;

      if (g_str_has_prefix (fields[i], "s="))
        {
          guchar *salt = g_base64_decode (fields[i] + 2, &len);

          g_clear_pointer (&sasl->salt, g_bytes_unref);
          sasl->salt = g_bytes_new_take (salt, len);
        }
      else if (g_str_has_prefix (fields[i], "i=") &&
               !g_ascii_string_to_unsigned (fields[i] + 2, 10, SAL_ITERATIONS_MIN,
                                            SAL_ITERATIONS_MAX, &iterations, NULL))
        return FALSE;
    }
  sasl->iterations = (guint) iterations;
  return iterations > 0 && sasl->salt != NULL && g_bytes_get_size (sasl->salt) > 0;
}

static SalSaslStep
take_message (SalIrcSasl *sasl, const char *message, gsize len, GPtrArray *answer)
{
  if (sal_irc_sasl_is_external (sasl))
    {
      add_answer (answer, "", 0);
      sasl->proven = TRUE;
      return SAL_SASL_SEND;
    }
  if (g_strcmp0 (sasl->mechanism, "PLAIN") == 0)
    return say_plain (sasl, answer);
  if (sasl->session == NULL)
    return begin_scram (sasl, answer);
  if (sasl->hex_key == NULL && sasl->pending == NULL)
    {
      if (memchr (message, '\0', len) != NULL || !find_work (sasl, message))
        return SAL_SASL_FAILED;
      sasl->pending = g_strdup (message);
      return SAL_SASL_DERIVE;
    }
  return sasl->hex_key != NULL ? step_scram (sasl, message, len, answer) : SAL_SASL_FAILED;
}

/**
 * sal_irc_sasl_take:
 * @param: of a line AUTHENTICATE
 * @answer: to which the parameters of our lines AUTHENTICATE are added
 */
SalSaslStep
sal_irc_sasl_take (SalIrcSasl *sasl, const char *param, GPtrArray *answer)
{
  g_autofree guchar *message = NULL;
  gsize len = strlen (param);

  if (!g_str_equal (param, "+"))
    g_string_append (sasl->input, param);
  if (sasl->input->len > SAL_SASL_MAX_BYTES)
    return SAL_SASL_FAILED;
  if (len == SAL_SASL_LINE_BYTES)
    return SAL_SASL_WAIT;
  /* One byte more than decoded, so that it is also a string. */
  message = g_malloc0 (sasl->input->len + 1);
  len = 0;
  if (sasl->input->len > 0)
    {
      g_autofree guchar *decoded = g_base64_decode (sasl->input->str, &len);

      memcpy (message, decoded, len);
    }
  g_string_truncate (sasl->input, 0);
  return take_message (sasl, (const char *) message, len, answer);
}

/**
 * sal_irc_sasl_get_work:
 * @salt: (out) (transfer none)
 * @iterations: (out)
 *
 * What sal_sasl_derive() is to be called with after %SAL_SASL_DERIVE.
 *
 * Returns: (transfer none): the password.
 */
const char *
sal_irc_sasl_get_work (SalIrcSasl *sasl, GBytes **salt, guint *iterations)
{
  *salt = sasl->salt;
  *iterations = sasl->iterations;
  return sasl->password;
}

/**
 * sal_irc_sasl_derived:
 * @answer: to which the parameters of our lines AUTHENTICATE are added
 *
 * The key is there.
 */
SalSaslStep
sal_irc_sasl_derived (SalIrcSasl *sasl, const guint8 key[SAL_SASL_KEY_BYTES], GPtrArray *answer)
{
  g_autofree char *message = g_steal_pointer (&sasl->pending);
  g_autoptr (GString) hex = g_string_new (NULL);
  SalSaslStep step = SAL_SASL_FAILED;

  if (message == NULL)
    return SAL_SASL_FAILED;
  for (guint i = 0; i < SAL_SASL_KEY_BYTES; i++)
    g_string_append_printf (hex, "%02x", key[i]);
  sasl->hex_key = g_strdup (hex->str);
  explicit_bzero (hex->str, hex->len);
  step = step_scram (sasl, message, strlen (message), answer);
  return step;
}

/**
 * sal_irc_sasl_is_proven:
 *
 * Returns: whether success may be believed: with SCRAM the server, too, has to show that it knows
 *   the password.
 */
gboolean
sal_irc_sasl_is_proven (const SalIrcSasl *sasl)
{
  return sasl->proven;
}

/* SASLprep (RFC 4013), so that a password is the same from every keyboard; what it has no rule
 * for is taken as it is. */
static char *
prepare (const char *password)
{
  char *prepared = NULL;
  char *copy = NULL;

  /* In 2.2 the flag that should allow unassigned characters forbids them. */
  if (gsasl_saslprep (password, (Gsasl_saslprep_flags) 0, &prepared, NULL) != GSASL_OK)
    return g_strdup (password);
  copy = g_strdup (prepared);
  explicit_bzero (prepared, strlen (prepared));
  gsasl_free (prepared);
  return copy;
}

static void
digest_pad (GChecksum *checksum, const guint8 *block, guint8 pad, gsize len)
{
  guint8 padded[64];

  for (gsize i = 0; i < len; i++)
    padded[i] = block[i] ^ pad;
  g_checksum_update (checksum, padded, (gssize) len);
  explicit_bzero (padded, sizeof padded);
}

/* HMAC with a key whose two halves have been begun: twice as fast as beginning anew. */
static void
hmac (const GChecksum *inner, const GChecksum *outer, const void *bytes, gsize len, guint8 *out)
{
  g_autoptr (GChecksum) first = g_checksum_copy (inner);
  g_autoptr (GChecksum) second = g_checksum_copy (outer);
  gsize size = SAL_SASL_KEY_BYTES;

  g_checksum_update (first, bytes, (gssize) len);
  g_checksum_get_digest (first, out, &size);
  g_checksum_update (second, out, SAL_SASL_KEY_BYTES);
  size = SAL_SASL_KEY_BYTES;
  g_checksum_get_digest (second, out, &size);
}

/**
 * sal_sasl_derive:
 * @key: (out): the salted password of SCRAM-SHA-256
 *
 * PBKDF2 with HMAC-SHA-256 (RFC 8018, 5.2), one block. Slow on purpose; may run in any thread.
 */
void
sal_sasl_derive (const char *password,
                 GBytes *salt,
                 guint iterations,
                 guint8 key[SAL_SASL_KEY_BYTES])
{
  g_autofree char *prepared = prepare (password);
  gsize prepared_len = strlen (prepared);
  g_autoptr (GChecksum) inner = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GChecksum) outer = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GByteArray) first = g_byte_array_new ();
  guint8 block[64] = { 0 };
  guint8 u[SAL_SASL_KEY_BYTES];
  gsize size = SAL_SASL_KEY_BYTES;

  if (prepared_len > sizeof block)
    {
      g_autoptr (GChecksum) shorter = g_checksum_new (G_CHECKSUM_SHA256);

      g_checksum_update (shorter, (const guchar *) prepared, (gssize) prepared_len);
      g_checksum_get_digest (shorter, block, &size);
    }
  else
    memcpy (block, prepared, prepared_len);
  digest_pad (inner, block, 0x36, sizeof block);
  digest_pad (outer, block, 0x5C, sizeof block);

  g_byte_array_append (first, g_bytes_get_data (salt, NULL), (guint) g_bytes_get_size (salt));
  g_byte_array_append (first, (const guint8 *) "\0\0\0\1", 4);
  hmac (inner, outer, first->data, first->len, u);
  memcpy (key, u, SAL_SASL_KEY_BYTES);
  for (guint i = 1; i < iterations; i++)
    {
      hmac (inner, outer, u, sizeof u, u);
      for (guint j = 0; j < SAL_SASL_KEY_BYTES; j++)
        key[j] ^= u[j];
    }
  explicit_bzero (prepared, prepared_len);
  explicit_bzero (block, sizeof block);
}
