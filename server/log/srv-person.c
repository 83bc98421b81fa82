/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who somebody is. A server of ten thousand people has ten thousand of these and no copy of
 * any of their names, because all who need one share it.
 */
#include "config.h"

#include "server/log/srv-person.h"

#include <string.h>

#include "common/proto/sal-name.h"

/* What is in them comes from lines of bounded length. */
#define SIZE_MOST ((1u << 27) - 1)

static gsize
size_of (const char *string)
{
  return string != NULL ? strlen (string) + 1 : 0;
}

/* The string that is the @n-th behind the name. */
static const char *
string_behind_name (const SrvPerson *person, guint n)
{
  const char *string = person->name;

  for (; n > 0; n--)
    string += strlen (string) + 1;
  return string;
}

static const char *
put (char **at, const char *string)
{
  char *here = *at;

  if (string == NULL)
    return NULL;
  *at = g_stpcpy (here, string) + 1;
  return here;
}

/**
 * srv_person_new:
 * @fields: copied, its strings too
 *
 * Most names are written as their keys are, and are the real names of plain people; then there is
 * one string for all three.
 *
 * Returns: (transfer full): somebody like @fields.
 */
SrvPerson *
srv_person_new (const SrvPersonFields *fields)
{
  const char *name = fields->name != NULL ? fields->name : "";
  const char *host = fields->host != NULL ? fields->host : "";
  const char *address = fields->address != NULL ? fields->address : "";
  g_autofree char *name_key = sal_name_is_key (name) ? NULL : sal_name_key (name);
  const char *key = name_key == NULL || g_str_equal (name_key, name) ? NULL : name_key;
  const char *real_name = g_strcmp0 (fields->real_name, name) != 0 ? fields->real_name : NULL;
  gsize size = sizeof (SrvPerson) + size_of (name) + size_of (key) + size_of (real_name) +
               size_of (fields->token) + size_of (host) + size_of (address) +
               size_of (fields->account);
  SrvPerson *person = g_malloc (size);
  char *at = (char *) (person + 1);

  *person = (SrvPerson){
    .refs = 1,
    .irc = fields->irc != FALSE,
    .secure = fields->secure != FALSE,
    .has_key = key != NULL,
    .has_real_name = real_name != NULL,
    .has_token = fields->token != NULL,
    .size = size & SIZE_MOST,
  };
  person->name = put (&at, name);
  (void) put (&at, key);
  (void) put (&at, real_name);
  (void) put (&at, fields->token);
  person->host = put (&at, host);
  person->address = put (&at, address);
  person->account = put (&at, fields->account);
  return person;
}

/**
 * srv_person_fields:
 *
 * Returns: what @person is, to make somebody like them; the strings stay theirs.
 */
SrvPersonFields
srv_person_fields (const SrvPerson *person)
{
  return (SrvPersonFields){
    .irc = person->irc,
    .secure = person->secure,
    .name = person->name,
    .host = person->host,
    .address = person->address,
    .real_name = srv_person_get_real_name (person),
    .account = person->account,
    .token = srv_person_get_token (person),
  };
}

/**
 * srv_person_get_key:
 *
 * Returns: (transfer none): the form of their name in which names are compared.
 */
const char *
srv_person_get_key (const SrvPerson *person)
{
  return string_behind_name (person, person->has_key);
}

/**
 * srv_person_get_real_name:
 *
 * Returns: (transfer none): on plain, the name.
 */
const char *
srv_person_get_real_name (const SrvPerson *person)
{
  return person->has_real_name ? string_behind_name (person, person->has_key + 1u) : person->name;
}

/**
 * srv_person_get_token:
 *
 * Returns: (transfer none) (nullable): by what they are known without an account.
 */
const char *
srv_person_get_token (const SrvPerson *person)
{
  return person->has_token
             ? string_behind_name (person, person->has_key + person->has_real_name + 1u)
             : NULL;
}

/**
 * srv_person_ref:
 *
 * From any thread.
 */
SrvPerson *
srv_person_ref (SrvPerson *person)
{
  __atomic_add_fetch (&person->refs, 1, __ATOMIC_RELAXED);
  return person;
}

/**
 * srv_person_unref:
 * @person: (nullable) (transfer full)
 *
 * From any thread.
 */
void
srv_person_unref (SrvPerson *person)
{
  if (person != NULL && __atomic_sub_fetch (&person->refs, 1, __ATOMIC_ACQ_REL) == 0)
    g_free (person);
}

/**
 * srv_person_size:
 *
 * Returns: how many bytes of memory @person takes, nearly.
 */
gsize
srv_person_size (const SrvPerson *person)
{
  return person->size;
}
