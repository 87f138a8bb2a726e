// The program that makes a gang's nodes one machine: it stands on every node, needs nothing of the image, and trusts whoever knows the
// execution's secret. `node` keeps a node (node.c), `rsh` starts one program on another node (rsh.c), `srun` many on all of them (srun.c).
#ifndef ZOE_GANG_H
#define ZOE_GANG_H
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define MOST_NODES 1024
#define MOST_WORDS 4096
#define MOST_TEXT (1 << 20)

/** Exit codes of node 0 that are about the gang and not about its program: shared with functions/gang-program.ts. */
#define LOST_NODE 115
#define INCOMPLETE 116

enum frame { FRAME_IN, FRAME_OUT, FRAME_ERR, FRAME_EXIT, FRAME_SIGNAL, FRAME_END };

/** A program to start on a node: where, what, and what is added to the node's own environment. */
struct order {
  char *cwd;
  char **words;
  char **environment;
};

struct host {
  char name[256];
  char address[64];
  int port;
  int slots;
};

/** What all nodes know of each other once the gang is complete. */
struct table {
  int nodes;
  struct host hosts[MOST_NODES];
};

struct setting {
  int node, nodes, port, within_seconds;
  const char *secret, *first, *folder, *listen;
};

// main.c
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
const char *need(const char *name);
struct setting setting(void);
void read_table(struct table *table);

// sha256.c
void prove(char hex[65], const char *secret, const char *nonce);

// wire.c
int read_all(int fd, void *bytes, size_t n);
int write_all(int fd, const void *bytes, size_t n);
int read_line(int fd, char *line, size_t size);
int say(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
int call(const char *address, int port, const char *secret);
int admit(int fd, const char *secret);
int send_frame(int fd, enum frame kind, const void *bytes, uint32_t n);
int read_frame(int fd, enum frame *kind, char **bytes, uint32_t *n);
int send_order(int fd, const struct order *order);
int read_order(int fd, struct order *order);
int listen_at(const char *address, int *port);

// run.c
pid_t start(const struct order *order, int in, int out, int err);
int code_of(int status);
void serve(int fd);
void stop_served(int signal);

// network.c
#define EVERYWHERE "0.0.0.0"
void address_here(int fd, char address[64]);
void use_network_of(const char *address);

// node.c, rsh.c, srun.c
int node(int argc, char **argv);
int rsh(int argc, char **argv);
int srun(int argc, char **argv);
int run_on(const struct host *host, const struct order *order);
#endif
