#!/bin/bash -l
#SBATCH -a 0-2%2
#SBATCH -t 5 --mem 100
#SBATCH -o files.%A.%a
files=(alpha beta gamma)
srun --ntasks=1 echo "working on ${files[$SLURM_ARRAY_TASK_ID]}"
