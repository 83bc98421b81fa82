/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <openssl/x509.h>

G_BEGIN_DECLS

/* A certificate with its key and those that vouch for it, and what people want to know
 * of it. Not changed once it is there. */
typedef struct
{
  char *file;              /* (owned) */
  char *key_file;          /* (owned) */
  X509 *leaf;              /* (owned) */
  STACK_OF (X509) * chain; /* (owned): those that vouch for it */
  EVP_PKEY *key;           /* (owned) */
  char *content;           /* (owned): a digest of both files, to notice changes by */
  char *fingerprint;       /* (owned): SHA-256 of the certificate, "AB:CD:..." */
  char *pin;               /* (owned): SHA-256 of the public key, "pin-sha256:BASE64" */
  char *names;             /* (owned): whom it is for, "a.example, b.example" */
  char *issuer;            /* (owned): who has signed it */
  gint64 from_s;           /* valid from, in seconds since 1970 */
  gint64 until_s;          /* ... to */
  gboolean self_signed;
} SrvCertificate;

SrvCertificate *srv_certificate_load (const char *file, const char *key_file, GError **error);
void srv_certificate_free (SrvCertificate *certificate);

gboolean
srv_certificate_check_time (const SrvCertificate *certificate, gint64 now_s, GError **error);
gint64 srv_certificate_days_left (const SrvCertificate *certificate, gint64 now_s);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvCertificate, srv_certificate_free)

G_END_DECLS
