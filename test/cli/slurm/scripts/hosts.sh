#!/bin/bash
#SBATCH --nodes=3 --ntasks-per-node=1 --mem=100M
#SBATCH -o hosts_%j.log
scontrol show hostnames "$SLURM_JOB_NODELIST" > hosts.txt
wc -l < hosts.txt
