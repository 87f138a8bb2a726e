#!/bin/bash
#SBATCH --nodes=1
#SBATCH --mem=0
./big
