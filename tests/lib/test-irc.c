/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A raw peer that speaks IRC: what every test of it needs.
 */
#include "config.h"

#include "tests/lib/test-irc.h"

/**
 * test_irc_say:
 * @format: a line, without its end
 */
void
test_irc_say (TestPeer *peer, const char *format, ...)
{
  g_autoptr (GString) line = g_string_new (NULL);
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (line, format, args);
  va_end (args);
  g_string_append (line, "\r\n");
  test_peer_send (peer, line->str);
}

/**
 * test_irc_take_line:
 *
 * Returns: (transfer full) (nullable): the next line, without its end; %NULL at the end of the
 *   stream.
 */
char *
test_irc_take_line (TestPeer *peer)
{
  char *line = test_peer_take_line (peer);

  return line != NULL ? g_strchomp (line) : NULL;
}

static TestPeer *
register_as (TestPeer *peer, const char *nick, const char *caps)
{
  if (caps != NULL)
    {
      test_irc_say (peer, "CAP LS 302");
      test_irc_say (peer, "CAP REQ :%s", caps);
      test_peer_expect_later (peer, " ACK :");
    }
  test_irc_say (peer, "NICK %s", nick);
  test_irc_say (peer, "USER %s 0 * :%s's name", nick, nick);
  if (caps != NULL)
    test_irc_say (peer, "CAP END");
  test_peer_expect_later (peer, " 422 ");
  test_peer_expect_later (peer, "\r\n");
  return peer;
}

/**
 * test_irc_come:
 * @caps: (nullable): what is negotiated
 *
 * Returns: (transfer full): somebody who has been welcomed.
 */
TestPeer *
test_irc_come (guint16 port, const char *nick, const char *caps)
{
  return register_as (test_peer_connect (port), nick, caps);
}

/**
 * test_irc_come_narrow:
 * @receive_buffer: bytes that the kernel keeps for it at most, about
 */
TestPeer *
test_irc_come_narrow (guint16 port, const char *nick, const char *caps, int receive_buffer)
{
  return register_as (test_peer_connect_narrow (port, receive_buffer), nick, caps);
}

/**
 * test_irc_catch_up_at:
 */
void
test_irc_catch_up_at (TestPeer *peer, const char *file, int line, const char *func)
{
  static guint asked;
  g_autofree char *answer = g_strdup_printf (" :caught-up-%u\r\n", ++asked);

  test_irc_say (peer, "PING caught-up-%u", asked);
  test_peer_expect_later_at (peer, answer, file, line, func);
}

/**
 * test_irc_expect_at:
 */
void
test_irc_expect_at (
    TestPeer *peer, const char *pattern, const char *file, int line, const char *func)
{
  g_autofree char *got = test_irc_take_line (peer);
  g_autofree char *message = NULL;

  if (got != NULL && g_pattern_match_simple (pattern, got))
    return;
  message = g_strdup_printf ("expected %s; got %s", pattern, got != NULL ? got : "the end");
  g_assertion_message (G_LOG_DOMAIN, file, line, func, message);
}
