#!/bin/bash
#SBATCH -n 1
#SBATCH -L matlab:1
#SBATCH --mem=100M
matlab -batch run
