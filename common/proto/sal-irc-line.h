/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of a line without its CR LF: the part after the tags, and the tags with their `@`
 * and the space after them, as a client may send them and as a server may (message-tags). */
#define SAL_IRC_LINE_BYTES 510
#define SAL_IRC_CLIENT_TAGS_BYTES 4096
#define SAL_IRC_TAGS_BYTES 8191
#define SAL_IRC_CLIENT_TAG_DATA_BYTES 4094

#define SAL_IRC_PARAMS_MAX 64
#define SAL_IRC_TAGS_MAX 256

typedef struct
{
  const char *key;
  const char *value; /* unescaped; "" where there is none */
} SalIrcTag;

/* One line taken apart. A value; its strings lie in the text that was parsed. */
typedef struct
{
  const char *source; /* (nullable) */
  const char *verb;
  const char *params[SAL_IRC_PARAMS_MAX];
  guint n_params;
  SalIrcTag tags[SAL_IRC_TAGS_MAX];
  guint n_tags;
} SalIrcLine;

gboolean sal_irc_line_parse (SalIrcLine *line, char *text);
const char *sal_irc_line_get_tag (const SalIrcLine *line, const char *key);
gsize sal_irc_tags_length (const char *text, gsize len);

void sal_irc_append_tag_value (GString *out, const char *value);
void sal_irc_append_param (GString *out, const char *param, gboolean last);
void sal_irc_append_line (GString *out, const SalIrcLine *line);

G_END_DECLS
