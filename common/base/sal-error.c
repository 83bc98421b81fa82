/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one error domain of Salotto. Errors at a boundary (configuration,
 * network, store) are GErrors whose code is a SalExit; bad input from a peer is
 * not an error but data, and never comes here.
 */
#include "config.h"

#include "common/base/sal-error.h"

G_DEFINE_QUARK (sal_error_quark, sal_error)

/**
 * sal_error_exit_status:
 * @error: (nullable): what went wrong
 *
 * Returns: the exit status for @error: 0 for none, the code of a #SAL_ERROR,
 * %SAL_EXIT_TLS for a handshake that went wrong (%G_TLS_ERROR), and %SAL_EXIT_FAILED
 * for the domain of anybody else.
 */
int
sal_error_exit_status (const GError *error)
{
  if (error == NULL)
    return SAL_EXIT_OK;
  /* By its name: the programs that have nothing to do with TLS do without GIO. */
  if (error->domain == g_quark_try_string ("g-tls-error-quark"))
    return SAL_EXIT_TLS;
  return error->domain == SAL_ERROR ? error->code : SAL_EXIT_FAILED;
}
