/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Making accounts and changing them: what people register, and what operators want.
 * The slow part (a key is derived, the file written) is done in a thread of the pool,
 * one change at a time; the checks before it cost nothing and are made at once.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/base/sal-wipe.h"
#include "common/proto/sal-name.h"
#include "common/sqlite/sal-sqlite.h"
#include "server/accounts/srv-accounts-private.h"

/* Checks. */

/* An account's name is a name as people in the rooms have it, so that both can be one. */
static gboolean
is_name (const char *name)
{
  g_autofree char *clean = *name != '\0' ? sal_name_from_text (name) : NULL;

  return clean != NULL && g_str_equal (clean, name);
}

static gboolean
is_password (const char *password)
{
  char *prepared =
      strlen (password) <= SAL_PASSWORD_MAX_BYTES ? srv_scram_prepare (password) : NULL;
  gboolean good = prepared != NULL && g_utf8_strlen (prepared, -1) >= SAL_PASSWORD_MIN_CHARS;

  sal_wipe (prepared);
  return good;
}

/* Enough to tell an address from a mistake: whether it exists only a letter would tell. */
static gboolean
is_email (const char *email)
{
  const char *at = strchr (email, '@');

  return strlen (email) <= SAL_EMAIL_MAX_BYTES && g_utf8_validate (email, -1, NULL) && at != NULL &&
         at != email && strchr (at + 1, '@') == NULL && strchr (at, '.') != NULL &&
         strpbrk (email, " \t,;:<>()[]\\\"") == NULL && !g_str_has_suffix (email, ".") &&
         at[1] != '.';
}

/* SHA-256 in hex, with or without colons, in any case. Returns (transfer full) the form
 * in which it is kept, or NULL. */
static char *
normal_fingerprint (const char *text)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_isxdigit (*at))
      g_string_append_c (digits, g_ascii_tolower (*at));
    else if (*at != ':')
      return NULL;
  return digits->len == 64 ? g_string_free (g_steal_pointer (&digits), FALSE) : NULL;
}

/* One change of one account. */

static SrvAccount *
copy_account (const SrvAccount *account)
{
  SrvAccount *copy = srv_account_new (account->name);

  copy->email = g_strdup (account->email);
  copy->role = account->role;
  copy->keys = account->keys;
  copy->generation = account->generation;
  copy->made_us = account->made_us;
  for (guint i = 0; i < account->nicknames->len; i++)
    g_ptr_array_add (copy->nicknames, g_strdup (account->nicknames->pdata[i]));
  for (guint i = 0; i < account->certificates->len; i++)
    g_ptr_array_add (copy->certificates, g_strdup (account->certificates->pdata[i]));
  return copy;
}

/* Changes @account, which is a copy. Called with the mutex held. */
typedef SrvChangeResult (*EditFunc) (SrvAccounts *accounts,
                                     SrvAccount *account,
                                     gconstpointer data);

static SrvChangeResult
failed (char **message, const GError *error)
{
  *message = g_strdup (error != NULL ? error->message : NULL);
  return SRV_UNCHANGED_FAILED;
}

/* The file has what the index will have. With the store's mutex held. */
static SrvChangeResult
replace (SrvAccounts *accounts, SrvAccount *account, char **message)
{
  g_autoptr (GError) error = NULL;

  if (!srv_account_store_update (accounts->store, account, &error))
    {
      srv_account_free (account);
      return failed (message, error);
    }
  pthread_mutex_lock (&accounts->mutex);
  srv_accounts_index (accounts, account);
  pthread_mutex_unlock (&accounts->mutex);
  return SRV_CHANGED;
}

static SrvChangeResult
edit (SrvAccounts *accounts, const char *name, EditFunc func, gconstpointer data, char **message)
{
  const SrvAccount *found = NULL;
  SrvAccount *account = NULL;
  SrvChangeResult result = SRV_UNCHANGED_NO_ACCOUNT;

  pthread_mutex_lock (&accounts->store_mutex);
  pthread_mutex_lock (&accounts->mutex);
  found = srv_accounts_find (accounts, name);
  if (found != NULL)
    {
      account = copy_account (found);
      result = func (accounts, account, data);
    }
  pthread_mutex_unlock (&accounts->mutex);
  if (result == SRV_CHANGED)
    result = replace (accounts, account, message);
  else
    srv_account_free (account);
  pthread_mutex_unlock (&accounts->store_mutex);
  return result;
}

typedef struct
{
  SrvScramKeys keys;
  guint64 generation; /* of those that they take the place of; 0: whatever is there */
} NewKeys;

static SrvChangeResult
set_keys (SrvAccounts *accounts, SrvAccount *account, gconstpointer data)
{
  const NewKeys *news = data;

  if (news->generation != 0 && news->generation != account->generation)
    return SRV_UNCHANGED_BAD_PASSWORD;
  account->keys = news->keys;
  account->generation = 0; /* the index gives it the next one */
  return SRV_CHANGED;
}

static SrvChangeResult
set_role (SrvAccounts *accounts, SrvAccount *account, gconstpointer data)
{
  account->role = *(const SrvRole *) data;
  return SRV_CHANGED;
}

static SrvChangeResult
reserve (SrvAccounts *accounts, SrvAccount *account, gconstpointer nick)
{
  if (srv_accounts_find_reserved (accounts, nick) != NULL)
    return SRV_UNCHANGED_EXISTS;
  if (account->nicknames->len >= SAL_ACCOUNT_NICKNAMES)
    return SRV_UNCHANGED_TOO_MANY;
  g_ptr_array_add (account->nicknames, g_strdup (nick));
  return SRV_CHANGED;
}

static SrvChangeResult
release (SrvAccounts *accounts, SrvAccount *account, gconstpointer nick)
{
  g_autofree char *key = sal_name_key (nick);

  for (guint i = 0; i < account->nicknames->len; i++)
    {
      g_autofree char *other = sal_name_key (account->nicknames->pdata[i]);

      if (!g_str_equal (other, key))
        continue;
      g_ptr_array_remove_index (account->nicknames, i);
      return SRV_CHANGED;
    }
  return SRV_UNCHANGED_NO_ACCOUNT;
}

static SrvChangeResult
take_certificate (SrvAccounts *accounts, SrvAccount *account, gconstpointer fingerprint)
{
  for (guint i = 0; i < account->certificates->len; i++)
    if (g_str_equal (account->certificates->pdata[i], fingerprint))
      {
        g_ptr_array_remove_index (account->certificates, i);
        return SRV_CHANGED;
      }
  return SRV_UNCHANGED_NO_ACCOUNT;
}

static SrvChangeResult
give_certificate (SrvAccounts *accounts, SrvAccount *account, gconstpointer fingerprint)
{
  if (account->certificates->len >= SAL_ACCOUNT_CERTIFICATES)
    return SRV_UNCHANGED_TOO_MANY;
  g_ptr_array_add (account->certificates, g_strdup (fingerprint));
  return SRV_CHANGED;
}

/* Whoever has it loses it: a certificate says who somebody is. */
static SrvChangeResult
move_certificate (SrvAccounts *accounts, const char *name, const char *text, char **message)
{
  g_autofree char *fingerprint = normal_fingerprint (text);
  g_autofree char *owner = NULL;
  g_autofree char *written = srv_accounts_dup_name (accounts, name);

  if (fingerprint == NULL)
    return SRV_UNCHANGED_BAD_CERTIFICATE;
  if (written == NULL)
    return SRV_UNCHANGED_NO_ACCOUNT;
  owner = srv_accounts_dup_by_certificate (accounts, fingerprint);
  if (g_strcmp0 (owner, written) == 0)
    return SRV_CHANGED;
  if (owner != NULL &&
      edit (accounts, owner, take_certificate, fingerprint, message) == SRV_UNCHANGED_FAILED)
    return SRV_UNCHANGED_FAILED;
  return edit (accounts, written, give_certificate, fingerprint, message);
}

static SrvChangeResult
release_nick (SrvAccounts *accounts, const char *nick, char **message)
{
  g_autofree char *owner = NULL;
  const SrvAccount *account = NULL;

  pthread_mutex_lock (&accounts->mutex);
  account = srv_accounts_find_reserved (accounts, nick);
  owner = account != NULL ? g_strdup (account->name) : NULL;
  pthread_mutex_unlock (&accounts->mutex);
  return owner != NULL ? edit (accounts, owner, release, nick, message) : SRV_UNCHANGED_NO_ACCOUNT;
}

/* Rooms of who has gone. With the mutex held. */
static gboolean
is_founded_by (gpointer key, gpointer room, gpointer name)
{
  return g_str_equal (((const SrvOwnedRoom *) room)->founder, name);
}

static SrvChangeResult
drop (SrvAccounts *accounts, const char *name, char **message)
{
  g_autofree char *key = sal_name_key (name);
  g_autofree char *written = NULL;
  g_autoptr (GError) error = NULL;
  SrvChangeResult result = SRV_CHANGED;

  pthread_mutex_lock (&accounts->store_mutex);
  written = srv_accounts_dup_name (accounts, name);
  if (written == NULL)
    result = SRV_UNCHANGED_NO_ACCOUNT;
  else if (!srv_account_store_drop (accounts->store, key, &error))
    result = failed (message, error);
  else
    {
      pthread_mutex_lock (&accounts->mutex);
      g_hash_table_foreach_remove (accounts->rooms, is_founded_by, written);
      g_hash_table_remove (accounts->markers, key);
      srv_accounts_unindex (accounts, key);
      pthread_mutex_unlock (&accounts->mutex);
    }
  pthread_mutex_unlock (&accounts->store_mutex);
  return result;
}

/* Making an account. */

/* Whether there is room for one of that name. With the mutex held. */
static SrvChangeResult
may_add (const SrvAccounts *accounts, const char *name)
{
  if (srv_accounts_find_reserved (accounts, name) != NULL)
    return SRV_UNCHANGED_EXISTS;
  return g_hash_table_size (accounts->accounts) < accounts->config.max_accounts
             ? SRV_CHANGED
             : SRV_UNCHANGED_TOO_MANY;
}

/* @account: (transfer full): complete */
static SrvChangeResult
add (SrvAccounts *accounts, SrvAccount *account, char **message)
{
  g_autoptr (GError) error = NULL;
  SrvChangeResult result = SRV_CHANGED;

  account->made_us = g_get_real_time ();
  pthread_mutex_lock (&accounts->store_mutex);
  pthread_mutex_lock (&accounts->mutex);
  result = may_add (accounts, account->name);
  pthread_mutex_unlock (&accounts->mutex);
  if (result == SRV_CHANGED && !srv_account_store_add (accounts->store, account, &error))
    result = failed (message, error);
  if (result == SRV_CHANGED)
    {
      pthread_mutex_lock (&accounts->mutex);
      srv_accounts_index (accounts, g_steal_pointer (&account));
      pthread_mutex_unlock (&accounts->mutex);
    }
  pthread_mutex_unlock (&accounts->store_mutex);
  srv_account_free (account);
  return result;
}

/* Another password. */

/* The letter may be opened when the accounts are gone, at the end of the server. */
typedef struct
{
  SrvPasswordFunc func;
  gpointer data;
  char *name; /* (owned) */
  guint64 by;
} NewPassword;

static void
on_new_password (gpointer owner, gpointer letter)
{
  NewPassword *news = letter;

  news->func (news->name, news->by, news->data);
  g_free (news->name);
  g_free (news);
}

static void
tell_watcher (SrvAccounts *accounts, const char *name, guint64 by)
{
  NewPassword *news = NULL;

  if (accounts->watcher == NULL)
    return;
  news = g_new0 (NewPassword, 1);
  news->func = accounts->on_password;
  news->data = accounts->on_password_data;
  news->name = g_strdup (name);
  news->by = by;
  srv_mailbox_post (accounts->watcher, on_new_password, news);
}

/**
 * srv_accounts_watch_passwords:
 * @mailbox: (transfer none): in whose thread @func is called with @data, whenever an account has
 *   got another password; must outlive @accounts
 *
 * Before anything is asked.
 */
void
srv_accounts_watch_passwords (SrvAccounts *accounts,
                              SrvMailbox *mailbox,
                              SrvPasswordFunc func,
                              gpointer data)
{
  accounts->watcher = mailbox;
  accounts->on_password = func;
  accounts->on_password_data = data;
}

static guint
get_iterations (SrvAccounts *accounts)
{
  guint iterations = 0;

  pthread_mutex_lock (&accounts->mutex);
  iterations = accounts->config.iterations;
  pthread_mutex_unlock (&accounts->mutex);
  return iterations;
}

/* What an operator wants. */

typedef struct
{
  SrvAccounts *accounts; /* (unowned) */
  SrvChangeKind kind;
  char *name; /* (owned) */
  char *text; /* (owned): wiped */
  SrvRole role;
  SrvMailbox *mailbox; /* (unowned) */
  SrvChangeFunc on_changed;
  gpointer data;
  SrvChangeResult result;
  char *message; /* (owned) (nullable) */
} Change;

static void
on_change_done (gpointer owner, gpointer letter)
{
  Change *change = letter;

  change->on_changed (change->result, change->message, change->data);
  g_free (change->name);
  sal_wipe (change->text);
  g_free (change->message);
  g_free (change);
}

static SrvChangeResult
do_password (Change *change)
{
  SrvAccounts *accounts = change->accounts;
  NewKeys news = { .generation = 0 };
  SrvChangeResult result = SRV_UNCHANGED_BAD_PASSWORD;

  if (!srv_scram_derive (&news.keys, change->text, get_iterations (accounts)))
    return result;
  if (change->kind == SRV_CHANGE_PASSWORD)
    {
      result = edit (accounts, change->name, set_keys, &news, &change->message);
      if (result == SRV_CHANGED)
        tell_watcher (accounts, change->name, 0);
    }
  else
    {
      SrvAccount *account = srv_account_new (change->name);

      account->role = change->role;
      account->keys = news.keys;
      result = add (accounts, account, &change->message);
    }
  explicit_bzero (&news, sizeof news);
  return result;
}

static SrvChangeResult
do_change (Change *change)
{
  switch (change->kind)
    {
    case SRV_CHANGE_ADD:
    case SRV_CHANGE_PASSWORD:
      return do_password (change);
    case SRV_CHANGE_ROLE:
      return edit (change->accounts, change->name, set_role, &change->role, &change->message);
    case SRV_CHANGE_RESERVE:
      return edit (change->accounts, change->name, reserve, change->text, &change->message);
    case SRV_CHANGE_RELEASE:
      return release_nick (change->accounts, change->text, &change->message);
    case SRV_CHANGE_CERTIFICATE:
      return move_certificate (change->accounts, change->name, change->text, &change->message);
    case SRV_CHANGE_DROP:
      return drop (change->accounts, change->name, &change->message);
    default:
      g_assert_not_reached ();
    }
}

static void
run_change (gpointer data, gboolean cancelled)
{
  Change *change = data;

  change->result = cancelled ? SRV_UNCHANGED_FAILED : do_change (change);
  srv_mailbox_post (change->mailbox, on_change_done, change);
}

/* What can be known at once. */
static SrvChangeResult
check_change (SrvAccounts *accounts, const Change *change)
{
  gboolean takes_password = change->kind == SRV_CHANGE_ADD || change->kind == SRV_CHANGE_PASSWORD;
  SrvChangeResult result = SRV_CHANGED;

  if (!srv_accounts_is_usable (accounts))
    return SRV_UNCHANGED_FAILED;
  if (change->kind == SRV_CHANGE_ADD)
    {
      if (!is_name (change->name))
        return SRV_UNCHANGED_BAD_NAME;
      pthread_mutex_lock (&accounts->mutex);
      result = may_add (accounts, change->name);
      pthread_mutex_unlock (&accounts->mutex);
    }
  if (result != SRV_CHANGED)
    return result;
  if (takes_password && !is_password (change->text))
    return SRV_UNCHANGED_BAD_PASSWORD;
  return change->kind == SRV_CHANGE_RESERVE && !is_name (change->text) ? SRV_UNCHANGED_BAD_NAME
                                                                       : SRV_CHANGED;
}

/**
 * srv_accounts_change:
 * @name: (nullable): of the account, if @kind has one
 * @text: (nullable): as @kind says
 * @mailbox: where @on_changed is called, with @data; once, and never before this returns
 */
void
srv_accounts_change (SrvAccounts *accounts,
                     SrvChangeKind kind,
                     const char *name,
                     const char *text,
                     SrvRole role,
                     SrvMailbox *mailbox,
                     SrvChangeFunc on_changed,
                     gpointer data)
{
  Change *change = g_new0 (Change, 1);

  *change = (Change){
    .accounts = accounts,
    .kind = kind,
    .name = g_strdup (name),
    .text = g_strdup (text),
    .role = role,
    .mailbox = mailbox,
    .on_changed = on_changed,
    .data = data,
  };
  change->result = check_change (accounts, change);
  if (change->result == SRV_CHANGED && srv_accounts_push (accounts, run_change, change, 0))
    return;
  if (change->result == SRV_CHANGED)
    change->result = SRV_UNCHANGED_FAILED;
  srv_mailbox_post (mailbox, on_change_done, change);
}

/* What people register. */

static SrvVerdict
verdict_of (SrvChangeResult result)
{
  switch (result)
    {
    case SRV_CHANGED:
      return SRV_VERDICT_OK;
    case SRV_UNCHANGED_EXISTS:
      return SRV_VERDICT_EXISTS;
    case SRV_UNCHANGED_TOO_MANY:
      return SRV_VERDICT_TOO_MANY;
    default:
      return SRV_VERDICT_BUSY;
    }
}

static gboolean
no_email (const char *email)
{
  return email == NULL || g_str_equal (email, "*");
}

/**
 * srv_accounts_may_register:
 *
 * What can be known of a registration before its password is looked at.
 *
 * Returns: %SRV_VERDICT_OK, or what speaks against it.
 */
SrvVerdict
srv_accounts_may_register (SrvAccounts *accounts,
                           const SrvLoginPeer *peer,
                           const SrvLoginRequest *request)
{
  SrvAccountsConfig config;
  SrvVerdict verdict = SRV_VERDICT_OK;

  pthread_mutex_lock (&accounts->mutex);
  config = accounts->config;
  pthread_mutex_unlock (&accounts->mutex);
  if (!srv_accounts_is_usable (accounts) || config.registration == SRV_REGISTRATION_OFF)
    return SRV_VERDICT_CLOSED;
  if (!srv_accounts_takes_passwords (accounts, peer))
    return SRV_VERDICT_NOT_HERE;
  if (!is_name (request->name))
    return SRV_VERDICT_BAD_NAME;
  if (no_email (request->email) ? config.email_required : !is_email (request->email))
    return SRV_VERDICT_BAD_EMAIL;
  if (!is_password (request->text))
    return SRV_VERDICT_BAD_PASSWORD;

  pthread_mutex_lock (&accounts->mutex);
  verdict = verdict_of (may_add (accounts, request->name));
  if (verdict == SRV_VERDICT_OK &&
      !srv_login_guard_count (accounts->guard, srv_address_site (&peer->address),
                              config.registrations_per_hour, accounts->clock ()))
    verdict = SRV_VERDICT_TOO_MANY;
  pthread_mutex_unlock (&accounts->mutex);
  return verdict;
}

/* @account: (transfer full): complete */
static SrvVerdict
add_registered (SrvAccounts *accounts, SrvAccount *account)
{
  g_autofree char *message = NULL;
  SrvVerdict verdict = verdict_of (add (accounts, account, &message));

  if (message != NULL)
    g_warning ("%s", message);
  return verdict;
}

/**
 * srv_accounts_register:
 * @email: (nullable): "*" for none
 * @pending: (out) (transfer full) (nullable): with %SRV_VERDICT_VERIFY, the account that
 *   is none yet. It belongs to who has registered it: were it found by its name, somebody
 *   else could put their password in its place before the code comes.
 *
 * Slow: in a thread of the pool, after srv_accounts_may_register().
 *
 * Returns: %SRV_VERDICT_OK if there is such an account now, %SRV_VERDICT_VERIFY if it
 * waits for the invitation code, or what went wrong.
 */
SrvVerdict
srv_accounts_register (SrvAccounts *accounts,
                       const char *name,
                       const char *password,
                       const char *email,
                       SrvAccount **pending)
{
  g_autoptr (SrvAccount) account = srv_account_new (name);
  SrvRegistration how = SRV_REGISTRATION_OFF;

  account->email = no_email (email) ? NULL : g_strdup (email);
  if (!srv_scram_derive (&account->keys, password, get_iterations (accounts)))
    return SRV_VERDICT_BAD_PASSWORD;
  pthread_mutex_lock (&accounts->mutex);
  how = accounts->config.registration;
  pthread_mutex_unlock (&accounts->mutex);
  if (how != SRV_REGISTRATION_INVITATION)
    return add_registered (accounts, g_steal_pointer (&account));
  *pending = g_steal_pointer (&account);
  return SRV_VERDICT_VERIFY;
}

/* In a time that depends on the length of what was said alone. */
static gboolean
is_code (const char *said, const char *code)
{
  gsize len = code != NULL ? strlen (code) : 0;
  gsize said_len = strlen (said);
  guint difference = len == 0 || said_len != len;

  for (gsize i = 0; i < said_len; i++)
    difference |= (guint8) said[i] ^ (guint8) (len > 0 ? code[i % len] : 0);
  return difference == 0;
}

/**
 * srv_accounts_verify:
 * @pending: (inout) (nullable): what srv_accounts_register() gave; taken if the code is
 *   right
 *
 * Completes a registration with the invitation code. In a thread of the pool.
 *
 * Returns: %SRV_VERDICT_OK; %SRV_VERDICT_WRONG if that is not the code, or there is
 * nothing to complete; or what else went wrong.
 */
SrvVerdict
srv_accounts_verify (SrvAccounts *accounts, SrvAccount **pending, const char *code)
{
  gboolean right = FALSE;

  pthread_mutex_lock (&accounts->mutex);
  right = is_code (code, accounts->invitation_code);
  pthread_mutex_unlock (&accounts->mutex);
  return right && *pending != NULL ? add_registered (accounts, g_steal_pointer (pending))
                                   : SRV_VERDICT_WRONG;
}

/**
 * srv_accounts_may_set_password:
 * @password: that somebody at @peer wants from now on
 *
 * Returns: %SRV_VERDICT_OK, or what speaks against it.
 */
SrvVerdict
srv_accounts_may_set_password (SrvAccounts *accounts,
                               const SrvLoginPeer *peer,
                               const char *password)
{
  if (!srv_accounts_is_usable (accounts) || !srv_accounts_takes_passwords (accounts, peer))
    return SRV_VERDICT_NOT_HERE;
  return is_password (password) ? SRV_VERDICT_OK : SRV_VERDICT_BAD_PASSWORD;
}

/**
 * srv_accounts_set_password:
 * @name: of the account of somebody who has shown that it is theirs
 * @generation: of the keys by which they have
 * @by: their connection
 *
 * Slow: in a thread of the pool, after srv_accounts_may_set_password().
 *
 * Returns: %SRV_VERDICT_OK; %SRV_VERDICT_WRONG if it has got another password since; or
 * %SRV_VERDICT_BUSY if it cannot be kept.
 */
SrvVerdict
srv_accounts_set_password (
    SrvAccounts *accounts, const char *name, const char *password, guint64 generation, guint64 by)
{
  g_autofree char *message = NULL;
  NewKeys news = { .generation = generation };
  SrvChangeResult result = SRV_UNCHANGED_FAILED;

  if (!srv_scram_derive (&news.keys, password, get_iterations (accounts)))
    return SRV_VERDICT_BAD_PASSWORD;
  result = edit (accounts, name, set_keys, &news, &message);
  explicit_bzero (&news, sizeof news);
  if (message != NULL)
    g_warning ("%s", message);
  if (result == SRV_CHANGED)
    tell_watcher (accounts, name, by);
  if (result == SRV_UNCHANGED_BAD_PASSWORD)
    return SRV_VERDICT_WRONG;
  return result == SRV_CHANGED ? SRV_VERDICT_OK : SRV_VERDICT_BUSY;
}
