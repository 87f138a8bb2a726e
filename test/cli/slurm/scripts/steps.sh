#!/bin/bash
#SBATCH -c 2 --mem=200M
#SBATCH -o steps_%j.log
set -euo pipefail
srun -n1 -c1 --exclusive echo first &
srun -n1 -c1 --exclusive echo second &
wait
echo both done
