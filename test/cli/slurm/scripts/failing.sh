#!/bin/bash
#SBATCH --mem=100M
#SBATCH --output=failing_%j.log
set -e
echo before
false
echo never
