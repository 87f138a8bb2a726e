// In place of ssh: `rsh [options] HOST COMMAND...` runs a command line on a node of the gang, with this one's input and output.
#include "gang.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static const struct host *find(const struct table *table, const char *name) {
  for (int at = 0; at < table->nodes; at++)
    if (strcmp(table->hosts[at].name, name) == 0 || strcmp(table->hosts[at].address, name) == 0) return &table->hosts[at];
  fail("%s is no node of this gang.", name);
}

static int forward(int fd) {
  char piece[65536];
  ssize_t n = read(0, piece, sizeof piece);
  if (n < 0 && errno == EINTR) return 1;
  send_frame(fd, n > 0 ? FRAME_IN : FRAME_END, piece, n > 0 ? (uint32_t)n : 0);
  return n > 0;
}

/** The exit code once it is told; -1 as long as it is not. `caller`: whose end is nobody's loss. */
static int hear(int fd, pid_t caller) {
  enum frame kind;
  char *bytes;
  uint32_t n;
  int code = -1;
  if (read_frame(fd, &kind, &bytes, &n) < 0) {
    if (getppid() == caller) fprintf(stderr, "zoe-gang: the node has gone.\n");
    return LOST_NODE;
  }
  if (kind == FRAME_OUT) write_all(1, bytes, n);
  if (kind == FRAME_ERR) write_all(2, bytes, n);
  if (kind == FRAME_EXIT && n == 1) code = (uint8_t)bytes[0];
  free(bytes);
  return code;
}

int run_on(const struct host *host, const struct order *order) {
  struct setting own = setting();
  int fd = call(host->address, host->port, own.secret), code = -1;
  if (fd < 0) fail("Node %s does not answer at %s.", host->name, host->address);
  if (say(fd, "run\n") < 0 || send_order(fd, order) < 0) fail("Node %s has gone.", host->name);
  pid_t caller = getppid();
  struct pollfd polled[2] = {{fd, POLLIN, 0}, {0, POLLIN, 0}};
  while (code < 0) {
    if (poll(polled, 2, -1) < 0 && errno != EINTR) return LOST_NODE;
    if (polled[0].revents) code = hear(fd, caller);
    if (polled[1].revents && !forward(fd)) polled[1].fd = -1;
  }
  return code;
}

/** As ssh does: the words joined by spaces, for the shell of the other node. */
int rsh(int argc, char **argv) {
  static struct table table;
  static char line[MOST_TEXT];
  int at = 1;
  while (at < argc && argv[at][0] == '-') at += strchr("lpoi", argv[at][1]) && argv[at][1] && !argv[at][2] ? 2 : 1;
  if (at + 1 >= argc) fail("Usage: zoe-rsh HOST COMMAND...");
  read_table(&table);
  const struct host *host = find(&table, argv[at]);
  for (int word = at + 1; word < argc; word++)
    snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s", word > at + 1 ? " " : "", argv[word]);
  char cwd[4096], *words[] = {"/bin/sh", "-c", line, NULL}, *nothing[] = {NULL};
  struct order order = {getcwd(cwd, sizeof cwd), words, nothing};
  return run_on(host, &order);
}
