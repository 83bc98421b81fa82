/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Somebody who is in a room, as an object. It does not change: whoever becomes an operator, goes
 * away or takes another name is another object at the place that is theirs then, so that a list of
 * members tells of all of it in one way.
 */
#include "config.h"

#include "common/client/sal-member.h"

#include "common/client/sal-members.h"

struct _SalMember
{
  GObject parent;
  char *name;    /* (owned) */
  char *account; /* (owned) (nullable) */
  char *host;    /* (owned) (nullable) */
  char prefix;
  gboolean away;
  gboolean bot;
  gboolean own;
};

G_DEFINE_FINAL_TYPE (SalMember, sal_member, G_TYPE_OBJECT)

static void
sal_member_finalize (GObject *object)
{
  SalMember *member = SAL_MEMBER (object);

  g_free (member->name);
  g_free (member->account);
  g_free (member->host);
  G_OBJECT_CLASS (sal_member_parent_class)->finalize (object);
}

static void
sal_member_class_init (SalMemberClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sal_member_finalize;
}

static void
sal_member_init (SalMember *member)
{
}

/**
 * sal_member_new:
 * @like: what is known of them; copied
 * @own: it is us
 */
SalMember *
sal_member_new (const SalIrcMember *like, gboolean own)
{
  SalMember *member = g_object_new (SAL_TYPE_MEMBER, NULL);

  member->name = g_strdup (like->user->nick);
  member->account = g_strdup (like->user->account);
  member->host = g_strdup (like->user->host);
  member->prefix = like->prefixes[0];
  member->away = like->user->away;
  member->bot = like->user->bot;
  member->own = own;
  return member;
}

/**
 * sal_member_get_name:
 *
 * Returns: (transfer none): their nickname.
 */
const char *
sal_member_get_name (SalMember *member)
{
  return member->name;
}

/**
 * sal_member_get_prefix:
 *
 * Returns: the sign of their highest rank, as the server writes it; 0 for none.
 */
char
sal_member_get_prefix (SalMember *member)
{
  return member->prefix;
}

/**
 * sal_member_get_role:
 *
 * Returns: what their highest rank is called. Servers agree on these signs; a rank of another one
 * is taken for a low one.
 */
SalRole
sal_member_get_role (SalMember *member)
{
  switch (member->prefix)
    {
    case '\0':
      return SAL_ROLE_NONE;
    case '~':
    case '!':
      return SAL_ROLE_OWNER;
    case '&':
      return SAL_ROLE_ADMIN;
    case '@':
      return SAL_ROLE_OPERATOR;
    case '%':
      return SAL_ROLE_HALF;
    default:
      return SAL_ROLE_VOICE;
    }
}

/**
 * sal_member_is_away:
 */
gboolean
sal_member_is_away (SalMember *member)
{
  return member->away;
}

/**
 * sal_member_get_account:
 *
 * Returns: (transfer none) (nullable): what they are logged in to, as far as is known.
 */
const char *
sal_member_get_account (SalMember *member)
{
  return member->account;
}

/**
 * sal_member_get_host:
 *
 * Returns: (transfer none) (nullable): `user@host`, as the server shows it, as far as is known.
 */
const char *
sal_member_get_host (SalMember *member)
{
  return member->host;
}

/**
 * sal_member_is_bot:
 *
 * Returns: whether they say that they are a program.
 */
gboolean
sal_member_is_bot (SalMember *member)
{
  return member->bot;
}

/**
 * sal_member_is_own:
 *
 * Returns: whether it is us.
 */
gboolean
sal_member_is_own (SalMember *member)
{
  return member->own;
}
