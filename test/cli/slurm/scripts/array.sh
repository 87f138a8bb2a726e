#!/bin/bash
#SBATCH --job-name=array_job_test
#SBATCH --ntasks=1
#SBATCH --mem=100M
#SBATCH --time=00:05:00
#SBATCH --output=array_%A-%a.log
#SBATCH --array=1-5

echo This is task $SLURM_ARRAY_TASK_ID of $SLURM_ARRAY_TASK_COUNT
PER_TASK=1000
START=$(( ($SLURM_ARRAY_TASK_ID - 1) * $PER_TASK + 1 ))
END=$(( $SLURM_ARRAY_TASK_ID * $PER_TASK ))
echo runs $START to $END
