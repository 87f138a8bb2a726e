#!/bin/bash
#SBATCH --job-name=mpi_job_test
#SBATCH --ntasks=4
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=100mb
#SBATCH --time=00:05:00
#SBATCH --output=mpi_test_%j.log
#SBATCH --distribution=cyclic:cyclic
echo "Date              = $(date)"
echo "Hostname          = $(hostname -s)"
echo "Working Directory = $(pwd)"
echo "Number of Nodes Allocated      = $SLURM_JOB_NUM_NODES"
echo "Number of Tasks Allocated      = $SLURM_NTASKS"
srun sh -c 'echo task $SLURM_PROCID of $SLURM_NTASKS'
