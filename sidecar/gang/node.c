// Keeps a node of a gang: every node listens, the others join node 0, and once all are there each prepares and node 0 runs the program.
#include "gang.h"
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STAY_SECONDS 60

static struct setting own;
static struct table table;
/** Of this node, as the others reach it. */
static char here[64];
static int connections[MOST_NODES];
static int joined, prepared, badly;
static volatile int is_over, is_lost;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static volatile pid_t program;
static volatile sig_atomic_t told;

/** Told to stop: what runs here is told too. A second time, or without anything to wait for, it goes. */
static void pass_on(int signal) {
  if (program > 0) kill(-program, signal);
  stop_served(signal);
  if (program <= 0 || told++) _exit(128 + signal);
}

static void leave(const char *why) {
  if (is_over) return;
  fprintf(stderr, "zoe: %s\n", why);
  fflush(stderr);
  is_lost = 1;
  if (program > 0) kill(-program, SIGKILL);
  stop_served(SIGKILL);
  _exit(LOST_NODE);
}

/** Node 0 hears of a node: it joins, tells when it is prepared, and must stay until the end. */
static void attend(int fd, int node, int port, const char *address) {
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  char line[128];
  if (node < 1 || node >= own.nodes || getpeername(fd, (struct sockaddr *)&from, &size) < 0) return;
  pthread_mutex_lock(&lock);
  int is_new = connections[node] == 0;
  if (is_new) {
    connections[node] = fd;
    table.hosts[node].port = port;
    if (joined == 0) address_here(fd, here);
    // Who listens everywhere is reached where it comes from.
    if (strcmp(address, EVERYWHERE) != 0) snprintf(table.hosts[node].address, sizeof table.hosts[node].address, "%s", address);
    else inet_ntop(AF_INET, &from.sin_addr, table.hosts[node].address, sizeof table.hosts[node].address);
    joined++;
    pthread_cond_broadcast(&moved);
  }
  pthread_mutex_unlock(&lock);
  if (!is_new) return;
  if (read_line(fd, line, sizeof line) == 0 && strncmp(line, "prepared ", 9) == 0) {
    pthread_mutex_lock(&lock);
    prepared++;
    if (atoi(line + 9) != 0) badly = atoi(line + 9);
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
    (void)!read_line(fd, line, sizeof line);
  }
  snprintf(line, sizeof line, "Node %d of %d was lost.", node, own.nodes);
  leave(line);
}

static void *answer(void *caller) {
  int fd = (int)(intptr_t)caller, node, port;
  char line[128], address[64];
  if (admit(fd, own.secret) == 0 && read_line(fd, line, sizeof line) == 0) {
    if (sscanf(line, "join %d %d %63s", &node, &port, address) == 3) attend(fd, node, port, address);
    else if (strcmp(line, "run") == 0) serve(fd);
  }
  close(fd);
  return NULL;
}

static void *listening(void *socket_) {
  for (;;) {
    int fd = accept4((int)(intptr_t)socket_, NULL, NULL, SOCK_CLOEXEC);
    pthread_t thread;
    if (fd < 0) continue;
    if (pthread_create(&thread, NULL, answer, (void *)(intptr_t)fd) != 0) close(fd);
    else pthread_detach(thread);
  }
  return NULL;
}

/** For those who run programs here: an MPI host file with slots, then the table. Who finds that, finds it whole. */
static void write_table(void) {
  char path[4096], unfinished[4096];
  mkdir(own.folder, 0700);
  snprintf(path, sizeof path, "%s/hostfile", own.folder);
  FILE *file = fopen(path, "w");
  snprintf(path, sizeof path, "%s/hosts", own.folder);
  snprintf(unfinished, sizeof unfinished, "%s/hosts.new", own.folder);
  FILE *hosts = fopen(unfinished, "w");
  if (!hosts || !file) fail("Nothing can be written in %s: %s.", own.folder, strerror(errno));
  for (int at = 0; at < table.nodes; at++) {
    const struct host *host = &table.hosts[at];
    fprintf(hosts, "%s %s %d %d\n", host->name, host->address, host->port, host->slots);
    fprintf(file, "%s slots=%d\n", host->name, host->slots);
  }
  if (fclose(file) != 0 || fclose(hosts) != 0 || rename(unfinished, path) < 0)
    fail("%s can't be written: %s.", path, strerror(errno));
}

/** So that `srun` is found wherever the agent lies. */
static void extend_path(void) {
  char own_file[4096], path[8192];
  ssize_t n = readlink("/proc/self/exe", own_file, sizeof own_file - 1);
  const char *before = getenv("PATH");
  if (n <= 0) return;
  own_file[n] = 0;
  *strrchr(own_file, '/') = 0;
  snprintf(path, sizeof path, "%s:%s", own_file, before && *before ? before : "/usr/local/bin:/usr/bin:/bin");
  setenv("PATH", path, 1);
}

static void export(void) {
  static char text[MOST_NODES * 70];
  char number[16], path[4096];
  extend_path();
  use_network_of(here);
  int ranks = 0, first = 0;
  text[0] = 0;
  for (int at = 0; at < table.nodes; at++) {
    if (at < own.node) first += table.hosts[at].slots;
    ranks += table.hosts[at].slots;
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", at ? "," : "", table.hosts[at].address);
  }
  setenv("ZOE_ADDRESSES", text, 1);
  snprintf(number, sizeof number, "%d", ranks);
  setenv("ZOE_SIZE", number, 1);
  setenv("SLURM_NTASKS", number, 1);
  snprintf(number, sizeof number, "%d", first);
  setenv("ZOE_RANK", number, 1);
  snprintf(path, sizeof path, "%s/hostfile", own.folder);
  setenv("ZOE_HOSTFILE", path, 1);
  setenv("OMPI_MCA_orte_default_hostfile", path, 1);
  setenv("HYDRA_HOST_FILE", path, 1);
}

/** `count words...`, and where the next such list begins. */
static char **words_at(char **argv, int *at, int argc) {
  int n = *at < argc ? atoi(argv[*at]) : 0;
  char **words = calloc((size_t)n + 1, sizeof *words);
  for (int one = 0; one < n && *at + 1 + one < argc; one++) words[one] = argv[*at + 1 + one];
  *at += n + 1;
  return words;
}

static int run(char **words) {
  char *nothing[] = {NULL};
  struct order order = {NULL, words, nothing};
  int status = 0;
  if (words[0] == NULL) return 0;
  program = start(&order, 0, 1, 2);
  while (waitpid(program, &status, 0) < 0 && errno == EINTR) continue;
  program = 0;
  // What it was ended by here is not how it ended.
  if (is_lost) _exit(LOST_NODE);
  return code_of(status);
}

/** All have joined, or it is too late. */
static int all_are_here(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += own.within_seconds;
  pthread_mutex_lock(&lock);
  while (joined < own.nodes - 1 && pthread_cond_timedwait(&moved, &lock, &until) != ETIMEDOUT) continue;
  int complete = joined == own.nodes - 1;
  pthread_mutex_unlock(&lock);
  return complete;
}

static void tell_all(void) {
  for (int node = 1; node < own.nodes; node++) {
    for (int at = 0; at < own.nodes; at++) {
      const struct host *host = &table.hosts[at];
      say(connections[node], "%s %s %d %d\n", host->name, host->address, host->port, host->slots);
    }
    say(connections[node], "go\n");
  }
}

static int wait_for_others(void) {
  pthread_mutex_lock(&lock);
  while (prepared < own.nodes - 1 && badly == 0) pthread_cond_wait(&moved, &lock);
  int code = badly;
  pthread_mutex_unlock(&lock);
  return code;
}

static int lead(char **prepare, char **command, char **finish) {
  char code[16];
  if (!all_are_here()) {
    fprintf(stderr, "zoe: Only %d of %d nodes came within %d s.\n", joined + 1, own.nodes, own.within_seconds);
    return INCOMPLETE;
  }
  if (strcmp(own.listen, EVERYWHERE) == 0 && here[0]) snprintf(table.hosts[0].address, sizeof table.hosts[0].address, "%s", here);
  write_table();
  tell_all();
  export();
  int ended = run(prepare);
  if (ended == 0) ended = wait_for_others();
  if (ended == 0) ended = run(command);
  snprintf(code, sizeof code, "%d", ended);
  setenv("ZOE_EXIT_CODE", code, 1);
  int finished = run(finish);
  is_over = 1;
  for (int node = 1; node < own.nodes; node++) say(connections[node], "end\n");
  return ended ? ended : finished;
}

/** Until somebody is there, or it is too late. */
static int join(int port) {
  for (time_t since = time(NULL); time(NULL) - since <= own.within_seconds; usleep(50000)) {
    int fd = call(own.first, own.port, own.secret);
    if (fd == -2) fail("Node 0 at %s does not know this execution's secret.", own.first);
    if (fd < 0) continue;
    address_here(fd, here);
    say(fd, "join %d %d %s\n", own.node, port, own.listen);
    return fd;
  }
  fprintf(stderr, "zoe: Node 0 did not answer at %s port %d within %d s.\n", own.first, own.port, own.within_seconds);
  exit(INCOMPLETE);
}

static int follow(char **prepare, int port) {
  char line[512];
  int fd = join(port);
  for (int at = 0; at < own.nodes; at++) {
    struct host *host = &table.hosts[at];
    if (read_line(fd, line, sizeof line) < 0) return INCOMPLETE;
    if (sscanf(line, "%255s %63s %d %d", host->name, host->address, &host->port, &host->slots) != 4) return INCOMPLETE;
  }
  write_table();
  export();
  if (read_line(fd, line, sizeof line) < 0) return INCOMPLETE;
  say(fd, "prepared %d\n", run(prepare));
  is_over = read_line(fd, line, sizeof line) == 0 && strcmp(line, "end") == 0;
  stop_served(is_over ? SIGTERM : SIGKILL);
  if (!is_over) return LOST_NODE;
  // Node 0's end decides, and must be the first that is heard of: who runs the nodes ends this one.
  sleep(STAY_SECONDS);
  return 0;
}

/** The names come from the engine; slots are of each node in order. */
static void know_hosts(void) {
  char *slots = strdup(need("ZOE_GANG_SLOTS")), *names = strdup(need("ZOE_GANG_NAMES")), *in_slots, *in_names;
  char *slot = strtok_r(slots, ",", &in_slots), *name = strtok_r(names, ",", &in_names);
  table.nodes = own.nodes;
  for (int at = 0; at < own.nodes; at++) {
    struct host *host = &table.hosts[at];
    if (!slot || !name) fail("ZOE_GANG_SLOTS and ZOE_GANG_NAMES must name %d nodes.", own.nodes);
    host->slots = atoi(slot);
    snprintf(host->name, sizeof host->name, "%s", name);
    slot = strtok_r(NULL, ",", &in_slots);
    name = strtok_r(NULL, ",", &in_names);
  }
}

int node(int argc, char **argv) {
  int at = 1;
  char **prepare = words_at(argv, &at, argc), **command = words_at(argv, &at, argc), **finish = words_at(argv, &at, argc);
  own = setting();
  know_hosts();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, pass_on);
  signal(SIGINT, pass_on);
  int port = own.node == 0 ? own.port : 0;
  int socket_ = listen_at(own.listen, &port);
  pthread_t thread;
  if (pthread_create(&thread, NULL, listening, (void *)(intptr_t)socket_) != 0) fail("No thread can be started.");
  snprintf(table.hosts[0].address, sizeof table.hosts[0].address, "%s", own.first);
  table.hosts[0].port = own.port;
  int code = own.node == 0 ? lead(prepare, command, finish) : follow(prepare, port);
  fflush(NULL);
  _exit(code);
}
