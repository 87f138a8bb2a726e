#!/bin/bash
#SBATCH --begin=now+1hour
#SBATCH --signal=B:USR1@60
#SBATCH --mem=100M
./restartable
