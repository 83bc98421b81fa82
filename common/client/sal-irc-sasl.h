/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Logging in, seen from the client: SASL (RFC 4422) as it travels on IRC (IRCv3 sasl-3.2).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SAL_SASL_KEY_BYTES 32

typedef enum
{
  SAL_SASL_WAIT,   /* more of the server's message is to come */
  SAL_SASL_SEND,   /* say what was returned */
  SAL_SASL_DERIVE, /* derive the key (sal_irc_sasl_get_work()), then sal_irc_sasl_derived() */
  SAL_SASL_FAILED, /* the server does not speak it, or does not know the password itself */
} SalSaslStep;

typedef struct _SalIrcSasl SalIrcSasl;

SalIrcSasl *sal_irc_sasl_new (const char *account,
                              const char *password,
                              gboolean confidential,
                              gboolean certificate);
void sal_irc_sasl_free (SalIrcSasl *sasl);

const char *sal_irc_sasl_choose (SalIrcSasl *sasl, const char *offered);
gboolean sal_irc_sasl_is_external (const SalIrcSasl *sasl);
SalSaslStep sal_irc_sasl_take (SalIrcSasl *sasl, const char *param, GPtrArray *answer);
const char *sal_irc_sasl_get_work (SalIrcSasl *sasl, GBytes **salt, guint *iterations);
SalSaslStep
sal_irc_sasl_derived (SalIrcSasl *sasl, const guint8 key[SAL_SASL_KEY_BYTES], GPtrArray *answer);
gboolean sal_irc_sasl_is_proven (const SalIrcSasl *sasl);

void sal_sasl_derive (const char *password,
                      GBytes *salt,
                      guint iterations,
                      guint8 key[SAL_SASL_KEY_BYTES]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SalIrcSasl, sal_irc_sasl_free)

G_END_DECLS
