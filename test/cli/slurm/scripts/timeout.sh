#!/bin/bash
#SBATCH --mem=100M
#SBATCH --time=0:02
#SBATCH --output=timeout_%j.log
echo begins
sleep 120
