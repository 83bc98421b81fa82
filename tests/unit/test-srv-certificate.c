/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Certificates in files: what is read of them, what is said against the wrong ones, and
 * the one that the server makes for itself. The certificates here were made with
 * openssl(1), which also says their fingerprints.
 */
#include "config.h"

#include "server/tls/srv-certificate.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/sal-error.h"
#include "server/tls/srv-self-signed.h"
#include "tests/unit/leaf-certificate.h"

#define LEAF_KEY_PEM                                                                               \
  "-----BEGIN PRIVATE KEY-----\n"                                                                  \
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOn7bPAWAYUz1n6q0\n"                             \
  "IgjIle4vGXfDxgKjEi+fmwnKH7qhRANCAASxp7ysShq55gmIKM0cSDkaenBYURJF\n"                             \
  "f360iIVJVmgS5yGjuSoRjttGyzK7BW44vIuP1Nfy++u9xvutAztG8YKc\n"                                     \
  "-----END PRIVATE KEY-----\n"

#define SECRET_KEY_PEM                                                                             \
  "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"                                                        \
  "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj7KCaUXGWmBQICCAAw\n"                             \
  "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEA3ZcfY4T/FCrJlnpYUuzicEgZAS\n"                             \
  "Ze0iMXkvqi6Rake7zlVmhZQcGu4+kM1m9Y473iZXp66EV9mTCIK7MJkBrOF1ONFC\n"                             \
  "SZx1+0cuv+p2RQ1zpVDf7Wqwgx/Di1THIq4lkmzZjbCvcq+nAMYo0Cb2NQaxzH9V\n"                             \
  "/LvPTyFpibRGgli2n8VUJ7OEiHRtR2sdfu2Rqwwzj5BmapX6ZN4MBzxivSutViA=\n"                             \
  "-----END ENCRYPTED PRIVATE KEY-----\n"

#define CA_PEM                                                                                     \
  "-----BEGIN CERTIFICATE-----\n"                                                                  \
  "MIIBQzCB6gIBATAKBggqhkjOPQQDAjAuMRMwEQYDVQQKDApTYWxvdHRvIMOpMRcw\n"                             \
  "FQYDVQQDDA5UZXN0IEF1dGhvcml0eTAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEw\n"                             \
  "MDAwMDBaMC4xEzARBgNVBAoMClNhbG90dG8gw6kxFzAVBgNVBAMMDlRlc3QgQXV0\n"                             \
  "aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6HysBJXjTcRQZ+4f8vhn\n"                             \
  "u8OR2Pk7cgAQa9/MsWgOExGLbLiA2Oktjik2cDFUQpdCgdUienotiX+baaSkn0m3\n"                             \
  "8DAKBggqhkjOPQQDAgNIADBFAiEA4N9enWkW0ctKJcvybvVa5t4VckM9R6b/SAPD\n"                             \
  "ZH8Bk7gCICKVjGq+jdR2AJ1rPI6ivUSP0LKkFadyCfowJlPpy6P6\n"                                         \
  "-----END CERTIFICATE-----\n"

#define CA_KEY_PEM                                                                                 \
  "-----BEGIN PRIVATE KEY-----\n"                                                                  \
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgS4sD6EioF1DDMJDt\n"                             \
  "6Kzx4mpprgSCfLIbh6NVPkBGNF2hRANCAATofKwEleNNxFBn7h/y+Ge7w5HY+Tty\n"                             \
  "ABBr38yxaA4TEYtsuIDY6S2OKTZwMVRCl0KB1SJ6ei2Jf5tppKSfSbfw\n"                                     \
  "-----END PRIVATE KEY-----\n"

#define LEAF_FINGERPRINT                                                                           \
  "5E:25:6F:58:4F:21:5E:61:05:BE:21:8E:06:C7:21:7D:D7:59:C2:37:14:5F:FE:F2:B9:D1:2E:87:EA:5E:0E:"  \
  "54"
#define LEAF_FROM_S G_GINT64_CONSTANT (1767225600)  /* 2026-01-01 */
#define LEAF_UNTIL_S G_GINT64_CONSTANT (2082758400) /* 2036-01-01 */

#define NOON_S G_GINT64_CONSTANT (1800000000) /* 2027-01-15 */
#define DAY_S (24 * 60 * 60)

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("salotto-test-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name = NULL;

  (void) g_chmod (f->folder, 0700);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (f->folder, name, NULL);

      (void) g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
}

static char *
file_of (const Fixture *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

static char *
put (const Fixture *f, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  char *path = file_of (f, name);

  (void) g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_load (Fixture *f, gconstpointer data)
{
  g_autofree char *file = put (f, "c.pem", LEAF_PEM CA_PEM);
  g_autofree char *key = put (f, "k.pem", LEAF_KEY_PEM);
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvCertificate) certificate = srv_certificate_load (file, key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (certificate->file, ==, file);
  g_assert_cmpstr (certificate->key_file, ==, key);
  g_assert_cmpstr (certificate->names, ==, "chat.example, *.chat.example, 192.0.2.7, 2001:db8::7");
  g_assert_cmpstr (certificate->issuer, ==, "CN=Test Authority,O=Salotto \\C3\\A9");
  g_assert_cmpstr (certificate->fingerprint, ==, LEAF_FINGERPRINT);
  g_assert_cmpstr (certificate->pin, ==, LEAF_PIN);
  g_assert_cmpint (certificate->from_s, ==, LEAF_FROM_S);
  g_assert_cmpint (certificate->until_s, ==, LEAF_UNTIL_S);
  g_assert_false (certificate->self_signed);
  g_assert_cmpint (sk_X509_num (certificate->chain), ==, 1);
}

/* Everything in one file, in any order of the two kinds. */
static void
test_bundle (Fixture *f, gconstpointer data)
{
  g_autofree char *one = put (f, "one.pem", "a text in front\n" LEAF_KEY_PEM LEAF_PEM CA_PEM);
  g_autofree char *other = put (f, "other.pem", LEAF_PEM CA_PEM "between\n" LEAF_KEY_PEM);
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvCertificate) a = srv_certificate_load (one, one, &error);
  g_autoptr (SrvCertificate) b = NULL;

  g_assert_no_error (error);
  b = srv_certificate_load (other, other, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (a->fingerprint, ==, b->fingerprint);
  g_assert_cmpstr (a->content, !=, b->content);
}

static void
test_common_name (Fixture *f, gconstpointer data)
{
  g_autofree char *file = put (f, "c.pem", CA_PEM);
  g_autofree char *key = put (f, "k.pem", CA_KEY_PEM);
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvCertificate) certificate = srv_certificate_load (file, key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (certificate->names, ==, "Test Authority");
  g_assert_true (certificate->self_signed);
  g_assert_cmpint (sk_X509_num (certificate->chain), ==, 0);
}

typedef struct
{
  const char *name;
  const char *certificate, *key; /* NULL: no such file */
  const char *said;              /* what the file is said to be wrong with */
  gboolean about_key;
} WrongRow;

static const WrongRow wrong_rows[] = {
  { "no-certificate-file", NULL, LEAF_KEY_PEM, "No such file or directory", FALSE },
  { "no-key-file", LEAF_PEM, NULL, "No such file or directory", TRUE },
  { "empty", "", LEAF_KEY_PEM, "there is no certificate in PEM form in this file", FALSE },
  { "no-pem", "certificate\n", LEAF_KEY_PEM, "there is no certificate in PEM form in this file",
    FALSE },
  { "key-in-place-of-certificate", LEAF_KEY_PEM, LEAF_KEY_PEM,
    "there is no certificate in PEM form in this file", FALSE },
  { "certificate-in-place-of-key", LEAF_PEM, LEAF_PEM,
    "there is no private key in PEM form in this file", TRUE },
  { "half-a-key", LEAF_PEM, "-----BEGIN PRIVATE KEY-----\nMIGH\n",
    "there is no private key in PEM form in this file", TRUE },
  { "passphrase", LEAF_PEM, SECRET_KEY_PEM,
    "this key is protected by a passphrase, and nobody is there to give it; store it without one",
    TRUE },
  { "key-of-another", LEAF_PEM, CA_KEY_PEM, "this key does not belong to the certificate in ",
    TRUE },
  { "chain-before-the-certificate", CA_PEM LEAF_PEM, LEAF_KEY_PEM, "the server's own comes first",
    TRUE },
  { "damaged-chain", LEAF_PEM "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    LEAF_KEY_PEM, "a certificate in this file is damaged: ", FALSE },
};

static void
test_wrong (Fixture *f, gconstpointer data)
{
  const WrongRow *row = data;
  g_autofree char *file =
      row->certificate != NULL ? put (f, "c.pem", row->certificate) : file_of (f, "c.pem");
  g_autofree char *key = row->key != NULL ? put (f, "k.pem", row->key) : file_of (f, "k.pem");
  g_autoptr (GError) error = NULL;
  SrvCertificate *certificate = srv_certificate_load (file, key, &error);

  g_assert_null (certificate);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
  g_assert_true (g_str_has_prefix (error->message, row->about_key ? key : file));
  g_assert_nonnull (strstr (error->message, row->said));
}

/* What is no file must not hold the server, and what is endless must not fill it. */
static void
test_no_files (Fixture *f, gconstpointer data)
{
  static const char *const no_files[] = { "/dev/zero", "/", NULL };
  g_autofree char *pipe = file_of (f, "pipe");
  g_autofree char *big = g_strnfill (1100 * 1000, 'x');
  g_autofree char *large = put (f, "large", big);
  const char *all[] = { no_files[0], no_files[1], pipe, large };

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (srv_certificate_load (all[i], all[i], &error));
      g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
      g_assert_true (g_str_has_prefix (error->message, all[i]));
    }
}

static void
test_time (Fixture *f, gconstpointer data)
{
  g_autofree char *file = put (f, "c.pem", LEAF_PEM);
  g_autofree char *key = put (f, "k.pem", LEAF_KEY_PEM);
  g_autoptr (SrvCertificate) certificate = srv_certificate_load (file, key, NULL);
  g_autofree char *early =
      g_strconcat (file, ": this certificate is not valid before 2026-01-01", NULL);
  g_autofree char *late = g_strconcat (file, ": this certificate has expired on 2036-01-01", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (srv_certificate_check_time (certificate, LEAF_FROM_S, &error));
  g_assert_true (srv_certificate_check_time (certificate, LEAF_UNTIL_S, &error));
  g_assert_false (srv_certificate_check_time (certificate, LEAF_FROM_S - 1, &error));
  g_assert_cmpstr (error->message, ==, early);
  g_clear_error (&error);
  g_assert_false (srv_certificate_check_time (certificate, LEAF_UNTIL_S + 1, &error));
  g_assert_cmpstr (error->message, ==, late);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
  g_assert_cmpint (srv_certificate_days_left (certificate, LEAF_UNTIL_S - 2 * DAY_S), ==, 2);
  g_assert_cmpint (srv_certificate_days_left (certificate, LEAF_UNTIL_S - 1), ==, 0);
  g_assert_cmpint (srv_certificate_days_left (certificate, LEAF_UNTIL_S + 1), ==, -1);
  g_assert_cmpint (srv_certificate_days_left (certificate, LEAF_UNTIL_S + DAY_S + 1), ==, -2);
}

/* The server's own. */

static guint
mode_of (const char *file)
{
  struct stat info = { 0 };

  g_assert_cmpint (stat (file, &info), ==, 0);
  return info.st_mode & 07777;
}

static guint
count_files (const Fixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_own (Fixture *f, gconstpointer data)
{
  g_autofree char *file = file_of (f, "c.pem");
  g_autofree char *key = file_of (f, "k.pem");
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvCertificate) first = NULL;
  g_autoptr (SrvCertificate) second = NULL;

  g_assert_true (srv_self_signed_make (file, key, "romeo", NOON_S, &error));
  g_assert_no_error (error);
  first = srv_certificate_load (file, key, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mode_of (file), ==, 0600);
  g_assert_cmpuint (mode_of (key), ==, 0600);
  g_assert_cmpuint (count_files (f), ==, 2); /* nothing else is left behind */
  g_assert_cmpstr (first->names, ==, "romeo, romeo.local, localhost, 127.0.0.1, ::1");
  g_assert_true (first->self_signed);
  g_assert_cmpint (first->from_s, ==, NOON_S - DAY_S);
  g_assert_cmpint (first->until_s, ==, NOON_S + (gint64) 3650 * DAY_S);
  g_assert_cmpint (EVP_PKEY_get_base_id (first->key), ==, EVP_PKEY_EC);
  g_assert_cmpint (EVP_PKEY_get_bits (first->key), ==, 256);

  /* Made again, the certificate is another one of the same key. */
  g_assert_true (srv_self_signed_make (file, key, "romeo", NOON_S + DAY_S, &error));
  second = srv_certificate_load (file, key, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (second->pin, ==, first->pin);
  g_assert_cmpstr (second->fingerprint, !=, first->fingerprint);
  g_assert_cmpuint (count_files (f), ==, 2);
}

static void
test_odd_host_names (Fixture *f, gconstpointer data)
{
  static const char *const names[] = {
    "", "two words", "a,IP:1.2.3.4", "caf\xC3\xA9",
    "a-name-of-more-than-64-letters-0123456789-0123456789-0123456789-0"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = file_of (f, "c.pem");
      g_autofree char *key = file_of (f, "k.pem");
      g_autoptr (GError) error = NULL;
      g_autoptr (SrvCertificate) certificate = NULL;

      g_assert_true (srv_self_signed_make (file, key, names[i], NOON_S, &error));
      certificate = srv_certificate_load (file, key, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (certificate->names, ==,
                       "localhost, localhost.local, localhost, 127.0.0.1, ::1");
    }
}

/* A key that is there already is somebody's; it is never replaced. */
static void
test_foreign_key (Fixture *f, gconstpointer data)
{
  g_autofree char *file = file_of (f, "c.pem");
  g_autofree char *key = put (f, "k.pem", "no key\n");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (srv_self_signed_make (file, key, "romeo", NOON_S, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
  g_assert_true (g_str_has_prefix (error->message, key));
  g_assert_true (g_file_get_contents (key, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "no key\n");
  g_assert_cmpuint (count_files (f), ==, 1);
}

static void
test_no_place (Fixture *f, gconstpointer data)
{
  g_autofree char *file = file_of (f, "missing/c.pem");
  g_autofree char *key = file_of (f, "missing/k.pem");
  g_autoptr (GError) error = NULL;

  g_assert_false (srv_self_signed_make (file, key, "romeo", NOON_S, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_TLS);
  g_assert_true (g_str_has_prefix (error->message, key));
}

#define ADD(path, data, func) g_test_add (path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/tls/certificate/says-what-it-is", NULL, test_load);
  ADD ("/tls/certificate/may-share-a-file-with-its-key", NULL, test_bundle);
  ADD ("/tls/certificate/has-a-common-name-at-least", NULL, test_common_name);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong_rows); i++)
    {
      g_autofree char *path = g_strconcat ("/tls/certificate/wrong/", wrong_rows[i].name, NULL);

      ADD (path, &wrong_rows[i], test_wrong);
    }
  ADD ("/tls/certificate/wrong/no-file-at-all", NULL, test_no_files);
  ADD ("/tls/certificate/has-a-beginning-and-an-end", NULL, test_time);
  ADD ("/tls/own-certificate/is-made-for-this-machine", NULL, test_own);
  ADD ("/tls/own-certificate/survives-odd-host-names", NULL, test_odd_host_names);
  ADD ("/tls/own-certificate/replaces-no-key", NULL, test_foreign_key);
  ADD ("/tls/own-certificate/needs-a-place", NULL, test_no_place);
  return g_test_run ();
}
