#!/bin/bash
#SBATCH -N 1
#SBATCH -n 3
#SBATCH --mem=300M
#SBATCH -t 0:05:00
#SBATCH -o one_node_%j.log
srun -n $SLURM_NTASKS hostname | sort | uniq -c
