/* Messages to and fro between rank 0 and each other rank, by size: latency and bandwidth as lines of CSV. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_UP 3

static double exchange(int rank, int other, char *bytes, int size, int times) {
  MPI_Status status;
  double since = 0;
  for (int at = 0; at < times + WARM_UP; at++) {
    if (at == WARM_UP) since = MPI_Wtime();
    if (rank == 0) {
      MPI_Send(bytes, size, MPI_CHAR, other, 0, MPI_COMM_WORLD);
      MPI_Recv(bytes, size, MPI_CHAR, other, 0, MPI_COMM_WORLD, &status);
    } else {
      MPI_Recv(bytes, size, MPI_CHAR, 0, 0, MPI_COMM_WORLD, &status);
      MPI_Send(bytes, size, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
    }
  }
  return (MPI_Wtime() - since) / times / 2;
}

int main(int argc, char **argv) {
  int rank, ranks, most = 1 << 20;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (argc > 1) most = atoi(argv[1]);
  char *bytes = calloc((size_t)most, 1);
  if (rank == 0) printf("pair,bytes,latency_us,bandwidth_mib_s\n");
  for (int other = 1; other < ranks; other++)
    for (int size = 8; size <= most; size *= 4) {
      int times = size <= 4096 ? 200 : size <= 262144 ? 50 : 20;
      double seconds = 0;
      if (rank == 0 || rank == other) seconds = exchange(rank, other, bytes, size, times);
      MPI_Barrier(MPI_COMM_WORLD);
      if (rank == 0)
        printf("0-%d,%d,%.2f,%.2f\n", other, size, seconds * 1e6, size / seconds / (1 << 20));
    }
  free(bytes);
  MPI_Finalize();
  return 0;
}
