// Starts programs on this node for those who call: their input and output travel over the connection, and they go when it goes.
#include "gang.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_MS 5000
#define MOST_SERVED 4096

extern char **environ;
static pid_t served[MOST_SERVED];
static pthread_mutex_t serving = PTHREAD_MUTEX_INITIALIZER;

int code_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

static int is_named(const char *line, const char *other) {
  size_t n = strcspn(line, "=");
  return strncmp(line, other, n) == 0 && other[n] == '=';
}

/** This node's environment, and what the order adds to it. */
static char **joined(char **added) {
  size_t n = 0, m = 0, at = 0;
  while (environ[n]) n++;
  while (added[m]) m++;
  char **all = calloc(n + m + 1, sizeof *all);
  for (size_t i = 0; i < n; i++) {
    int replaced = 0;
    for (size_t j = 0; j < m && !replaced; j++) replaced = is_named(environ[i], added[j]);
    if (!replaced) all[at++] = environ[i];
  }
  memcpy(all + at, added, m * sizeof *all);
  return all;
}

/** In a session of its own, so that it can be ended with all that it starts. */
pid_t start(const struct order *order, int in, int out, int err) {
  char **environment = joined(order->environment);
  pid_t pid = fork();
  if (pid != 0) {
    free(environment);
    return pid;
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  if (order->cwd && chdir(order->cwd) < 0 && getenv("ZOE_WORK_DIR")) (void)!chdir(getenv("ZOE_WORK_DIR"));
  environ = environment;
  execvp(order->words[0], order->words);
  dprintf(2, "zoe-gang: %s can't be started: %s.\n", order->words[0], strerror(errno));
  _exit(errno == ENOENT ? 127 : 126);
}

static void note(pid_t from, pid_t to) {
  pthread_mutex_lock(&serving);
  for (int at = 0; at < MOST_SERVED; at++) {
    if (served[at] != from) continue;
    served[at] = to;
    break;
  }
  pthread_mutex_unlock(&serving);
}

void stop_served(int signal) {
  for (int at = 0; at < MOST_SERVED; at++)
    if (served[at] > 0) kill(-served[at], signal);
}

static int wait_for(pid_t pid, int ms) {
  int status;
  for (; ms > 0; ms -= 20) {
    if (waitpid(pid, &status, WNOHANG) == pid) return status;
    usleep(20000);
  }
  kill(-pid, SIGKILL);
  waitpid(pid, &status, 0);
  return status;
}

/** Passes one piece on; 0 when that end is closed. */
static int pass(int from, int fd, enum frame kind) {
  char piece[65536];
  ssize_t n = read(from, piece, sizeof piece);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return 1;
  if (n <= 0) return 0;
  return send_frame(fd, kind, piece, (uint32_t)n) == 0;
}

/** What the caller sends: input, its end, a signal. 0 when it has gone. */
static int obey(int fd, int *in, pid_t pid) {
  enum frame kind;
  char *bytes;
  uint32_t n;
  if (read_frame(fd, &kind, &bytes, &n) < 0) return 0;
  if (kind == FRAME_IN && *in >= 0 && write_all(*in, bytes, n) < 0) kind = FRAME_END;
  if (kind == FRAME_END && *in >= 0) {
    close(*in);
    *in = -1;
  }
  if (kind == FRAME_SIGNAL && n == 1) kill(-pid, bytes[0]);
  free(bytes);
  return 1;
}

/** Until both outputs are closed; 0 when the caller has gone before. */
static int carry(int fd, int *in, int out, int err, pid_t pid) {
  struct pollfd polled[3] = {{fd, POLLIN, 0}, {out, POLLIN, 0}, {err, POLLIN, 0}};
  while (polled[1].fd >= 0 || polled[2].fd >= 0) {
    if (poll(polled, 3, -1) < 0 && errno != EINTR) return 0;
    for (int one = 1; one < 3; one++)
      if (polled[one].revents && !pass(polled[one].fd, fd, one == 1 ? FRAME_OUT : FRAME_ERR)) polled[one].fd = -1;
    if (polled[0].revents && !obey(fd, in, pid)) return 0;
  }
  return 1;
}

void serve(int fd) {
  struct order order;
  int in[2], out[2], err[2];
  if (read_order(fd, &order) < 0) return;
  if (pipe2(in, 02000000) < 0 || pipe2(out, 02000000) < 0 || pipe2(err, 02000000) < 0) return;
  pid_t pid = start(&order, in[0], out[1], err[1]);
  close(in[0]);
  close(out[1]);
  close(err[1]);
  note(0, pid);
  int is_there = carry(fd, &in[1], out[0], err[0], pid);
  if (in[1] >= 0) close(in[1]);
  close(out[0]);
  close(err[0]);
  if (!is_there) kill(-pid, SIGTERM);
  int status = 0;
  if (is_there) waitpid(pid, &status, 0);
  else status = wait_for(pid, GRACE_MS);
  note(pid, 0);
  uint8_t code = (uint8_t)code_of(status);
  send_frame(fd, FRAME_EXIT, &code, 1);
}
