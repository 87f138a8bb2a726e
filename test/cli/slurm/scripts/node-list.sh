#!/bin/bash
#SBATCH -w node[01-04]
#SBATCH --tmp=20G
hostname
