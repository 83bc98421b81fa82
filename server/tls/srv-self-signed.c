/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server's own key, and a certificate that it signs itself, for who has no other.
 * The key is what clients remember, so it is made once and never replaced; the
 * certificate is only its wrapping and is made anew from it. No file is ever seen half
 * written, and none is readable for others at any moment.
 */
#include "config.h"

#include "server/tls/srv-self-signed.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"

/* Nobody is asked to accept it again when it ends, because the key stays; but who has
 * accepted the certificate itself is. */
#define DAYS 3650

/* A clock that is a little behind ours shall not refuse it on its first day. */
#define BEFORE_S (24 * 60 * 60)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)

static gboolean
fail (const char *file, int code, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, _ ("%s: cannot be written: %s"), file,
               g_strerror (code));
  return FALSE;
}

static gboolean
write_all (int fd, const char *text, gsize len)
{
  while (len > 0)
    {
      ssize_t n = write (fd, text, len);

      if (n < 0 && errno != EINTR)
        return FALSE;
      text += MAX (n, 0);
      len -= (gsize) MAX (n, 0);
    }
  return fsync (fd) == 0;
}

static void
sync_folder_of (const char *file)
{
  g_autofree char *folder = g_path_get_dirname (file);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0)
    (void) fsync (fd);
  sal_fd_close (&fd);
}

/* Puts @text into @file, whole or not at all. With @keep, a file that is there already
 * stays as it is: another server may have been quicker. */
static gboolean
write_file (const char *file, const char *text, gsize len, gboolean keep, GError **error)
{
  g_autofree char *temporary = g_strconcat (file, ".XXXXXX", NULL);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  gboolean ok = fd >= 0 && write_all (fd, text, len);
  int code = 0;

  if (ok && keep)
    ok = link (temporary, file) == 0 || errno == EEXIST;
  else if (ok)
    ok = rename (temporary, file) == 0;
  code = errno;
  if (fd >= 0 && (keep || !ok))
    (void) unlink (temporary);
  sal_fd_close (&fd);
  if (!ok)
    return fail (file, code, error);
  sync_folder_of (file);
  return TRUE;
}

static gboolean
make_key (const char *key_file, GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (BIO) bio = BIO_new (BIO_s_secmem ());
  char *text = NULL;
  long len = 0;

  if (key == NULL || PEM_write_bio_PrivateKey (bio, key, NULL, NULL, 0, NULL, NULL) != 1)
    g_error ("OpenSSL cannot make a key: %s", ERR_reason_error_string (ERR_peek_last_error ()));
  len = BIO_get_mem_data (bio, &text);
  return write_file (key_file, text, (gsize) len, TRUE, error);
}

static EVP_PKEY *
load_key (const char *key_file, GError **error)
{
  FILE *file = fopen (key_file, "re");
  EVP_PKEY *key = file != NULL ? PEM_read_PrivateKey (file, NULL, NULL, (void *) "") : NULL;
  int code = errno;

  if (file == NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, "%s: %s", key_file, g_strerror (code));
  else if (key == NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
                 _ ("%s: there is no private key in PEM form in this file"), key_file);
  g_clear_pointer (&file, fclose);
  ERR_clear_error ();
  return key;
}

static gboolean
add_extension (X509 *leaf, int nid, const char *value)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, NULL, nid, value);
  gboolean ok = extension != NULL && X509_add_ext (leaf, extension, -1) == 1;

  X509_EXTENSION_free (extension);
  return ok;
}

/* A name that may stand in a certificate; what a machine calls itself need not be one. */
static gboolean
is_host_name (const char *name)
{
  gsize len = strlen (name);

  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '-' && name[i] != '.')
      return FALSE;
  return len > 0 && len <= 64;
}

static gboolean
fill_in (X509 *leaf, EVP_PKEY *key, const char *host_name, gint64 now_s)
{
  const char *name = is_host_name (host_name) ? host_name : "localhost";
  g_autofree char *names =
      g_strdup_printf ("DNS:%s,DNS:%s.local,DNS:localhost,IP:127.0.0.1,IP:::1", name, name);
  X509_NAME *subject = X509_get_subject_name (leaf);
  guint8 serial[16];
  BIGNUM *number = NULL;
  gboolean ok = FALSE;

  if (RAND_bytes (serial, sizeof serial) != 1)
    return FALSE;
  serial[0] = (serial[0] & 0x7F) | 0x40; /* positive, and of full length (RFC 5280, 4.1.2.2) */
  number = BN_bin2bn (serial, sizeof serial, NULL);
  ok = number != NULL && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (leaf)) != NULL;
  BN_free (number);
  return ok && X509_set_version (leaf, X509_VERSION_3) == 1 &&
         ASN1_TIME_set (X509_getm_notBefore (leaf), now_s - BEFORE_S) != NULL &&
         ASN1_TIME_adj (X509_getm_notAfter (leaf), now_s, DAYS, 0) != NULL &&
         X509_set_pubkey (leaf, key) == 1 &&
         X509_NAME_add_entry_by_NID (subject, NID_commonName, MBSTRING_ASC, (const guint8 *) name,
                                     -1, -1, 0) == 1 &&
         X509_set_issuer_name (leaf, subject) == 1 &&
         add_extension (leaf, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension (leaf, NID_key_usage, "critical,digitalSignature") &&
         add_extension (leaf, NID_ext_key_usage, "serverAuth") &&
         add_extension (leaf, NID_subject_alt_name, names) &&
         X509_sign (leaf, key, EVP_sha256 ()) > 0;
}

/**
 * srv_self_signed_make:
 * @file: where the certificate goes; what is there is replaced
 * @key_file: where the key is; made if there is none, never replaced
 * @host_name: what the machine calls itself
 * @now_s: seconds since 1970
 *
 * An ECDSA key on P-256 and a certificate for this machine, both with mode 0600.
 *
 * Returns: %FALSE with a #SAL_ERROR that names the file that cannot be had; what was
 *   there before is there still.
 */
gboolean
srv_self_signed_make (
    const char *file, const char *key_file, const char *host_name, gint64 now_s, GError **error)
{
  g_autoptr (EVP_PKEY) key = NULL;
  g_autoptr (X509) leaf = X509_new ();
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());
  char *text = NULL;
  long len = 0;

  if (!g_file_test (key_file, G_FILE_TEST_EXISTS) && !make_key (key_file, error))
    return FALSE;
  key = load_key (key_file, error);
  if (key == NULL)
    return FALSE;
  if (!fill_in (leaf, key, host_name, now_s) || PEM_write_bio_X509 (bio, leaf) != 1)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_TLS,
                   _ ("%s: no certificate can be made of this key: %s"), key_file,
                   ERR_reason_error_string (ERR_peek_last_error ()));
      ERR_clear_error ();
      return FALSE;
    }
  len = BIO_get_mem_data (bio, &text);
  return write_file (file, text, (gsize) len, FALSE, error);
}
