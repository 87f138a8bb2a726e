#!/bin/sh
#SBATCH -J two
#SBATCH --mem=100M
#SBATCH -o %x-%j.out -e %x-%j.err
echo fine
echo "trouble" >&2
