/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The capabilities of IRCv3 that the server has, each with its name on the wire. Names of
 * drafts change: they stand here and nowhere else.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* X (ID, name) */
#define SAL_IRC_CAPS(X)                                                                            \
  X (ACCOUNT_NOTIFY, "account-notify")                                                             \
  X (ACCOUNT_TAG, "account-tag")                                                                   \
  X (AWAY_NOTIFY, "away-notify")                                                                   \
  X (BATCH, "batch")                                                                               \
  X (CAP_NOTIFY, "cap-notify")                                                                     \
  X (CHGHOST, "chghost")                                                                           \
  X (REGISTRATION, "draft/account-registration")                                                   \
  X (CHATHISTORY, "draft/chathistory")                                                             \
  X (EVENT_PLAYBACK, "draft/event-playback")                                                       \
  X (REDACTION, "draft/message-redaction")                                                         \
  X (MULTILINE, "draft/multiline")                                                                 \
  X (READ_MARKER, "draft/read-marker")                                                             \
  X (ECHO_MESSAGE, "echo-message")                                                                 \
  X (EXTENDED_JOIN, "extended-join")                                                               \
  X (EXTENDED_MONITOR, "extended-monitor")                                                         \
  X (INVITE_NOTIFY, "invite-notify")                                                               \
  X (LABELED_RESPONSE, "labeled-response")                                                         \
  X (MESSAGE_TAGS, "message-tags")                                                                 \
  X (MULTI_PREFIX, "multi-prefix")                                                                 \
  X (NO_IMPLICIT_NAMES, "no-implicit-names")                                                       \
  X (SASL, "sasl")                                                                                 \
  X (SERVER_TIME, "server-time")                                                                   \
  X (SETNAME, "setname")                                                                           \
  X (STANDARD_REPLIES, "standard-replies")                                                         \
  X (STS, "sts")                                                                                   \
  X (USERHOST_IN_NAMES, "userhost-in-names")

enum
{
#define SAL_IRC_CAP_NUMBER(ID, name) SAL_IRC_CAP_NUMBER_##ID,
  SAL_IRC_CAPS (SAL_IRC_CAP_NUMBER)
#undef SAL_IRC_CAP_NUMBER
      SAL_IRC_N_CAPS
};

/* A set of capabilities. */
typedef enum
{
  SAL_IRC_CAP_NONE = 0,
#define SAL_IRC_CAP_BIT(ID, name) SAL_IRC_CAP_##ID = 1 << SAL_IRC_CAP_NUMBER_##ID,
  SAL_IRC_CAPS (SAL_IRC_CAP_BIT)
#undef SAL_IRC_CAP_BIT
} SalIrcCaps;

/* Those that make a difference to what is relayed: two clients that have the same of these
 * get the same bytes. */
#define SAL_IRC_RELAYED_CAPS                                                                       \
  ((guint) (SAL_IRC_CAP_ACCOUNT_NOTIFY | SAL_IRC_CAP_ACCOUNT_TAG | SAL_IRC_CAP_AWAY_NOTIFY |       \
            SAL_IRC_CAP_BATCH | SAL_IRC_CAP_CHGHOST | SAL_IRC_CAP_EVENT_PLAYBACK |                 \
            SAL_IRC_CAP_REDACTION | SAL_IRC_CAP_MULTILINE | SAL_IRC_CAP_EXTENDED_JOIN |            \
            SAL_IRC_CAP_INVITE_NOTIFY | SAL_IRC_CAP_MESSAGE_TAGS | SAL_IRC_CAP_SERVER_TIME |       \
            SAL_IRC_CAP_SETNAME))

/**
 * sal_irc_cap_name:
 * @number: below %SAL_IRC_N_CAPS; its bit is 1 << @number
 */
static inline const char *
sal_irc_cap_name (guint number)
{
  static const char *const names[] = {
#define SAL_IRC_CAP_NAME(ID, name) name,
    SAL_IRC_CAPS (SAL_IRC_CAP_NAME)
#undef SAL_IRC_CAP_NAME
  };

  return names[number];
}

G_END_DECLS
