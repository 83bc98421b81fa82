/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords and SCRAM-SHA-256, with GNU SASL's own client at the other end and with the
 * example of RFC 7677.
 */
#include "config.h"

#include "server/accounts/srv-scram.h"

#include <gsasl.h>
#include <string.h>

#include "common/base/sal-wipe.h"

#define ROUNDS 4096

typedef struct
{
  const char *name;
  const SrvScramKeys *keys;
  guint asked;
} Accounts;

static void
lookup (const char *name, SrvScramKeys *keys, gpointer data)
{
  Accounts *accounts = data;

  accounts->asked++;
  if (g_str_equal (name, accounts->name))
    *keys = *accounts->keys;
  else
    srv_scram_pretend (keys, (const guint8 *) "secret", 6, name, ROUNDS);
}

/* A client that tells the truth as it knows it. */
static int
on_client_property (Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
  return GSASL_NO_CALLBACK;
}

/* Returns whether each of the two believes the other. */
static gboolean
talk (Accounts *accounts, const char *name, const char *password, const char *other)
{
  g_autoptr (SrvScram) scram = srv_scram_new (lookup, accounts);
  g_autoptr (GString) said = g_string_new (NULL);
  Gsasl *library = NULL;
  Gsasl_session *client = NULL;
  SrvScramStep step = SRV_SCRAM_MORE;
  int code = GSASL_NEEDS_MORE;

  g_assert_cmpint (gsasl_init (&library), ==, GSASL_OK);
  gsasl_callback_set (library, on_client_property);
  g_assert_cmpint (gsasl_client_start (library, "SCRAM-SHA-256", &client), ==, GSASL_OK);
  (void) gsasl_property_set (client, GSASL_AUTHID, name);
  (void) gsasl_property_set (client, GSASL_PASSWORD, password);
  if (other != NULL)
    (void) gsasl_property_set (client, GSASL_AUTHZID, other);
  for (int i = 0; i < 4 && step == SRV_SCRAM_MORE && code == GSASL_NEEDS_MORE; i++)
    {
      char *out = NULL;
      size_t len = 0;

      code = gsasl_step (client, said->str, said->len, &out, &len);
      if (code == GSASL_OK || code == GSASL_NEEDS_MORE)
        step = srv_scram_step (scram, out, len, said);
      gsasl_free (out);
    }
  if (step == SRV_SCRAM_DONE)
    {
      char *out = NULL;
      size_t len = 0;

      code = gsasl_step (client, said->str, said->len, &out, &len);
      gsasl_free (out);
      g_assert_cmpstr (srv_scram_get_name (scram), ==, name);
      g_assert_cmpstr (srv_scram_get_other_name (scram), ==, other);
    }
  gsasl_finish (client);
  gsasl_done (library);
  return step == SRV_SCRAM_DONE && code == GSASL_OK;
}

static void
decode (guint8 *bytes, gsize size, const char *base64)
{
  gsize len = 0;
  g_autofree guchar *decoded = g_base64_decode (base64, &len);

  g_assert_cmpuint (len, ==, size);
  memcpy (bytes, decoded, size);
}

static void
test_exchange (void)
{
  static const struct
  {
    const char *name;
    const char *password; /* of anna */
    const char *who;
    const char *said;
    gboolean right;
  } rows[] = {
    { "right", "open sesame", "anna", "open sesame", TRUE },
    { "wrong", "open sesame", "anna", "open Sesame", FALSE },
    { "longer", "open sesame", "anna", "open sesame ", FALSE },
    { "nobody", "open sesame", "bea", "open sesame", FALSE },
    { "accents", "perch\303\251", "anna", "perch\303\251", TRUE },
    { "accents of another keyboard", "perch\303\251", "anna", "perche\314\201", TRUE },
    { "a hard space", "open\302\240sesame", "anna", "open sesame", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SrvScramKeys keys;
      Accounts accounts = { .name = "anna", .keys = &keys };

      g_test_message ("%s", rows[i].name);
      g_assert_true (srv_scram_derive (&keys, rows[i].password, ROUNDS));
      g_assert_cmpint (talk (&accounts, rows[i].who, rows[i].said, NULL), ==, rows[i].right);
      g_assert_cmpuint (accounts.asked, ==, 1);
      if (g_str_equal (rows[i].who, "anna"))
        g_assert_cmpint (srv_scram_matches (&keys, rows[i].said), ==, rows[i].right);
    }
}

static void
test_other_name (void)
{
  SrvScramKeys keys;
  Accounts accounts = { .name = "anna", .keys = &keys };

  g_assert_true (srv_scram_derive (&keys, "open sesame", ROUNDS));
  g_assert_true (talk (&accounts, "anna", "open sesame", "bea"));
}

/* RFC 7677, section 3. Its signatures follow from these keys, by an independent
 * calculation. */
static void
test_example (void)
{
  SrvScramKeys keys = { .iterations = 4096 };
  Accounts accounts = { .name = "user", .keys = &keys };
  g_autoptr (SrvScram) scram = srv_scram_new (lookup, &accounts);
  g_autoptr (GString) said = g_string_new (NULL);
  const char *first = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";

  decode (keys.salt, sizeof keys.salt, "W22ZaJ0SNY7soEsUEjb6gQ==");
  decode (keys.stored_key, sizeof keys.stored_key, "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
  decode (keys.server_key, sizeof keys.server_key, "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  g_assert_true (srv_scram_matches (&keys, "pencil"));
  g_assert_false (srv_scram_matches (&keys, "pencil2"));
  g_assert_cmpint (srv_scram_step (scram, first, strlen (first), said), ==, SRV_SCRAM_MORE);
  g_assert_true (g_str_has_prefix (said->str, "r=rOprNGfwEbeRWgbNEkqO"));
  g_assert_true (g_str_has_suffix (said->str, ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
}

/* Two people with the same password have nothing in common. */
static void
test_salt (void)
{
  SrvScramKeys a;
  SrvScramKeys b;

  g_assert_true (srv_scram_derive (&a, "open sesame", ROUNDS));
  g_assert_true (srv_scram_derive (&b, "open sesame", ROUNDS));
  g_assert_cmpint (memcmp (a.salt, b.salt, sizeof a.salt), !=, 0);
  g_assert_cmpint (memcmp (a.stored_key, b.stored_key, sizeof a.stored_key), !=, 0);
  g_assert_cmpuint (a.iterations, ==, ROUNDS);
}

/* Who does not exist looks the same each time, and not like somebody else. */
static void
test_pretend (void)
{
  SrvScramKeys keys[4];

  srv_scram_pretend (&keys[0], (const guint8 *) "secret", 6, "anna", ROUNDS);
  srv_scram_pretend (&keys[1], (const guint8 *) "secret", 6, "anna", ROUNDS);
  srv_scram_pretend (&keys[2], (const guint8 *) "secret", 6, "bea", ROUNDS);
  srv_scram_pretend (&keys[3], (const guint8 *) "Secret", 6, "anna", ROUNDS);
  g_assert_cmpmem (&keys[0], sizeof keys[0], &keys[1], sizeof keys[1]);
  for (int i = 2; i < 4; i++)
    {
      g_assert_cmpint (memcmp (keys[0].salt, keys[i].salt, 16), !=, 0);
      g_assert_cmpint (memcmp (keys[0].stored_key, keys[i].stored_key, 32), !=, 0);
    }
  g_assert_cmpint (memcmp (keys[0].stored_key, keys[0].server_key, 32), !=, 0);
}

static void
test_passwords (void)
{
  static const struct
  {
    const char *said;
    const char *prepared; /* (nullable): it is none */
  } rows[] = {
    { "sesame", "sesame" },
    { "SeSaMe", "SeSaMe" },
    { "I\302\255X", "IX" },                     /* a soft hyphen */
    { "\302\252", "a" },                        /* NFKC */
    { "a\302\240b", "a b" },                    /* a hard space */
    { "\360\237\230\200", "\360\237\230\200" }, /* younger than Unicode 3.2 */
    { "", NULL },
    { "\302\255", NULL }, /* nothing is left */
    { "a\tb", NULL },
    { "a\177b", NULL },
    { "a\377", NULL },
    { "\330\247\061", NULL }, /* right to left, ended by a digit (RFC 3454, 6) */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char *prepared = srv_scram_prepare (rows[i].said);
      SrvScramKeys keys;

      g_assert_cmpstr (prepared, ==, rows[i].prepared);
      g_assert_cmpint (srv_scram_derive (&keys, rows[i].said, 1), ==, prepared != NULL);
      if (prepared != NULL)
        g_assert_true (srv_scram_matches (&keys, prepared));
      sal_wipe (prepared);
    }
  sal_wipe (NULL);
}

/* What is no SCRAM ends it. */
static void
test_nonsense (void)
{
  static const char *const firsts[] = {
    "",
    "n",
    "n,,",
    "hello",
    "n,,n=anna",
    "n,,r=abc",
    "n,,n=,r=abc",
    "p=tls-unique,,n=anna,r=abc",
    "n,,m=x,n=anna,r=abc",
    "n,,n=an=na,r=abc",
    "n,,n=anna,r=",
    "y,n=anna,r=abc",
  };
  static const char *const finals[] = {
    "", "c=biws", "c=biws,r=x,p=AAAA", "c=biws,r=", "r=abc,c=biws,p=AAAA", "c=eSws,r=abc,p=AAAA",
  };
  SrvScramKeys keys;
  Accounts accounts = { .name = "anna", .keys = &keys };

  g_assert_true (srv_scram_derive (&keys, "open sesame", 1));
  for (gsize i = 0; i < G_N_ELEMENTS (firsts); i++)
    {
      g_autoptr (SrvScram) scram = srv_scram_new (lookup, &accounts);
      g_autoptr (GString) said = g_string_new (NULL);

      g_test_message ("%s", firsts[i]);
      /* Of some GNU SASL says so only when it sees the proof. */
      if (srv_scram_step (scram, firsts[i], strlen (firsts[i]), said) == SRV_SCRAM_MORE)
        g_assert_cmpint (srv_scram_step (scram, "c=biws,r=abc,p=AAAA", 19, said), !=,
                         SRV_SCRAM_DONE);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (finals); i++)
    {
      g_autoptr (SrvScram) scram = srv_scram_new (lookup, &accounts);
      g_autoptr (GString) said = g_string_new (NULL);
      const char *first = "n,,n=anna,r=abc";

      g_test_message ("%s", finals[i]);
      g_assert_cmpint (srv_scram_step (scram, first, strlen (first), said), ==, SRV_SCRAM_MORE);
      g_assert_cmpint (srv_scram_step (scram, finals[i], strlen (finals[i]), said), ==,
                       SRV_SCRAM_FAILED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/accounts/scram/exchange", test_exchange);
  g_test_add_func ("/accounts/scram/says-as-whom-somebody-wants-to-act", test_other_name);
  g_test_add_func ("/accounts/scram/rfc-7677-example", test_example);
  g_test_add_func ("/accounts/scram/every-password-has-its-own-salt", test_salt);
  g_test_add_func ("/accounts/scram/pretends", test_pretend);
  g_test_add_func ("/accounts/scram/what-is-a-password", test_passwords);
  g_test_add_func ("/accounts/scram/nonsense", test_nonsense);
  return g_test_run ();
}
