/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * salotto-capture: the only program of Salotto that ever has privileges. It opens the
 * interface, drops every privilege, and writes what it captures as pcap (with
 * nanoseconds) into the pipe that is its standard output, until its standard input ends.
 *
 * What it does not do: it opens no file once it captures, reads no environment, parses no
 * packet, links no library but libpcap and libc. A filter is text of somebody without
 * privileges, so it is compiled when they are gone.
 *
 * Messages are English and one line each; salotto-lab, which starts it, says them in the
 * language of its user. "dropped N" counts the packets that the kernel had no room for.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/base/sal-exit.h"

#define SNAPLEN 262144                   /* as tcpdump: every packet whole */
#define KERNEL_BUFFER (16 * 1024 * 1024) /* what a burst may pile up while the pipe is full */
#define PIPE_BYTES (1024 * 1024)
#define TURN_PACKETS 512 /* written at once when there are many */
#define LAST_TURNS 1024  /* more than the buffer holds */
#define STATISTICS_MS 1000
/* The kernel hands packets over in blocks, at the latest after this time. Immediate mode
 * would hand them over one by one, but in slots of the largest size, of which so few fit
 * into its buffer that two thirds of a flood on loopback were lost. */
#define LATE_MS 2
#define LAST_MS 50
#define NOBODY 65534

typedef struct
{
  const char *interface;
  const char *filter;
  int snaplen;
} Options;

static volatile sig_atomic_t ending;

#ifdef __SANITIZE_ADDRESS__
/* The search for leaks opens files at the end, and behind the door there are none. */
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return 1;
}
#endif

static void
on_signal (int number)
{
  ending = 1;
}

static int
usage (FILE *out, int status)
{
  fputs ("Usage: salotto-capture --interface IF [OPTION...]\n\n"
         "Writes pcap into a pipe; salotto-lab trace --interface IF starts it.\n\n"
         "  -i, --interface=IF          capture there, or on any\n"
         "  --filter=BPF                only packets of a pcap-filter(7) expression\n"
         "  --snapshot-length=BYTES     so much of each packet (262144)\n"
         "  -h, --help                  this text\n"
         "  --version                   say the version\n\n"
         "More: salotto-capture(8)\n",
         out);
  return status;
}

static int
fail (int status, const char *what, const char *why)
{
  fprintf (stderr, "salotto-capture: %s: %s\n", what, why);
  return status;
}

/* Returns: -1 to go on, else the exit status. */
static int
parse (Options *options, int argc, char **argv)
{
  static const struct option known[] = { { "interface", required_argument, NULL, 'i' },
                                         { "filter", required_argument, NULL, 'f' },
                                         { "snapshot-length", required_argument, NULL, 's' },
                                         { "help", no_argument, NULL, 'h' },
                                         { "version", no_argument, NULL, 'V' },
                                         { NULL } };
  int option = 0;

  *options = (Options){ .snaplen = SNAPLEN };
  while ((option = getopt_long (argc, argv, "i:h", known, NULL)) != -1)
    switch (option)
      {
      case 'i':
        options->interface = optarg;
        break;
      case 'f':
        options->filter = optarg;
        break;
      case 's':
        {
          char *end = NULL;
          long value = strtol (optarg, &end, 10);

          if (*optarg == '\0' || *end != '\0' || value < 1 || value > SNAPLEN)
            return fail (SAL_EXIT_USAGE, "--snapshot-length", "a number from 1 to 262144");
          options->snaplen = (int) value;
          break;
        }
      case 'h':
        return usage (stdout, SAL_EXIT_OK);
      case 'V':
        printf ("salotto-capture %s\n", SALOTTO_VERSION);
        return SAL_EXIT_OK;
      default:
        return usage (stderr, SAL_EXIT_USAGE);
      }
  if (options->interface == NULL || optind < argc)
    return usage (stderr, SAL_EXIT_USAGE);
  return -1;
}

/* Packets go to who asked for them, and into no file. */
static int
check_output (void)
{
  struct stat info = { 0 };

  if (fstat (STDOUT_FILENO, &info) != 0 || !(S_ISFIFO (info.st_mode) || S_ISSOCK (info.st_mode)))
    return fail (SAL_EXIT_USAGE, "standard output", "is no pipe; salotto-capture writes no files");
  return -1;
}

/* Descriptors of whoever started this are none of its business, and those that are missing
 * would be taken by something that is opened later. */
static int
hold_standard_descriptors (void)
{
  (void) close_range (STDERR_FILENO + 1, ~0U, 0);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/dev/null", O_RDWR) != fd)
      return fail (SAL_EXIT_FAILED, "/dev/null", strerror (errno));
  return -1;
}

static int
explain_activation (const Options *options, pcap_t *pcap, int result)
{
  if (result == PCAP_ERROR_PERM_DENIED || result == PCAP_ERROR_PROMISC_PERM_DENIED)
    return fail (SAL_EXIT_REFUSED, options->interface, "no permission to capture");
  if (result == PCAP_ERROR_NO_SUCH_DEVICE)
    return fail (SAL_EXIT_UNREACHABLE, options->interface, "there is no such interface");
  if (result == PCAP_ERROR_IFACE_NOT_UP)
    return fail (SAL_EXIT_UNREACHABLE, options->interface, "the interface is not up");
  return fail (SAL_EXIT_UNREACHABLE, options->interface, pcap_geterr (pcap));
}

static int
open_interface (const Options *options, pcap_t **opened)
{
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t *pcap = pcap_create (options->interface, error);
  int result = 0;

  if (pcap == NULL)
    return fail (SAL_EXIT_UNREACHABLE, options->interface, error);
  *opened = pcap;
  pcap_set_snaplen (pcap, options->snaplen);
  pcap_set_promisc (pcap, strcmp (options->interface, "any") != 0);
  pcap_set_timeout (pcap, LATE_MS);
  pcap_set_buffer_size (pcap, KERNEL_BUFFER);
  pcap_set_tstamp_precision (pcap, PCAP_TSTAMP_PRECISION_NANO);
  result = pcap_activate (pcap);
  if (result < 0)
    return explain_activation (options, pcap, result);
  /* The newer of the two forms of "any" says which interface it was. */
  if (pcap_datalink (pcap) == DLT_LINUX_SLL)
    (void) pcap_set_datalink (pcap, DLT_LINUX_SLL2);
  return -1;
}

static int
clear_capabilities (void)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

  return (int) syscall (SYS_capset, &header, none);
}

/* Who was root becomes nobody, who got the rights of somebody else becomes themself. In a
 * user namespace there may be no nobody; without capabilities its root is none. */
static int
change_user (void)
{
  uid_t uid = getuid ();
  gid_t gid = getgid ();

  if (uid != 0 && geteuid () == uid && getegid () == gid)
    return 0;
  if (uid == 0)
    {
      const struct passwd *nobody = getpwnam ("nobody");

      uid = nobody != NULL ? nobody->pw_uid : NOBODY;
      gid = nobody != NULL ? nobody->pw_gid : NOBODY;
    }
  if (setgroups (0, NULL) != 0 && errno != EPERM)
    return -1;
  if (setresgid (gid, gid, gid) != 0 && errno != EINVAL)
    return -1;
  if (setresuid (uid, uid, uid) != 0 && errno != EINVAL)
    return -1;
  return 0;
}

/* Gives up everything that this process may do and others may not, for good. */
static int
drop_privileges (void)
{
  /* May fail for who has too few rights to limit their own; then there are none to fear. */
  (void) prctl (PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
                                       SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                                       SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
  for (int cap = 0; prctl (PR_CAPBSET_READ, cap) >= 0; cap++)
    (void) prctl (PR_CAPBSET_DROP, cap);
  (void) prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (change_user () != 0 || clear_capabilities () != 0 ||
      prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail (SAL_EXIT_FAILED, "cannot give up its privileges", strerror (errno));
  (void) prctl (PR_SET_DUMPABLE, 0);
  return -1;
}

/* Nothing is opened from here on: the descriptors of packets, pipe and messages are all
 * there will be, and no file gets longer. */
static int
close_the_door (void)
{
  static const struct
  {
    __rlimit_resource_t resource;
    rlim_t most;
  } limits[] = { { RLIMIT_NOFILE, STDERR_FILENO + 1 }, /* poll() needs as many */
                 { RLIMIT_FSIZE, 0 },
                 { RLIMIT_CORE, 0 },
                 { RLIMIT_NPROC, 0 } };

  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
    {
      struct rlimit limit = { limits[i].most, limits[i].most };

      if (setrlimit (limits[i].resource, &limit) != 0)
        return fail (SAL_EXIT_FAILED, "cannot limit itself", strerror (errno));
    }
  return -1;
}

static int
set_filter (const Options *options, pcap_t *pcap)
{
  struct bpf_program program = { 0 };

  if (options->filter == NULL)
    return -1;
  if (pcap_compile (pcap, &program, options->filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
    return fail (SAL_EXIT_USAGE, "--filter", pcap_geterr (pcap));
  if (pcap_setfilter (pcap, &program) != 0)
    return fail (SAL_EXIT_FAILED, "--filter", pcap_geterr (pcap));
  pcap_freecode (&program);
  return -1;
}

/* Says how many packets the kernel had no room for, when there are more of them; while
 * packets come, once a second at most. */
static void
report_drops (pcap_t *pcap, int at_the_end)
{
  static unsigned last;
  static time_t last_time;
  struct pcap_stat stats = { 0 };
  time_t now = time (NULL);

  if (!at_the_end && now == last_time)
    return;
  last_time = now;
  if (pcap_stats (pcap, &stats) == 0 && stats.ps_drop > last)
    {
      last = stats.ps_drop;
      fprintf (stderr, "dropped %u\n", last);
    }
}

/* Waits for packets, if it may, or until somebody wants the end: standard input ends, or
 * nobody reads the pipe. */
static void
wait_for_packets (int fd, int may_wait)
{
  struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
                          { .fd = STDIN_FILENO, .events = POLLIN },
                          { .fd = STDOUT_FILENO } };

  if (poll (fds, 3, may_wait ? STATISTICS_MS : 0) > 0 &&
      (fds[1].revents != 0 || fds[2].revents != 0))
    ending = 1;
}

/* Returns: whether there are packets that came before somebody wanted the end. The kernel
 * still holds the latest for a moment. */
static int
wait_for_last (int fd)
{
  struct pollfd packets = { .fd = fd, .events = POLLIN };

  return poll (&packets, 1, LAST_MS) > 0;
}

/* Packets into the pipe, until somebody wants the end, and then those that are in the
 * kernel's buffer; not those that go on coming. */
static int
stream (const Options *options, pcap_t *pcap)
{
  pcap_dumper_t *dumper = NULL;
  char error[PCAP_ERRBUF_SIZE] = "";
  int turns_left = LAST_TURNS;
  int fd = pcap_get_selectable_fd (pcap);

  if (fd < 0 || pcap_setnonblock (pcap, 1, error) != 0)
    return fail (SAL_EXIT_FAILED, options->interface, error);
  dumper = pcap_dump_fopen (pcap, stdout);
  if (dumper == NULL || pcap_dump_flush (dumper) != 0)
    return fail (SAL_EXIT_FAILED, "standard output", pcap_geterr (pcap));
  while (turns_left > 0)
    {
      int captured = pcap_dispatch (pcap, TURN_PACKETS, pcap_dump, (u_char *) dumper);

      if (captured == PCAP_ERROR)
        return fail (SAL_EXIT_UNREACHABLE, options->interface, pcap_geterr (pcap));
      if (captured > 0 && pcap_dump_flush (dumper) != 0)
        return SAL_EXIT_OK; /* nobody reads any more */
      report_drops (pcap, 0);
      if (!ending)
        wait_for_packets (fd, captured == 0);
      else if (captured == 0 && !wait_for_last (fd))
        break;
      else
        turns_left--;
    }
  report_drops (pcap, 1);
  return SAL_EXIT_OK;
}

int
main (int argc, char **argv)
{
  Options options = { 0 };
  pcap_t *pcap = NULL;
  struct sigaction action = { .sa_handler = on_signal };
  int status = -1;

  (void) clearenv ();
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
  signal (SIGPIPE, SIG_IGN);
  setvbuf (stderr, NULL, _IOLBF, 0);

  status = parse (&options, argc, argv);
  if (status < 0)
    status = hold_standard_descriptors ();
  if (status < 0)
    status = check_output ();
  if (status < 0)
    status = open_interface (&options, &pcap);
  if (status < 0)
    status = drop_privileges ();
  if (status < 0)
    status = set_filter (&options, pcap);
  if (status < 0)
    status = close_the_door ();
  if (status < 0)
    {
      (void) fcntl (STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
      status = stream (&options, pcap);
    }
  if (pcap != NULL)
    pcap_close (pcap);
  return status;
}
