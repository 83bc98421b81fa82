/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The public key in a certificate, which GIO does not give. Only as much of DER (X.690,
 * 8.1 and 10.1) is read as leads to it; what it says is for the TLS library to judge, and
 * has been judged. Pure, and bounded by the certificate.
 */
#include "config.h"

#include "common/client/sal-spki.h"

#include <string.h>

#define TAG_INTEGER 0x02
#define TAG_OID 0x06
#define TAG_SEQUENCE 0x30
#define TAG_VERSION 0xA0

#define PIN_PREFIX "pin-sha256:"
#define DIGEST_BYTES 32

/* What is left to be read. */
typedef struct
{
  const guint8 *at;
  gsize left;
} Der;

/* Takes one value off @der: all of it with its header in @whole (nullable), and what is in
 * it in @inside (nullable). Returns FALSE unless it has @tag and is complete. */
static gboolean
take (Der *der, guint8 tag, Der *whole, Der *inside)
{
  gsize header = 2;
  gsize len = 0;

  if (der->left < 2 || der->at[0] != tag)
    return FALSE;
  len = der->at[1];
  if (len >= 0x80)
    {
      gsize n = len & 0x7F;

      if (n == 0 || n > 3 || der->left < 2 + n)
        return FALSE; /* without an end, or of more than 16 MiB */
      len = 0;
      for (gsize i = 0; i < n; i++)
        len = len << 8 | der->at[2 + i];
      header += n;
    }
  if (der->left - header < len)
    return FALSE;
  if (whole != NULL)
    *whole = (Der){ der->at, header + len };
  if (inside != NULL)
    *inside = (Der){ der->at + header, len };
  der->at += header + len;
  der->left -= header + len;
  return TRUE;
}

/**
 * sal_spki_find:
 * @der: a certificate (RFC 5280, 4.1)
 * @spki: (out) (transfer none): its SubjectPublicKeyInfo, in @der
 *
 * Returns: %FALSE if there is none where one should be.
 */
gboolean
sal_spki_find (const guint8 *der, gsize len, const guint8 **spki, gsize *spki_len)
{
  Der outer = { der, len };
  Der certificate;
  Der tbs;
  Der found;

  if (!take (&outer, TAG_SEQUENCE, NULL, &certificate) ||
      !take (&certificate, TAG_SEQUENCE, NULL, &tbs))
    return FALSE;
  (void) take (&tbs, TAG_VERSION, NULL, NULL);  /* not in the oldest */
  if (!take (&tbs, TAG_INTEGER, NULL, NULL) ||  /* serial number */
      !take (&tbs, TAG_SEQUENCE, NULL, NULL) || /* algorithm */
      !take (&tbs, TAG_SEQUENCE, NULL, NULL) || /* issuer */
      !take (&tbs, TAG_SEQUENCE, NULL, NULL) || /* validity */
      !take (&tbs, TAG_SEQUENCE, NULL, NULL) || /* subject */
      !take (&tbs, TAG_SEQUENCE, &found, NULL))
    return FALSE;
  *spki = found.at;
  *spki_len = found.left;
  return TRUE;
}

/* Takes the kind of a key, an AlgorithmIdentifier (RFC 5280, 4.1.1.2), off @der. */
static gboolean
take_kind (Der *der, Der *kind)
{
  Der algorithm;

  return take (der, TAG_SEQUENCE, NULL, &algorithm) && take (&algorithm, TAG_OID, NULL, kind);
}

/**
 * sal_spki_is_of_kind:
 * @der: a certificate
 * @key: a private key (RFC 5208, 5)
 * @same: (out): whether both are of one kind, such as RSA
 *
 * Returns: %FALSE if one of the two cannot be read.
 */
gboolean
sal_spki_is_of_kind (const guint8 *der, gsize len, const guint8 *key, gsize key_len, gboolean *same)
{
  Der outer = { key, key_len };
  Der public_key = { NULL, 0 };
  Der inside;
  Der kind;
  Der other;

  if (!sal_spki_find (der, len, &public_key.at, &public_key.left) ||
      !take (&public_key, TAG_SEQUENCE, NULL, &inside) || !take_kind (&inside, &kind) ||
      !take (&outer, TAG_SEQUENCE, NULL, &inside) || !take (&inside, TAG_INTEGER, NULL, NULL) ||
      !take_kind (&inside, &other))
    return FALSE;
  *same = kind.left == other.left && memcmp (kind.at, other.at, kind.left) == 0;
  return TRUE;
}

/**
 * sal_spki_pin:
 * @der: a certificate
 *
 * Returns: (transfer full) (nullable): the SHA-256 of its public key as RFC 7469, 2.1.1,
 *   and salottod write it: `pin-sha256:BASE64`.
 */
char *
sal_spki_pin (const guint8 *der, gsize len)
{
  g_autoptr (GChecksum) checksum = NULL;
  g_autofree char *base64 = NULL;
  guint8 digest[DIGEST_BYTES];
  gsize digest_len = sizeof digest;
  const guint8 *spki = NULL;
  gsize spki_len = 0;

  if (!sal_spki_find (der, len, &spki, &spki_len))
    return NULL;
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, spki, (gssize) spki_len);
  g_checksum_get_digest (checksum, digest, &digest_len);
  base64 = g_base64_encode (digest, digest_len);
  return g_strconcat (PIN_PREFIX, base64, NULL);
}

/**
 * sal_spki_is_pin:
 *
 * Returns: whether @text is what sal_spki_pin() could return.
 */
gboolean
sal_spki_is_pin (const char *text)
{
  g_autofree guchar *digest = NULL;
  g_autofree char *again = NULL;
  gsize len = 0;

  if (!g_str_has_prefix (text, PIN_PREFIX) || strlen (text) > 100)
    return FALSE;
  digest = g_base64_decode (text + strlen (PIN_PREFIX), &len);
  again = g_base64_encode (digest, len);
  return len == DIGEST_BYTES && g_str_equal (again, text + strlen (PIN_PREFIX));
}
