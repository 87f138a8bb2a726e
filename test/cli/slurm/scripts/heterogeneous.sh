#!/bin/bash
#SBATCH --ntasks=1 --mem=100M
#SBATCH hetjob
#SBATCH --ntasks=2 --mem=100M
srun ./a : ./b
