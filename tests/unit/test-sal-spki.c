/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The public key in a certificate: that of one made with openssl(1), which says the same
 * pin; and nothing in anything else.
 */
#include "config.h"

#include "common/client/sal-spki.h"

#include <gio/gio.h>
#include <string.h>

#include "tests/unit/leaf-certificate.h"

static GByteArray *
certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) leaf = g_tls_certificate_new_from_pem (LEAF_PEM, -1, &error);
  GByteArray *der = NULL;

  g_assert_no_error (error);
  g_object_get (leaf, "certificate", &der, NULL);
  return der;
}

static void
test_pin (void)
{
  g_autoptr (GByteArray) der = certificate ();
  g_autofree char *pin = sal_spki_pin (der->data, der->len);
  const guint8 *spki = NULL;
  gsize len = 0;

  g_assert_cmpstr (pin, ==, LEAF_PIN);
  g_assert_true (sal_spki_find (der->data, der->len, &spki, &len));
  g_assert_cmpuint (len, ==, 91); /* an ECDSA key on P-256 */
  g_assert_cmpmem (spki, 2, "\x30\x59", 2);
}

/* Whatever is missing at its end, or wrong in the lengths: no key, and no byte behind it
 * is looked at. */
static void
test_damaged (void)
{
  g_autoptr (GByteArray) der = certificate ();
  const guint8 *spki = NULL;
  gsize spki_len = 0;

  for (guint len = 0; len < der->len; len++)
    {
      g_autofree guint8 *cut = g_memdup2 (der->data, len);

      g_assert_false (sal_spki_find (cut, len, &spki, &spki_len));
      g_assert_null (sal_spki_pin (cut, len));
    }
  for (guint at = 0; at < der->len; at++)
    for (int value = 0; value < 256; value += 17)
      {
        guint8 saved = der->data[at];

        der->data[at] = (guint8) value;
        if (sal_spki_find (der->data, der->len, &spki, &spki_len))
          g_assert_true (spki >= der->data && spki + spki_len <= der->data + der->len);
        der->data[at] = saved;
      }
}

static void
test_oldest (void)
{
  /* Without a version: serial, algorithm, issuer, validity, subject, key. */
  static const guint8 der[] = { 0x30, 17,   0x30, 15,   0x02, 1,    5, 0x30, 0, 0x30,
                                0,    0x30, 0,    0x30, 0,    0x30, 2, 0x05, 0 };
  const guint8 *spki = NULL;
  gsize len = 0;

  g_assert_true (sal_spki_find (der, sizeof der, &spki, &len));
  g_assert_cmpmem (spki, len, "\x30\x02\x05\x00", 4);
}

static void
test_is_pin (void)
{
  g_assert_true (sal_spki_is_pin (LEAF_PIN));
  g_assert_false (sal_spki_is_pin (LEAF_PIN "="));
  g_assert_false (sal_spki_is_pin ("pin-sha256:"));
  g_assert_false (sal_spki_is_pin ("pin-sha256:p+2LRzz8Je2Qk7jw08Qiicf8NJzdf0LN7QYav+4aL+4"));
  g_assert_false (sal_spki_is_pin ("sha256:p+2LRzz8Je2Qk7jw08Qiicf8NJzdf0LN7QYav+4aL+4="));
  g_assert_false (sal_spki_is_pin ("pin-sha256:p+2LRzz8Je2Qk7jw08Qiicf8NJzdf0LN7QYav-4aL-4="));
  g_assert_false (sal_spki_is_pin ("pin-sha256:YQ=="));
  g_assert_false (sal_spki_is_pin (""));
}

/* The beginnings of private keys (RFC 5208): the version, and what kind it is. */
static void
test_kind (void)
{
  static const guint8 ec[] = { 0x30, 0x0E, 0x02, 0x01, 0x00, 0x30, 0x09, 0x06,
                               0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01 };
  static const guint8 rsa[] = { 0x30, 0x12, 0x02, 0x01, 0x00, 0x30, 0x0D, 0x06, 0x09, 0x2A,
                                0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00 };
  g_autoptr (GByteArray) der = certificate ();
  gboolean same = FALSE;

  g_assert_true (sal_spki_is_of_kind (der->data, der->len, ec, sizeof ec, &same));
  g_assert_true (same);
  g_assert_true (sal_spki_is_of_kind (der->data, der->len, rsa, sizeof rsa, &same));
  g_assert_false (same);
  for (gsize len = 0; len < sizeof rsa; len++)
    {
      g_autofree guint8 *cut = g_memdup2 (rsa, len);

      g_assert_false (sal_spki_is_of_kind (der->data, der->len, cut, len, &same));
    }
  g_assert_false (sal_spki_is_of_kind (ec, sizeof ec, ec, sizeof ec, &same));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/spki/pin-is-what-openssl-says", test_pin);
  g_test_add_func ("/client/spki/damage-has-no-key", test_damaged);
  g_test_add_func ("/client/spki/the-oldest-certificates-have-one", test_oldest);
  g_test_add_func ("/client/spki/a-key-is-of-one-kind", test_kind);
  g_test_add_func ("/client/spki/pins-have-one-form", test_is_pin);
  return g_test_run ();
}
