/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names and masks of IRC: which names a client may take, which lines begin a conversation
 * in IRC, and what a mask matches.
 */
#include "config.h"

#include "common/proto/sal-irc-mask.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"

/**
 * sal_irc_mask_matches:
 * @mask: `*` stands for any bytes, `?` for one character
 *
 * No case is folded here. The time is at most the product of both lengths, whatever the
 * mask is.
 *
 * Returns: whether @text matches as a whole.
 */
gboolean
sal_irc_mask_matches (const char *mask, const char *text)
{
  const char *star = NULL; /* after the last `*` */
  const char *from = NULL; /* where what it stands for ends */

  while (*text != '\0')
    {
      if (*mask == '*')
        {
          star = ++mask;
          from = text;
        }
      else if (*mask == '?')
        {
          mask++;
          for (text++; ((guchar) *text & 0xC0) == 0x80; text++)
            ;
        }
      else if (*mask == *text)
        {
          mask++;
          text++;
        }
      else if (star != NULL)
        {
          mask = star;
          text = ++from;
        }
      else
        return FALSE;
    }
  while (*mask == '*')
    mask++;
  return *mask == '\0';
}

/* @len bytes of a mask, or `*`: a part that is empty would match nobody. */
static void
append_part (GString *out, const char *part, gsize len)
{
  g_string_append_len (out, len > 0 ? part : "*", len > 0 ? (gssize) len : 1);
}

/**
 * sal_irc_mask_complete:
 * @mask: as somebody wrote it: `nick`, `user@host`, `nick!user`, `@host`, ...
 *
 * Returns: (transfer full): the whole mask `nick!user@host`, with `*` for what is missing.
 */
char *
sal_irc_mask_complete (const char *mask)
{
  const char *bang = strchr (mask, '!');
  const char *at = strrchr (mask, '@');
  const char *user = bang != NULL ? bang + 1 : mask;
  GString *out = g_string_new (NULL);

  if (bang != NULL && at != NULL && at < bang)
    at = NULL;
  if (bang == NULL && at == NULL)
    {
      g_string_free (out, TRUE);
      return strpbrk (mask, ".:") != NULL ? g_strconcat ("*!*@", mask, NULL)
                                          : g_strconcat (mask, "!*@*", NULL);
    }
  append_part (out, mask, bang != NULL ? (gsize) (bang - mask) : 0);
  g_string_append_c (out, '!');
  append_part (out, user, at != NULL ? (gsize) (at - user) : strlen (user));
  g_string_append_c (out, '@');
  append_part (out, at != NULL ? at + 1 : "", at != NULL ? strlen (at + 1) : 0);
  return g_string_free (out, FALSE);
}

/**
 * sal_irc_source_split:
 * @source: (out caller-allocates): free with sal_irc_source_clear()
 * @text: `nick`, `nick!user`, `nick@host` or `nick!user@host`
 */
void
sal_irc_source_split (SalIrcSource *source, const char *text)
{
  const char *at = strchr (text, '@');
  gsize len = at != NULL ? (gsize) (at - text) : strlen (text);
  const char *bang = memchr (text, '!', len);

  source->host = g_strdup (at != NULL ? at + 1 : "");
  source->user =
      bang != NULL ? g_strndup (bang + 1, len - (gsize) (bang + 1 - text)) : g_strdup ("");
  source->nick = g_strndup (text, bang != NULL ? (gsize) (bang - text) : len);
}

/**
 * sal_irc_source_clear:
 */
void
sal_irc_source_clear (SalIrcSource *source)
{
  g_clear_pointer (&source->nick, g_free);
  g_clear_pointer (&source->user, g_free);
  g_clear_pointer (&source->host, g_free);
}

/**
 * sal_irc_is_hostname:
 *
 * Returns: whether @text is a host name that a server may show (RFC 952, RFC 1123): labels of
 * letters, digits and hyphens, none of them empty, no hyphen at an end of one, 253 bytes at
 * most.
 */
gboolean
sal_irc_is_hostname (const char *text)
{
  gsize label = 0;
  gboolean dotted = FALSE;

  if (*text == '\0' || strlen (text) > 253)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    {
      if (*at == '.')
        {
          if (label == 0 || at[-1] == '-')
            return FALSE;
          dotted = TRUE;
          label = 0;
        }
      else if (!g_ascii_isalnum (*at) && (*at != '-' || label == 0))
        return FALSE;
      else if (++label > 63)
        return FALSE;
    }
  return dotted && text[strlen (text) - 1] != '-'; /* a dot at the end is the root's */
}

/**
 * sal_irc_is_nickname:
 *
 * Returns: whether a client may call itself @text: the alphabet of names, and two characters
 * more that other servers allow, not beginning with a digit or a hyphen, and of at most
 * %SAL_NAME_MAX_CHARS characters.
 */
gboolean
sal_irc_is_nickname (const char *text)
{
  g_autofree char *bare = NULL;
  g_autofree char *name = NULL;

  if (*text == '\0' || g_ascii_isdigit (*text) || *text == '-' || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  bare = g_strdup (text);
  name = sal_name_from_text (g_strdelimit (bare, "\\`", '_'));
  return g_str_equal (name, bare);
}

/**
 * sal_irc_nickname_from_name:
 * @name: a person's name (sal_name_from_text())
 *
 * A name may begin with a digit or a hyphen and a nickname may not, and a person has one name
 * for everybody.
 *
 * Returns: (transfer full): @name, with an underscore in front where it needs one.
 */
char *
sal_irc_nickname_from_name (const char *name)
{
  g_autofree char *longer = NULL;

  if (!g_ascii_isdigit (*name) && *name != '-')
    return g_strdup (name);
  longer = g_strconcat ("_", name, NULL);
  return sal_name_from_text (longer);
}

static gboolean
is_verb (const char *text, gsize len, const char *verb, const char **rest)
{
  gsize n = strlen (verb);

  if (len <= n || g_ascii_strncasecmp (text, verb, n) != 0 || text[n] != ' ')
    return FALSE;
  *rest = text + n + 1;
  return TRUE;
}

/**
 * sal_irc_is_registration:
 * @text: the first unit of a connection, ended by its sender
 *
 * Somebody's name and first words may look like much, but hardly like this.
 *
 * Returns: whether it is a command with which a conversation in IRC begins: `CAP LS`,
 * `CAP REQ`, `PASS x`, `NICK x`, or `USER` with its four parameters.
 */
gboolean
sal_irc_is_registration (const char *text, gsize len)
{
  const char *rest = NULL;
  gsize left = 0;
  guint words = 0;

  if (is_verb (text, len, "CAP", &rest))
    {
      left = len - (gsize) (rest - text);
      return (left >= 2 && g_ascii_strncasecmp (rest, "LS", 2) == 0 &&
              (left == 2 || rest[2] == ' ')) ||
             (left > 4 && g_ascii_strncasecmp (rest, "REQ ", 4) == 0);
    }
  if (!is_verb (text, len, "PASS", &rest) && !is_verb (text, len, "NICK", &rest) &&
      !is_verb (text, len, "USER", &rest))
    return FALSE;
  left = len - (gsize) (rest - text);
  for (gsize i = 0; i < left; i++)
    {
      if (rest[i] != ' ' && (i == 0 || rest[i - 1] == ' '))
        words++;
      if (rest[i] == ':' && rest[i > 0 ? i - 1 : 0] == ' ')
        break; /* the last parameter, spaces and all */
    }
  return g_ascii_toupper (*text) == 'U' ? words >= 4 : words == 1;
}
