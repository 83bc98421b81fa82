/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How SASL messages travel in AUTHENTICATE lines (IRCv3 sasl-3.1): in base64, at most
 * 400 bytes a line; a line of exactly 400 means that more comes, and `+` is nothing.
 * Pure.
 */
#include "config.h"

#include "server/accounts/srv-sasl-input.h"

#include <string.h>

#include "common/base/sal-limits.h"

#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* GLib's decoder skips what it does not know. */
static gboolean
is_base64 (const char *text, gsize len)
{
  gsize digits = strspn (text, BASE64);
  gsize padding = len - digits;

  return len % 4 == 0 && padding <= 2 && strspn (text + digits, "=") == padding;
}

static SrvSaslInputStep
complete (GString *partial, GString *message)
{
  gboolean ok = is_base64 (partial->str, partial->len);

  if (ok && partial->len > 0)
    {
      gsize len = 0;

      g_string_append (message, partial->str);
      (void) g_base64_decode_inplace (message->str, &len);
      g_string_truncate (message, len);
    }
  explicit_bzero (partial->str, partial->len);
  g_string_truncate (partial, 0);
  return ok ? SRV_SASL_INPUT_COMPLETE : SRV_SASL_INPUT_BAD;
}

/**
 * srv_sasl_input_push:
 * @partial: what has come of the message before, at first empty; empty again when it is
 *   complete or given up
 * @parameter: of AUTHENTICATE
 * @message: (out): the message when it is complete
 */
SrvSaslInputStep
srv_sasl_input_push (GString *partial, const char *parameter, GString *message)
{
  gsize len = strlen (parameter);

  g_string_truncate (message, 0);
  if (g_str_equal (parameter, "*") || len > SAL_SASL_LINE_BYTES ||
      partial->len + len > SAL_SASL_MAX_BYTES)
    {
      explicit_bzero (partial->str, partial->len);
      g_string_truncate (partial, 0);
      return *parameter == '*'           ? SRV_SASL_INPUT_ABORT
             : len > SAL_SASL_LINE_BYTES ? SRV_SASL_INPUT_LONG_LINE
                                         : SRV_SASL_INPUT_TOO_MUCH;
    }
  /* Growing later would leave a copy of what has come. */
  if (len == SAL_SASL_LINE_BYTES && partial->len == 0 &&
      partial->allocated_len <= SAL_SASL_MAX_BYTES)
    {
      g_string_set_size (partial, SAL_SASL_MAX_BYTES);
      g_string_truncate (partial, 0);
    }
  if (!g_str_equal (parameter, "+"))
    g_string_append_len (partial, parameter, (gssize) len);
  return len == SAL_SASL_LINE_BYTES ? SRV_SASL_INPUT_MORE : complete (partial, message);
}

/**
 * srv_sasl_output:
 *
 * Returns: (transfer full): the parameters of the AUTHENTICATE lines that carry @message.
 */
char **
srv_sasl_output (const char *message, gsize len)
{
  g_autofree char *all = g_base64_encode ((const guchar *) message, len);
  gsize left = strlen (all);
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();
  const char *at = all;

  for (; left >= SAL_SASL_LINE_BYTES; at += SAL_SASL_LINE_BYTES, left -= SAL_SASL_LINE_BYTES)
    g_ptr_array_add (lines, g_strndup (at, SAL_SASL_LINE_BYTES));
  g_ptr_array_add (lines, g_strdup (left > 0 ? at : "+"));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&lines), FALSE);
}
