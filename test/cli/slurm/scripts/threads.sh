#!/bin/bash
#SBATCH --job-name=parallel_job
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=400M
#SBATCH --time=00:05:00
#SBATCH --output=threads_%j.log

export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
echo "threads: $OMP_NUM_THREADS of $SLURM_CPUS_ON_NODE"
