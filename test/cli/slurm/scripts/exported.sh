#!/bin/bash
#SBATCH --mem=100M
#SBATCH --export=NAME=zoe,GREETING
#SBATCH -o exported_%j.log
echo "$GREETING $NAME"
