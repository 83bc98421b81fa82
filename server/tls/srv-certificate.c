/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A certificate and its key, from files in PEM form (RFC 7468): read, checked, and told
 * to people. Every error names the file and what is wrong with it.
 */
#include "config.h"

#include "server/tls/srv-certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"

/* More than any certificate with its chain has, or any key. */
#define FILE_MOST_BYTES (1024 * 1024)

#define DAY_S (24 * 60 * 60)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static gboolean fail (const char *file, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/* @format and what follows it say what is wrong with @file. */
static gboolean
fail (const char *file, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  ERR_clear_error ();
  g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, "%s: %s", file, what);
  return FALSE;
}

/* The whole of a file, which must be one: a pipe would hold the server. */
static char *
read_file (const char *file, GError **error)
{
  struct stat info = { 0 };
  g_autofree char *text = NULL;
  gsize filled = 0;
  int fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  ssize_t n = 0;

  if (fd < 0 || fstat (fd, &info) < 0)
    {
      (void) fail (file, error, "%s", g_strerror (errno));
      sal_fd_close (&fd);
      return NULL;
    }
  if (!S_ISREG (info.st_mode) || info.st_size > FILE_MOST_BYTES)
    {
      (void) fail (file, error, _ ("neither a certificate nor a key is in there"));
      sal_fd_close (&fd);
      return NULL;
    }
  text = g_malloc0 ((gsize) info.st_size + 1);
  while (filled < (gsize) info.st_size &&
         ((n = read (fd, text + filled, (gsize) info.st_size - filled)) > 0 ||
          (n < 0 && errno == EINTR)))
    filled += (gsize) MAX (n, 0);
  if (n < 0)
    (void) fail (file, error, "%s", g_strerror (errno));
  sal_fd_close (&fd);
  return n < 0 ? NULL : g_steal_pointer (&text);
}

/* OpenSSL would ask on the terminal for the passphrase of a key. */
static int
no_passphrase (char *buffer, int size, int writing, void *asked)
{
  *(gboolean *) asked = TRUE;
  return -1;
}

static gboolean
read_certificates (SrvCertificate *certificate, const char *text, GError **error)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (text, -1);
  X509 *next = NULL;
  gboolean asked = FALSE;

  certificate->leaf = PEM_read_bio_X509 (bio, NULL, no_passphrase, &asked);
  if (certificate->leaf == NULL)
    return fail (certificate->file, error, _ ("there is no certificate in PEM form in this file"));
  certificate->chain = sk_X509_new_null ();
  while ((next = PEM_read_bio_X509 (bio, NULL, no_passphrase, &asked)) != NULL)
    if (sk_X509_push (certificate->chain, next) == 0)
      g_error ("sk_X509_push: out of memory");
  if (ERR_GET_REASON (ERR_peek_last_error ()) != PEM_R_NO_START_LINE)
    return fail (certificate->file, error, _ ("a certificate in this file is damaged: %s"),
                 ERR_reason_error_string (ERR_peek_last_error ()));
  ERR_clear_error ();
  return TRUE;
}

static gboolean
read_key (SrvCertificate *certificate, const char *text, GError **error)
{
  g_autoptr (BIO) bio = BIO_new_mem_buf (text, -1);
  gboolean asked = FALSE;

  certificate->key = PEM_read_bio_PrivateKey (bio, NULL, no_passphrase, &asked);
  if (certificate->key == NULL)
    return asked ? fail (certificate->key_file, error,
                         _ ("this key is protected by a passphrase, and nobody is there to give "
                            "it; store it without one"))
                 : fail (certificate->key_file, error,
                         _ ("there is no private key in PEM form in this file"));
  if (X509_check_private_key (certificate->leaf, certificate->key) != 1)
    return fail (certificate->key_file, error,
                 /* TRANSLATORS: %s is the file of a certificate */
                 _ ("this key does not belong to the certificate in %s (in a file with several "
                    "certificates the server's own comes first)"),
                 certificate->file);
  return TRUE;
}

static gint64
seconds (const ASN1_TIME *time)
{
  struct tm parts = { 0 };

  return ASN1_TIME_to_tm (time, &parts) == 1 ? (gint64) timegm (&parts) : 0;
}

/* What a certificate says is shown on terminals. */
static void
append_name (GString *names, const char *text, gsize len)
{
  if (names->len > 0)
    g_string_append (names, ", ");
  for (gsize i = 0; i < len; i++)
    g_string_append_c (names, g_ascii_isprint (text[i]) ? text[i] : '?');
}

static void
append_address (GString *names, const ASN1_OCTET_STRING *address)
{
  int len = ASN1_STRING_length (address);
  g_autoptr (GInetAddress) inet = NULL;
  g_autofree char *text = NULL;

  if (len != 4 && len != 16)
    return;
  inet = g_inet_address_new_from_bytes (ASN1_STRING_get0_data (address),
                                        len == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  text = g_inet_address_to_string (inet);
  append_name (names, text, strlen (text));
}

/* The names that count (RFC 6125, 6.4); the common name only where there are none. */
static char *
list_names (X509 *leaf)
{
  GENERAL_NAMES *all = X509_get_ext_d2i (leaf, NID_subject_alt_name, NULL, NULL);
  GString *names = g_string_new (NULL);
  char common[256];
  int len = 0;

  for (int i = 0; i < sk_GENERAL_NAME_num (all); i++)
    {
      const GENERAL_NAME *name = sk_GENERAL_NAME_value (all, i);

      if (name->type == GEN_DNS)
        append_name (names, (const char *) ASN1_STRING_get0_data (name->d.dNSName),
                     (gsize) ASN1_STRING_length (name->d.dNSName));
      else if (name->type == GEN_IPADD)
        append_address (names, name->d.iPAddress);
    }
  GENERAL_NAMES_free (all);
  if (names->len == 0)
    {
      len = X509_NAME_get_text_by_NID (X509_get_subject_name (leaf), NID_commonName, common,
                                       sizeof common);
      append_name (names, common, (gsize) MAX (len, 0));
    }
  return g_string_free (names, FALSE);
}

static char *
format_fingerprint (X509 *leaf)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  guint len = 0;
  GString *text = g_string_new (NULL);

  if (X509_digest (leaf, EVP_sha256 (), digest, &len) != 1)
    g_error ("X509_digest failed");
  for (guint i = 0; i < len; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", digest[i]);
  return g_string_free (text, FALSE);
}

/* As gnutls-cli(1) and RFC 7469, 2.1.1, write it; curl(1) wants sha256// in front. */
static char *
format_pin (X509 *leaf)
{
  guint8 *der = NULL;
  int len = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (leaf), &der);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize digest_len = sizeof digest;
  g_autofree char *base64 = NULL;

  g_checksum_update (checksum, der, len);
  g_checksum_get_digest (checksum, digest, &digest_len);
  OPENSSL_free (der);
  base64 = g_base64_encode (digest, digest_len);
  return g_strconcat ("pin-sha256:", base64, NULL);
}

static char *
format_issuer (X509 *leaf)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  GString *text = g_string_new (NULL);
  char *bytes = NULL;
  long len = 0;

  /* Everything but printable ASCII is escaped (RFC 2253). */
  if (bio == NULL || X509_NAME_print_ex (bio, X509_get_issuer_name (leaf), 0, XN_FLAG_RFC2253) < 0)
    g_error ("X509_NAME_print_ex failed");
  len = BIO_get_mem_data (bio, &bytes);
  g_string_append_len (text, bytes, (gssize) len);
  BIO_free (bio);
  return g_string_free (text, FALSE);
}

static void
describe (SrvCertificate *certificate)
{
  X509 *leaf = certificate->leaf;

  certificate->fingerprint = format_fingerprint (leaf);
  certificate->pin = format_pin (leaf);
  certificate->names = list_names (leaf);
  certificate->issuer = format_issuer (leaf);
  certificate->from_s = seconds (X509_get0_notBefore (leaf));
  certificate->until_s = seconds (X509_get0_notAfter (leaf));
  certificate->self_signed = X509_self_signed (leaf, TRUE) == 1;
}

/**
 * srv_certificate_load:
 * @file: the certificate, and after it those that vouch for it
 * @key_file: its private key; may be the same file
 *
 * Whether it is valid today is for srv_certificate_check_time() to say.
 *
 * Returns: (transfer full): the certificate, or %NULL with a #SAL_ERROR that names the
 *   file and what is wrong with it: unreadable, no certificate, no key, a key that has
 *   a passphrase, a key that is not this certificate's.
 */
SrvCertificate *
srv_certificate_load (const char *file, const char *key_file, GError **error)
{
  g_autoptr (SrvCertificate) certificate = g_new0 (SrvCertificate, 1);
  g_autofree char *text = read_file (file, error);
  g_autofree char *key_text = text != NULL ? read_file (key_file, error) : NULL;
  g_autoptr (GChecksum) content = g_checksum_new (G_CHECKSUM_SHA256);
  gboolean ok = FALSE;

  certificate->file = g_strdup (file);
  certificate->key_file = g_strdup (key_file);
  ERR_clear_error ();
  if (key_text != NULL)
    {
      g_checksum_update (content, (const guint8 *) text, (gssize) strlen (text) + 1);
      g_checksum_update (content, (const guint8 *) key_text, -1);
      certificate->content = g_strdup (g_checksum_get_string (content));
      ok = read_certificates (certificate, text, error) && read_key (certificate, key_text, error);
      OPENSSL_cleanse (key_text, strlen (key_text));
    }
  if (!ok)
    return NULL;
  describe (certificate);
  return g_steal_pointer (&certificate);
}

/**
 * srv_certificate_free:
 * @certificate: (nullable) (transfer full)
 */
void
srv_certificate_free (SrvCertificate *certificate)
{
  if (certificate == NULL)
    return;
  X509_free (certificate->leaf);
  sk_X509_pop_free (certificate->chain, X509_free);
  EVP_PKEY_free (certificate->key);
  g_free (certificate->file);
  g_free (certificate->key_file);
  g_free (certificate->content);
  g_free (certificate->fingerprint);
  g_free (certificate->pin);
  g_free (certificate->names);
  g_free (certificate->issuer);
  g_free (certificate);
}

static char *
format_day (gint64 time_s)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_s);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("?");
}

/**
 * srv_certificate_check_time:
 * @now_s: seconds since 1970
 *
 * Returns: %FALSE with a #SAL_ERROR if it is not valid yet, or no longer.
 */
gboolean
srv_certificate_check_time (const SrvCertificate *certificate, gint64 now_s, GError **error)
{
  gboolean early = now_s < certificate->from_s;
  g_autofree char *day = format_day (early ? certificate->from_s : certificate->until_s);

  if (early)
    return fail (certificate->file, error, _ ("this certificate is not valid before %s"), day);
  if (now_s > certificate->until_s)
    return fail (certificate->file, error, _ ("this certificate has expired on %s"), day);
  return TRUE;
}

/**
 * srv_certificate_days_left:
 * @now_s: seconds since 1970
 *
 * Returns: for how many whole days it is still valid; negative when it has expired.
 */
gint64
srv_certificate_days_left (const SrvCertificate *certificate, gint64 now_s)
{
  gint64 left_s = certificate->until_s - now_s;

  return left_s >= 0 ? left_s / DAY_S : (left_s - DAY_S + 1) / DAY_S;
}
