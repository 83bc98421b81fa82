/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long somebody has to wait before a password is looked at. Guessing is slowed down
 * per address and per account. An account that does not exist is treated like any other,
 * and a right password waits as long as a wrong one, so neither the answer nor its time
 * tells which of the two was wrong.
 *
 * Each try takes a place in a line: of its address and of its account. As long as few
 * were wrong the line moves at once; then each place is further behind the one before.
 * So it does not help to try many at the same time.
 *
 * From where somebody has logged in before, others' mistakes with the same account hold
 * nobody up: else anybody could lock anybody out.
 *
 * Pure: time is an argument. The caller sees to it that one thread is in here at a time.
 */
#include "config.h"

#include "server/accounts/srv-login-guard.h"

#include <string.h>

#include "common/base/sal-limits.h"

/* What is known of an address, of an account, or of both together. */
typedef struct
{
  char *key;        /* (owned) */
  GList link;       /* in `recent` */
  guint wrong;      /* tries that were not right, or are not judged yet */
  gint64 next_us;   /* when the line's next place is due */
  gint64 last_us;   /* when anything happened */
  gboolean trusted; /* of both together: a password was right */
  gint64 hour_us;   /* of an address: since when ... */
  guint registered; /* ... so many accounts were made */
} Subject;

struct _SrvLoginGuard
{
  GHashTable *subjects; /* (owned): key (of the subject) -> Subject (owned) */
  GQueue recent;        /* of Subject (unowned): those of long ago first */
};

static void
subject_free (gpointer data)
{
  Subject *subject = data;

  g_free (subject->key);
  g_free (subject);
}

/**
 * srv_login_guard_new:
 */
SrvLoginGuard *
srv_login_guard_new (void)
{
  SrvLoginGuard *guard = g_new0 (SrvLoginGuard, 1);

  guard->subjects = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, subject_free);
  g_queue_init (&guard->recent);
  return guard;
}

/**
 * srv_login_guard_free:
 * @guard: (nullable) (transfer full)
 */
void
srv_login_guard_free (SrvLoginGuard *guard)
{
  if (guard == NULL)
    return;
  g_hash_table_unref (guard->subjects);
  g_free (guard);
}

static void
forget_oldest (SrvLoginGuard *guard)
{
  Subject *oldest = guard->recent.head->data;

  g_queue_unlink (&guard->recent, &oldest->link);
  g_hash_table_remove (guard->subjects, oldest->key);
}

/* The subject of that key, as it is at @now_us. */
static Subject *
take_subject (SrvLoginGuard *guard, char *key, gint64 now_us)
{
  Subject *subject = g_hash_table_lookup (guard->subjects, key);

  if (subject == NULL)
    {
      if (g_hash_table_size (guard->subjects) >= SAL_LOGIN_SUBJECTS)
        forget_oldest (guard);
      subject = g_new0 (Subject, 1);
      subject->key = key;
      subject->link.data = subject;
      g_hash_table_insert (guard->subjects, subject->key, subject);
    }
  else
    {
      g_free (key);
      g_queue_unlink (&guard->recent, &subject->link);
      if (now_us - subject->last_us >= SAL_LOGIN_FORGET_US)
        subject->wrong = 0;
    }
  g_queue_push_tail_link (&guard->recent, &subject->link);
  subject->last_us = now_us;
  return subject;
}

static Subject *
take_site (SrvLoginGuard *guard, guint64 site, gint64 now_us)
{
  return take_subject (guard, g_strdup_printf ("%" G_GINT64_MODIFIER "x", site), now_us);
}

static Subject *
take_account (SrvLoginGuard *guard, const char *account, gint64 now_us)
{
  return take_subject (guard, g_strconcat ("@", account, NULL), now_us);
}

static Subject *
take_both (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us)
{
  return take_subject (guard, g_strdup_printf ("%" G_GINT64_MODIFIER "x@%s", site, account),
                       now_us);
}

/* How far the line's places are apart after so many mistakes. */
static gint64
spacing_us (guint wrong, guint free_tries)
{
  guint doublings = wrong < free_tries ? 0 : MIN (wrong - free_tries, 16);

  return wrong < free_tries ? 0 : MIN (SAL_LOGIN_DELAY_US << doublings, SAL_LOGIN_DELAY_MAX_US);
}

static gint64
due_us (const Subject *subject, gint64 now_us)
{
  return subject->wrong > 0 ? MAX (subject->next_us, now_us) : now_us;
}

static void
take_place (Subject *subject, guint free_tries, gint64 place_us)
{
  subject->next_us = place_us + spacing_us (subject->wrong, free_tries);
  subject->wrong++;
}

/**
 * srv_login_guard_enter:
 * @site: the address it comes from, as srv_address_site() has it
 * @account: whose password it is said to be, in the form that makes names equal
 *
 * Somebody tries a password. It counts as a mistake until it is known to be none.
 *
 * Returns: in how many microseconds it may be looked at; or, negative, how long nobody
 * should try: then this did not count and must be refused.
 */
gint64
srv_login_guard_enter (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us)
{
  gboolean trusted = take_both (guard, site, account, now_us)->trusted;
  Subject *address = take_site (guard, site, now_us);
  Subject *owner = trusted ? NULL : take_account (guard, account, now_us);
  gint64 place_us = due_us (address, now_us);

  if (owner != NULL)
    place_us = MAX (place_us, due_us (owner, now_us));
  if (place_us - now_us > SAL_LOGIN_WAIT_MAX_US)
    return now_us - place_us;
  take_place (address, SAL_LOGIN_FREE_PER_ADDRESS, place_us);
  if (owner != NULL)
    take_place (owner, SAL_LOGIN_FREE_PER_ACCOUNT, place_us);
  return place_us - now_us;
}

static void
take_back (Subject *subject)
{
  subject->wrong -= subject->wrong > 0;
}

/**
 * srv_login_guard_withdraw:
 *
 * What was let in was not looked at after all, so it was no mistake.
 */
void
srv_login_guard_withdraw (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us)
{
  if (!take_both (guard, site, account, now_us)->trusted)
    take_back (take_account (guard, account, now_us));
  take_back (take_site (guard, site, now_us));
}

/**
 * srv_login_guard_passed:
 *
 * The password was right. Only that try is taken back: who knows one password must not
 * be able to wash away their guesses at another.
 */
void
srv_login_guard_passed (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us)
{
  srv_login_guard_withdraw (guard, site, account, now_us);
  take_both (guard, site, account, now_us)->trusted = TRUE;
}

/**
 * srv_login_guard_count:
 * @per_hour: how many accounts may be made from one address in an hour; 0: any number
 *
 * Returns: whether one more may be; then it is counted.
 */
gboolean
srv_login_guard_count (SrvLoginGuard *guard, guint64 site, guint per_hour, gint64 now_us)
{
  Subject *address = take_site (guard, site, now_us);

  if (address->registered == 0 || now_us - address->hour_us >= G_TIME_SPAN_HOUR)
    {
      address->hour_us = now_us;
      address->registered = 0;
    }
  if (per_hour > 0 && address->registered >= per_hour)
    return FALSE;
  address->registered++;
  return TRUE;
}
