/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "common/proto/sal-dialect.h"

G_BEGIN_DECLS

/* How a receiver wants its lines (S4). */
typedef enum
{
  SAL_PLAIN_LF,
  SAL_PLAIN_CRLF,
  SAL_PLAIN_EXACT, /* no terminator after what people say and do, as in the captures */
} SalPlainEol;

typedef enum
{
  SAL_PLAIN_ENGLISH,
  SAL_PLAIN_ITALIAN,
  SAL_PLAIN_N_LANGUAGES
} SalPlainLanguage;

#define SAL_PLAIN_N_VARIANTS (4 * SAL_PLAIN_N_LANGUAGES)

/* A variant of the plain dialect, for SalDialect.encode(). */
static inline guint
sal_plain_variant (SalPlainEol eol, SalPlainLanguage language)
{
  return (guint) eol | (guint) language << 2;
}

static inline SalPlainEol
sal_plain_variant_eol (guint variant)
{
  return (SalPlainEol) (variant & 3);
}

gboolean sal_plain_language_from_name (const char *name, SalPlainLanguage *language);
char *sal_plain_format_address (const char *host, guint16 port);
gboolean sal_plain_is_leaving_word (const char *text);

G_END_DECLS
