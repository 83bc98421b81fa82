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

/* Room for another. A line that somebody still stands in is kept as long as there are others:
 * else whoever fills the table takes the line away that holds them up. */
static void
forget_one (SrvLoginGuard *guard, gint64 now_us)
{
  GList *at = guard->recent.head;
  Subject *subject = NULL;

  while (at != NULL && ((const Subject *) at->data)->next_us > now_us)
    at = at->next;
  subject = at != NULL ? at->data : guard->recent.head->data;
  g_queue_unlink (&guard->recent, &subject->link);
  g_hash_table_remove (guard->subjects, subject->key);
}

/* The subject of that key, as it is at @now_us; NULL if nothing is known of it. */
static Subject *
find_subject (SrvLoginGuard *guard, const char *key, gint64 now_us)
{
  Subject *subject = g_hash_table_lookup (guard->subjects, key);

  if (subject == NULL)
    return NULL;
  g_queue_unlink (&guard->recent, &subject->link);
  g_queue_push_tail_link (&guard->recent, &subject->link);
  if (now_us - subject->last_us >= SAL_LOGIN_FORGET_US)
    subject->wrong = 0;
  subject->last_us = now_us;
  return subject;
}

/* The same, and a new one if there is none. */
static Subject *
take_subject (SrvLoginGuard *guard, const char *key, gint64 now_us)
{
  Subject *subject = find_subject (guard, key, now_us);

  if (subject != NULL)
    return subject;
  if (g_hash_table_size (guard->subjects) >= SAL_LOGIN_SUBJECTS)
    forget_one (guard, now_us);
  subject = g_new0 (Subject, 1);
  subject->key = g_strdup (key);
  subject->last_us = now_us;
  subject->link.data = subject;
  g_hash_table_insert (guard->subjects, subject->key, subject);
  g_queue_push_tail_link (&guard->recent, &subject->link);
  return subject;
}

static char *
site_key (guint64 site)
{
  return g_strdup_printf ("%" G_GINT64_MODIFIER "x", site);
}

static char *
account_key (const char *account)
{
  return g_strconcat ("@", account, NULL);
}

static char *
both_key (guint64 site, const char *account)
{
  return g_strdup_printf ("%" G_GINT64_MODIFIER "x@%s", site, account);
}

static gboolean
is_trusted (SrvLoginGuard *guard, guint64 site, const char *account, gint64 now_us)
{
  g_autofree char *key = both_key (site, account);
  const Subject *both = find_subject (guard, key, now_us);

  return both != NULL && both->trusted;
}

/* How far the line's places are apart after so many mistakes. */
static gint64
spacing_us (guint wrong, guint free_tries)
{
  guint doublings = wrong < free_tries ? 0 : MIN (wrong - free_tries, 16);

  return wrong < free_tries ? 0 : MIN (SAL_LOGIN_DELAY_US << doublings, SAL_LOGIN_DELAY_MAX_US);
}

/* @subject: (nullable) */
static gint64
due_us (const Subject *subject, gint64 now_us)
{
  return subject != NULL && subject->wrong > 0 ? MAX (subject->next_us, now_us) : now_us;
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
  g_autofree char *address = site_key (site);
  g_autofree char *owner = NULL;
  gint64 place_us = due_us (find_subject (guard, address, now_us), now_us);

  /* Who is refused leaves no trace: names are made up faster than mistakes are made, and what
   * they push out of the table would be forgotten. */
  if (place_us - now_us > SAL_LOGIN_WAIT_MAX_US)
    return now_us - place_us;
  if (!is_trusted (guard, site, account, now_us))
    {
      owner = account_key (account);
      place_us = MAX (place_us, due_us (find_subject (guard, owner, now_us), now_us));
    }
  if (place_us - now_us > SAL_LOGIN_WAIT_MAX_US)
    return now_us - place_us;
  take_place (take_subject (guard, address, now_us), SAL_LOGIN_FREE_PER_ADDRESS, place_us);
  if (owner != NULL)
    take_place (take_subject (guard, owner, now_us), SAL_LOGIN_FREE_PER_ACCOUNT, place_us);
  return place_us - now_us;
}

/* @subject: (nullable) */
static void
take_back (Subject *subject)
{
  if (subject != NULL)
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
  g_autofree char *address = site_key (site);
  g_autofree char *owner = account_key (account);

  if (!is_trusted (guard, site, account, now_us))
    take_back (find_subject (guard, owner, now_us));
  take_back (find_subject (guard, address, now_us));
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
  g_autofree char *both = both_key (site, account);

  srv_login_guard_withdraw (guard, site, account, now_us);
  take_subject (guard, both, now_us)->trusted = TRUE;
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
  g_autofree char *key = site_key (site);
  Subject *address = take_subject (guard, key, now_us);

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
