// Which of its parts was called, by its own name or its first word, and what all parts read of the environment.
#include "gang.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void fail(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "zoe-gang: ");
  vfprintf(stderr, format, args);
  fprintf(stderr, "\n");
  va_end(args);
  exit(114);
}

const char *need(const char *name) {
  const char *value = getenv(name);
  if (value == NULL || *value == 0) fail("%s is not set: this runs inside a gang only.", name);
  return value;
}

struct setting setting(void) {
  struct setting own = {
      .node = atoi(need("ZOE_NODE")),
      .nodes = atoi(need("ZOE_NODES")),
      .port = atoi(need("ZOE_GANG_PORT")),
      .within_seconds = atoi(need("ZOE_GANG_WITHIN")),
      .secret = need("ZOE_GANG_SECRET"),
      .first = need("ZOE_GANG_FIRST"),
      .folder = need("ZOE_GANG_FOLDER"),
      .listen = need("ZOE_GANG_LISTEN"),
  };
  if (own.nodes < 1 || own.nodes > MOST_NODES) fail("A gang has 1 to %d nodes.", MOST_NODES);
  return own;
}

void read_table(struct table *table) {
  char path[4096];
  snprintf(path, sizeof path, "%s/hosts", need("ZOE_GANG_FOLDER"));
  FILE *hosts = fopen(path, "r");
  if (hosts == NULL) fail("The gang is not complete yet: there is no %s.", path);
  for (table->nodes = 0; table->nodes < MOST_NODES; table->nodes++) {
    struct host *host = &table->hosts[table->nodes];
    if (fscanf(hosts, "%255s %63s %d %d", host->name, host->address, &host->port, &host->slots) != 4) break;
  }
  fclose(hosts);
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
  if (strcmp(name, "zoe-rsh") == 0) return rsh(argc, argv);
  if (strcmp(name, "srun") == 0) return srun(argc, argv);
  if (argc > 1 && strcmp(argv[1], "node") == 0) return node(argc - 1, argv + 1);
  if (argc > 1 && strcmp(argv[1], "rsh") == 0) return rsh(argc - 1, argv + 1);
  if (argc > 1 && strcmp(argv[1], "srun") == 0) return srun(argc - 1, argv + 1);
  fail("Usage: zoe-gang node|rsh|srun ...");
}
