/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the exit status of every Salotto program says. The numbers are a
 * promise to scripts; the man pages list them.
 */
#pragma once

typedef enum
{
  SAL_EXIT_OK = 0,
  SAL_EXIT_FAILED = 1,      /* the thing asked for failed: an expectation, a check */
  SAL_EXIT_USAGE = 2,       /* the command line or the configuration is wrong */
  SAL_EXIT_UNREACHABLE = 3, /* cannot connect, cannot listen */
  SAL_EXIT_TLS = 4,         /* TLS or certificate */
  SAL_EXIT_REFUSED = 5,     /* the server refused: login, ban, a limit */
  SAL_EXIT_TIMEOUT = 6,     /* something awaited did not come in time */
  SAL_EXIT_PROTOCOL = 7,    /* the peer broke the protocol */
  SAL_EXIT_CLOSED = 8,      /* the peer closed early */
} SalExit;
