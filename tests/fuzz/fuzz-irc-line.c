/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A line of IRC: whatever it is, what was parsed and written again is parsed the same.
 */
#include "config.h"

#include <string.h>

#include "common/proto/sal-irc-line.h"
#include "common/proto/sal-irc-mask.h"
#include "tests/fuzz/fuzz.h"

static gboolean
is_writable (const SalIrcLine *line)
{
  for (guint i = 0; i < line->n_tags; i++)
    if (strpbrk (line->tags[i].key, " ;") != NULL)
      return FALSE;
  return (line->source == NULL || *line->source != '\0') && strchr ("@:", *line->verb) == NULL;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *copy = g_strdelimit (g_strdup (text), "\r\n", ' ');
  g_autoptr (GString) written = g_string_new (NULL);
  SalIrcLine line;
  SalIrcLine again;

  (void) sal_irc_is_registration ((const char *) data, size);
  (void) sal_irc_tags_length ((const char *) data, size);
  if (!sal_irc_line_parse (&line, copy) || !is_writable (&line))
    return 0;
  sal_irc_append_line (written, &line);
  g_assert_true (sal_irc_line_parse (&again, written->str));
  g_assert_cmpuint (again.n_tags, ==, line.n_tags);
  g_assert_cmpuint (again.n_params, ==, line.n_params);
  g_assert_cmpstr (again.source, ==, line.source);
  g_assert_cmpstr (again.verb, ==, line.verb);
  for (guint i = 0; i < line.n_params; i++)
    g_assert_cmpstr (again.params[i], ==, line.params[i]);
  for (guint i = 0; i < line.n_tags; i++)
    g_assert_cmpstr (again.tags[i].value, ==, line.tags[i].value);
  if (line.n_params > 1)
    (void) sal_irc_mask_matches (line.params[0], line.params[1]);
  return 0;
}
