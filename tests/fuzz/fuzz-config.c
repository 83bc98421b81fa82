/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Configuration files of any content: refused with an error that names the file, or
 * taken, and then everything in it is within its bounds.
 */
#include "config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/base/sal-log.h"
#include "server/srv-config.h"
#include "tests/fuzz/fuzz.h"

static void
check_config (const SrvConfig *config)
{
  static const guint bounds[SAL_N_LIMITS][2] = {
#define ROW(ID, key, unit, lan, campus, internet, least, most, reason)                             \
  [SAL_LIMIT_##ID] = { least, most },
    SAL_LIMITS (ROW)
#undef ROW
  };

  g_assert_true (*config->name != '\0' && g_utf8_validate (config->name, -1, NULL));
  g_assert_cmpuint (config->listeners->len, >, 0);
  for (guint i = 0; i < config->listeners->len; i++)
    {
      const SalUri *uri = config->listeners->pdata[i];

      g_assert_true (uri->scheme == SAL_SCHEME_PLAIN || uri->scheme == SAL_SCHEME_UNIX);
    }
  g_assert_true (srv_config_same_listeners (config, config));
  g_assert_cmpint (config->backlog, >=, 1);
  g_assert_cmpint (config->backlog, <=, 65535);
  g_assert_true (config->store == SRV_STORE_MEMORY ? config->log_path == NULL : TRUE);
  g_assert_true (sal_log_is_level (config->log_level));
  g_assert_nonnull (srv_profile_name (config->profile));
  for (guint i = 0; i < SAL_N_LIMITS; i++)
    {
      g_assert_cmpuint (config->limits.value[i], >=, bounds[i][0]);
      g_assert_cmpuint (config->limits.value[i], <=, bounds[i][1]);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  int fd = memfd_create ("salottod.conf", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  SrvOptions options = { .config_file = path };
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvConfig) config = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (sal_fd_write_all (fd, data, size));
  config = srv_config_load (&options, &error);
  if (config != NULL)
    {
      g_assert_no_error (error);
      check_config (config);
    }
  else
    {
      g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
      g_assert_true (g_str_has_prefix (error->message, path));
    }
  close (fd);
  return 0;
}
