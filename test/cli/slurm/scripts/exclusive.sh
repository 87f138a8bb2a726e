#!/bin/bash
#SBATCH -N 2
#SBATCH --exclusive
#SBATCH --constraint=haswell
#SBATCH -t 10
mpirun ./a.out
