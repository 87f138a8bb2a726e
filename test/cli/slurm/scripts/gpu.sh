#!/bin/bash
#SBATCH --job-name=gpu
#SBATCH --partition=gpu
#SBATCH --gres=gpu:1
#SBATCH --mem=100M
nvidia-smi
