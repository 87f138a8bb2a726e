// How nodes talk: a challenge and its answer, then lines (to join) or an order and frames (to run a program).
#include "gang.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREETING "zoe-gang 1 "
#define ANSWER_SECONDS 20

int read_all(int fd, void *bytes, size_t n) {
  for (size_t at = 0; at < n;) {
    ssize_t got = read(fd, (char *)bytes + at, n - at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return -1;
    at += (size_t)got;
  }
  return 0;
}

int write_all(int fd, const void *bytes, size_t n) {
  for (size_t at = 0; at < n;) {
    ssize_t put = write(fd, (const char *)bytes + at, n - at);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return -1;
    at += (size_t)put;
  }
  return 0;
}

int read_line(int fd, char *line, size_t size) {
  for (size_t at = 0; at + 1 < size; at++) {
    if (read_all(fd, line + at, 1) < 0) return -1;
    if (line[at] == '\n') return line[at] = 0;
  }
  return -1;
}

int say(int fd, const char *format, ...) {
  char line[1024];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  return n < (int)sizeof line ? write_all(fd, line, (size_t)n) : -1;
}

static void limit(int fd, int seconds) {
  struct timeval patience = {.tv_sec = seconds};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

/** A silent machine is noticed within a minute. */
static void keep(int fd) {
  int yes = 1, idle = 15, interval = 5, count = 6;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/** A connection on which the other side has accepted our proof; -1 when nobody is there yet, -2 when it refused. */
int call(const char *address, int port, const char *secret) {
  char service[16], greeting[128], answer[65];
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  snprintf(service, sizeof service, "%d", port);
  if (getaddrinfo(address, service, &hints, &found) != 0) return -1;
  int fd = -1;
  for (struct addrinfo *one = found; one && fd < 0; one = one->ai_next) {
    fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, one->ai_addr, one->ai_addrlen) < 0) {
      close(fd);
      fd = -1;
    }
  }
  freeaddrinfo(found);
  if (fd < 0) return -1;
  keep(fd);
  limit(fd, ANSWER_SECONDS);
  int begun = read_line(fd, greeting, sizeof greeting);
  if (begun == 0 && strncmp(greeting, GREETING, strlen(GREETING)) == 0) {
    prove(answer, secret, greeting + strlen(GREETING));
    if (say(fd, "%s\n", answer) == 0 && read_line(fd, greeting, sizeof greeting) == 0 && strcmp(greeting, "yes") == 0) {
      limit(fd, 0);
      return fd;
    }
  }
  close(fd);
  return begun == 0 ? -2 : -1;
}

/** Asks who calls for the proof; -1 when it does not know the secret. */
int admit(int fd, const char *secret) {
  uint8_t bytes[32];
  char nonce[65], wanted[65], got[128];
  keep(fd);
  limit(fd, ANSWER_SECONDS);
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return -1;
  for (int i = 0; i < 32; i++) snprintf(nonce + 2 * i, 3, "%02x", bytes[i]);
  prove(wanted, secret, nonce);
  if (say(fd, GREETING "%s\n", nonce) < 0 || read_line(fd, got, sizeof got) < 0) return -1;
  int differs = strlen(got) != 64;
  for (int i = 0; i < 64 && !differs; i++) differs |= got[i] ^ wanted[i];
  if (differs) return -1;
  limit(fd, 0);
  return say(fd, "yes\n");
}

/** Port 0: any that is free, which is then told. */
int listen_at(const char *address, int *port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
  socklen_t size = sizeof at;
  int yes = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (inet_pton(AF_INET, address, &at.sin_addr) != 1) fail("The address %s is not one of IPv4.", address);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 512) < 0)
    fail("Nothing can listen at %s port %d: %s.", address, *port, strerror(errno));
  getsockname(fd, (struct sockaddr *)&at, &size);
  *port = ntohs(at.sin_port);
  return fd;
}

int send_frame(int fd, enum frame kind, const void *bytes, uint32_t n) {
  uint8_t head[5] = {(uint8_t)kind, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
  if (write_all(fd, head, 5) < 0) return -1;
  return n == 0 ? 0 : write_all(fd, bytes, n);
}

/** `bytes` end with a zero beyond `n`, and are the caller's. */
int read_frame(int fd, enum frame *kind, char **bytes, uint32_t *n) {
  uint8_t head[5];
  if (read_all(fd, head, 5) < 0) return -1;
  *kind = head[0];
  *n = (uint32_t)head[1] << 24 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 8 | head[4];
  if (*n > MOST_TEXT || (*bytes = malloc(*n + 1)) == NULL) return -1;
  (*bytes)[*n] = 0;
  if (read_all(fd, *bytes, *n) == 0) return 0;
  free(*bytes);
  return -1;
}

static int send_list(int fd, char **list) {
  for (; *list; list++)
    if (send_frame(fd, FRAME_IN, *list, (uint32_t)strlen(*list)) < 0) return -1;
  return send_frame(fd, FRAME_END, "", 0);
}

static char **read_list(int fd) {
  char **list = calloc(MOST_WORDS + 1, sizeof *list);
  for (int at = 0; list && at < MOST_WORDS; at++) {
    enum frame kind;
    uint32_t n;
    if (read_frame(fd, &kind, &list[at], &n) < 0) return NULL;
    if (kind != FRAME_END) continue;
    list[at] = NULL;
    return list;
  }
  return NULL;
}

int send_order(int fd, const struct order *order) {
  char *where[] = {order->cwd, NULL};
  return send_list(fd, where) < 0 || send_list(fd, order->words) < 0 ? -1 : send_list(fd, order->environment);
}

int read_order(int fd, struct order *order) {
  char **where = read_list(fd);
  order->cwd = where ? where[0] : NULL;
  order->words = where ? read_list(fd) : NULL;
  order->environment = order->words ? read_list(fd) : NULL;
  return order->environment && order->words[0] ? 0 : -1;
}
