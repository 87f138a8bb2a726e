// `srun` inside a gang: so many copies of a program, dealt over the nodes. Where there is an MPI launcher it starts them, so that an MPI
// program finds its ranks; else each node's agent does.
#include "gang.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_TASKS 10000

extern char **environ;

struct wish {
  int tasks, nodes, per_node, is_labelled, is_plain;
  char *cwd;
};

struct option {
  const char *name;
  char letter;
  int has_value;
};

/** What is understood; those without effect here are about choosing nodes and names, which is done before. */
static const struct option OPTIONS[] = {
    {"ntasks", 'n', 1},          {"nodes", 'N', 1},        {"ntasks-per-node", 0, 1}, {"label", 'l', 0},
    {"chdir", 'D', 1},           {"mpi", 0, 1},            {"cpus-per-task", 'c', 1}, {"job-name", 'J', 1},
    {"unbuffered", 'u', 0},      {"kill-on-bad-exit", 'K', 0}, {"exclusive", 0, 0},   {"exact", 0, 0},
    {"overlap", 0, 0},           {"cpu-bind", 0, 1},       {"mem", 0, 1},             {"export", 0, 1},
    {"time", 't', 1},            {"partition", 'p', 1},    {"account", 'A', 1},       {"quiet", 'Q', 0},
};

static const struct option *find(const char *word, const char **value) {
  size_t n = word[1] == '-' ? strcspn(word + 2, "=") : 1;
  for (size_t at = 0; at < sizeof OPTIONS / sizeof *OPTIONS; at++) {
    const struct option *option = &OPTIONS[at];
    int is_long = word[1] == '-' && strlen(option->name) == n && strncmp(option->name, word + 2, n) == 0;
    if (!is_long && !(word[1] != '-' && option->letter == word[1])) continue;
    const char *rest = is_long ? word + 2 + n + (word[2 + n] == '=') : word + 2;
    *value = *rest ? rest : NULL;
    return option;
  }
  fail("srun's option %s is not supported here. Take -n, -N, --ntasks-per-node, -l, -D, --mpi.", word);
}

static void take(struct wish *wish, const struct option *option, const char *value) {
  if (option->letter == 'n') wish->tasks = atoi(value);
  if (option->letter == 'N') wish->nodes = atoi(value);
  if (strcmp(option->name, "ntasks-per-node") == 0) wish->per_node = atoi(value);
  if (option->letter == 'l') wish->is_labelled = 1;
  if (option->letter == 'D') wish->cwd = strdup(value);
  if (strcmp(option->name, "mpi") == 0) wish->is_plain = strcmp(value, "none") == 0;
}

/** Where the program begins. */
static int parse(struct wish *wish, int argc, char **argv) {
  int at = 1;
  for (; at < argc && argv[at][0] == '-' && strcmp(argv[at], "--") != 0; at++) {
    const char *value;
    const struct option *option = find(argv[at], &value);
    if (option->has_value && value == NULL) value = at + 1 < argc ? argv[++at] : NULL;
    if (option->has_value && value == NULL) fail("srun's option %s wants a value.", argv[at]);
    take(wish, option, value);
  }
  if (at < argc && strcmp(argv[at], "--") == 0) at++;
  if (at >= argc) fail("Usage: srun [-n TASKS] [-N NODES] [--ntasks-per-node N] PROGRAM...");
  return at;
}

/** Tasks of each node: as asked, else as many as its slots. */
static void deal(const struct wish *wish, const struct table *table, int *tasks) {
  int nodes = wish->nodes > 0 ? wish->nodes : table->nodes, total = wish->tasks;
  if (nodes > table->nodes) fail("srun wants %d nodes; this gang has %d.", nodes, table->nodes);
  if (wish->tasks > 0 && wish->nodes == 0 && wish->tasks < nodes) nodes = wish->tasks;
  if (total == 0 && wish->per_node > 0) total = wish->per_node * nodes;
  if (total == 0 && wish->nodes > 0) total = nodes;
  for (int at = 0; at < table->nodes; at++) tasks[at] = 0;
  for (int at = 0; total == 0 && at < nodes; at++) tasks[at] = table->hosts[at].slots;
  if (total > MOST_TASKS) fail("srun starts at most %d tasks; got %d.", MOST_TASKS, total);
  for (int at = 0; at < nodes && total > 0; at++) {
    tasks[at] = total / nodes + (at < total % nodes);
    if (wish->per_node > 0 && tasks[at] > wish->per_node) tasks[at] = wish->per_node;
  }
}

static int in_path(const char *name) {
  char *path = strdup(getenv("PATH") ? getenv("PATH") : ""), *rest = path, file[4096];
  for (char *folder; (folder = strsep(&rest, ":"));) {
    snprintf(file, sizeof file, "%s/%s", folder, name);
    if (access(file, X_OK) == 0) return 1;
  }
  return 0;
}

/** As Slurm's tasks know themselves, from what the launcher tells them. */
static const char TASK[] =
    "export SLURM_PROCID=${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}} SLURM_LOCALID=${OMPI_COMM_WORLD_LOCAL_RANK:-0} "
    "SLURM_NTASKS=${OMPI_COMM_WORLD_SIZE:-1} ZOE_RANK=${OMPI_COMM_WORLD_RANK:-0} ZOE_SIZE=${OMPI_COMM_WORLD_SIZE:-1} "
    "SLURM_NODEID=$ZOE_NODE; exec \"$@\"";

/** What says where a program is: each node has its own. */
static int is_own(const char *variable) {
  static const char *OWN[] = {"ZOE_NODE=", "ZOE_RANK=", "ZOE_SIZE=", "ZOE_INSTANCE", "ZOE_WORK_DIR=", "ZOE_OUTPUT_DIR=", "ZOE_GANG_",
                              "ZOE_HOSTFILE=", "HOME=", "TMPDIR=", "PWD=", "HOSTNAME=", "PATH=", "OMPI_MCA_", "SLURM_"};
  for (size_t at = 0; at < sizeof OWN / sizeof *OWN; at++)
    if (strncmp(variable, OWN[at], strlen(OWN[at])) == 0) return 1;
  return 0;
}

/** `-x NAME` for each of the caller's variables, as Slurm's tasks have them all; one that is no name of the shell stays behind. */
static int export_words(char **words, int n) {
  static const char NAME[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  for (char **one = environ; *one && n < MOST_WORDS / 2; one++) {
    size_t length = strspn(*one, NAME);
    int is_path = strncmp(*one, "PATH=", 5) == 0, is_mpis = strncmp(*one, "OMPI_", 5) == 0 || strncmp(*one, "PMIX_", 5) == 0;
    if ((*one)[length] != '=' || length < 2 || is_mpis || (is_own(*one) && !is_path)) continue;
    words[n++] = "-x", words[n++] = strndup(*one, length);
  }
  return n;
}

static void launch_mpi(const struct wish *wish, const struct table *table, const int *tasks, char **program) {
  static char hosts[MOST_NODES * 300], number[16];
  char *words[MOST_WORDS];
  int n = 0, total = 0;
  for (int at = 0; at < table->nodes; at++) {
    if (tasks[at] == 0) continue;
    snprintf(hosts + strlen(hosts), sizeof hosts - strlen(hosts), "%s%s:%d", total ? "," : "", table->hosts[at].name, tasks[at]);
    total += tasks[at];
  }
  snprintf(number, sizeof number, "%d", total);
  const char *fixed[] = {"mpirun", "--host", hosts, "-np", number};
  for (size_t at = 0; at < sizeof fixed / sizeof *fixed; at++) words[n++] = (char *)fixed[at];
  if (wish->is_labelled) words[n++] = "--tag-output";
  if (wish->cwd) words[n++] = "--wdir", words[n++] = wish->cwd;
  n = export_words(words, n);
  words[n++] = "/bin/sh", words[n++] = "-c", words[n++] = (char *)TASK, words[n++] = "task";
  while (*program && n < MOST_WORDS - 1) words[n++] = *program++;
  words[n] = NULL;
  execvp("mpirun", words);
  fail("mpirun can't be started: %s.", strerror(errno));
}

/** The caller's own variables go along. */
static char **environment_of(int rank, int local, int total, int node) {
  char **all = calloc(MOST_WORDS, sizeof *all);
  int n = 0;
  for (char **one = environ; *one && n < MOST_WORDS - 8; one++) {
    if (!is_own(*one)) all[n++] = *one;
  }
  const struct { const char *name; int value; } told[] = {{"ZOE_RANK", rank}, {"ZOE_SIZE", total}, {"SLURM_PROCID", rank},
                                                       {"SLURM_LOCALID", local}, {"SLURM_NTASKS", total}, {"SLURM_NODEID", node}};
  for (size_t at = 0; at < sizeof told / sizeof *told; at++) {
    all[n] = malloc(64);
    snprintf(all[n++], 64, "%s=%d", told[at].name, told[at].value);
  }
  return all;
}

static int start_all(const struct wish *wish, const struct table *table, const int *tasks, char **program) {
  char cwd[4096];
  int total = 0, rank = 0, worst = 0, status;
  for (int at = 0; at < table->nodes; at++) total += tasks[at];
  for (int at = 0; at < table->nodes; at++)
    for (int local = 0; local < tasks[at]; local++, rank++) {
      if (fork() != 0) continue;
      char *shell[MOST_WORDS] = {"/bin/sh", "-c", "\"$@\" 2>&1 | sed \"s/^/$SLURM_PROCID: /\"", "task"}, **words = program;
      // Only the first reads: a closed input would become the number of what is opened next.
      if (rank > 0) dup2(open("/dev/null", O_RDONLY), 0);
      for (int n = 4; wish->is_labelled && *words && n < MOST_WORDS - 1; n++) shell[n] = *words++;
      struct order order = {wish->cwd ? wish->cwd : getcwd(cwd, sizeof cwd), wish->is_labelled ? shell : program,
                            environment_of(rank, local, total, at)};
      exit(run_on(&table->hosts[at], &order));
    }
  while (wait(&status) > 0)
    if (code_of(status) > worst) worst = code_of(status);
  return worst;
}

int srun(int argc, char **argv) {
  static struct table table;
  static int tasks[MOST_NODES];
  struct wish wish = {0};
  int program = parse(&wish, argc, argv);
  read_table(&table);
  deal(&wish, &table, tasks);
  if (!wish.is_plain && in_path("mpirun")) launch_mpi(&wish, &table, tasks, argv + program);
  return start_all(&wish, &table, tasks, argv + program);
}
