/* A token goes round all ranks, lap after lap: how long one hop takes, and which ranks ran on which node. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 10

static void lap(int rank, int ranks, long *token) {
  int next = (rank + 1) % ranks, before = (rank + ranks - 1) % ranks;
  if (rank == 0) MPI_Send(token, 1, MPI_LONG, next, 0, MPI_COMM_WORLD);
  MPI_Recv(token, 1, MPI_LONG, before, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  ++*token;
  if (rank != 0) MPI_Send(token, 1, MPI_LONG, next, 0, MPI_COMM_WORLD);
}

/* Node by node, in order of the ranks: "ranks on each node: 2 2 2 1". */
static void tell_nodes(int rank, int ranks) {
  int node = getenv("ZOE_NODE") ? atoi(getenv("ZOE_NODE")) : 0;
  int *nodes = malloc(sizeof(int) * (size_t)ranks);
  MPI_Gather(&node, 1, MPI_INT, nodes, 1, MPI_INT, 0, MPI_COMM_WORLD);
  if (rank == 0) {
    int most = getenv("ZOE_NODES") ? atoi(getenv("ZOE_NODES")) : 1;
    printf("ranks on each node:");
    for (int one = 0; one < most; one++) {
      int here = 0;
      for (int at = 0; at < ranks; at++) here += nodes[at] == one;
      printf(" %d", here);
    }
    printf("\n");
  }
  free(nodes);
}

int main(int argc, char **argv) {
  int rank, ranks;
  long token = 0;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  int laps = argc > 1 ? atoi(argv[1]) : 1000;
  tell_nodes(rank, ranks);
  if (ranks == 1) {
    printf("A ring has at least two ranks; this has one.\n");
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  for (int at = 0; at < WARM_UP; at++) lap(rank, ranks, &token);
  MPI_Barrier(MPI_COMM_WORLD);
  double since = MPI_Wtime();
  for (int at = 0; at < laps; at++) lap(rank, ranks, &token);
  double hop = (MPI_Wtime() - since) / laps / ranks * 1e6;
  if (rank == 0) {
    long wanted = (long)(laps + WARM_UP) * ranks;
    printf("%d ranks, %d laps, token %ld of %ld\n", ranks, laps, token, wanted);
    printf("mean hop: %.2f us\n", hop);
    if (token != wanted) MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
  return 0;
}
